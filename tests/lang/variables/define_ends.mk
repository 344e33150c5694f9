# `endef` is a word of its own, which a `#` right after it is part of; so is the `define` within a `define`, named or not. Its last
# line is where the value is expanded.
# COVERS: directive/define directive/endef
define a
endef#
define
endef
endef # comment
$(info [$(a)])
define b :=
$(warning expanded where endef ends)
endef \
\

all:
