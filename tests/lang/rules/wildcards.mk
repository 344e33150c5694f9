# Wildcards in targets and prerequisites; without a match they are names.
# COVERS: rule/wildcard-in-names
# FILE: b.c
# END
# FILE: a.c
# END
# FILE: sub/z.c
# END
all: *.c s*/*.c *.none [ab].c
	@echo $^
*.none:;@echo making '$@'
*.c: dep
dep:;@echo dep
