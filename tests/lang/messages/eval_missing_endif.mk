# The place of a missing endif in an eval.
# COVERS: message/missing-endif
# STATUS: 2
define E

ifdef x

endef

$(eval $(E))
