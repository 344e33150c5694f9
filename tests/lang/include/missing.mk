# A missing include file without a rule.
# STATUS: 2
$(info before)
include nosuch.mk also
$(info after)
all:;
