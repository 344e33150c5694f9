# An error names the line where the text stands that is wrong; $(error) and $(warning) the line that is read.
# RUN: 'E=$(X)'
# RUN: 'E=$(Y)'
# RUN: 'E=$(call F,0)'
# RUN: 'E=$(Z)'
# RUN: 'E=$(A)'
# RUN: 'E=$(B)'
# RUN: 'E=$(C)'
# STATUS: 2
X = $(warning in x)$(word 0,a)
Y = $(warning in y)$(error here)

F = $(word $1,a)
Z = $(call F,x)
A = $(file >/nonexistent/y,a)
define B

$(file nothing)
endef
C = $(foreach a)


$(info $(E))
all:;@:
