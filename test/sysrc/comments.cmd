jail_enable=YES
pf_enable="NO"
