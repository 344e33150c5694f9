# A list of options as Kconfig writes it: its variables are like any others, whoever looked at them before.
#
# ARGS: all
# ARGS: all CONFIG_B=line CONFIG_NEW=line
# ARGS: -e all
# ARGS: -R undone
# ARGS: -R listed
# ARGS: -R again
# ARGS: -r -R prefix PREFIX=C
# ENV: CONFIG_A=environment CONFIG_E=environment CONFIG_G=environment 'CONFIG_S=$(info expanded)s'
# FILE: auto.conf
# #
# # Made by hand
# #
# CONFIG_A=y
# CONFIG_B="a b"
#
# CONFIG_C=
# CONFIG_D=1
# CONFIG_A=m
# CONFIG_E==:=x
# CONFIG_F=0x10
# CONFIG_LONG="eval (info x), a b"
# CONFIG_OVER=y
# # CONFIG_N is not set
# CONFIG_TARGET=y
# CONFIG_PLUS=y
# CONFIG_S=s
# CONFIG_LOOP=y
# END
# FILE: second.conf
# CONFIG_B=second
# CONFIG_H=second
# END
CONFIG_G = before
override CONFIG_OVER = mine
# No rule is open where the list begins, so its lines are no recipe.
ifdef PREFIX
.RECIPEPREFIX = C
endif
FORMER := $(CONFIG_D)$(origin CONFIG_D)
include auto.conf
show = $(info $(1): $(origin $(1)) $(flavor $(1)) '$(value $(1))' '$($(1))')

ifneq ($(filter all,$(MAKECMDGOALS)),)
$(foreach n,A B C D E F G LONG OVER N PLUS S NEW,$(call show,CONFIG_$(n)))
$(info $(FORMER) $(MAKEFILE_LIST))
ifdef CONFIG_C
$(info C)
else ifdef CONFIG_D
$(info D)
endif
CONFIG_PLUS += $(CONFIG_D)
CONFIG_NEW ?= new
CONFIG_F ?= other
override CONFIG_B += over
CONFIG_D := $(CONFIG_D)$(CONFIG_D)
$(foreach n,B D F PLUS NEW,$(call show,CONFIG_$(n)))
$(foreach CONFIG_LOOP,1 2,$(eval X += $(CONFIG_LOOP))$(eval CONFIG_LOOP += z))
$(call show,X)
$(call show,CONFIG_LOOP)
$(eval CONFIG_C = $(CONFIG_A))
$(call show,CONFIG_C)
-include second.conf
$(call show,CONFIG_B)
$(call show,CONFIG_H)
all: CONFIG_TARGET = target
all: CONFIG_A += target
all: export CONFIG_F = exported
all: ; @echo $(CONFIG_TARGET) $(CONFIG_A) '$(CONFIG_B)'; env | grep ^CONFIG_ | sort
endif

ifneq ($(filter undone,$(MAKECMDGOALS)),)
undefine CONFIG_A
undefine CONFIG_F
undefine CONFIG_OVER
undefine CONFIG_NONE
$(foreach n,A B F OVER,$(call show,CONFIG_$(n)))
CONFIG_F = again
$(call show,CONFIG_F)
include auto.conf
$(foreach n,A B F OVER,$(call show,CONFIG_$(n)))
export CONFIG_D CONFIG_NONE
unexport CONFIG_E
undone: ; @env | grep ^CONFIG_ | sort
endif

ifneq ($(filter listed,$(MAKECMDGOALS)),)
$(info $(sort $(filter CONFIG_%,$(.VARIABLES))))
export
listed: ; @env | grep ^CONFIG_ | sort; echo 'include auto.conf' > p.mk; $(MAKE) -R -r -p -q -f p.mk 2>&1 | grep -B1 ^CONFIG_
endif

ifneq ($(filter again,$(MAKECMDGOALS)),)
again: CONFIG_B = again
again: private CONFIG_D = private
again: before
	@echo '$(CONFIG_B)' $(CONFIG_D) $(CONFIG_F); $(MAKE) --no-print-directory all
before: ; @echo '$(CONFIG_B)' $(CONFIG_D)
endif

ifdef PREFIX
$(call show,CONFIG_A)
prefix: ;
endif
