//! The system calls that are stopped at: which, when, and what each means.
//!
//! Whatever is not in the table runs freely. Numbers above the last known one are stopped at, and nothing is concluded from them.

use super::{Asked, Uses};

/// Where a call names a file: the argument with the directory descriptor, if it has one, and the one with the path.
#[derive(Clone, Copy, Debug)]
pub(super) struct At {
    pub dir: Option<u8>,
    pub path: u8,
}

const fn path(path: u8) -> At {
    At { dir: None, path }
}

const fn at(dir: u8, path: u8) -> At {
    At { dir: Some(dir), path }
}

/// Where the flags of a call are.
#[derive(Clone, Copy, Debug)]
pub(super) enum Flags {
    /// It has none: these stand for it.
    Are(i32),
    /// In this argument.
    In(u8),
    /// In the first field of the structure this argument points to.
    Behind(u8),
}

/// What a call does.
#[derive(Clone, Copy, Debug)]
pub(super) enum Call {
    /// Looks at a file's attributes. The flags are AT_….
    Look(At, Flags, Uses),
    /// Opens a file. The flags are O_….
    Open(At, Flags),
    /// Executes a file; its arguments are in the next argument after the path. The flags are AT_….
    Execute(At, Flags),
    /// Changes the current directory.
    Chdir(At),
    /// Changes it to an open directory.
    Fchdir,
    /// Lists an open directory.
    List,
    /// Makes a name; links are not followed.
    Make(At),
    /// Removes a name.
    Remove(At),
    /// Renames, or swaps.
    Rename(At, At),
    /// Makes a name for a file that has one.
    Link(At, At, Flags),
    /// Changes attributes, or the length. The flags are AT_….
    Change(At, Flags),
    /// The same for an open file.
    ChangeOpen,
    /// Reads from a descriptor.
    Read(u8),
    /// Writes to one.
    Write(u8),
    /// Copies from one descriptor to another.
    Copy(u8, u8),
    /// Duplicates a descriptor; the argument says where to, or at least where to.
    Duplicate(Option<u8>),
    Fcntl,
    Flock,
    Ioctl,
    Mmap,
    /// Connects to, or sends to, the address in this argument; its length is in the next. With `true` it takes the address.
    Connect(u8, bool),
    /// Names or looks for the process in the first argument; with `true`, negative numbers are process groups.
    Process(bool),
    Clone,
    Clone3,
    Ask(Asked),
    /// Does more than is followed here.
    Other(&'static str),
}

/// When a call is stopped at.
#[derive(Clone, Copy, Debug)]
pub(super) enum When {
    Always,
    /// When the argument has one of these bits.
    Has(u8, u32),
    /// When it has none of these bits.
    HasNot(u8, u32),
    /// When it is this number.
    Is(u8, u32),
    /// When it is not zero.
    IsSet(u8),
    /// When the descriptor may be a standard stream, or a copy of one as shells put it away, or is an inherited one.
    Input(u8),
    /// When the descriptor may be standard input, or is an inherited one.
    Output(u8),
    /// What duplicates or locks.
    Fcntl,
    /// All but harmless questions.
    Ioctl,
    /// A mapping others see, that may be written; or one of standard input.
    Mmap,
    /// All but the eight bytes every program of the C library begins with.
    Random,
}

/// One system call.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub number: u32,
    pub when: When,
    pub call: Call,
}

/// Shells put copies of descriptors away from this number on.
pub(super) const SAVED: std::ops::RangeInclusive<u32> = 10..=15;

/// The last number of which it is known what it does.
pub(super) const LAST: u32 = 469;

const SYMLINK_NOFOLLOW: i32 = libc::AT_SYMLINK_NOFOLLOW;
/// The flags that make `clone` put a process in a namespace of its own, or make it a child of our own.
pub(super) const CLONE_OTHER: u32 = (libc::CLONE_NEWNS
    | libc::CLONE_NEWCGROUP
    | libc::CLONE_NEWUTS
    | libc::CLONE_NEWIPC
    | libc::CLONE_NEWUSER
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWNET
    | libc::CLONE_PARENT
    | libc::CLONE_UNTRACED) as u32;

const fn row(number: libc::c_long, when: When, call: Call) -> Row {
    Row { number: number as u32, when, call }
}

const fn always(number: libc::c_long, call: Call) -> Row {
    row(number, When::Always, call)
}

const fn other(number: libc::c_long, name: &'static str) -> Row {
    row(number, When::Always, Call::Other(name))
}

macro_rules! others {
    ($($name:ident $number:expr),* $(,)?) => {
        &[$(other($number as libc::c_long, stringify!($name))),*]
    };
}

/// The calls this processor's system has, those made most often first.
pub(super) fn rows() -> impl Iterator<Item = &'static Row> {
    COMMON.iter().chain(OLD).chain(OTHERS).chain(OLD_OTHERS)
}

/// What the call of this number does.
pub(super) fn call(number: u64) -> Option<Call> {
    let number = u32::try_from(number).ok()?;
    rows().find(|row| row.number == number).map(|row| row.call)
}

const STAT: Uses = Uses::STAT;

/// Calls all processors have.
const COMMON: &[Row] = &[
    row(libc::SYS_read, When::Input(0), Call::Read(0)),
    row(libc::SYS_write, When::Output(0), Call::Write(0)),
    row(libc::SYS_mmap, When::Mmap, Call::Mmap),
    always(libc::SYS_openat, Call::Open(at(0, 1), Flags::In(2))),
    // With AT_EMPTY_PATH they are about an open file. (A path with that flag would be missed; nobody is known to do that.)
    row(
        libc::SYS_newfstatat,
        When::HasNot(3, libc::AT_EMPTY_PATH as u32),
        Call::Look(at(0, 1), Flags::In(3), STAT),
    ),
    row(
        libc::SYS_statx,
        When::HasNot(2, libc::AT_EMPTY_PATH as u32),
        Call::Look(at(0, 1), Flags::In(2), STAT),
    ),
    always(libc::SYS_faccessat, Call::Look(at(0, 1), Flags::Are(0), Uses::ACCESS)),
    always(439, Call::Look(at(0, 1), Flags::In(3), Uses::ACCESS)), // faccessat2
    always(libc::SYS_readlinkat, Call::Look(at(0, 1), Flags::Are(SYMLINK_NOFOLLOW), Uses::LINK)),
    always(libc::SYS_execve, Call::Execute(path(0), Flags::Are(0))),
    row(libc::SYS_ioctl, When::Ioctl, Call::Ioctl),
    row(libc::SYS_fcntl, When::Fcntl, Call::Fcntl),
    row(libc::SYS_clone, When::Has(0, CLONE_OTHER), Call::Clone),
    always(libc::SYS_clone3, Call::Clone3),
    row(libc::SYS_getrandom, When::Random, Call::Ask(Asked::Random)),
    row(libc::SYS_dup, When::Input(0), Call::Duplicate(None)),
    row(libc::SYS_dup3, When::Input(0), Call::Duplicate(Some(1))),
    row(libc::SYS_pread64, When::Input(0), Call::Read(0)),
    row(libc::SYS_readv, When::Input(0), Call::Read(0)),
    row(libc::SYS_preadv, When::Input(0), Call::Read(0)),
    row(libc::SYS_preadv2, When::Input(0), Call::Read(0)),
    row(libc::SYS_recvfrom, When::Input(0), Call::Read(0)),
    row(libc::SYS_recvmsg, When::Input(0), Call::Read(0)),
    row(libc::SYS_pwrite64, When::Output(0), Call::Write(0)),
    row(libc::SYS_writev, When::Output(0), Call::Write(0)),
    row(libc::SYS_pwritev, When::Output(0), Call::Write(0)),
    row(libc::SYS_pwritev2, When::Output(0), Call::Write(0)),
    always(libc::SYS_splice, Call::Copy(0, 2)),
    always(libc::SYS_tee, Call::Copy(0, 1)),
    always(libc::SYS_copy_file_range, Call::Copy(0, 2)),
    always(libc::SYS_sendfile, Call::Copy(1, 0)),
    always(libc::SYS_getdents64, Call::List),
    always(libc::SYS_chdir, Call::Chdir(path(0))),
    always(libc::SYS_fchdir, Call::Fchdir),
    always(libc::SYS_openat2, Call::Open(at(0, 1), Flags::Behind(2))),
    always(libc::SYS_execveat, Call::Execute(at(0, 1), Flags::In(4))),
    always(libc::SYS_mkdirat, Call::Make(at(0, 1))),
    always(libc::SYS_mknodat, Call::Make(at(0, 1))),
    always(libc::SYS_symlinkat, Call::Make(at(1, 2))),
    always(libc::SYS_unlinkat, Call::Remove(at(0, 1))),
    always(libc::SYS_renameat2, Call::Rename(at(0, 1), at(2, 3))),
    always(libc::SYS_linkat, Call::Link(at(0, 1), at(2, 3), Flags::In(4))),
    always(libc::SYS_fchmodat, Call::Change(at(0, 1), Flags::Are(0))),
    always(452, Call::Change(at(0, 1), Flags::In(3))), // fchmodat2
    always(libc::SYS_fchownat, Call::Change(at(0, 1), Flags::In(4))),
    always(libc::SYS_utimensat, Call::Change(at(0, 1), Flags::In(3))),
    always(libc::SYS_truncate, Call::Change(path(0), Flags::Are(0))),
    always(libc::SYS_setxattr, Call::Change(path(0), Flags::Are(0))),
    always(libc::SYS_lsetxattr, Call::Change(path(0), Flags::Are(SYMLINK_NOFOLLOW))),
    always(libc::SYS_removexattr, Call::Change(path(0), Flags::Are(0))),
    always(libc::SYS_lremovexattr, Call::Change(path(0), Flags::Are(SYMLINK_NOFOLLOW))),
    always(463, Call::Change(at(0, 1), Flags::In(2))), // setxattrat
    always(466, Call::Change(at(0, 1), Flags::In(2))), // removexattrat
    always(469, Call::Change(at(0, 1), Flags::In(4))), // file_setattr
    always(libc::SYS_fchmod, Call::ChangeOpen),
    always(libc::SYS_fchown, Call::ChangeOpen),
    always(libc::SYS_ftruncate, Call::ChangeOpen),
    always(libc::SYS_fallocate, Call::ChangeOpen),
    always(libc::SYS_fsetxattr, Call::ChangeOpen),
    always(libc::SYS_fremovexattr, Call::ChangeOpen),
    always(libc::SYS_getxattr, Call::Look(path(0), Flags::Are(0), STAT)),
    always(libc::SYS_lgetxattr, Call::Look(path(0), Flags::Are(SYMLINK_NOFOLLOW), STAT)),
    always(libc::SYS_listxattr, Call::Look(path(0), Flags::Are(0), STAT)),
    always(libc::SYS_llistxattr, Call::Look(path(0), Flags::Are(SYMLINK_NOFOLLOW), STAT)),
    always(464, Call::Look(at(0, 1), Flags::In(2), STAT)), // getxattrat
    always(465, Call::Look(at(0, 1), Flags::In(2), STAT)), // listxattrat
    always(468, Call::Look(at(0, 1), Flags::In(4), STAT)), // file_getattr
    always(libc::SYS_inotify_add_watch, Call::Look(path(1), Flags::Are(0), STAT)),
    always(libc::SYS_statfs, Call::Look(path(0), Flags::Are(0), STAT)),
    always(libc::SYS_fstatfs, Call::Ask(Asked::Space)),
    always(libc::SYS_flock, Call::Flock),
    always(libc::SYS_connect, Call::Connect(1, false)),
    always(libc::SYS_bind, Call::Connect(1, true)),
    row(libc::SYS_sendto, When::IsSet(4), Call::Connect(4, false)),
    always(libc::SYS_kill, Call::Process(true)),
    always(libc::SYS_tkill, Call::Process(false)),
    always(libc::SYS_tgkill, Call::Process(false)),
    always(libc::SYS_rt_sigqueueinfo, Call::Process(false)),
    always(libc::SYS_rt_tgsigqueueinfo, Call::Process(false)),
    always(libc::SYS_pidfd_open, Call::Process(false)),
    row(libc::SYS_prlimit64, When::IsSet(0), Call::Process(false)),
    row(libc::SYS_sched_setaffinity, When::IsSet(0), Call::Process(false)),
    row(libc::SYS_sched_setscheduler, When::IsSet(0), Call::Process(false)),
    row(libc::SYS_sched_setparam, When::IsSet(0), Call::Process(false)),
    row(libc::SYS_sched_setattr, When::IsSet(0), Call::Process(false)),
    row(libc::SYS_setpriority, When::IsSet(1), Call::Other("setpriority")),
    row(libc::SYS_ioprio_set, When::IsSet(1), Call::Other("ioprio_set")),
    always(libc::SYS_uname, Call::Ask(Asked::Uname)),
    always(libc::SYS_sysinfo, Call::Ask(Asked::Memory)),
    always(libc::SYS_sched_getaffinity, Call::Ask(Asked::Processors)),
    always(libc::SYS_getcpu, Call::Ask(Asked::Processors)),
    row(libc::SYS_prctl, When::Is(0, libc::PR_SET_SECCOMP as u32), Call::Other("prctl")),
];

/// Calls that newer processors' systems do not have.
#[cfg(target_arch = "x86_64")]
const OLD: &[Row] = &[
    always(libc::SYS_access, Call::Look(path(0), Flags::Are(0), Uses::ACCESS)),
    always(libc::SYS_readlink, Call::Look(path(0), Flags::Are(SYMLINK_NOFOLLOW), Uses::LINK)),
    always(libc::SYS_stat, Call::Look(path(0), Flags::Are(0), STAT)),
    always(libc::SYS_lstat, Call::Look(path(0), Flags::Are(SYMLINK_NOFOLLOW), STAT)),
    always(libc::SYS_open, Call::Open(path(0), Flags::In(1))),
    always(libc::SYS_creat, Call::Open(path(0), Flags::Are(libc::O_CREAT | libc::O_WRONLY | libc::O_TRUNC))),
    row(libc::SYS_dup2, When::Input(0), Call::Duplicate(Some(1))),
    always(libc::SYS_getdents, Call::List),
    always(libc::SYS_mkdir, Call::Make(path(0))),
    always(libc::SYS_mknod, Call::Make(path(0))),
    always(libc::SYS_symlink, Call::Make(path(1))),
    always(libc::SYS_unlink, Call::Remove(path(0))),
    always(libc::SYS_rmdir, Call::Remove(path(0))),
    always(libc::SYS_rename, Call::Rename(path(0), path(1))),
    always(libc::SYS_renameat, Call::Rename(at(0, 1), at(2, 3))),
    always(libc::SYS_link, Call::Link(path(0), path(1), Flags::Are(0))),
    always(libc::SYS_chmod, Call::Change(path(0), Flags::Are(0))),
    always(libc::SYS_chown, Call::Change(path(0), Flags::Are(0))),
    always(libc::SYS_lchown, Call::Change(path(0), Flags::Are(SYMLINK_NOFOLLOW))),
    always(libc::SYS_utime, Call::Change(path(0), Flags::Are(0))),
    always(libc::SYS_utimes, Call::Change(path(0), Flags::Are(0))),
    always(libc::SYS_futimesat, Call::Change(at(0, 1), Flags::Are(0))),
];

#[cfg(not(target_arch = "x86_64"))]
const OLD: &[Row] = &[always(libc::SYS_renameat, Call::Rename(at(0, 1), at(2, 3)))];

/// Calls of which only the name is told.
const OTHERS: &[Row] = others![
    sendmsg libc::SYS_sendmsg,
    sendmmsg libc::SYS_sendmmsg,
    listen libc::SYS_listen,
    ptrace libc::SYS_ptrace,
    seccomp libc::SYS_seccomp,
    mount libc::SYS_mount,
    umount2 libc::SYS_umount2,
    move_mount 429,
    open_tree 428,
    fsopen 430,
    fsconfig 431,
    fsmount 432,
    fspick 433,
    mount_setattr 442,
    open_tree_attr 467,
    statmount 457,
    listmount 458,
    pivot_root libc::SYS_pivot_root,
    chroot libc::SYS_chroot,
    unshare libc::SYS_unshare,
    setns libc::SYS_setns,
    setuid libc::SYS_setuid,
    setgid libc::SYS_setgid,
    setreuid libc::SYS_setreuid,
    setregid libc::SYS_setregid,
    setresuid libc::SYS_setresuid,
    setresgid libc::SYS_setresgid,
    setfsuid libc::SYS_setfsuid,
    setfsgid libc::SYS_setfsgid,
    setgroups libc::SYS_setgroups,
    capset libc::SYS_capset,
    personality libc::SYS_personality,
    io_uring_setup 425,
    memfd_create libc::SYS_memfd_create,
    bpf libc::SYS_bpf,
    perf_event_open libc::SYS_perf_event_open,
    userfaultfd libc::SYS_userfaultfd,
    add_key libc::SYS_add_key,
    request_key libc::SYS_request_key,
    keyctl libc::SYS_keyctl,
    init_module libc::SYS_init_module,
    finit_module libc::SYS_finit_module,
    delete_module libc::SYS_delete_module,
    kexec_load libc::SYS_kexec_load,
    reboot libc::SYS_reboot,
    swapon libc::SYS_swapon,
    swapoff libc::SYS_swapoff,
    syslog libc::SYS_syslog,
    quotactl libc::SYS_quotactl,
    quotactl_fd 443,
    acct libc::SYS_acct,
    settimeofday libc::SYS_settimeofday,
    clock_settime libc::SYS_clock_settime,
    adjtimex libc::SYS_adjtimex,
    clock_adjtime libc::SYS_clock_adjtime,
    sethostname libc::SYS_sethostname,
    setdomainname libc::SYS_setdomainname,
    shmget libc::SYS_shmget,
    shmat libc::SYS_shmat,
    semget libc::SYS_semget,
    msgget libc::SYS_msgget,
    mq_open libc::SYS_mq_open,
    mq_unlink libc::SYS_mq_unlink,
    fanotify_init libc::SYS_fanotify_init,
    inotify_init1 libc::SYS_inotify_init1,
    name_to_handle_at libc::SYS_name_to_handle_at,
    open_by_handle_at libc::SYS_open_by_handle_at,
    process_vm_readv libc::SYS_process_vm_readv,
    process_vm_writev libc::SYS_process_vm_writev,
    pidfd_getfd 438,
    process_madvise 440,
    process_mrelease 448,
    vmsplice libc::SYS_vmsplice,
    migrate_pages libc::SYS_migrate_pages,
    kcmp libc::SYS_kcmp,
    lookup_dcookie libc::SYS_lookup_dcookie,
];

#[cfg(target_arch = "x86_64")]
const OLD_OTHERS: &[Row] = others![
    inotify_init libc::SYS_inotify_init,
    iopl libc::SYS_iopl,
    ioperm libc::SYS_ioperm,
    uselib libc::SYS_uselib,
    ustat libc::SYS_ustat,
    modify_ldt libc::SYS_modify_ldt,
];

#[cfg(not(target_arch = "x86_64"))]
const OLD_OTHERS: &[Row] = &[];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_call_has_one_row_and_is_known() {
        let mut numbers: Vec<u32> = rows().map(|row| row.number).collect();
        let all = numbers.len();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), all);
        assert!(numbers.iter().all(|number| *number <= LAST));
    }
}
