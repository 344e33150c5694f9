# What file can't do.
# COVERS: message/file-operation message/file-name message/file-arguments message/file-open message/file-read
# SH: mkdir d && touch f && mkdir -m 700 p
# RUN: 'E=$(file >,abc)'
# RUN: 'E=$(file >>  ,abc)'
# RUN: 'E=$(file <)'
# RUN: 'E=$(file <,x)'
# RUN: 'E=$(file foo)'
# RUN: 'E=$(file foo,bar)'
# RUN: 'E=$(file )'
# RUN: 'E=$(file >none/x,abc)'
# RUN: 'E=$(file >>none/x,abc)'
# RUN: 'E=[$(file <none/x)]'
# RUN: 'E=$(file <d)'
# RUN: 'E=$(file >d,x)'
# RUN: 'E=$(file <f,x)'
# RUN: 'E=$(file <f,)'
# RUN: 'E=$(file <f/x)'
# RUN: 'E=$(file >/dev/full,x)'
# STATUS: 2
$(info $(E))
all:;@:
