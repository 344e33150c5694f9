# Make looks for `:::=` one character too far: `::`, what ends the line, and `=` are an assignment to no name.
# COVERS: message/empty-variable-name
# RUN: -f semicolon.mk
# RUN: -f comment.mk
# RUN: -f grouped.mk a
# RUN: -f single.mk a
# STATUS: 2
# FILE: semicolon.mk
# a ::;= b
# END
# FILE: comment.mk
# a ::#= b
# END
# FILE: grouped.mk
# a &::;= b
# END
# FILE: single.mk
# a :;= b
# END
# MAKEFILE: none
