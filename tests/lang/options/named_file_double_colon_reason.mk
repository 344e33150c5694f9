# -W of a name with `::` rules adds one to them, whose file is what is found there.
# RUN: -r --trace -Wd.c
# RUN: -r -t -Wd.c
# RUN: -r -Wd.c
.DEFAULT: ; echo default $@
d.c:: all; -echo '$?'
