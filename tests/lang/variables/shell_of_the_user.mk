# The SHELL recipes see is the user's; where there is none it is passed on like any variable, and one exported by name always.
# COVERS: variable/SHELL
# FILE: file.mk
# SHELL = /bin/bash
# all: ; @/usr/bin/env | grep ^SHELL= || echo none
# END
# FILE: all.mk
# export
# include file.mk
# END
# FILE: named.mk
# export SHELL
# include file.mk
# END
# FILE: target.mk
# export SHELL
# all: SHELL = /bin/bash
# all: ; @/usr/bin/env | grep ^SHELL= || echo none
# END
# FILE: unexported.mk
# unexport SHELL
# include all.mk
# END
# FILE: order.mk
# export Z = $(info Z)z
# export Y = $(info Y)y
# all: ; @/usr/bin/env | sed -n '/^[YZ]=/p; /^SHELL=/p; /^MAKELEVEL=/p'
# END
M = $(MAKE) --no-print-directory
# In the environment there is another one, or none.
all:
	@for f in file all named target unexported order; do \
	for arg in '' -e SHELL=/bin/bash; do \
	echo "$$f $$arg"; env -u SHELL $(M) -f $$f.mk $$arg; SHELL=/bin/dash $(M) -f $$f.mk $$arg; \
	done; done
