# Under -q a line with + runs; when another one follows it, the target is deleted.
# FILE: d.c
# END
# SH: touch -d 2001-01-01 a b c
# ARGS: -q a
# ARGS: -qk b
# ARGS: -q c
.PRECIOUS: c
a b c: d.c
	+echo 1
	echo 2
