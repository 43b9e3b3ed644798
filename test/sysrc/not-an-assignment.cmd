a=new b=new
-n a b
