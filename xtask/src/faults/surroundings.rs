//! Surroundings that lack what others have: /proc, a jobserver worth the name, a makefile of text.

use super::{Fault, How};

pub(super) const FAULTS: &[Fault] = &[
    Fault { name: "jobs without proc", short: false, root: true, how: How::Script(JOBS_WITHOUT_PROC) },
    Fault { name: "umask without proc", short: false, root: true, how: How::Script(UMASK_WITHOUT_PROC) },
    Fault { name: "a jobserver at its end", short: false, root: false, how: How::Script(JOBSERVER_AT_END) },
];

const JOBS_WITHOUT_PROC: &str = r#"
printf 'all: ; @echo hi\n' > Makefile
unshare -m sh -c "mount -t tmpfs none /proc; exec $MAKE -j4" 2>&1; echo rc=$?
"#;

const UMASK_WITHOUT_PROC: &str = r#"
printf 'all: ; @echo x > f; chmod +x f; stat -c %%a f\n' > Makefile
umask 077; unshare -m sh -c "mount -t tmpfs none /proc; exec $MAKE"; echo rc=$?
"#;

/// The descriptors of `--jobserver-auth` are open but are something else.
const JOBSERVER_AT_END: &str = r#"
printf 'all: a b c\na b c: ; @sleep .1; echo $@\n' > Makefile
MAKELEVEL=1 MAKEFLAGS=" -j4 --jobserver-auth=7,8" $MAKE --no-print-directory 7</dev/null 8>/dev/null 2>&1; echo rc=$?
"#;
