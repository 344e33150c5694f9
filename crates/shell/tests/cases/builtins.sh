printf '%s\n' a b; printf '%d %s|' 1 x 2; printf 'a\tb\101\n'; printf '%5s|%-5s|%.2s|%05d|%x|%%\n' a b cde 42 255; printf x; printf '\n'; printf -- '-%s-\n' q
%%
printf '%s %s\n' a; printf '%d\n'; printf '%s'; printf '%s\n'; printf '%05d|%-4d|%4d\n' -3 5 -6; printf '%u %o %X %i\n' 7 8 255 -2; printf 'no args\n' a b
%%
# bash differs
printf '%d\n' 12x; echo $?; printf '%d\n' abc; echo $?; printf '%q' a; echo $?; printf; echo $?; printf '\x41\n'
%%
printf '%b|%c|\n' 'a\tb' hello; printf '%d %d %d\n' 0x10 010 "'a"; printf '%*d\n' 5 3; printf 'a\cb'; echo; printf '%.3d|%+d\n' 5 5; printf '\\ \a\b\f\v\r\e\0\n' | od -c
%%
x='%s'; printf "$x\n" a; printf '%s\n' "a b" 'c\nd' "$(echo e)"; printf '%s,' 1 2 3; printf '%s=%s\n' a 1 b 2 c
%%
test; echo $?; test ''; echo $?; test a; echo $?; test ! a; echo $?; test ! ''; echo $?; test a = a -a b = b; echo $?; test '(' a ')'; echo $?; test -n; echo $?; test -n ''; echo $?; test -z ''; echo $?; test -f file -o -d nope; echo $?
%%
# bash differs
test a == a; echo $?; test -v PATH; echo $?; test -a file; echo $?
%%
test a '<' b; echo $?; test b '>' a; echo $?; test file -nt dir; echo $?; test file -ef ./file; echo $?; test ' 1' -eq '1 '; echo $?; test 0x1 -eq 1; echo $?; test '' -eq 0; echo $?; test 1 -eq; echo $?; test 1 -eq 1 2; echo $?
%%
test = = =; echo $?; test ! = !; echo $?; test ! !; echo $?; test ! -f x -a ! -f y; echo $?; test a -a b -o c; echo $?; test -z '' a; echo $?; test -a = -a; echo $?; test a -a ''; echo $?; test '' -o b; echo $?
%%
[ -e file ] && echo e; [ -f dir ] || echo f; [ -d dir ] && echo d; [ -s file ] && echo s; [ -s 'a b' ] || echo empty; [ -x run.sh ] && echo x; [ -x file ] || echo notx; [ -x dir ] && echo xdir; [ -r file ] && echo r; [ -w file ] && echo w; ln -s nope l; [ -h l ] && echo h; [ -L l ] && echo L; [ -e l ] || echo dangling; [ -e '' ] || echo no; [ ! -f nope ] && echo not; [ -p file ] || echo p; [ -c /dev/null ] && echo c; [ -t 0 ] || echo t
%%
[ 1 -eq 1 ] && echo 1; [ 1 -ne 2 ] && echo 2; [ -1 -lt 0 ] && echo 3; [ 2 -le 2 ] && echo 4; [ 3 -gt 2 ] && echo 5; [ 3 -ge 3 ] && echo 6; [ 10 -gt 9 ] && echo 7; [ a = b ] || echo 8; [ a != b ] && echo 9; [ "$x" = "" ] && echo 10; [ -n "$x" ] || echo 11; [ x$x = x ] && echo 12; [ $x = a ]; echo $?; [ 007 -eq 7 ]; echo $?; [ +7 -eq 7 ]; echo $?
%%
[ -n "a" -a -f file ] && echo 1; [ -z "$x" -o -f nope ] && echo 2; [ a = a -a b != c -a -d dir ] && echo 3; [ a = b -o b = b -a c = d ]; echo $?; [ ! -f file -a -d dir ]; echo $?; [ "(" = "(" ]; echo $?; [ -f = -f ]; echo $?; [ ! "" -a "" ]; echo $?; [ "!" = "!" -a a ]; echo $?
%%
cd dir; cat inner; cd ..; cat dir/inner; cd ./dir/../dir//; cat inner; cd; pwd; cd /; pwd; cd usr; pwd; cd ..; pwd; cd /usr/bin/; pwd; cd /usr/../usr/./lib; pwd; env | grep PWD | sort
%%
# bash differs
cd nope; echo $?; cd file; echo $?; cd ''; echo $?; cd nope || echo failed; cd -; echo $?
%%
mkdir d; ln -s d l; cd l; pwd | sed 's,.*/,,'; pwd -P | sed 's,.*/,,'; pwd -L | sed 's,.*/,,'; cd ..; pwd | sed 's,.*/,,'; echo "${PWD##*/}" "${OLDPWD##*/}"; cd l/..; ls
%%
# bash differs
mkdir d; cd d; rmdir ../d; cd ..; ls; (cd dir && echo in && cat inner); cd dir && cat inner; cd - | sed 's,.*/,,'; ls
%%
export A; export B=1 C="x y" D=$(echo sub  two); sh -c 'echo "$A-$B-$C-$D"'; A=late; sh -c 'echo $A'; export A=$B$C; echo "$A"
%%
x=1 y=2; unset x; echo "<$x>" "${y}"; unset -v y nope; echo "${y-unset}"; unset EXPORTED; sh -c 'echo "<$EXPORTED>"'; EXPORTED=again; sh -c 'echo "<$EXPORTED>"'; export EXPORTED; sh -c 'echo "<$EXPORTED>"'; unset
%%
echo a > out; echo b >> out; echo -n c >> out; cat out; echo; echo ''; echo " a  b "
%%
echo x 1>&2; echo y >&1; true > out; false >> out; echo $?; : > o2; ls
%%
# bash differs
x='a\nb'; echo $x "$x"; echo 'a\\b' "a\\b" a\\b; echo "#define X \\"; echo '\\\\'
%%
pwd > /dev/null; cd dir > out; ls; cd .. 2>/dev/null; cat dir/out out 2>/dev/null; ls
%%
true a b c > f; false x; echo $?; : a $(echo side >&2) b; ls f
%%
set a b; echo $1; set -- "$@" c; echo "$#" "$*"; set -- $(echo x y) 'z w'; for i; do echo "<$i>"; done; set --; echo $#
%%
# bash differs
shift; echo no
%%
touch -d '2020-01-01 00:00:00.000000001' n1; touch -d '2020-01-01 00:00:00.000000002' n2; for op in -nt -ot -ef; do for a in n1 n2 nope; do for b in n1 n2 ./n1 nope2; do if [ $a $op $b ]; then echo $a $op $b; fi; done; done; done 2>/dev/null | grep -v nope
%%
mkfifo p; [ -p p ] && echo p; [ -p file ] || echo np; [ -c /dev/null ] && echo c; [ -b /dev/null ] || echo nb; [ -S p ] || echo ns; [ -r p ] && echo rp; [ -w p ] && echo wp; [ -r nope ] || echo nr; [ -r dir ] && echo rdir; [ -w file ] && echo w; [ -r file -a -r dir ] && echo both; [ -u file ] || echo nu; [ -g file ] || echo ng; [ -k file ] || echo nk; [ -O file ] && echo O; [ -G file ] && echo G
