echo a 'b  c' "d  e" f\ g \'h\' "i'j" 'k"l' ''
%%
# bash differs
echo "a\tb\\n" '\101 \0101x \c' foo
%%
# bash differs
echo -n a; echo -e b; echo -E c; echo -nn d; echo '' x; echo; echo "a\c" b; echo 'x\x41\e[0m\u1 \8 \019 \q\'
%%
x=1; echo $x ${x} "$x" "${x}" '$x' \$x "\$x" a$x-b ${x}y $ "$" a$ "a$" $. "$/"
%%
x='a b'; echo ${x:-c d} "${y:-q  z}" ${y:-'a  b'  c} ${y:-"e  f" g} ${y-n} ${x+set} ${y+set} ${x:+s  t} "${x:+s  t}"
%%
e=; echo "<${e-a}>" "<${e:-b}>" "<${e+c}>" "<${e:+d}>" "<${u-a}>" "<${u:-b}>" "<${u+c}>" "<${u:+d}>"; echo ${e:=f} $e ${u=g} $u ${u=h} $u
%%
x=a.b.c; echo ${x%.*} ${x%%.*} ${x#*.} ${x##*.} ${#x} ${x%'.c'} ${x%?} "${x%.*}" ${x%"$n"} ${x%.$n*} ${#n}
%%
x='a*b'; echo ${x%'*b'} ${x%*b} ${x#a*} ${x%\*b} "${x%b}"
%%
x='a*b*c'; y='*'; echo "${x%$y*}" "${x%%${y}c}" "${x#a$y}"
%%
x='a\*'; echo "$x"; cd /etc; y='pass\wd'; echo $y; w='\*'; case '\*' in $w) echo yes;; esac;  case '*' in $w) echo yes2;; esac
%%
x='*'; echo $x "$x" '*' \* "*" d* *nothing* [fd]i* ?ile ????; y='d*'; echo $y "$y"; echo dir/* ./d* */inner 'd'ir/i*
%%
for i in *; do echo "<$i>"; done; for i in "a b" x; do echo "<$i>"; done
%%
set -- "a b" c; for i in "$@"; do echo "<$i>"; done; for i in $@; do echo "<$i>"; done; for i in "x$@y"; do echo "<$i>"; done; for i in "$*"; do echo "<$i>"; done; for i; do echo "$i"; done; echo $# $1 "$1" "$2" "$3" ${1} ${2%c}
%%
set --; for i in "$@"; do echo "<$i>"; done; for i in "x$@"; do echo "<$i>"; done; for i in ""$@; do echo "<$i>"; done; for i in "$*"; do echo "<$i>"; done; for i in $*; do echo "<$i>"; done; echo $#
%%
x='  a  b  '; for i in $x; do echo "<$i>"; done; for i in y${x}z; do echo "<$i>"; done; for i in "$x"z; do echo "<$i>"; done; for i in ''$x''; do echo "<$i>"; done
%%
x=; for i in $x; do echo "<$i>"; done; for i in "$x"; do echo "<$i>"; done; for i in $x''; do echo "<$i>"; done; for i in $x$x; do echo no; done
%%
y=$(printf 'a\n\n\n'); echo "<$y>"; echo $(printf 'a b\n c\n'); echo "$(printf 'a  b\n c\n')"
%%
echo "$(echo 'a"b')" `echo \`echo c\`` "`echo "d e"`" "`echo \"f  g\"`" $(echo ")" "(") `echo '$x' \$HOME "\\$HOME"`
%%
echo $(echo a; echo b) "$(echo a; echo b)" $() "$()" x$()y `` "$( )"
%%
x=$(cat file); echo "$x"; y=`cat nope 2>/dev/null`; echo "<$y>" $?; echo $(cat file | wc -l)
%%
echo $((1+2*3)) $(( (1+2)*3 )) $((7/2)) $((-7/2)) $((7%3)) $((1<2)) $((2<=1)) $((1==1)) $((!5)) $((~0)) $((1&&0)) $((1||0)) $((5&6)) $((5|6)) $((5^6)) $((1<<4)) $((256>>2)) $((1?2:3)) $((0x1f)) $((017)) "$((1 + 1))" $((-3))
%%
x=5 y=' 7 ' z=; echo $((x+1)) $(($x+1)) $((${x}*2)) $((y)) $((z)) $((unset_one+1)) $(( x > 3 ? x : -x ))
%%
x=5; echo $((x+1)) $(($x+1)) $((${x}*2)) $((${n:-3}+1)) $(($(echo 4)*2)) $((x>3&&x<9))
%%
# bash differs
x='1+2'; echo $(($x*2)) $((x)); echo not reached
%%
# bash differs
echo $((1/0)); echo not reached
%%
# bash differs
x=abc; echo $((x+1)); echo not reached
%%
x=$((9223372036854775807)); echo $x $((x+1)) $((-x-2)) $((-9223372036854775807-1))
%%
a='x y'; b=$a; export c=$a; echo "$b" "$c"; export d=*; echo "$d"; e=*; echo "$e"; f=$a$a; echo "$f"
%%
a=1 b=$a c="$b$a"; echo $a$b$c; a=; echo "<$a>"; a=x a=$a$a; echo $a
%%
echo a#b '#c' "#d" \#e # comment
echo next # another \
echo third
%%
echo a\
b c \
d; echo 'e\
f' "g\
h"; x=i\
j; echo $x ec\
ho
%%
echo $? $# "$?" $0 "$@" "$*" ${?} ${#}
%%
echo "a
b" 'c
d'
%%
echo a~ "~" '~' a=b~c x~y
%%
# bash differs
echo {a,b} {1..3} a{b {} '{a,b}'
%%
# bash differs
echo {a,b} {1..3}
%%
x='a
b	c'; echo $x; echo "$x"; for i in $x; do echo "<$i>"; done
%%
case abc in a*) echo 1;; esac; case abc in x|a?c) echo 2;; esac; case "a*" in 'a*') echo 3;; esac; case a] in [[:alpha:]]]) echo 4;; esac; case a in [!b]) echo 5;; esac; case '\' in '\') echo 6;; esac; case x in "") ;; *) echo 7;; esac; case in in in) echo 8;; esac
%%
x='a*b'; case 'a*b' in $x) echo 1;; esac; case axb in $x) echo 2;; esac; case axb in "$x") echo 3;; esac; case "$x" in *"*"*) echo 4;; esac; case "-z" in -[a-y]) echo no;; -[!a-y]) echo 5;; esac
%%
case $nothing in '') echo empty;; *) echo other;; esac; case "a b" in "a b") echo sp;; esac; case a$nothing in a) echo a;; esac; x='a b'; case $x in 'a b') echo nosplit;; esac
%%
x=y; case $x in (a) echo a;; (y) echo y; echo z;; esac; case x in
  # comment
  a|b) echo 1
  ;;

  x) echo 2
esac
%%
case x in x) ;; esac; echo $?; false; case x in y) ;; esac; echo $?; case x in x) false;; esac; echo $?
%%
echo "é" 'ü…' $(echo ā) ${#Z}; x=é; echo "$x" ${x%?}x | od -c | head -3; case é in é) echo same;; esac
%%
echo $HOME "$PWD" | sed 's,/.*/work,/work,'; echo "$EXPORTED" $EXPORTED
%%
# bash differs
env
%%
# bash differs
export NEW=1 Z=2; A=3 B=4 env; x=5; env | grep -c x=5; unset EXPORTED; env | grep EXPORTED; echo $?
%%
# bash differs
cd dir; env; cd ..; NEW=2 env; PATH=/bin:/usr/bin env; export a2 a3=; env
%%
# bash differs
export UNSET; env; UNSET=x; env; export LC_X=1 QQ=2 AA=3 ZZZ=4 b=5 c=6; env
%%
x=${y:=a b}; echo "$x" "$y"; for i in ${z:=c d}; do echo "<$i>"; done; echo ${w:-$(echo sub  st)} "${w:-$(echo sub  st)}" ${w:-`echo bq`}
%%
echo ${x:-a;b} ${x:-(c)} ${x:-<d>} ${x:-a|b&c} "${x:-a;b (c) <d> | &}"
%%
echo ${x:-${y:-${z:-deep}}} "${x:-${y:-deep  er}}" ${x:-"${y:-quoted  one}"}
%%
x=/a/b/c.d; echo ${x##*/} ${x%/*} ${x%%/*} "${x##*/}" ${x##*.} ${x%.*}.o $(basename $x .d) $(dirname $x)
%%
printf '%s\n' c\\
printf '%s\n' "d\\
e\\" `printf '%s' f\\\\
printf g` h\
i\\\
j
