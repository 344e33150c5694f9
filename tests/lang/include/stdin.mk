# -f - reads standard input; several -f.
# STDIN: $(info stdin)\nall:;@echo $@ from stdin\n
# FILE: other.mk
# $(info other)
# END
# RUN: -f other.mk -f -
# RUN: -f nosuch.mk
$(info not read)
