# In a define, lines continued with a backslash are joined, in what will be a recipe too.
define x
  a  \
  b \\
 c\d
	tab \
	joined
# a \
  comment
endef
define y
a \
endef
endef
$(info [$(value x)] [$(value y)])
define recipe
	@echo one \
	  two
	@echo 'three' \\
	@echo four
endef
all:
	$(recipe)
