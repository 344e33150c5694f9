# What --debug says of jobs and tokens; numbers and the order they come in are chance, so single lines are picked.
# COVERS: message/debug-reaping-losing
# COVERS: message/debug-child message/debug-live message/debug-reaping-winning message/debug-chain message/debug-re-executing
# FILE: sub.mk
# all: a b
# a b: ; @sleep 0.2
# fail: ; @exit 1
# END
# FILE: restart.mk
# include made.mk
# all: ; @echo $X
# made.mk: ; @echo X = made > $@
# END
PICK = sed -n -e 's/0x[0-9a-f]*/ADDR/; s/PID [0-9]*/PID N/; s/fifo:[^ ]*/FIFO/' -e '/$1/p' | sort | uniq
all:
	@$(MAKE) -f sub.mk --debug=j | $(call PICK,Putting)
	@$(MAKE) -f sub.mk --debug=j | $(call PICK,Live)
	@$(MAKE) -f sub.mk --debug=j | $(call PICK,winning)
	@$(MAKE) -f sub.mk --debug=j fail 2>&1 | $(call PICK,losing)
	@$(MAKE) -f sub.mk --debug=j | $(call PICK,from chain)
	@$(MAKE) -f restart.mk --debug=b | $(call PICK,Re-exec)
