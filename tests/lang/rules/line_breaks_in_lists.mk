# In lists of files a line break separates names only after a blank; otherwise it is part of the name.
# FILE: a
# END
# FILE: b
# END
# ARGS: all
# ARGS: second
# ARGS: static
define L

a
b

c 
 d
endef
define M
a
b
endef
.SECONDEXPANSION:
$(info $(words $L) $(words $M) [$(wildcard $L)] [$(wildcard $M)] [$(wildcard x $M)])
all: $L
	@$(foreach x,$^,echo "<$(subst $(firstword $x),_,$x)>";)
second: $$M ; @echo "$(subst a,_,$^)"
static: %: x$M; @echo "$(subst a,_,$^)"
.DEFAULT:
	@echo "made $(words $@) $(subst a,_,$@)"
