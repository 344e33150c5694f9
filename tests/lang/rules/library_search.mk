# -lname is searched as libname.so and libname.a through vpath; .LIBPATTERNS.
# COVERS: rule/library-search variable/.LIBPATTERNS
# FILE: lib/libfoo.a
# END
# FILE: lib/libbar.x
# END
vpath %.a lib
vpath %.x lib
.LIBPATTERNS += lib%.x
all: -lfoo -lbar
	@echo '$^'
