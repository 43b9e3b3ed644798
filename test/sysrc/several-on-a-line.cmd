a=9 b=9 c=9
-x b
-x a
-x c
