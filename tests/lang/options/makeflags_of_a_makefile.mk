# Of the switches a makefile adds to MAKEFLAGS, unknown ones and goals are passed over; wrong values are told of without a
# place, and end make only where they name no mode. --eval is mentioned, --version prints when all is done.
# COVERS: message/non-empty-string message/positive-integer message/output-sync-type
# ARGS: -f quiet.mk
# RUN: -f said.mk
# RUN: -f said.mk -n x=5
# RUN: -f version.mk
# RUN: -f sync.mk
# RUN: -f debug.mk
# RUN: -f name.mk
# NORM: version
# STATUS: 2
# FILE: quiet.mk
# MAKEFLAGS += --bogus -X goal -C / -f nothere -h
# MAKEFLAGS += --eval=x:=1 --shuffle=x
# $(info [$(MAKEFLAGS)] $(origin x))
# all:; @echo '$(MAKEFLAGS)'
# END
# FILE: said.mk
# MAKEFLAGS += --debug=
# $(info [$(MAKEFLAGS)])
# MAKEFLAGS += --jobserver-auth=
# MAKEFLAGS += --shuffle=
# MAKEFLAGS += -I --debug=n
# MAKEFLAGS += --jobs= --output-sync= -jx -k
# all:; @echo '$(MAKEFLAGS)'
# END
# FILE: version.mk
# MAKEFLAGS += -v
# $(info [$(MAKEFLAGS)])
# all:; @echo '$(MAKEFLAGS)' >&2
# END
# FILE: sync.mk
# MAKEFLAGS += -Obogus
# all:; @echo '$(MAKEFLAGS)'
# END
# FILE: debug.mk
# MAKEFLAGS += --debug=zz
# all:; @echo '$(MAKEFLAGS)'
# END
# FILE: name.mk
# MAKEFLAGS += =x
# all:; @echo '$(MAKEFLAGS)'
# END
