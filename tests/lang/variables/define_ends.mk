# `endef` is a word of its own, which a `#` right after it is part of; so is the `define` within a `define`, named or not.
# COVERS: directive/define directive/endef
define a
endef#
define
endef
endef # comment
$(info [$(a)])
all:
