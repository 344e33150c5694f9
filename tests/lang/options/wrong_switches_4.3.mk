# What 4.3 says of wrong arguments.
# COVERS: message/empty-file-name
# COMPAT: 4.3
# NORM: usage
# RUN: -Z -Y
# RUN: -j0 -Z -l --bogus
# RUN: -Obogus -Z
# RUN: --debug=zz -Z
# RUN: --debug= --output-sync= --eval= -f '' -C '' -I '' -o '' -W '' --jobserver-auth=
# RUN: -j ''
# RUN: --jobs=
# RUN: --s
# RUN: --n
# RUN: --a=x
# RUN: --m=x
# RUN: --no
# RUN: --=
# RUN: ---
# RUN: --silent=x
# RUN: -f
# RUN: --file
# RUN: -kX
# RUN: -Olinex
# RUN: --output-sync=x
# RUN: --debug=b,zz
# RUN: --debug=,
# RUN:1x
# RUN: ""
# RUN: --t
# RUN: --temp=x
# RUN: =x
# RUN: :=x
# RUN: -C nothere
# RUN: -w -C d -C nothere
# STATUS: 2
# FILE: d/there
# END
all:; @echo $@ '$(MAKEFLAGS)'
