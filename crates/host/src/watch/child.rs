//! The beginning of a watched program: a child that shares this process's memory until its exec, waits to be traced, sets itself
//! up and puts on the filter.
//!
//! It is what is done for other programs, but for two things: the thread that started it must not be suspended meanwhile, since the
//! exec is the first call it has to let pass; and there is the filter. Until its exec the child runs beside us in our memory, with
//! the thread's own thread-local storage: it may not call anything but the system, and that not through the C library,
//! which would write errno. All it needs is laid out beforehand.

use std::ffi::{c_char, c_int, c_long, c_void};
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::sync::atomic::{AtomicI32, AtomicU32, Ordering};

use super::{filter, sys, unsupported};
use crate::env::{EnvBlock, c_text};
use crate::{Env, Spawn, fd, limits, start, stdio};

const STACK: usize = 64 * 1024;

/// How far the child got, when it did not get to its program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Setup = 1,
    Filter = 2,
    Exec = 3,
}

/// One step between the fork and the exec.
#[derive(Clone, Copy)]
enum Step {
    Move { from: c_int, to: c_int },
    Keep(c_int),
    Close(c_int),
}

/// All the child needs.
struct Plan {
    program: *const c_char,
    argv: *const *mut c_char,
    envp: *const *mut c_char,
    dir: c_int,
    steps: Vec<Step>,
    /// Signals that have a handler here, or that we ignore and were not ignored when we started.
    to_default: Vec<c_int>,
    mask: libc::sigset_t,
    /// The limits it gets back.
    limits: [(limits::Kind, Option<libc::rlimit>); 2],
    filter: libc::sock_fprog,
    /// 0 while the child is to wait, 1 when it may go on, 2 when it is to end.
    go: AtomicU32,
    stage: AtomicI32,
    errno: AtomicI32,
}

/// What a child is to be, made where the [`Spawn`] is. It keeps numbers of descriptors that the caller keeps open until the
/// child's exec.
pub(super) struct Setup {
    program: std::ffi::CString,
    arguments: EnvBlock,
    env: Env,
    dir: c_int,
    steps: Vec<Step>,
    filter: Vec<libc::sock_filter>,
    _duplicates: Vec<OwnedFd>,
}

impl Setup {
    pub(super) fn new(spawn: &Spawn<'_>) -> io::Result<Setup> {
        let mut duplicates = Vec::new();
        let steps = steps(spawn, &mut duplicates)?;
        let inherited = spawn.inherit.iter().filter_map(|fd| u32::try_from(fd.as_raw_fd()).ok());
        let inherited: Vec<u32> = inherited.filter(|number| *number > 2).collect();
        Ok(Setup {
            program: c_text(spawn.program.to_vec()),
            arguments: EnvBlock::new(spawn.argv.iter().map(|argument| argument.to_vec())),
            env: spawn.env.clone(),
            dir: spawn.dir.as_fd().as_raw_fd(),
            steps,
            filter: filter::build(&inherited)?,
            _duplicates: duplicates,
        })
    }
}

/// A child that waits to be let go, with the memory it uses besides the [`Setup`]'s.
pub(super) struct Prepared<'a> {
    pid: c_int,
    plan: Box<Plan>,
    _stack: Vec<MaybeUninit<u128>>,
    _pointers: (Vec<*mut c_char>, Vec<*mut c_char>),
    _setup: &'a Setup,
}

impl<'a> Prepared<'a> {
    /// Makes the child. It must be let go or sent away, and `self` kept until its exec or its end.
    pub(super) fn new(setup: &'a Setup) -> io::Result<Prepared<'a>> {
        let (argv, envp) = (setup.arguments.pointers(), setup.env.block().pointers());
        let plan = Box::new(Plan {
            program: setup.program.as_ptr(),
            argv: argv.as_ptr(),
            envp: envp.as_ptr(),
            dir: setup.dir,
            steps: setup.steps.clone(),
            to_default: to_default(),
            mask: start::signal_mask(),
            limits: limits::of_children(),
            filter: libc::sock_fprog {
                len: u16::try_from(setup.filter.len()).map_err(|_| unsupported("the filter is too long"))?,
                // The kernel only reads it.
                filter: setup.filter.as_ptr().cast_mut(),
            },
            go: AtomicU32::new(0),
            stage: AtomicI32::new(0),
            errno: AtomicI32::new(0),
        });
        // Elements of sixteen bytes give the stack the alignment processors want.
        let mut stack = Vec::<MaybeUninit<u128>>::with_capacity(STACK / 16);
        let end = stack.spare_capacity_mut().as_mut_ptr_range().end;
        let pid = start_child(&plan, end.cast())?;
        Ok(Prepared { pid, plan, _stack: stack, _pointers: (argv, envp), _setup: setup })
    }

    pub(super) fn pid(&self) -> c_int {
        self.pid
    }

    /// Lets the child set itself up and execute its program.
    pub(super) fn let_go(&self) {
        self.say(1);
    }

    /// Has the child end, and waits for that.
    pub(super) fn send_away(&self) {
        self.say(2);
        sys::signal(self.pid, libc::SIGKILL);
        while let Ok(Some((_, status))) = sys::wait(true) {
            if status.ended().is_some() {
                break;
            }
        }
    }

    fn say(&self, what: u32) {
        self.plan.go.store(what, Ordering::Release);
        // SAFETY: the call is given the address of a number that lives, and only wakes who waits there.
        unsafe { libc::syscall(libc::SYS_futex, self.plan.go.as_ptr(), libc::FUTEX_WAKE, 1) };
    }

    /// Why the child ended before its exec.
    pub(super) fn error(&self) -> io::Error {
        let errno = io::Error::from_raw_os_error(self.plan.errno.load(Ordering::Acquire));
        match self.plan.stage.load(Ordering::Acquire) {
            stage if stage == Stage::Filter as i32 => unsupported("the system refuses the filter"),
            0 => unsupported("the child was killed before it began"),
            _ => errno,
        }
    }
}

/// What becomes of descriptors, in order.
fn steps(spawn: &Spawn<'_>, duplicates: &mut Vec<OwnedFd>) -> io::Result<Vec<Step>> {
    let mut steps = Vec::new();
    for (fd, to) in [spawn.stdin, spawn.stdout, spawn.stderr].into_iter().zip(0..) {
        let from = fd.as_raw_fd();
        if stdio::is_closed(fd) {
            steps.push(Step::Close(to));
        } else if from == to {
            steps.push(Step::Keep(to));
        } else if from < 3 {
            // It could be overwritten before it is used: go through a duplicate.
            let copy = fd::duplicate(fd)?;
            steps.push(Step::Move { from: copy.as_raw_fd(), to });
            duplicates.push(copy);
        } else {
            steps.push(Step::Move { from, to });
        }
    }
    let inherited = spawn.inherit.iter().map(|fd| fd.as_raw_fd()).filter(|number| *number > 2);
    steps.extend(inherited.map(Step::Keep));
    Ok(steps)
}

/// The signals whose action the child must set to the default before it unblocks any. The exec would do it for handlers, but until
/// then they would run in the memory we share.
fn to_default() -> Vec<c_int> {
    let handled = |signal: c_int| {
        let mut action = MaybeUninit::<libc::sigaction>::zeroed();
        // SAFETY: with a null new action the call only fills in the old one; all zeros is a valid action.
        unsafe {
            libc::sigaction(signal, std::ptr::null(), action.as_mut_ptr()) == 0
                && !matches!(action.assume_init().sa_sigaction, libc::SIG_DFL | libc::SIG_IGN)
        }
    };
    let pipe = (!start::ignored(libc::SIGPIPE)).then_some(libc::SIGPIPE);
    (1..=64).filter(|signal| handled(*signal)).chain(pipe).collect()
}

/// Starts the child with all signals blocked: a handler must not run in it.
fn start_child(plan: &Plan, stack: *mut c_void) -> io::Result<c_int> {
    let mut all = MaybeUninit::uninit();
    let mut before = MaybeUninit::uninit();
    let plan: *const Plan = plan;
    // SAFETY: the sets are filled in by the calls before they are used. The child runs `child` on a stack of its own, which
    // `Prepared` keeps, as it keeps the plan and all it points to, until the child has another memory or is gone; it does
    // nothing there but what `child` may (see there).
    let pid = unsafe {
        libc::sigfillset(all.as_mut_ptr());
        libc::pthread_sigmask(libc::SIG_BLOCK, all.as_ptr(), before.as_mut_ptr());
        let pid = libc::clone(child, stack, libc::CLONE_VM | libc::SIGCHLD, plan.cast_mut().cast());
        let error = io::Error::last_os_error();
        libc::pthread_sigmask(libc::SIG_SETMASK, before.as_ptr(), std::ptr::null_mut());
        if pid == -1 { Err(error) } else { Ok(pid) }
    }?;
    Ok(pid)
}

/// The child until its exec. It runs in the memory of the process that started it, beside its threads, so it calls nothing
/// but the system and changes nothing but the plan's three numbers.
extern "C" fn child(plan: *mut c_void) -> c_int {
    // SAFETY: the plan outlives the child's stay in this memory, and what both sides change of it is atomic.
    let plan = unsafe { &*plan.cast::<Plan>() };
    loop {
        match plan.go.load(Ordering::Acquire) {
            0 => {
                let wait = [plan.go.as_ptr().expose_provenance(), libc::FUTEX_WAIT as usize, 0, 0, 0, 0];
                call(libc::SYS_futex, wait);
            }
            1 => break,
            _ => end(),
        }
    }
    if let Err((stage, errno)) = set_up(plan) {
        plan.errno.store(errno, Ordering::Release);
        plan.stage.store(stage as i32, Ordering::Release);
    }
    end()
}

fn end() -> ! {
    loop {
        call(libc::SYS_exit_group, [127, 0, 0, 0, 0, 0]);
    }
}

/// Does not come back when all goes well.
fn set_up(plan: &Plan) -> Result<(), (Stage, i32)> {
    let setup = |number: c_long, args: [usize; 6]| {
        let result = call(number, args);
        if result < 0 { Err((Stage::Setup, -result as i32)) } else { Ok(result) }
    };
    setup(libc::SYS_fchdir, [plan.dir as usize, 0, 0, 0, 0, 0])?;
    for step in &plan.steps {
        match *step {
            Step::Move { from, to } => setup(libc::SYS_dup3, [from as usize, to as usize, 0, 0, 0, 0])?,
            Step::Keep(fd) => setup(libc::SYS_fcntl, [fd as usize, libc::F_SETFD as usize, 0, 0, 0, 0])?,
            Step::Close(fd) => {
                call(libc::SYS_close, [fd as usize, 0, 0, 0, 0, 0]);
                0
            }
        };
    }
    // The kernel's action is smaller than the C library's; its first field is the handler.
    let set = size_of::<u64>();
    let act = |signal: c_int, action: &[usize; 8]| {
        setup(libc::SYS_rt_sigaction, [signal as usize, action.as_ptr().expose_provenance(), 0, set, 0, 0])
    };
    for signal in &plan.to_default {
        act(*signal, &[libc::SIG_DFL, 0, 0, 0, 0, 0, 0, 0])?;
    }
    for (kind, limit) in &plan.limits {
        let Some(limit) = limit else { continue };
        let limit = std::ptr::from_ref(limit).expose_provenance();
        setup(libc::SYS_prlimit64, [0, *kind as usize, limit, 0, 0, 0])?;
    }
    let mask = (&raw const plan.mask).expose_provenance();
    setup(libc::SYS_rt_sigprocmask, [libc::SIG_SETMASK as usize, mask, 0, set, 0, 0])?;
    put_on_filter(plan).map_err(|errno| (Stage::Filter, errno))?;
    let exec = [
        plan.program.expose_provenance(),
        plan.argv.expose_provenance(),
        plan.envp.expose_provenance(),
        0,
        0,
        0,
    ];
    Err((Stage::Exec, -call(libc::SYS_execve, exec) as i32))
}

/// Without the right to do it, a filter can only be put on by a process that gives up ever getting more rights. That changes
/// programs that need some, so it is done only when it must be.
fn put_on_filter(plan: &Plan) -> Result<(), i32> {
    let filter = (&raw const plan.filter).expose_provenance();
    let mut flags = libc::SECCOMP_FILTER_FLAG_SPEC_ALLOW as usize;
    let mut tries = 0;
    loop {
        let args = [libc::SECCOMP_SET_MODE_FILTER as usize, flags, filter, 0, 0, 0];
        let errno = -call(libc::SYS_seccomp, args) as i32;
        tries += 1;
        match errno {
            ..=0 => return Ok(()),
            libc::EACCES if tries < 4 => {
                let args = [libc::PR_SET_NO_NEW_PRIVS as usize, 1, 0, 0, 0, 0];
                call(libc::SYS_prctl, args);
            }
            libc::EINVAL if flags != 0 => flags = 0,
            _ => return Err(errno),
        }
    }
}

/// A system call that touches neither errno nor anything else of the thread's.
#[cfg(target_arch = "x86_64")]
fn call(number: c_long, args: [usize; 6]) -> isize {
    let [a, b, c, d, e, f] = args;
    let result: isize;
    // SAFETY: this is how the kernel is called; the callers give it only pointers to memory of the plan or of their own.
    unsafe {
        std::arch::asm!("syscall", inlateout("rax") number as isize => result, in("rdi") a, in("rsi") b, in("rdx") c,
            in("r10") d, in("r8") e, in("r9") f, lateout("rcx") _, lateout("r11") _, options(nostack));
    }
    result
}

/// A system call that touches neither errno nor anything else of the thread's.
#[cfg(target_arch = "aarch64")]
fn call(number: c_long, args: [usize; 6]) -> isize {
    let [a, b, c, d, e, f] = args;
    let result: isize;
    // SAFETY: as on x86_64.
    unsafe {
        std::arch::asm!("svc 0", in("x8") number, inlateout("x0") a as isize => result, in("x1") b, in("x2") c,
            in("x3") d, in("x4") e, in("x5") f, options(nostack));
    }
    result
}

/// Other processors' programs are not watched, so nothing comes here.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn call(_number: c_long, _args: [usize; 6]) -> isize {
    -(libc::ENOSYS as isize)
}
