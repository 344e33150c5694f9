# The place of a missing endif in an eval.
# STATUS: 2
define E

ifdef x

endef

$(eval $(E))
