a=new
-n a
-x a
-n a
