# A backslash may quote the last character of the targets, which is a space then, whatever it was; prerequisites end before
# theirs. A static pattern rule takes the words of such a name one by one.
# COVERS: rule/static-pattern
# RUN: -k all
# RUN: -k -f tab.mk
# FILE: tab.mk
# all\	: ; @echo "[$@]"
# END
all: goal\ 
	@echo "[$@: $^]"
space = with\ #
goal\ : $(space)
	@echo "[$@: $^]"
$(space): ; @echo "[$@]"
with\ two\ : ; @echo "[$@]"
d\ c: d%c: %b %.c
	@echo "[$@: $^] $*"
all: with\ two\  d\ c d\ \ e
d\ \ e: d%: %b x ; @echo "[$@: $^] $*"
db\ cb d.c\ c.c eb x: ; @echo "[$@]"
