# A recipe of more than 65,535 lines can't be run; that of a target that is up to date may be as long.
# COMPAT: 4.4.1
# COVERS: message/too-many-lines
# SH: (printf 'done most all:\n'; yes "$(printf '\t@:')" | head -n 65535) > most.mk; (cat most.mk; printf '\t@:\n') > more.mk; touch done
# RUN: -f most.mk all
# RUN: -f more.mk done
# STATUS: 2
# RUN: -f more.mk all
