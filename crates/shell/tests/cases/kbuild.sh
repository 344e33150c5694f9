set -e; 
%%
set -e; echo '  CC      x.o';  trap 'rm -f x.o; trap - HUP; kill -s HUP $$' HUP;  trap 'rm -f x.o; trap - INT; kill -s INT $$' INT;  trap 'rm -f x.o; trap - QUIT; kill -s QUIT $$' QUIT;  trap 'rm -f x.o; trap - TERM; kill -s TERM $$' TERM;  trap 'rm -f x.o; trap - PIPE; kill -s PIPE $$' PIPE; echo code > x.o; printf '%s\n' 'cmd_x.o := gcc -c -o x.o x.c' > .x.o.cmd
%%
set -e;  trap 'rm -f dir/a.o; trap - HUP; kill -s HUP $$' HUP; false; echo no
%%
set -e; TMP=.tmp_$$/tmp; trap "rm -rf .tmp_$$" EXIT; mkdir -p .tmp_$$; if (echo 'int x;' > "$TMP") >/dev/null 2>&1; then echo "y"; else echo "n"; fi
%%
set -e; TMP=.tmp_$$/tmp; TMPO=.tmp_$$/tmp.o; mkdir -p .tmp_$$; trap "rm -rf .tmp_$$" EXIT; if (false -c -x c /dev/null -o "$TMP") >/dev/null 2>&1; then echo "-fopt"; else echo ""; fi
%%
{ echo dir/a.o; echo dir/b.o; :; } | awk '!x[$0]++ { print("./"$0) }' > dir/hello.mod
%%
rm -f dir/built-in.a; printf "dir/%s " inner | xargs ls -1
%%
{   echo dir/hello.ko; :; } > dir/modules.order; cat dir/modules.order
%%
if [ ! -f nope.h ] || ! cmp -s nope.h file; then mkdir -p gen; echo '#define X "y"' > gen/x.h.tmp; mv -f gen/x.h.tmp gen/x.h; fi; cat gen/x.h
%%
set -e; mkdir -p ./; (echo '#ifndef A'; echo '#define A'; echo; echo '#endif') < /dev/null > t.tmp; if [ -r t ] && cmp -s t t.tmp; then rm -f t.tmp; else : '  UPD     t'; mv -f t.tmp t; fi
%%
test -e include/generated/autoconf.h -a -e include/config/auto.conf || (		\
echo >&2;							\
echo >&2 "  ERROR: Kernel configuration is invalid.";		\
echo >&2 ;							\
/bin/false)
%%
for i in a.o b.o c.o; do case $i in a.o) echo first;; *) test -f $i || echo "missing $i" >&2;; esac; done
%%
x=`echo 5 10 | sed 's/ .*//'`; if test "$x" -ge 4; then echo yes; fi; [ -n "`ls nope 2>/dev/null`" ] || echo none
%%
if [ -d dir ]; then cd dir && cat inner && cd ..; fi; (cd dir && ls) > list; cat list
%%
echo "deps := \\"; for f in file dir/inner; do echo "  $f \\"; done
%%
# bash differs
echo 'quote'\''s and "double" \# \\ $(x)'; echo "#define UTS_RELEASE \"6.1.0\""; echo \#define LINUX_VERSION_CODE 393728; echo '#define KERNEL_VERSION(a,b,c) (((a) << 16) + ((b) << 8) + (c))'
%%
set -e; echo '  LD [M]  x.ko'; { echo a > x.ko; echo b >> x.ko; } ; : ; if true ; then if [ -z "" ] ; then echo sign > /dev/null; fi ; fi; true
%%
set -- file dir; for f in "$@"; do if [ -d "$f" ]; then echo "$f/"; elif [ -f "$f" ]; then wc -l < "$f"; fi; done
