mkdir -p s/w; cd s/w; touch a b c d; ln -s .. l; touch e f g h; rm -rf l/*; echo $?; ls; cd ..; ls
%%
mkdir -p s/a s/w s/z; cd s/w; rm -rf ../../s; echo $?; ls; mkdir -p x/y; rm -rf x/../x/y x/./y .//x; echo $?; cd /; rm -rf "$OLDPWD/x"
%%
rm -f file nope 'a b'; ls; echo $?; rm -rf dir nope; ls; mkdir -p a/b/c; echo x > a/b/f; ln -s .. a/up; rm -rf a; ls
%%
rm -f dir; echo $?; rm nope; rm -f; echo $?; rm -f -- file; rm -rf . ; echo $?; rm -rf dir/..; echo $?; rm -f ''; echo $?; rm -r dir; rm run.sh; ls
%%
mkdir x; mkdir x; echo $?; mkdir u file v; echo $?; mkdir -p x x/y/z dir/p/; mkdir -p file; echo $?; mkdir -p file/x; echo $?; mkdir q/r; echo $?; mkdir; echo $?; ls -d x/y/z dir/p; mkdir -p ./a//b/../c; find . | sort
%%
touch new file; touch dir; touch nope/x; echo $?; ls; touch -r file new; ls; touch; echo $?
%%
ln -s target link; ln -s target link; echo $?; ln -sf other link; ls; ln -s -f dir d; ln -sf file d; ls dir; ln -sfn file d; ls; ln -sn file n; ln file hard; ls; ln -s file dir/; ls dir; ln -s x y z; echo $?
%%
mv file moved; ls; cat moved; mv -f moved run.sh; ls -l run.sh | cut -c1-10; mv nope x; echo $?; mv run.sh dir; ls dir; mv -f dir other; ls; mv other/inner .; ls; mv inner inner; echo $?; mv -T other o2; ls
%%
cat file; cat file dir/inner; cat nope; echo $?; cat file nope 'a b'; echo $?; cat dir; echo $?; cat < file; cat file > copy; cat copy; cat 'a b' | wc -c; echo in | cat - file; cat -n file; cat file >> file; cat file
%%
cmp -s file file; echo $?; cp file same; cmp -s file same; echo $?; cmp -s file dir/inner; echo $?; cmp -s file nope; echo $?; cmp -s nope nope2; echo $?; cmp file dir/inner; echo $?; cmp -s file dir; echo $?; : > e; cmp -s e file; echo $?; cmp -s e 'a b'; echo $?; printf 'first line\nSECOND line\n' > f2; cmp -s file f2; echo $?
%%
cp file f2; cat f2; cp run.sh r2; ls -l r2 | cut -c1-10; cp file run.sh; ls -l run.sh | cut -c1-10; cp file dir; ls dir; cp nope x; echo $?; cp file file; echo $?; cp -f file r2; cat r2; chmod 400 file; cp file ro; ls -l ro | cut -c1-10; cp dir d2; echo $?; cp -r dir d3; ls d3; ln -s file l; cp l l2; cat l2; cp run.sh l; cat file
%%
chmod +x file; ls -l file | cut -c1-10; chmod 644 file; ls -l file | cut -c1-10; chmod a-w file; ls -l file | cut -c1-10; chmod u+w file; chmod a+x file; ls -l file | cut -c1-10; chmod -w file;  ls -l file | cut -c1-10; chmod 0755 nope; echo $?; chmod 755 dir; chmod +w file; ls -l file | cut -c1-10; chmod go-rwx file;  ls -l file | cut -c1-10; chmod; echo $?
%%
basename /a/b.c; basename /a/b.c .c; basename a/; basename /; basename //; basename .c .c; basename a b c; echo $?; basename b.c c; basename -s .c b.c; basename ''; basename /a/b/ b; basename; echo $?
%%
dirname /a/b; dirname a; dirname /; dirname a/b/; dirname /a; dirname //a; dirname a//b; dirname ''; dirname a b/c; dirname ///a//b//; dirname; echo $?
%%
x=$(basename dir/inner) y=$(dirname dir/inner) z=$(cat dir/inner); echo $x $y $z; echo "$(basename a.c .c).o"; for f in $(cat file); do echo $f; done; rm -f $(echo file); ls; cat $(echo dir/inner) > out; mkdir -p "$(dirname p/q)"; ls -d p
%%
PATH=$PWD/dir:$PATH; printf '#!/bin/sh\necho own rm "$@"\n' > dir/rm; chmod +x dir/rm; rm -f file; ls file; PATH=/usr/bin:/bin; rm -f file; ls; /bin/rm -f run.sh; ls; /usr/bin/cat dir/inner
%%
cat file | cat > /dev/null; cat file > /dev/full; echo $?; basename x > /dev/full; echo $?; cat file | true; cat nope > out; cat out; rm -f file > out 2>&1; ls; cat - < dir/inner; echo a b | xargs rm -f; mkdir -m 700 m; ls -ld m | cut -c1-10
%%
printf '%s ' a b 'c d' | xargs echo got
%%
printf '' | xargs echo nothing; printf ' \n\n' | xargs echo still nothing
%%
printf '"a b" c\\ d' | xargs printf '<%s>'
%%
printf 'a b' | xargs false; echo $?; printf 'a b' | xargs ./none; echo $?; printf 'a b' | xargs ./dir; echo $?
%%
printf 'x' | xargs sh -c 'exit 255'; echo $?
%%
printf 'x' | xargs sh -c 'kill -TERM $$'; echo $?
%%
printf 'x' | xargs sh -c 'exit 126'; echo $?; printf 'x' | xargs sh -c 'exit 127'; echo $?
%%
echo file dir | xargs ls -d; echo file | xargs cat; printf file | xargs wc -c
%%
echo in | xargs sh -c 'cat; echo "$@"' name
%%
xargs echo < file; xargs -n1 echo < file; echo a | xargs; echo a b | xargs rm -f x y; echo "not'quoted" | xargs echo; echo $?
%%
{ echo a; echo b; } | xargs mkdir; ls -d a b; A=1 xargs env < /dev/null | grep '^A='
%%
a='aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa '; a=$a$a$a$a$a$a$a$a; a=$a$a$a$a$a$a$a$a; a=$a$a$a$a$a$a$a$a$a$a$a$a$a$a$a$a$a$a$a$a$a$a$a$a$a$a$a$a$a$a$a$a$a$a$a$a$a$a$a$a; echo "$a" | xargs sh -c 'echo $#' | sed -n 1p
%%
cat nope file 2>/dev/null; echo $?; cat file nope dir/inner no/t 2>/dev/null > t; echo $?; cat t; x=$(cat nope 2>/dev/null); echo "<$x>" $?; cat nope 2>/dev/null > t; echo $?; wc -c < t; cat nope dir 2>/dev/null; echo $?; cat nope 2>e; echo $?; wc -l < e
%%
cat /dev/null; echo $?; cat /dev/null file /dev/null; cat /dev/null > t; echo $?; wc -c < t; cat /dev/null nope file > t 2>/dev/null; echo $?; cat t; cat /dev/null > /dev/null; echo $?; cat //dev/null; echo $?; cat file >> /dev/null; echo $?
