nope
-i nope
-q nope
-c nope
-x nope
-i nope a
-n nope a
-d nope
