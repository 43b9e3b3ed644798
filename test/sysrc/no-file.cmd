-n jail_list
jail_list=a
-x jail_list
