# 4.3 counts the lines of a recipe from 0 again.
# COMPAT: 4.3
# DIFFERS: ^ *\+last
# SH: { echo 'all:'; yes '	@:' | head -n 65535; echo '	@echo last'; } > long.mk
# RUN: -f long.mk
# MAKEFILE: none
