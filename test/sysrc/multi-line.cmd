list=new
-x after
