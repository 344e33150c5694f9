# KBUILD-FACTS 24: a shell script calls ${MAKE}; it has MAKE, MAKEFLAGS and the level.
# COVERS: kbuild/24-make-from-a-script
# ARGS: V=1
# FILE: link.sh
# echo "MAKE=$MAKE V=$V"
# ${MAKE} -f sub.mk --no-print-directory obj=init
# END
# FILE: sub.mk
# all:;@echo '$(MAKELEVEL) [$(V)] [$(obj)] $(origin V)'
# END
export MAKE
all:
	+@sh ./link.sh
