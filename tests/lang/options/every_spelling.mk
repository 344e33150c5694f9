# Every long name of a switch does what its letter does; MAKEFLAGS has the letter.
# NORM: usage
# COVERS: option/-k
# COVERS: option/--always-make option/--directory option/--environment-overrides option/--eval option/--file option/--makefile
# COVERS: option/--ignore-errors option/--include-dir option/--jobs option/--keep-going option/--load-average option/--max-load
# COVERS: option/--check-symlink-times option/--just-print option/--dry-run option/--recon option/--old-file option/--assume-old
# COVERS: option/--output-sync option/--question option/--no-builtin-rules option/--no-builtin-variables option/--shuffle
# COVERS: option/--silent option/--quiet option/--no-silent option/--no-keep-going option/--stop option/--touch option/--trace
# COVERS: option/--print-directory option/--no-print-directory option/--what-if option/--new-file option/--assume-new
# COVERS: option/--warn-undefined-variables option/--debug option/-E option/-m option/-b option/-L option/-S option/-e
# ENV: X=environment
# NORM: fifo:[^ ]*
# SH: mkdir inc d && echo 'I = included' > inc/inc.mk && cp Makefile d/Makefile && touch -d 2001-01-01 old && touch -d 2002-01-01 new
# SH: touch -h -d 2003-01-01 new && ln -s new link && touch -h -d 2003-01-01 link
# RUN: --always-make
# RUN: --directory d
# RUN: --directory=d
# RUN: --environment-overrides
# RUN: -e
# RUN: --eval='Y = evaluated'
# RUN: -E 'Y = evaluated'
# RUN: -b -m
# RUN: --file=Makefile
# RUN: --makefile Makefile
# RUN: --ignore-errors fail
# RUN: --include-dir=inc
# RUN: --include-dir inc
# RUN: --jobs=3
# RUN: --jobs 3
# RUN: --jobs
# RUN: --keep-going fail
# RUN: --load-average=1000
# RUN: --max-load 1000
# RUN: --check-symlink-times linked
# RUN: -L linked
# RUN: linked
# RUN: --just-print
# RUN: --dry-run
# RUN: --recon
# RUN: --old-file=new older
# RUN: --assume-old new older
# RUN: older
# RUN: --output-sync=line
# RUN: --output-sync
# RUN: --question older
# RUN: --no-builtin-rules x.o
# RUN: --no-builtin-variables
# RUN: --shuffle=reverse
# RUN: --silent
# RUN: --quiet
# RUN: --silent --no-silent
# RUN: --keep-going --no-keep-going fail
# RUN: -k --stop fail
# RUN: -kS fail
# RUN: --touch older
# RUN: --trace
# RUN: --print-directory
# RUN: --print-directory --no-print-directory
# RUN: --what-if=old newer
# RUN: --new-file old newer
# RUN: --assume-new=old newer
# RUN: --warn-undefined-variables
# RUN: --debug=b
# NORM: version
-include inc.mk
X = makefile
all: one two
	echo '$(MAKEFLAGS)' $X $Y $I $(origin CC) $U
one two:; @echo $@
two: | one
fail: fails one
fails:; exit 3
linked: link; echo $@; touch $@
linked: FORCE_NOT
FORCE_NOT: ;
older: new; echo $@
newer: old; echo $@
newer: FORCE_NOT
