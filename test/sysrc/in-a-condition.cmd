a=new b=new c=new
-n a b c
-x b
-n b
