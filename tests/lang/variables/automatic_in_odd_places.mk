# Automatic variables outside recipes, overridden, in target-specific values, and with modifiers.
# FILE: d/x.c
# END
$(info [$@] [$<] [$(origin <)])
@ = mine
v = [$@]
$(info $(v))
all: d/x.o
d/x.o: name = $(@:.o=.bin) $(<:%.c=%.i) $(^:d/%=%) $(@F:.o=)
d/x.o: d/x.c d/x.c
	@echo '$(name) $(v) $(+:.c=.h)'
