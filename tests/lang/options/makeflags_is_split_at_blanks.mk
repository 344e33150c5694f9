# MAKEFLAGS and GNUMAKEFLAGS of the environment are split at spaces and tabs and at nothing else; a backslash keeps what follows in the
# word. White space of any kind before the first word is passed over, a quote is a character like any other, a blank at the end is
# an argument that is empty, and a first word with `=` in it is no list of letters. Only blanks, backslashes and dollars are quoted in what is passed on.
# NORM: usage
# FILE: sub.mk
# $(foreach v,w x y z,$(info $v [$($v)] $(origin $v)))
# all:; @printf '[%s]\n' "$$MAKEFLAGS"
# END
S = $(MAKE) -rR --no-print-directory -f sub.mk
NL = $(shell printf '\n')
all:
	-MAKEFLAGS="`printf 'k\tx=1\ty=2'`" $S
	-MAKEFLAGS="`printf 'x=1\ny=2'`" $S
	-MAKEFLAGS="`printf 'x=1\ry=2\vz=3\fw=4'`" $S
	-MAKEFLAGS="`printf '\nks x=1'`" $S
	-MAKEFLAGS="`printf '\v\f\r\n \tks'`" $S
	-MAKEFLAGS='x=1\ y=2' $S
	-MAKEFLAGS='x=1\\ y=2' $S
	-MAKEFLAGS='x=1\\\ y=2\' $S
	-MAKEFLAGS="`printf 'x=1\\\\\n2\\\\\t3'`" $S
	-MAKEFLAGS='k x="1 y=2" z='\''3 w=4'\' $S
	-MAKEFLAGS='"x=1 y=2"' $S
	-MAKEFLAGS='  k  ' $S
	-MAKEFLAGS='k -I ' $S
	-MAKEFLAGS='-f ' $S
	-MAKEFLAGS='\k' $S
	-MAKEFLAGS='\ ' $S
	-MAKEFLAGS='#x=1 y=2' $S
	-GNUMAKEFLAGS="`printf ' x=1\ny=2\tz=3\\\\ 4 '`" $S
	-$S "x=`printf '1\n2\t3\v4\r5\f6\\\\7 8$$$$9'`"
	-$S -I"`printf '/a b\tc\nd'`"
	-$S --eval="w:=`printf '1\v2\t3'`"
