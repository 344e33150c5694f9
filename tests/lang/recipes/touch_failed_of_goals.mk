# A goal that can't be touched leaves the other goals alone, also without -k, but not what needs it.
# RUN: -t no/file there
# RUN: -tk needs there
# STATUS: 2
# RUN: -t needs there
no/file there: ; @echo $@
needs: no/file other ; @echo $@
other: ; @echo $@
