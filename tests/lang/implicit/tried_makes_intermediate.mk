# A name that only patterns give is intermediate once a rule was tried with it, taken or not, and found or not.
# SH: touch q
# ARGS: a.z a.o
# SH: rm -f a.*
# ARGS: a.o a.z
# SH: rm -f b.*
# ARGS: b.o b.z
a.o b.o: %.o: %.c; touch $@
%.z: %.c nonex; touch $@
%.z: q; touch $@
.DEFAULT:; touch $@
