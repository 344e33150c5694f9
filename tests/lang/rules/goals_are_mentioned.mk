# A goal of the command line is mentioned: pattern rules that need it apply.
# RUN: -r zz
# RUN: -r d.c
# RUN: -r zz d.c
# STATUS: 0
%: d.c; echo $*
