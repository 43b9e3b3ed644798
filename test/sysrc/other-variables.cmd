cloned=x
cloned_interfaces+=lo2
