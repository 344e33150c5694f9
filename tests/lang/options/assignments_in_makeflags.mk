# MAKEFLAGS passes on what assignments of the command line came to: an operator that looks at the old value is gone.
# WITHOUT: e
# COVERS: option/-d option/-f option/-i option/-I option/-n option/-o option/-p option/-r option/-t
# ENV: x=9
# RUN: x?=1
# RUN: x+=1
# RUN: 'x:=$(y)' y=3
# RUN: 'x=$(y)' y=3
# RUN: 'x::=a$$b' 'z:::=a$$b'
# RUN: x=1 x+=2 y:=1 y=2
# RUN: 'x=a b' 'y=c\d' 'z = e '
# RUN: 'x!=echo a; echo b'
# RUN: '$(y)x=2' y=1
# RUN: MAKELEVEL=5 x=
# RUN: -I 'a b' --debug=n,n '--debug=n n'
# FILE: sub.mk
# all:; @echo '$(MAKEFLAGS) $(value x) $(origin x) $(flavor x)'
# END
all:
	@echo '$(MAKEFLAGS)'; echo '$(value x) $(origin x) $(flavor x)'
	@$(MAKE) --no-print-directory -f sub.mk
