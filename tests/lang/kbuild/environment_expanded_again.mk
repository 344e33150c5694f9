# KBUILD-FACTS 10 and 11: what passes verbatim, what is expanded once more on its way.
# COVERS: kbuild/10-untouched-environment-is-verbatim kbuild/11-dollars-across-a-process
# ENV: 'KEPT=a $x $$y' 'CHANGED=c'
# FILE: sub.mk
# $(info sub: [$(KEPT)] [$(value KEPT)] [$(value CHANGED)] [$(value REC)] [$(value SIM)])
# all:;@printf '%s\n' "$$KEPT" "$$CHANGED" "$$REC" "$$SIM"
# END
x = ex
CHANGED = got $$x
export REC = r $$x $$$$y
export SIM := s $$x $$$$y
all:
	@printf '%s\n' "$$KEPT" "$$CHANGED" "$$REC" "$$SIM"
	@$(MAKE) --no-print-directory -f sub.mk
