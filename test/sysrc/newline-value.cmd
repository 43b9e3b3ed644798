"r=block drop log all$(printf '\npass quick on em4')"
-n r
-e r
r=one
