# --debug=print shows commands that are silent, --debug=why the reasons; both are quiet about makefiles.
# COMPAT: 4.4.1
# ARGS: --debug=p
# SH: rm dep
# ARGS: --debug=w
# SH: rm dep
# ARGS: --debug=p,w
# SH: rm dep
# ARGS: --trace
all: ; @echo $@
dep: ; @echo x=1 >$@
-include dep
