# Under -t lines with + run; when others end the recipe, the touch is told twice.
# ARGS: -t a
# ARGS: -t b
# ARGS: -t c
# ARGS: -t d
# ARGS: -t e
# ARGS: -t f
# ARGS: -t g
# ARGS: -t h
a:
	+echo 1
	echo 2
b:
	echo 1
	+echo 2
c:
	+echo 1
	+echo 2
d:
	+echo 1
	echo 2
	+echo 3
e:
	echo 1
	+
f:
	-+false
	echo 2
g:: ; +echo 1
	echo 2
h:
	+false
	echo 2
