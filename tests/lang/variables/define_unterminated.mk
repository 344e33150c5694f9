# define without endef.
# STATUS: 2
all:;
define x
a
