# .IGNORE without prerequisites is -i: MAKEFLAGS says so, to the makes below as well.
# RUN:
# RUN: T=1
# RUN: -k
ifdef T
.IGNORE: all
else
.IGNORE:
endif
all:
	@echo '[$(MAKEFLAGS)] [$(MFLAGS)]'
	@false
	@$(MAKE) --no-print-directory -f $(firstword $(MAKEFILE_LIST)) T=2 sub
sub:
	@echo '[$(MAKEFLAGS)]'
	@false
