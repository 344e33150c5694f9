# What is found on the way stays when the rule it was found for is not used in the end; a rule that makes its own prerequisite
# gives up those that come after it.
# RUN: -r
# RUN: -r -n g.y
# SH: touch -d 2001-01-01 e.c
# RUN: -n g.y
# RUN: -r z.q
# RUN: -r y.q
%: %.y e.d
	echo '$@'
-include inc.mk
%.y %.x: %.w
	+echo '$?'
%.w: ; echo $@
inc.mk: f
%.y: %.y e.c
	echo '$^'
%.y: %.c; @-echo '$?'
%.q: %.r nothere; echo not $@
%.r %.s: %.t; echo $@
%.t: ; echo $@
%.q: %.s; echo $@ from $^
f: ; @echo $@
