ln -sf file file; echo $?; cat file; ln -sf $PWD/file file; echo $?; cd dir && ln -sf ../dir/inner inner; echo $?; cat inner; ln -sfn inner inner; echo $?; ln inner hard; ln -sf inner hard; echo $?; ls; cat inner hard; ln -f inner hard; echo $?; ln -sf hard inner; echo $?; ls -l | cut -c1-10
%%
ln -s file l; mv -f l file; echo $?; cat file; mv -f file l; echo $?; ls; ln file h; mv -f h file; echo $?; ls; ln -s nope d; mv -f d new; ls -l new | cut -c1-10; ln -s dir ld; mv -f file ld; ls dir; mv -f run.sh ld/; ls dir; mv dir/ d2; ls d2
%%
ln -s dir l; rm -f l/; echo $?; ls dir; rm -rf l/; echo $?; ls; ls dir; mkdir dir2; rm -f dir2/; echo $?; rm -rf dir2/; echo $?; ls; rm -f nope/ file/; echo $?; rm -rf nope/; echo $?; ls; rm -f l; ls
%%
ln -s dir/inner l; touch l; echo x > l; cat dir/inner; cp file l; cat dir/inner; ls -l l | cut -c1-10; cp l l2; ls -l l2 | cut -c1-10; chmod 400 l; ls -l dir/inner | cut -c1-10; ln -s nope d; cp file d; echo $?; ls; touch d; ls; echo y > d; ls; cat nope
%%
# bash differs
touch ^up data drv keep; echo [^d]*; echo [!d]*; x='[^d]*'; echo $x; for f in [^k]*; do echo "$f"; done; case ^ in [^a]) echo caret;; esac; case b in [^a]) echo b;; *) echo no;; esac; rm -f [^d]*; ls; v=abc; echo ${v#[^a]} ${v#[!b]}
%%
# bash differs
mkdir '[x' s; touch '[x/y' s/f '*' 'a*b' ab; x='\*'; echo $x; x='s/\f*'; echo $x; echo [[]x/*; echo \[x/*; echo '[x'/* [x/*; echo s//* s/*/ */ */f ./*/f s/./* s/.* .*; echo a\*b a\**; x='[s]/*'; echo $x "$x"; echo nope/*/x file/* [a-; echo "s"/* s/"f"* 's/*'
%%
# bash differs
echo [[:nope:]]* [[:alpha]* [[:lower:]-]* [[.f.]]* [z-a]* [f-]* [!-f]* [!]]*; touch 'n]'; echo [[:nope:]]; case 'e]' in [[:nope:]]) echo in;; *) echo out;; esac
%%
# bash differs
printf '\177ELF\002\001\001\0\0\0' > prog; chmod +x prog; ./prog a; echo $?; ./prog || echo rc=$?; x=`./prog 2>&1`; echo "$x"; printf '\0' > prog; ./prog > out
echo $?; cat out; (exec ./prog; echo no); echo $?; printf 'echo script $0 $*\n' > prog; ./prog a 'b c'; ./prog | cat; : > prog; ./prog; echo $?; exec ./prog
%%
# bash differs
printf '\177ELF\002\001\001\0\0\0' > prog; chmod +x prog
set -e; exec ./prog; echo no
%%
d=/dev; echo out > $d/stdout; echo err > $d/stderr; { echo grouped; } > $d/stdout; (echo in a subshell) > $d/fd/1; cat $d/stdin < file; cat < $d/fd/0 < file; x=$(echo captured > $d/stdout); echo "<$x>"; echo a b | cat $d/stdin; { cat; } < $d/stdin; y=$({ echo one; echo two; } > $d/stdout); echo "$y"; echo last > $d/stdout
%%
d=/dev; ln -s $d/stdin in; ln -s $d/stdout out; ln -s in in2; cat in < file; cat in2 < file; echo a | cat in2; x=$(echo b > out); echo "<$x>"; cmp -s file in < file; echo $?; test -e in && echo there; [ -f in ] && echo plain || echo not plain; test -f in2 < file && echo plain; cp in copied < file; cat copied; for i in 1; do cat; done < in2
%%
p=/proc; s=$(cat $p/self/comm); echo $s; ln -s $p/self/cwd here; ls here/file; rm -f here/file; ls; mkdir -p here/new; ls; mv -f 'here/a b' here/c; ls; touch here/t; ln -s x here/l; ls; chmod 600 here/t; cp here/t here/t2; ls -l here/t2 | cut -c1-10; test -f here/c; echo $?; cat < here/dir/inner; echo x > here/w; ls; ls -d here/[rw]*
%%
x=nothing; mkfifo f; sh -c 'echo through > f &'; cat < f; sh -c 'cat f > got &'; echo back > f; sleep .1; cat got; test -p f; echo $?; rm -f f; ls
%%
chmod 664 file; chmod -w file; echo $?; ls -l file | cut -c1-10; chmod +w file; echo $?; ls -l file | cut -c1-10; chmod 4755 run.sh; cp run.sh r2; ls -l r2 | cut -c1-10; chmod 755 run.sh; ls -l run.sh | cut -c1-10; cp file run.sh; ls -l run.sh | cut -c1-10; touch -- -x; chmod +x -- -x; ls -l -- -x | cut -c1-10
%%
mkdir -- -x -P; x=-x; cd $x; echo $?; x=-P; cd $x; pwd | tail -c 5; cd -; x='-- dir'; cd $x; echo $?; x=--; cd $x; pwd; x='-Lq'; cd $x; echo $?
%%
# bash differs
cat file > t; cat t > t2; cat t t2 | sort -r > t3; cat t3; cat nosuch > t4; echo $?; ls t4; cat < t > t5; sed s/l/L/ < t >> t5; cat t5; nosuch > t6 2>&1; cat t6; sort t7 > t7; echo $?; cat t > t; echo $?; cat t; cat t2 >> t2; echo $?; cat t2
%%
# bash differs
cat file > no/t; echo $?; sort file > no/t; echo $?; echo a > no/t; echo $?; { echo a; cat file; } > no/t; echo $?; (echo a) > no/t || echo $?; basename a/b > no/t; rm file > no/t; echo $?; ls; sort file > dir; echo $?; sort < no > t; echo $?; ls; sort file > t < no; echo $?; ls; cat t
%%
{ echo a; for i in 1 2 3; do printf '%s ' $i $x; done; cat file; x=5; } > t; cat t; echo $x; (echo b; x=6; cat t) > t2; cat t2; echo $x; { cat t; echo c; } > t; echo $?; cat t; { cat t2; echo c; } >> t2; echo $?; cat t2; for f in *; do echo "$f"; done > zz; cat zz; { echo d; cat nope; } > t; echo $?; cat t; if false; then echo; else echo e; fi > t; cat t; case a in a) echo f;; esac >> t; cat t; { ! true; } > t; echo $?; set -e; { ! true; } > t; echo still; { false; echo no; } > t
%%
# bash differs
{ printf '%q' a; echo b; } > t; echo $?; cat t; printf '%q' a > t2; echo $?; cat t2; (set -u; { echo a; echo $nope; } > t3); echo $?; cat t3; set -u; { echo a; echo $nope; } > t3
%%
for i in 1 2 3; do echo $i; done | sort -r | cat > t; cat t; cat file file | sort > t; cat t; { echo b; echo a; } | sort | cat; cat nope | sort > t; echo $?; cat t; echo a | true; echo x | cat - file | sort > t; cat t; seq 9000 > big; cat big big big | tail -n 1; cat big big big | head -n 1; (cat big; echo end) | tail -n 1
%%
# bash differs
sh -c 'echo out; echo err >&2; kill -9 $$' > t 2>&1; cat t; sh -c 'echo again; kill -9 $$' >> t 2>&1; cat t; sort file > t 2> t2 2>&1 || echo $?; > e; ls -l e | cut -c1-10; : > e2; cat e > e3; ls; touch t > t8; mkdir new > t9; ls; chmod 600 t > t10 && ls t10
%%
mkdir s; cd s; echo in > f; chmod +x f . > ../m; cat f; (cd ..; chmod 700 s; pwd | tail -c 5); chmod 755 .; ls; cd ..; ls -ld s | cut -c1-10; x=$(chmod 700 s; ls s); echo $x
