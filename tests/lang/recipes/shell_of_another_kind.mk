# A recipe is run as the shell that SHELL names runs it: where dash and bash differ, and with what only one of them knows.
# COVERS: variable/SHELL variable/.SHELLFLAGS
# SH: mkdir d && touch d/a d/b && ln -s /bin/bash own-bash && ln -s /bin/dash own-dash && ln -s /bin/bash sh
# RUN: -k SHELL=/bin/sh
# RUN: -k SHELL=/bin/dash
# RUN: -k SHELL=/bin/bash
# RUN: -k SHELL=bash
# RUN: -k SHELL=./own-bash
# RUN: -k SHELL=./own-dash
# RUN: -k SHELL=./sh
# RUN: -k SHELL=/bin/bash .SHELLFLAGS='-eu -o pipefail -c'
# RUN: -k SHELL=/bin/bash .SHELLFLAGS=-ec
# RUN: -k SHELL='/bin/bash --posix'
# NORM: line [0-9]+: |: [0-9]+: 
all: echo brackets arrays braces quotes herestring redirect function pipefail environment zero process substring errors arith case equals
echo: ; @echo 'a\tb\c' -n; echo -e 'x\ty'; echo -n no newline; echo; printf '%s-%d\n' a 010 b
brackets: ; @[[ ab == a* ]] && echo matched || echo no
arrays: ; @a=(1 2 3); echo $${a[1]} $${#a[@]}
braces: ; @echo {a,b}{1..3} d/{a,b}
quotes: ; @echo $$'a\tb' $$"c"
herestring: ; @cat <<< text
redirect: ; @echo out &> f; sleep 0.2; cat f; echo err >& g; cat g
function: ; @function f { echo in $$1; }; f x; g() { local y=1; echo $$y; }; g
pipefail: ; @false | true; echo $$?; set -o pipefail; false | true; echo $$?
environment: ; @A=1 B=2 env | grep -E '^(A|B|OLDPWD)='; cd d && pwd && echo $$OLDPWD | sed 's/.*/set/'; test -n "$$SHLVL" && echo level || echo none
zero: ; @echo $$0 "$$@" $$#; echo $${BASH_VERSION:+bash}
process: ; @cat <(echo from a process)
substring: ; @x=abcdef; echo $${x:1:2} $${x/b/X} $${x^^} $${x#a} $${x%%f*}
errors: ; @nothere-command; echo $$?; cd nothere; echo $$?; ./d; echo $$?; x=$$((1/0)); echo after
arith: ; @echo $$((2**3)) $$((010 + 0x10)) $$((1 ? 2 : 3)); i=1; echo $$((i++)) $$i
case: ; @case abc in (a*) echo a;& b*) echo b;; esac
equals: ; @test a == a && echo same; [ a = a ] && echo equal; test 1 -eq 01 && echo number; type cd | head -1
