# define with each operator, nested define, empty lines, leading tabs, prefix and comment in the body.
# COVERS: directive/define directive/endef assignment/define-with-operator
define rec
 first $(x)
#	 not a comment here

	@echo $(x)
endef
define simple :=
 $(x)
endef
define app +=
one
endef
define app +=
two
endef
define cond ?=
set
endef
define cond ?=
again
endef
define sh !=
echo 1; echo 2
endef
define outer
define inner
x
endef
endef
  define indented = # comment
   body
  endef # comment
override define over
o
endef
x = late
$(info [$(rec)] [$(simple)] [$(app)] [$(cond)] [$(sh)] [$(outer)] [$(indented)] [$(over)] $(origin over))
$(eval $(outer))
$(info [$(inner)])
all:;
