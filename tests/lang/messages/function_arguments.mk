# Functions with arguments that are wrong.
# COVERS: message/insufficient-arguments message/wordlist-first
# RUN: n=1
# RUN: n=2
# RUN: n=3
# RUN: n=4
# RUN: n=5
1 = $(word 0,a)
2 = $(wordlist x,1,a)
3 = $(subst a)
4 = $(foreach ,a)
5 = $(error stop $(n))
all:
	@echo $($(n))
