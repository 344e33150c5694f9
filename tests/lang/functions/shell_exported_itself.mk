# A variable that is exported and whose value runs the shell is not expanded for that shell, which --debug=v tells.
# COVERS: message/not-expanding-for-shell
# ENV: VALUE=outside
# RUN: --debug=v
# RUN:
# NORM: version
export VALUE = $(shell echo "+$$VALUE+")
$(info $(VALUE))
all: ; @echo $(VALUE) "$$VALUE"
