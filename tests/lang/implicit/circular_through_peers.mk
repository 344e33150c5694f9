# A pattern rule that makes its own prerequisite on the side: what is dropped, and what recipes see.
# COVERS: message/circular
# ARGS: -r
# ARGS: -r f.o
# ARGS: -r dir/h.o
dir/h.o e.o: %.o: %.c
d.o f.o: %.o: %.c d.o
%.o %.c: %.c
	@echo "$@: $+ - $?"
