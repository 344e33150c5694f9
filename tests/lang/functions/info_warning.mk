# info, warning: what is written where, in order.
# COVERS: function/info function/warning
$(info a  b )$(warning  w )$(info )
$(warning )
define LINES
one
two
endef
$(info $(LINES))
$(info a,b,(c),$$)
all:;@echo 1; $(info i)$(warning w)echo 2
	@echo 3
