# Failing lines: message with place and status, -i, -k, ignored ones, a missing program.
# COVERS: message/recipe-failed message/recipe-failed-ignored
# RUN:
# RUN: -i
# RUN: -k
all: a b c
a:
	@echo a; exit 7
	@echo not with a
b:
	-exit 2
	nosuchprogram-xyz --option
c: a
	@echo c
