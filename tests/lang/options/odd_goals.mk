# An empty argument and `-` are no goals; a tilde is expanded.
# ENV: HOME=home
# RUN: ''
# RUN: -
# RUN: '' two -
# RUN: ~/x
# SH: mkdir home && touch home/x
# RUN: ~/x '~'
all two:; @echo '$@ [$(MAKECMDGOALS)]'
home/x:; @echo '$@ [$(MAKECMDGOALS)]'
