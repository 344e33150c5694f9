# error ends reading, and the build from a recipe.
# COVERS: function/error message/error
# RUN: 'E=$(error c  d )'
# RUN: 'E=$(error )'
# RUN: 'E=$(error a$(warning b))'
# RUN: 'E=$(error $(LINES))'
# RUN:
# STATUS: 2
define LINES
one
two
endef
$(info $(E))
all:
	@echo 1
	@echo $(error in the recipe)
	@echo 3
