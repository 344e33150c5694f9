# With -C the pipe of the jobserver has other descriptors.
# DIFFERS: ^ *-.*auth=3,4
# ENV: S=--jobserver-style=pipe
# FILE: sub.mk
# all: ; +@echo '$(MAKEFLAGS)'
# END
all: ; @$(MAKE) --no-print-directory -C . -f sub.mk -j2 $(if $(filter 4.4%,$(MAKE_VERSION)),$S)
