# .SILENT with no targets also keeps quiet that there was nothing to do; with targets it does not.
# ARGS: all file
# ARGS: all file
# ARGS: all file SOME=all
# ARGS: -t all file
.SILENT: $(SOME)
.PHONY: all
all: file
file: ; echo made >$@
