# A recipe that fails after it has brought its target forward is told of peers too; the line is the one that failed.
# ARGS: a
# ARGS: -k b
# ARGS: -i c
%.y %: 
	touch $@
	false
