# The same in 4.3, which says at once, too, that a makefile is missing.
# FILE: home/m.mk
# $(info $(MAKEFILE_LIST))
# E
# END
# FILE: home/l.mk
# list:;@echo '$(MAKEFILE_LIST) $(MAKEFLAGS)'; false
# END
# ENV: HOME=./home
# COMPAT: 4.3
# RUN: -f ./Makefile
# RUN: -f .//././/Makefile -I ./home -I.// -I ./.
# RUN: --file=./Makefile --include-dir=././home/
# RUN: -k -f '~/l.mk' -f ./home/l.mk
# RUN: -k -f '~/l.mk' -I '~' -I '~/nowhere' -I '~nobody-is-called-so/x' list
# RUN: -C '~/nowhere'
# RUN: -C ./nowhere
# RUN: -C '~' -f ./l.mk -w
# RUN: -W ./old newer
# RUN: -W '~/old' newer
# RUN: -o ./newer newer
# RUN: -f ./nowhere.mk
# RUN: -f .
# RUN: -f ./home
# RUN: -f '~/m.mk'
# RUN: in_makefile
# RUN: '~/goal' ./goal
# RUN: -f '~/m.mk' MAKEFILES=./home/l.mk
# STATUS: 2
ifneq ($(filter in_makefile,$(MAKECMDGOALS)),)
MAKEFLAGS += -I./home -I~/.. -W ./old
endif
$(info $(MAKEFILE_LIST) $(MAKECMDGOALS) [$(MAKEFLAGS)])
$(warning read)
all: list newer old home/old; @false
list: ; @echo '$(MAKEFILE_LIST) $(MAKEFLAGS)'
in_makefile: newer; @echo '$(MAKEFLAGS)'
newer: old home/old; @echo $? newer than $@
old home/old: ; @touch -d 2001-01-01 $@
%goal: ; @echo $@
