'x=$HOME `id` $(id) "q" \ %s & / \1'
-n x
'y=  two  blanks  '
-n y
'z='
-n z
-e x y z
