# Implicit rules count on a file that -W or -o names; one of -o's that nothing else mentions is removed as an intermediate file.
# RUN: -r -W a.q a.x
# RUN: -r -o a.q a.x
# RUN: -r -W b.q a.x
# SH: touch c.q
# RUN: -r -o c.q c.x
# SH: touch d.q
# RUN: -r -W d.q d.x
%.x: %.q; @echo $@ $<
