# SHELL as it should not be: empty, missing, a directory, without execute permission, no program.
# SH: mkdir dir && echo 'echo script "$@"' > plain && cp plain script && chmod +x script && printf '\177ELFxx' > elf && chmod +x elf
# STATUS: 2
# RUN: -k
# ENV: PATH=/usr/bin:/bin
all: empty missing nopath dir plain script elf words sh
%: ; @echo simple $@
empty missing nopath dir plain script elf words sh:
	echo simple
	echo one; echo two
empty: SHELL =
missing: SHELL = /nothere/sh
nopath: SHELL = nothere-sh
dir: SHELL = ./dir
plain: SHELL = ./plain
script: SHELL = ./script
elf: SHELL = ./elf
words: SHELL = /bin/sh -e
sh: SHELL = sh
