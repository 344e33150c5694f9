# A stem may be a directory alone: `%.stamp` makes `d/.stamp`; a slash at the end is no directory's.
# RUN: -r
# RUN: -r d/e/ d/ ./x/ e/
# RUN: -r d/.o
all: d/.stamp x/y/.stamp
%.stamp:; @echo $@ "$*" $(@D)
%/: %.o; @echo $@ from $< "$*"
d/%.o:; @echo $@ "$*"
%.o:; @echo $@ "$*"
%e/:; echo $@
