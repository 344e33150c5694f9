# -d tells of each intermediate file that goes where -s does not show the rm.
# NORM: version
# SH: touch a.1 b.1
# RUN: -r -s --debug=b a.3 b.3
# RUN: -r --debug=b a.3 b.3
%.2: %.1; cp $< $@
%.3: %.2; cp $< $@
