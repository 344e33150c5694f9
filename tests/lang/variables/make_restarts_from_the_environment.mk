# Make counts on from the MAKE_RESTARTS it is started with; a minus before it says that the directory was entered.
# FILE: sub.mk
# $(info [$(MAKE_RESTARTS)] $(origin MAKE_RESTARTS) $(flavor MAKE_RESTARTS))
# all:; @echo "s=$$MAKE_RESTARTS"
# -include x.mk
# x.mk: ; @[ -f x ] || touch x.mk x
# END
# RUN:
values = 3 -7 ' 4x' abc '' 0
all:; @for v in $(values); do rm -f x*; MAKE_RESTARTS="$$v" $(MAKE) --no-print-directory -f sub.mk || exit 1; done
