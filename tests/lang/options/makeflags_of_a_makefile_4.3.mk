# COMPAT: 4.3
# In 4.3 an assignment in a makefile's MAKEFLAGS counts as one of the command line's, and -v is passed on.
# ARGS: -f m.mk
# RUN: -f m.mk x=5
# RUN: -f m.mk -e x=5
# RUN: -f m.mk y=7
# RUN: -f bad.mk
# RUN: -f version.mk
# ENV: x=8
# NORM: version
# FILE: m.mk
# MAKEFLAGS += x=1 y:=2 z?=3
# early := $(origin x) $(origin y)
# all:; @echo $(early), $(origin x) $(origin y) $x $y $z, $(MAKEFLAGS); echo $$x $$y
# END
# FILE: bad.mk
# MAKEFLAGS += -jx --debug=
# all:; @echo '$(MAKEFLAGS)'
# END
# FILE: version.mk
# MAKEFLAGS += -v
# all:; @echo '$(MAKEFLAGS)'
# END
