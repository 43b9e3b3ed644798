-n a b c d
a=1 b=2 c=3 d=4
-n a b c d
