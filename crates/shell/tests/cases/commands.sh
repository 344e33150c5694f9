true; echo $?; false; echo $?; :; ! true; echo $?; ! false; echo $?
%%
true && echo a || echo b; false && echo c || echo d; false || false || echo e; true && true && false; echo $?; true || echo no && echo f
%%
if true; then echo a; else echo b; fi; if false; then echo c; elif true; then echo d; else echo e; fi; if false; then echo f; elif false; then echo g; else echo h; fi; if false; then echo i; fi; echo $?
%%
if false; true; then echo a; fi; if ! false && true; then echo b; fi
if true
then
  echo c

  # comment
  echo d; fi
%%
for i in a b c; do echo $i; done; for i in; do echo no; done; echo $?; for i in x "y z" $(echo 1 2); do echo "<$i>"; done; echo $i
%%
for i in 1 2 3
do
  for j in 1 2 3
  do
    if [ $j = 2 ]; then continue; fi
    if [ $i = 2 ]; then continue 2; fi
    echo $i$j
    if [ $i = 3 ]; then break 2; fi
  done
done; echo $?
%%
i=0; while [ $i -lt 3 ]; do i=$((i+1)); [ $i = 2 ] && continue; echo $i; done; until [ $i = 0 ]; do i=$((i-1)); done; echo $i $?; while false; do :; done; echo $?
%%
while true; do break; done; echo $?; for i in 1; do false; break; done; echo $?; for i in 1 2; do false; done; echo $?; for i in 1 2; do false; continue; done; echo $?
%%
while :; do if true; then { break; }; fi; done && echo out; for i in 1 2; do case $i in 1) continue;; esac; echo $i; done
%%
(echo a; exit 3); echo $?; (cd /; pwd); pwd | sed 's,.*/,,'; x=1; (x=2; echo $x); echo $x; (exit); echo $?; false; (exit); echo $?; ( (echo deep; exit 4) ); echo $?
%%
{ echo a; echo b; } > out; cat out; { echo c; false; }; echo $?; { { echo d; }; }; (echo e) >> out; cat < out
%%
{
  echo a
  (
    echo b

  )
}
%%
echo a | cat; echo b | cat | cat -n; exit 3 | true; echo $?; true | exit 3; echo $?; false | true; echo $?; ! true | false; echo $?
%%
x=1; echo x | { x=2; cat; }; echo $x; cd dir | true; pwd | sed 's,.*/,,'; { echo a; echo b >&2; } 2>&1 | sort; (echo s; exit 2) | cat; echo $?
%%
cat file | while false; do :; done; echo $?; for i in 1 2 3; do echo $i; done | tail -n 1; if true; then cat; fi < file | head -n 1
%%
echo a | cat |
  cat
true &&
  echo b ||

  echo c
%%
yes | head -n 1; echo $?; echo x | true; cat file | true; echo ok
%%
> empty; echo a > f; echo b >> f; cat < f > g; cat f g >| h; cat h; ls -s empty | cut -d' ' -f1; : > f; cat f; echo 3 >f4; cat f4; echo 2>f5; cat f5; echo 1>f6; cat f6
%%
echo a 2>&1 >/dev/null | cat; echo b >&2 2>/dev/null; { echo c; echo d >&2; } 2>&1 | cat; echo e >&2 >/dev/null; echo f >/dev/null 2>&1; echo g >f g2; cat f; >f echo h; cat f; echo i> f j; cat f
%%
exec 2>&1; echo x >&2; exec >out; echo y; echo z >&2; exec </dev/null; cat
%%
exec > out; echo a; (echo b); echo c | cat; exec 2>err; echo e >&2
%%
echo x > "a b"; x=name; echo y > $x.txt; echo z > "$x $x"; ls; x='p q'; echo w > $x; ls; echo star > '*'; ls; y='f*'; echo v > $y; ls
%%
y='f*'; echo v > $y; ls
%%
# bash differs
exec ./run.sh a b; echo no
%%
# bash differs
(exec ./run.sh x); echo $?; x=$(exec echo sub); echo $x
%%
A=1 B=$A sh -c 'echo "$A-$B"'; A=2; B=$A A=3 sh -c 'echo "$A-$B"'; echo "$A-$B"; A=5 sh -c 'echo $A' | cat
%%
x=1 true; echo "<$x>"; x=2 echo $x; echo "<$x>"; x=3 test a; echo "<$x>"; A=4 B=5; echo $A$B
%%
export A=1; A=2 sh -c 'echo $A'; echo $A; A=3; sh -c 'echo $A'; B=1; sh -c 'echo "<$B>"'; export B; sh -c 'echo "<$B>"'; unset A; sh -c 'echo "<$A>"'; (export C=1; sh -c 'echo $C'); sh -c 'echo "<$C>"'
%%
x=$(exit 3); echo $?; x=$(exit 3) true; echo $?; echo $(exit 3); echo $?; x=$(false)$(true); echo $?; x=$(true)$(false); echo $?; y=1 x=$(false); echo $?; false; x=1; echo $?
%%
./run.sh a 'b c'; echo $?; sh run.sh; echo $?; PATH=. run.sh z; echo $?; PATH=dir; run.sh; echo $?
%%
set -e; echo a; false || echo b; if false; then :; fi; while false; do :; done; ! true; false && true; echo c; (false); echo no
%%
set -e; for i in 1 2; do echo $i; [ $i = 1 ] || false; done; echo no
%%
set -e; true && false; echo no
%%
set -e; { false; echo no; } || echo a; (false; echo b) || echo no; if { false; echo c; }; then echo d; fi; case x in x) false; echo no;; esac
%%
set -e; x=$(false; echo a); echo "$x"; echo $(false; echo b); y=$(false); echo no
%%
set -e; false | true; echo a; true | false; echo no
%%
set -e; (set +e; false; echo a); set +e; false; echo b; set -e; (echo c; false; echo no); echo no
%%
set -e; f=1; [ $f = 2 ] && echo no; echo a; test $f = 1 && echo b; if [ $f = 1 ]; then false; fi; echo no
%%
set -e; ! false; echo a; ! { false; echo b; }; (! true); echo no
%%
# bash differs
set -u; echo ${x-a} ${x:-b} ${x+c} "$@" $*; x=1; echo $x; echo $y; echo no
%%
# bash differs
set -u; (echo $1); echo $?; echo "$(echo $z)" $?; echo ${#z}; echo no
%%
# bash differs
set -- a b c; shift; echo $1 $#; shift 2; echo $#; set x y; echo $2; set -- -e; echo $1; set -e -- p q; echo $1; false; echo no
%%
set -eu; set +u; echo $nope; set +e; false; set -o errexit; set -o nounset; set +o nounset; echo $nope; false; echo no
%%
exit 7; echo no
%%
false; exit
%%
(exit 300); echo $?; x=4; exit $x
%%
trap 'echo bye' EXIT; echo hi; (echo sub); x=$(echo in); exit 3
%%
trap 'echo bye; exit 4' EXIT; false
%%
trap 'rm -rf .tmp_dir' EXIT; mkdir .tmp_dir; echo a > .tmp_dir/x; ls -a | grep tmp; trap 'echo other; false' 0; true
%%
trap 'echo no' EXIT; trap - EXIT; echo a; (trap 'echo inner' EXIT; echo b); echo c
%%
trap 'echo $? $x' EXIT; x=1; set -e; false; echo no
%%
TMP=.tmp_$$; mkdir $TMP; echo x > $TMP/$$; ls $TMP | grep -c "^$$"; trap "rm -rf .tmp_$$" EXIT; test -d .tmp_$$ && echo there; [ "$(echo $$)" = $$ ] && echo same; (echo $$) | grep -c "^$$"
%%
# comment only
%%

%%
   # only blanks and a comment
%%
echo a;

# c


echo b
%%
if true; then echo a; fi > out; cat out; for i in 1 2; do echo $i; done > out; cat out; while read_it=1; [ -z "$n" ]; do n=1; echo loop; done > out; cat out; case x in x) echo c;; esac > out 2>&1; cat out; (echo d; echo e) > out; cat out
%%
if cat nope; then :; fi 2>/dev/null; { cat nope; } 2>/dev/null; echo $?; (cat nope) 2> err; cat err; if true; then echo a; echo b >&2; fi 2>err >out; cat out err
%%
command -v sh; command -v echo; command -v nope; command -v if; command -v ./run.sh; echo $?
%%
echo 'a
b' | while [ -z "$x" ]; do x=1; cat; done
%%
a=1; a=2 b=$a; echo $a $b; a=3 true $a; echo $a
%%
"echo" a; 'ec'ho b; \echo c; e"ch"o d
%%
true;true&&true||true|true; echo $?;(echo a);{ echo b;};! false
%%
x=5; if [ "$x" = 5 ]; then x=6; if [ "$x" = 6 ]; then echo ok; fi; fi; [ "$x" = 6 ] && { echo a; echo b; } && (echo c; false) || echo d
%%
while [ "$n" != xxx ]; do n=x$n; case $n in xx) continue;; esac; echo $n; done; echo $n; for n in a; do for n in b; do break; done; echo $n; done
%%
{ exec 2>&1; echo a; echo b >&2; } >out; echo c >&2; echo d; if true; then exec >out2; fi 2>err; echo e; cat out out2 >&2
%%
for i in 1 2; do echo $?; false; continue; done; echo $?; for i in 1 2; do echo $?; (exit 3); break; done; echo $?; n=; while [ "$n" != xx ]; do n=x$n; echo $?; echo x </nothere || continue; done; echo $?
