# bash differs
nope; echo $?; ./nope; echo $?; ./file; echo $?; ./dir; echo $?; /etc/passwd; echo $?; nope 2>/dev/null; echo $?; dir/inner/x; echo $?; file; echo $?; PATH=.; file; echo $?; dir
%%
nope x
%%
echo a
nope; 
if true; then
 nope2
fi >/dev/null
{ nope3
 } > /nonexist/q
echo "a
b"; nope4 "x
y"; echo 'z
'; nope5
%%
for i in `nope1`
do
 nope2
done; if true
then nope3; fi; case x in
x) nope4;; esac; (
nope5); echo $(
nope6) `
nope7` "`nope8`"
%%
foo\
 bar; foo2 \
  baz; nope3
%%
# bash differs
echo x < /nonexist; echo $?; cat < nope; echo $?; echo > dir; echo $?; echo >file/x; echo $?; { echo x; } < nope; echo $?; (echo x) < nope; echo $?; cat < dir; echo $?; echo >''; echo $?; x=1 > nope/x; echo $? $x; cat < ''; echo $?; nope > nope/y; echo $?
%%
# bash differs
: > /nonexist/x; echo no
%%
# bash differs
export A=b > /nonexist/x; echo no
%%
# bash differs
set -- a > /nonexist/x; echo no
%%
# bash differs
exec > /nonexist/x; echo no
%%
# bash differs
(: > /nonexist/x; echo no); echo $?; if : > /nonexist/x; then echo no; fi; echo no
%%
# bash differs
set -e; { echo; } > /nonexist/x; echo no
%%
# bash differs
set -e; echo > /nonexist/x; echo no
%%
# bash differs
set -e; cat < /nonexist/x || echo a; cat < /nonexist/x; echo no
%%
exec nope; echo no
%%
exec ./dir; echo no
%%
exec ./file; echo no
%%
trap 'echo trapped' EXIT; exec nope
%%
trap 'echo trapped' EXIT; exec true
%%
echo hi > /dev/full; echo $?; printf x > /dev/full; echo $?; pwd > /dev/full; echo $?
%%
# bash differs
sh -c 'kill -9 $$'; echo $?; sh -c 'kill -TERM $$'; echo $?; sh -c 'kill -INT $$'; echo $?; sh -c 'kill -PIPE $$'; echo $?; sh -c 'kill -HUP $$'; echo $?; sh -c 'kill -ABRT $$'; echo $?; sh -c 'kill -SEGV $$'
%%
# bash differs
sh -c 'kill -9 $$'
%%
(sh -c 'kill -9 $$'); echo $?; (sh -c 'kill -9 $$'; exit 3); echo $?; { sh -c 'kill -9 $$'; } 2>/dev/null; echo $?; (sh -c 'kill -9 $$') 2>/dev/null; echo $?; if sh -c 'kill -9 $$'; then echo no; else echo $?; fi
%%
sh -c 'kill -9 $$' | cat; echo $?; sh -c 'kill -TERM $$' | sh -c 'sleep 0.2; kill -9 $$'; echo $?; x=$(sh -c 'kill -9 $$'); echo $?; x=$(sh -c 'kill -9 $$'; true); echo $?; x=$( (sh -c 'kill -9 $$'); true); echo $?; ! sh -c 'kill -9 $$'; echo $?
%%
( (sh -c 'kill -9 $$') ); echo $?; (true && sh -c 'kill -9 $$'); echo $?; (if true; then sh -c 'kill -9 $$'; fi); echo $?; ({ sh -c 'kill -9 $$'; } > /dev/null); echo $?; (for i in 1; do sh -c 'kill -9 $$'; done); echo $?; (trap 'echo t' EXIT; sh -c 'kill -9 $$'); echo $?; (! sh -c 'kill -9 $$'); echo $?; (case x in x) sh -c 'kill -9 $$';; esac); echo $?
%%
exec sh -c 'kill -9 $$'
%%
set -e; sh -c 'kill -9 $$' || echo a; sh -c 'kill -9 $$'; echo no
%%
trap 'rm -f x; trap - HUP; kill -s HUP $$' HUP; trap 'rm -f x; trap - INT; kill -s INT $$' INT; echo a > x; sh -c 'kill -9 $$'
%%
# bash differs
set -u; echo "$nope"; echo no
%%
# bash differs
(set -u; echo "$nope"; echo no); echo $?; x=$(set -u; echo $nope; echo no); echo $?; set -u; cat $nope; echo no
%%
x=abc; exit $x
%%
# bash differs
x=-1; exit $x
%%
x=5a; (exit $x); echo $?
%%
yes | true; echo $?; yes | head -n 1 > /dev/null; (while true; do echo y; done) | head -n 1; echo $?; { while :; do echo z; done; echo no >&2; } | true; echo $?
%%
cat nope; echo $?; rm nope; echo $?; ls nope 2>&1; mkdir dir; echo $?; sh -c 'exit 42'; echo $?
%%
# bash differs
sh -c 'kill -9 $$' 2>err; (sh -c 'kill -9 $$') 2>err2; { sh -c 'kill -9 $$'; } 2>err3; x=$(sh -c 'kill -9 $$') 2>err4; cat err3
%%
mkdir gone; cd gone; rmdir ../gone; p=/dev; { echo own > $p/stdout; echo said; } 2>&1 | cat; echo rc=$?
