# A line that begins with a NUL byte is an empty line, and make warns of it.
# COVERS: message/nul-character
# SH: printf '\000a\n$(info two)\ndefine x\n\000a\nb\\\n\000\nendef\n$(info $(x))\nifdef y\n\000\nendif\nall:\n\t@echo a\\\n\000\n' > nul.mk
# RUN: -f nul.mk
# SH: head -c 500 /dev/zero > nuls.mk; echo 'all: ; @echo $@' >> nuls.mk
# RUN: -f nuls.mk
