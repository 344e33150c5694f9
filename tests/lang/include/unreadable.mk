# A makefile that may not be read is told of like a missing one, also when its name is a default one. Root reads everything as
# long as it has its capabilities.
# SH: mkdir d && echo 'all:; @echo read' > d/Makefile && cp d/Makefile d/makefile && chmod 0 d/makefile
# SH: printf 'include makefile\n' > d/includes.mk && printf -- '-include makefile\nall:; @echo all\n' > d/optional.mk
# SH: printf 'include makefile\nall:; @echo $X\nmakefile:; rm -f $@; echo X = made > $@\n' > d/remakes.mk
AS_USER := $(if $(filter 0,$(shell id -u)),setpriv --bounding-set=-all --inh-caps=-all)
M := $(AS_USER) $(MAKE) --no-print-directory -C d
all:
	-$M
	-$M -k all
	-$M -f makefile
	-$M -f includes.mk
	-$M -f optional.mk
	-$M -f Makefile
	-$M -f remakes.mk
