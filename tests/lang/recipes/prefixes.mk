# @, - and + in any order, with spaces, from an expansion, and on lines from define.
quiet = @
both = -@
define lines
@echo one
echo two
+@echo three
endef
all:
	@ - echo a; false
	-@false
	+ @echo b
	$(quiet)echo c
	$(both)echo d; false
	@$(lines)
