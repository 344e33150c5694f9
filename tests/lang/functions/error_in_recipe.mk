# Errors and warnings in recipes name the recipe's line.
# RUN: all
# RUN: b
# RUN: c
all:
	@echo one
	@echo $(warning two) \
	$(warning three)
	@echo $(error four)
b:;@echo $(word x,a)
define F

$(word x,a)
endef
c:
	@echo
	@echo $(F)
