# Everything that is wrong with arguments is said before the usage text: the C library's messages name the program as it was
# called, make's own by its name. What a value means is looked at last, and ends make without the usage text.
# COVERS: option/-O option/-w option/-W message/jobserver-style message/option-wants-one message/long-option-wants-one
# NORM: usage
# RUN: -Z -Y
# RUN: -j0 -Z -l --bogus
# RUN: -Obogus -Z
# RUN: --debug=zz -Z
# RUN: --debug= --shuffle= --output-sync= --eval= -f '' -C '' -I '' -o '' -W '' --jobserver-auth=
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
# RUN: --shuffle=1x
# RUN: --jobserver-style=x -j2
# RUN: --jobserver-style=x
# RUN: =x
# RUN: :=x
# RUN: -C nothere
# RUN: -w -C d -C nothere
# STATUS: 2
# FILE: d/there
# END
all:; @echo $@ '$(MAKEFLAGS)'
