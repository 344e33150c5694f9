# Under -q a line with + runs; when another one follows it, the target is deleted.
# FILE: d.c
# END
# SH: touch -d 2001-01-01 a b c
# ARGS: -q a
# ARGS: -qk b
# ARGS: -q c
# ARGS: -q d
# ARGS: -qi a
# ARGS: -qi e
# ARGS: -q f
.PRECIOUS: c
a b c: d.c
	+echo 1
	echo 2
d e:
	+echo 1; touch $@
	-@echo 2
f g &:
	+touch f
	echo 2
