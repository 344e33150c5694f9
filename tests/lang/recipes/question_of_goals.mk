# Under -q the first goal that is not well decides the exit status, whatever comes after it.
# RUN: -qk old none
# RUN: -qk none old
# RUN: -q old none
# RUN: -qkj2 there old none
# STATUS: 1
# RUN: -qk there old none
there: ; 
old: ; @echo old
none: nothing
