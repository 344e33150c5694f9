# A makefile that is phony, or a :: target without prerequisites, is not remade; if it must be there that is an error.
# RUN: -f missing
# RUN: -k -f missing
# RUN: -f optional
# SH: echo B=here >there.mk
# RUN: -f present
# FILE: missing
# default:;@echo 'FOO=$(FOO)'
# include hello.mk
# include other.mk
# include third.mk
# include fourth.mk
# hello.mk:: ; echo 'FOO=bar' > $@
# fourth.mk: ; echo phony
# .PHONY: fourth.mk
# other.mk: ; @echo other; exit 1
# third.mk: ; @echo third; echo B=1 >$@
# END
# FILE: optional
# default:;@echo 'FOO=$(FOO)'
# -include hello.mk fourth.mk
# hello.mk:: ; echo 'FOO=bar' > $@
# fourth.mk: ; echo phony
# .PHONY: fourth.mk
# END
# FILE: present
# default:;@echo 'B=$(B)'
# include there.mk
# there.mk: ; echo phony
# .PHONY: there.mk
# END
all:
