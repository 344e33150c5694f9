# `else` with what is no condition, where no conditional has ended before.
# DIFFERS: output differs
ifdef Q
else ifdef a b
$(info read)
endif
all:;@:
