a=2
-x b
