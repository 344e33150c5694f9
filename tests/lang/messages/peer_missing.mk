# A pattern rule's other target is spoken of when it is missing afterwards and the rule made its own target newer.
# SH: touch -d 2001-01-01 dep; touch -d 2002-01-01 old.a old.b same.a back.a gone.a gone.b
# ARGS: new.a CMD='touch new.a'
# ARGS: first.a CMD='touch -d 2000-01-01 first.b; touch first.a'
# ARGS: old.a -W dep CMD='touch old.a'
# ARGS: same.a -W dep CMD='touch -d 2002-01-01 same.a'
# ARGS: back.a -W dep CMD='touch -d 2000-01-01 back.a'
# ARGS: gone.a -W dep CMD='touch gone.a; rm gone.b'
# ARGS: none.a CMD=:
%.a %.b: dep
	@$(CMD)
