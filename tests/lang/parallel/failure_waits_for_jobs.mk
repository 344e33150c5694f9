# After a failure with -jN what runs is waited for, nothing more is started.
# COVERS: message/waiting-for-jobs
# ARGS: -j2
# STATUS: 2
all: slow bad after
slow:; @sleep 0.3; echo slow is done
bad:; @exit 1
after: slow ; @echo not reached
