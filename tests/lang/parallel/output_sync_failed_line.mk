# With -Oline, what a failed command wrote and what make says of it are one piece.
# RUN: -j2 -Oline -w -k
# RUN: -j2 -Oline -w -k ignored
# RUN: -j2 -Oline -w -s failed
# RUN: -j2 -Otarget -w -k
all: failed
failed:
	@echo one
	@cat missing
ignored:
	@echo one
	-@cat missing
	@echo two; exit 3
