v250=new
-n v250 v1
