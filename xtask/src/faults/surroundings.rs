//! Surroundings that lack what others have: /proc, /dev/null, standard streams, a jobserver worth the name, a makefile of text.

use super::{Fault, How};

pub(super) const FAULTS: &[Fault] = &[
    Fault { name: "jobs without proc", short: true, root: true, how: How::Script(JOBS_WITHOUT_PROC) },
    Fault { name: "umask without proc", short: true, root: true, how: How::Script(UMASK_WITHOUT_PROC) },
    Fault { name: "neither proc nor dev", short: true, root: true, how: How::Script(WITHOUT_PROC_AND_DEV) },
    Fault { name: "closed descriptors", short: true, root: false, how: How::Script(CLOSED) },
    Fault { name: "a jobserver at its end", short: true, root: false, how: How::Script(JOBSERVER_AT_END) },
    Fault { name: "odd jobservers", short: true, root: false, how: How::Script(ODD_JOBSERVERS) },
    Fault { name: "another user's jobserver", short: true, root: true, how: How::Script(OTHERS_JOBSERVER) },
    Fault { name: "a directory shuts", short: true, root: true, how: How::Script(SHUT) },
    Fault { name: "a makefile of NULs", short: true, root: false, how: How::Script(NULS) },
    Fault { name: "a makefile without end", short: true, root: false, how: How::Script(WITHOUT_END) },
    Fault { name: "white space in MAKEFLAGS", short: true, root: false, how: How::Script(WHITE_SPACE) },
];

const JOBS_WITHOUT_PROC: &str = r#"
printf 'all: a b c d\na b c d: ; @sleep .1; echo $@ $(shell echo $@)\n' > Makefile
printf 'all: ; @$(MAKE) --no-print-directory -f Makefile\n' > below
for style in fifo pipe; do for f in Makefile below; do
    unshare -m sh -c "mount -t tmpfs none /proc; exec $MAKE -j4 --jobserver-style=$style -f $f" 2>&1 | sort
done; done
"#;

const UMASK_WITHOUT_PROC: &str = r#"
printf 'all: ; @echo x > f; chmod +x f; mkdir d; stat -c %%a f d\n' > Makefile
umask 077; unshare -m sh -c "mount -t tmpfs none /proc; exec $MAKE"; echo rc=$?
"#;

const WITHOUT_PROC_AND_DEV: &str = r#"
cat > Makefile <<'M'
S := $(shell echo shelled)
all: a b c
a b: ; @echo $@ $(S) > $@; true
c: ; @/bin/echo x > f; cat f > c
M
for closed in '' '<&-' '<&- >&-' '<&- >&- 2>&-'; do
    unshare -m bash -c "mount -t tmpfs none /dev; mount -t tmpfs none /proc; $MAKE -j2 $closed" > ../log 2>&1
    echo "$closed: rc=$?"; sort ../log; cat a b c; rm -f a b c f
done
"#;

/// Standard streams closed in every combination.
const CLOSED: &str = r#"
cat > Makefile <<'M'
S := $(shell echo shelled; cat)
$(info info $(S))
all: a b
a: ; @echo out; echo err >&2; cat; ls -l /proc/self/fd | grep -c '[0-9] ->'
b: wait ; @/bin/echo program
wait: ; @sleep .3
.PHONY: wait
M
for j in 1 4; do for closed in 0 1 2 '0 1' '0 2' '1 2' '0 1 2'; do
    set -- $closed; streams='1>out 2>err'; for n; do streams="$streams $n>&-"; done
    eval "$MAKE -k -j$j $streams"; echo "-j$j without $closed: rc=$?"; sort out err; rm out err
done; done 2>&1
"#;

/// The descriptors of `--jobserver-auth` are open but are something else.
const JOBSERVER_AT_END: &str = r#"
printf 'all: a b c\na b c: ; @sleep .1; echo $@\n' > Makefile
MAKELEVEL=1 MAKEFLAGS=" -j4 --jobserver-auth=7,8" $MAKE --no-print-directory 7</dev/null 8>/dev/null 2>&1; echo rc=$?
"#;

/// More that is no jobserver.
const ODD_JOBSERVERS: &str = r#"
export MAKELEVEL=1
printf 'all: a b c\na b c: ; @sleep .1; echo $@\n' > Makefile
for auth in 7,7 -2,-2 300,301 x fifo: fifo:/none fifo:. fifo:/dev/null; do
    echo "$auth:"; MAKEFLAGS=" -j4 --jobserver-auth=$auth" $MAKE --no-print-directory 7</dev/null > ../log 2>&1
    echo rc=$?; sort ../log
done
n=0
for ends in '7>written 8<read' '7>written 8>written' '7<read 8<read'; do
    : > written; echo x > read; log=../log.$((n += 1)) # What make left running may still write into it.
    (eval "exec $ends"; MAKEFLAGS=" -j4 --jobserver-auth=7,8" $MAKE --no-print-directory > $log 2>&1; echo "$ends: rc=$?")
    sort $log | grep -v '^[abc]$'
done
echo zeros:; MAKEFLAGS=" -j4 --jobserver-auth=7,8" $MAKE --no-print-directory 7</dev/zero 8>/dev/null > ../log 2>&1
echo rc=$?; sort ../log
"#;

/// A fifo this user may not open, and descriptors of one, and of a pipe.
const OTHERS_JOBSERVER: &str = r#"
chmod 777 .; export MAKELEVEL=1
printf 'all: a b c\na b c: ; @sleep .1; echo $@\n' > Makefile; mkfifo -m 600 fifo; exec 7<>fifo; printf xxx >&7
for auth in "fifo:$PWD/fifo" 7,7; do
    MAKEFLAGS=" -j4 --jobserver-auth=$auth" setpriv --reuid nobody --clear-groups $MAKE --no-print-directory > ../log 2>&1
    echo "$auth: rc=$?"; sort ../log
done
timeout 1 head -c 4 <&7 | wc -c
"#;

/// Who is in a directory goes on working in it when it may not be searched any more, whatever parts of the recipe went elsewhere.
const SHUT: &str = r#"
mkdir w w/d; ln -s .. w/d/up; echo text > w/f
cat > Makefile <<'M'
plain elsewhere piped caught: ; @$(MAKE) --no-print-directory -s -C w -f ../below $@; chmod 755 w
M
cat > below <<'M'
plain: ; @chmod 644 .; cmp f d; echo rc=$$?; pwd; (cmp f d); echo rc=$$?
elsewhere: ; @(cd d && chmod 644 up) && cmp f d; echo rc=$$?
piped: ; @echo | { cd d; chmod 644 up; }; cmp f d; echo rc=$$?
caught: ; @x=$$(cd d; chmod 644 up); cmp f d; echo rc=$$?; y=`cmp f d 2>&1`; echo $$y
M
chown -R nobody .
for goal in plain elsewhere piped caught; do setpriv --reuid nobody --clear-groups $MAKE $goal 2>&1; done
"#;

/// Each piece make reads at once is a line of its own, which it warns of.
const NULS: &str = r#"
for size in 1 198 199 200 201 1000 100000 2000000; do
    truncate -s $size Makefile; $MAKE > ../log 2>&1; echo "$size: rc=$?"; md5sum < ../log; tail -2 ../log
done
(printf 'all: ; @echo first\n'; truncate -s 1000 nuls; cat nuls; printf 'lost\nall: ; @echo second\n') > Makefile
$MAKE 2>&1; echo rc=$?
"#;

/// GNU make warns of each piece for ever, in bounded memory. Whoever does not, ends with an error.
const WITHOUT_END: &str = r#"
printf '%s\n' '-include /dev/zero' 'all: ; @:' > Makefile
for f in Makefile /dev/zero; do
    (ulimit -v 1000000; exec timeout -k 2 4 $MAKE -f $f) > /dev/null 2>&1; rc=$?
    case $rc in 2|124) echo "$f: as it ought to";; *) echo "$f: rc=$rc";; esac
done
"#;

/// Blanks divide MAKEFLAGS, other white space does not.
const WHITE_SPACE: &str = r#"
printf 'all: ; @printenv MAKEFLAGS; printenv A B; true\n' > Makefile
for flags in $'k\ts' $'k -- A=1\n\tB=2' $' -- A=1\vB=2' $'k -- A=x\\\ny' ' ' $'\tk' $'\n' $'\nk' $'k\r'; do
    MAKEFLAGS=$flags $MAKE 2>&1 | head -2; echo
done
$MAKE $'A=x\ny\vz\tw' B=$'\f \r' 2>&1
"#;
