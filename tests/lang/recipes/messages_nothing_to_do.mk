# "up to date", "Nothing to be done", and nothing said.
# FILE: exists
# END
# RUN: exists
# RUN: phony
# RUN: colon
# RUN: empty
# RUN: none
# RUN: exists phony colon empty
exists:
.PHONY: phony
phony:
colon:;@:
empty:;
none: exists
