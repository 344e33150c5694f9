echo a &
%%
cat << EOF
a
EOF
%%
cat <<- EOF
%%
cat <<< a
%%
f() { echo; }; f
%%
function f { echo; }
%%
eval echo a
%%
. ./file
%%
source ./file
%%
read x
%%
x=$((x=1))
%%
x=$((x+=1))
%%
x=$((x++))
%%
IFS=:
%%
for IFS in a; do :; done
%%
echo $RANDOM
%%
echo $!
%%
echo $-
%%
echo $PPID $LINENO
%%
x="$y"; $x a
%%
"$CC" -c
%%
$(echo ls)
%%
[[ a = b ]]
%%
((1))
%%
let x=1
%%
local x=1
%%
set -x; echo
%%
set -o pipefail
%%
set -f
%%
set
%%
export
%%
export -p
%%
export $x
%%
export "$x=1"
%%
unset -f x
%%
unset PATH
%%
echo ~
%%
echo ~root/x
%%
x=~/a
%%
PATH=a:~/b
%%
echo $'a\n'
%%
echo $"a"
%%
echo ${x:0:1}
%%
echo ${x/a/b}
%%
echo ${!x}
%%
echo ${x^}
%%
echo ${x?message}
%%
echo ${x:?}
%%
echo ${#@}
%%
echo ${@%x}
%%
echo "${x:-'a'}" "${x:-"b"}"
%%
echo a >&3
%%
exec 3>&1
%%
exec 3<file
%%
echo a >&-
%%
cat <&-
%%
cat <>file
%%
echo a >& file
%%
echo a &> file
%%
cat <(echo a)
%%
echo a |& cat
%%
trap '' INT
%%
trap 'echo int' INT
%%
trap "rm -f x" HUP
%%
trap 'rm -f x; trap - HUP; kill -s INT $$' HUP
%%
trap 'rm x; trap - HUP; kill -s HUP $$' HUP
%%
trap 'rm -f x; trap - HUP; kill -s HUP $$' HUP INT
%%
trap "$x" EXIT
%%
trap
%%
trap 'echo $(nope &)' EXIT
%%
kill $$
%%
wait
%%
umask 022
%%
ulimit -n
%%
type ls
%%
alias a=b
%%
time ls
%%
coproc x
%%
select x in a; do :; done
%%
return
%%
break
%%
for i in a; do (break); done
%%
for i in a; do break 2; done
%%
for i in a; do echo | break; done
%%
for i in a; do break | echo; done
%%
while break; do :; done
%%
exit 1 2
%%
exit -1
%%
shift x
%%
cd -P dir
%%
cd a b
%%
pwd -x
%%
command ls
%%
command -V ls
%%
command -v $x
%%
exec -a x ls
%%
exec $x
%%
A=1 export B
%%
A=1 :
%%
A=1 cd /
%%
[ a = b
%%
'unterminated
%%
"unterminated
%%
`unterminated
%%
$(unterminated
%%
${unterminated
%%
$((1
%%
(echo
%%
{ echo;
%%
if true; then
%%
if true; then; fi
%%
for i in a b
%%
while true; do done
%%
case x in x) echo
%%
echo a)
%%
)
%%
;
%%
;;
%%
echo a;; echo b
%%
&& echo
%%
echo &&
%%
| echo
%%
echo |
%%
! 
%%
then
%%
fi
%%
}
%%
echo >
%%
> & 2
%%
"" a
%%
echo \
%%
case x in x) echo;& esac
%%
x=(a b)
%%
! ! true
%%
echo $[1+1]
%%
time
%%
"eval" a
%%
e\val a
%%
PS4=x
%%
echo $BASH_VERSION $UID
%%
{ (echo a) >b; } >c
%%
-print-file-name=include | cat
%%
+x; echo
