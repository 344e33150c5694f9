# KBUILD-FACTS 9: a variable from the environment stays exported when a child reassigns it, three levels.
# COVERS: kbuild/09-environment-stays-exported
# ENV: V=env
# FILE: one.mk
# V = one
# all:;@echo "1 $$V"; $(MAKE) --no-print-directory -f two.mk
# END
# FILE: two.mk
# $(info 2 reads $(V) $(origin V))
# V := two $(V)
# all:;@echo "2 $$V"; $(MAKE) --no-print-directory -f three.mk
# END
# FILE: three.mk
# $(info 3 reads $(V) $(origin V))
# all:;@echo "3 $$V"
# END
all:;@echo "0 $$V"; $(MAKE) --no-print-directory -f one.mk
