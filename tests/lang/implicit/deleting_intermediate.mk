# What a killed make leaves of intermediate files.
# COVERS: message/removing-intermediates rule/chain-of-implicit-rules
# SH: touch x.a
# RUN: x.d
# RUN: -k x.d y.d
# RUN: -n x.d
%.b: %.a; cp $< $@
%.c: %.b; cp $< $@
%.d: %.c; cp $< $@
