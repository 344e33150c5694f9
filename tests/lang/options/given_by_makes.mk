# Switches that only a make gives to another, with values that lead nowhere.
# NORM: usage
# COVERS: option/-j
# COVERS: option/--jobserver-auth option/--jobserver-fds option/--temp-stdin option/--sync-mutex option/--jobserver-style
# COVERS: message/jobserver-auth message/jobserver-unavailable message/jobs-forced-in-submake message/jobserver-not-opened
# NORM: fifo:/tmp[^ ]*
# SH: echo 'all:; @echo from a file' > stdin.mk && mkfifo fifo && touch mutex
# RUN: --jobserver-auth=x
# RUN: --jobserver-auth=3
# RUN: --jobserver-auth=50,51
# RUN: --jobserver-fds=50,51
# RUN: --jobserver-auth=fifo:nothere
# RUN: --jobserver-auth=fifo:
# RUN: -j3 --jobserver-auth=50,51
# RUN: -j2 --jobserver-style=fifo
# RUN: --sync-mutex=fnm:mutex
# RUN: --temp-stdin=stdin.mk
all:; @echo '$(MAKEFLAGS)'
