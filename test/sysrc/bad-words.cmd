1a=x
a.b=x
'a b'
''
=x
+=x
-ax
-ac
-j '' a
-Z

a=2 b-c=3
