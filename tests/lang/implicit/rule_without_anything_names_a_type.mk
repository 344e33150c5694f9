# A pattern rule with neither prerequisites nor recipe says that the names it matches are of a type of their own, which
# match-anything rules don't make; one that cancels another with prerequisites does not.
# RUN: -r a.x
# RUN: -r a.y
# RUN: -r d/a.z
# RUN: -r .x
# RUN: -r a.v
%.x:
%.x: q; @echo x $@
%.x: q
%.y: q
%.z %.w:
%.v::
%: q; @echo anything $@
q:;@:
