# MAKECMDGOALS names the goals as targets are named: without ./ in front.
# COVERS: variable/MAKECMDGOALS
# ARGS: ./a/b ././c .//d e/../f ./
# ARGS: -n ./a/b
$(info [$(MAKECMDGOALS)])
a/b c d e/../f ./:; @echo '$@ [$(MAKECMDGOALS)]'
