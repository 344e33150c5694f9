//! Starting programs and waiting for them.
//!
//! Programs start without a copy of this process's memory map: a fork of a process with many threads and gigabytes of
//! caches would cost more than most commands do.

use std::ffi::{CStr, CString};
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use bstr::{BStr, BString};
use rustix::fs::OFlags;
use rustix::io::Errno;
use rustix::process::{Pid, WaitOptions, WaitStatus};

use crate::env::{EnvBlock, c_text};
use crate::fd::Waker;
use crate::launch::{Launch, MOST_FILES, Source};
use crate::{Dir, Env, Host, OpenMode, fd, poll, stdio};

/// A program to start.
#[derive(Clone, Copy, Debug)]
pub struct Spawn<'a> {
    /// The file to execute; a relative path starts from `dir`. No search is done.
    pub program: &'a [u8],
    /// The arguments, the program's name first.
    pub argv: &'a [BString],
    /// The whole environment.
    pub env: &'a Env,
    /// The directory it runs in.
    pub dir: &'a Dir,
    /// What becomes its descriptor 0.
    pub stdin: BorrowedFd<'a>,
    /// What becomes its descriptor 1.
    pub stdout: BorrowedFd<'a>,
    /// What becomes its descriptor 2.
    pub stderr: BorrowedFd<'a>,
    /// Descriptors it gets under the number they have here (a jobserver's). Nothing else of ours stays open in it.
    pub inherit: &'a [BorrowedFd<'a>],
}

/// Files that a program opens itself, between its start and its first step. Whoever opens a file for it may be killed
/// before the program has begun, and leaves an empty one; a program that was started goes on.
#[derive(Clone, Copy, Debug)]
pub struct Openings<'a> {
    /// Their names, and how they are opened; `None`: for reading. No more than [`Openings::MOST`].
    pub files: &'a [(&'a [u8], Option<OpenMode>)],
    /// Which of them become its standard streams, instead of those that [`Spawn`] names.
    pub streams: [Option<usize>; 3],
}

impl Openings<'_> {
    /// How many files it can open.
    pub const MOST: usize = MOST_FILES;
    /// It opens nothing.
    pub const NONE: Openings<'static> = Openings { files: &[], streams: [None; 3] };
}

/// How a program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// It exited with this status.
    Code(i32),
    /// A signal ended it.
    Signal {
        /// The signal's number.
        signal: i32,
        /// Whether a core was dumped.
        core: bool,
    },
}

impl Exit {
    /// True when it exited with status 0.
    pub fn is_success(self) -> bool {
        self == Exit::Code(0)
    }

    /// The status a shell shows for it in `$?`.
    pub fn shell_status(self) -> i32 {
        match self {
            Exit::Code(code) => code,
            Exit::Signal { signal, .. } => 128 + signal,
        }
    }
}

/// A program that was started. One that is dropped without having been waited for stays a zombie, and the host goes on
/// assuming that it may change files.
#[derive(Debug)]
pub struct Child {
    pid: Pid,
    ended: Ended,
    exit: Mutex<Option<Exit>>,
    host: Arc<Host>,
}

/// What becomes readable when a child ends.
#[derive(Debug)]
enum Ended {
    Pidfd(OwnedFd),
    /// For kernels and sandboxes without pidfd: a thread waits and wakes.
    Waker(Arc<Waker>),
    /// A watched program: the thread that watches it waits for it, and nobody else may.
    Watched(Arc<Slot>),
}

/// Where the thread that watches a program puts how it ended.
#[derive(Debug)]
pub(crate) struct Slot {
    waker: Waker,
    exit: OnceLock<Exit>,
}

impl Slot {
    pub(crate) fn new() -> io::Result<Slot> {
        Ok(Slot { waker: Waker::new()?, exit: OnceLock::new() })
    }

    pub(crate) fn set(&self, exit: Exit) {
        self.exit.get_or_init(|| exit);
        self.waker.wake();
    }
}

impl Host {
    /// Starts a program. An error of the exec itself comes back here: ENOENT, EACCES, ENOEXEC, E2BIG and so on.
    pub fn spawn(self: &Arc<Host>, spawn: &Spawn<'_>) -> io::Result<Child> {
        self.spawn_opening(spawn, &Openings::NONE)
    }

    /// How a program ends that is started with nothing to read, and all that it prints.
    pub fn output(
        self: &Arc<Host>,
        program: &[u8],
        argv: &[BString],
        env: &Env,
        dir: &Dir,
    ) -> io::Result<(Exit, Vec<u8>)> {
        let (stdin, out) = (fd::empty_input()?, fd::memory_file()?);
        let child = self.spawn(&Spawn {
            program,
            argv,
            env,
            dir,
            stdin: stdin.as_fd(),
            stdout: out.as_fd(),
            stderr: out.as_fd(),
            inherit: &[],
        })?;
        let exit = child.wait()?;
        Ok((exit, fd::read_memory_file(&out)?))
    }

    /// Starts a program that opens files first. An error of that comes back like one of the exec; files may have been
    /// emptied then.
    pub fn spawn_opening(self: &Arc<Host>, spawn: &Spawn<'_>, openings: &Openings<'_>) -> io::Result<Child> {
        self.counts.spawns.add(1);
        if let Some(eyes) = self.eyes() {
            let arguments = bstr::join(" ", spawn.argv.iter().skip(1));
            eyes.effect(format!("{} {} was started", BStr::new(spawn.program), BStr::new(&arguments)));
        }
        // First say that it runs, then that things change: see `Host::quiet_epoch`.
        self.running.fetch_add(1, Ordering::SeqCst);
        self.changed();
        for (path, how) in openings.files {
            if how.is_some() && *path != b"/dev/null" {
                self.note_write(spawn.dir, path);
            }
        }
        let started = start_program(spawn, openings).and_then(|(pid, fd)| Ok((pid, watch(pid, fd)?)));
        match started {
            Ok((pid, ended)) => Ok(Child { pid, ended, exit: Mutex::new(None), host: self.clone() }),
            Err(e) => {
                self.running.fetch_sub(1, Ordering::SeqCst);
                Err(e)
            }
        }
    }
}

impl Child {
    /// A program that another thread watches; the host has been told that it runs.
    pub(crate) fn watched(pid: Pid, slot: Arc<Slot>, host: Arc<Host>) -> Child {
        Child { pid, ended: Ended::Watched(slot), exit: Mutex::new(None), host }
    }

    /// Its process id.
    pub fn pid(&self) -> i32 {
        self.pid.as_raw_nonzero().get()
    }

    /// A descriptor that polls readable once it has ended.
    pub fn fd(&self) -> BorrowedFd<'_> {
        match &self.ended {
            Ended::Pidfd(fd) => fd.as_fd(),
            Ended::Waker(waker) => waker.as_fd(),
            Ended::Watched(slot) => slot.waker.as_fd(),
        }
    }

    /// Waits until it ends.
    pub fn wait(&self) -> io::Result<Exit> {
        loop {
            poll::wait_one(self.fd(), poll::Ready::Read, None)?;
            if let Some(exit) = self.try_wait()? {
                return Ok(exit);
            }
        }
    }

    /// Waits until it ends or the time is over.
    pub fn wait_for(&self, time: Duration) -> io::Result<Option<Exit>> {
        poll::wait_one(self.fd(), poll::Ready::Read, Some(time))?;
        self.try_wait()
    }

    /// How it ended, if it has. May be asked again.
    pub fn try_wait(&self) -> io::Result<Option<Exit>> {
        let mut exit = self.exit.lock().unwrap_or_else(PoisonError::into_inner);
        while exit.is_none() {
            let ended = match &self.ended {
                Ended::Watched(slot) => slot.exit.get().copied(),
                Ended::Pidfd(_) | Ended::Waker(_) => {
                    match rustix::process::waitpid(Some(self.pid), WaitOptions::NOHANG) {
                        Ok(None) => None,
                        Ok(Some((_, status))) => match exit_of(status) {
                            None => continue,
                            exit => exit,
                        },
                        Err(Errno::INTR) => continue,
                        Err(e) => return Err(e.into()),
                    }
                }
            };
            if ended.is_none() {
                return Ok(None);
            }
            *exit = ended;
            // In this order: whoever sees no child running sees the new epoch too.
            self.host.changed();
            self.host.running.fetch_sub(1, Ordering::SeqCst);
        }
        Ok(*exit)
    }

    /// Sends it a signal; nothing happens when it has ended and been waited for.
    pub fn kill(&self, signal: i32) -> io::Result<()> {
        // The lock keeps the process id from being waited for, and so from becoming another's, meanwhile.
        let exit = self.exit.lock().unwrap_or_else(PoisonError::into_inner);
        if exit.is_some() {
            return Ok(());
        }
        // SAFETY: kill takes two numbers.
        match unsafe { libc::kill(self.pid(), signal) } {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()),
        }
    }
}

fn exit_of(status: WaitStatus) -> Option<Exit> {
    if let Some(signal) = status.terminating_signal() {
        return Some(Exit::Signal { signal, core: libc::WCOREDUMP(status.as_raw()) });
    }
    status.exit_status().map(Exit::Code)
}

fn watch(pid: Pid, fd: Option<OwnedFd>) -> io::Result<Ended> {
    if let Some(fd) = fd {
        return Ok(Ended::Pidfd(fd));
    }
    watch_by_thread(pid).inspect_err(|_| {
        // Without a way to wait for it, it must not run on unseen.
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
        let _ = rustix::process::waitpid(Some(pid), WaitOptions::empty());
    })
}

fn watch_by_thread(pid: Pid) -> io::Result<Ended> {
    use rustix::process::{WaitId, WaitIdOptions};
    let waker = Arc::new(Waker::new()?);
    let wake = waker.clone();
    std::thread::Builder::new().name(format!("wait {}", pid.as_raw_nonzero())).spawn(move || {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        while matches!(rustix::process::waitid(WaitId::Pid(pid), options), Err(Errno::INTR)) {}
        wake.wake();
    })?;
    Ok(Ended::Waker(waker))
}

fn start_program(spawn: &Spawn<'_>, openings: &Openings<'_>) -> io::Result<(Pid, Option<OwnedFd>)> {
    let stream = |fd: BorrowedFd<'_>, file: Option<usize>| match file {
        Some(file) => Source::File(file),
        None if stdio::is_closed(fd) => Source::Closed,
        None => Source::Fd(fd.as_raw_fd()),
    };
    let [stdin, stdout, stderr] = openings.streams;
    let names: Vec<CString> = openings.files.iter().map(|(path, _)| c_text(path.to_vec())).collect();
    let flags = openings.files.iter().map(|(_, how)| how.map_or(OFlags::RDONLY, OpenMode::flags));
    let files: Vec<(&CStr, i32)> =
        names.iter().zip(flags).map(|(name, flags)| (name.as_c_str(), flags.bits().cast_signed())).collect();
    let inherit: Vec<RawFd> = spawn.inherit.iter().map(|fd| fd.as_raw_fd()).filter(|fd| *fd > 2).collect();
    let program = c_text(spawn.program.to_vec());
    let arguments = EnvBlock::new(spawn.argv.iter().map(|argument| argument.to_vec()));
    let launch = Launch {
        program: &program,
        argv: &arguments.pointers(),
        envp: &spawn.env.block().pointers(),
        dir: spawn.dir.as_fd().as_raw_fd(),
        files: &files,
        streams: [stream(spawn.stdin, stdin), stream(spawn.stdout, stdout), stream(spawn.stderr, stderr)],
        inherit: &inherit,
    };
    let mut tries = Tries::new();
    loop {
        match launch.start() {
            Err(e) if tries.again(&e) => {}
            other => return other,
        }
    }
}

/// Starting a program again when it was busy. A program this process just wrote is that for the moment in which a child of
/// another thread, between its fork and its exec, still has the descriptor it was written through.
pub(crate) struct Tries(u32);

impl Tries {
    pub(crate) fn new() -> Tries {
        Tries(0)
    }

    /// Whether to try again after this error; waits a little before it says yes.
    pub(crate) fn again(&mut self, error: &io::Error) -> bool {
        if error.raw_os_error() != Some(libc::ETXTBSY) || self.0 == 8 {
            return false;
        }
        std::thread::sleep(Duration::from_micros(200 << self.0));
        self.0 += 1;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::tests::scratch;
    use crate::{fd, start};
    use bstr::ByteSlice;

    struct Machine {
        host: Arc<Host>,
        dir: Arc<Dir>,
        env: Env,
        _keep: tempfile::TempDir,
    }

    fn machine() -> Machine {
        let (keep, dir) = scratch();
        Machine { host: Host::new(), dir, env: Env::of_process(), _keep: keep }
    }

    impl Machine {
        fn start(
            &self,
            argv: &[&str],
            stdout: BorrowedFd<'_>,
            inherit: &[BorrowedFd<'_>],
        ) -> io::Result<Child> {
            let argv: Vec<BString> = argv.iter().map(|a| BString::from(*a)).collect();
            let null = self.host.open_read(&self.dir, b"/dev/null").unwrap();
            self.host.spawn(&Spawn {
                program: &argv[0],
                argv: &argv,
                env: &self.env,
                dir: &self.dir,
                stdin: null.as_fd(),
                stdout,
                stderr: stdout,
                inherit,
            })
        }

        fn output(&self, script: &str) -> (BString, Exit) {
            let (read, write) = fd::pipe().unwrap();
            let child = self.start(&["/bin/sh", "-c", script], write.as_fd(), &[]).unwrap();
            drop(write);
            let mut out = Vec::new();
            fd::read_to_end(&read, &mut out).unwrap();
            (out.into(), child.wait().unwrap())
        }
    }

    #[test]
    fn a_program_runs_in_its_directory_with_its_environment_and_streams() {
        let mut m = machine();
        m.env.set("RKBUILD_TEST", b"\xff x".as_slice());
        let (out, exit) = m.output("pwd -P; echo \"$RKBUILD_TEST\"; echo err >&2; exit 3");
        assert_eq!(out, [m.dir.path().as_bytes(), b"\n\xff x\nerr\n"].concat());
        assert_eq!(exit, Exit::Code(3));
        assert_eq!(exit.shell_status(), 3);
    }

    #[test]
    fn a_relative_program_is_found_from_its_directory() {
        let m = machine();
        m.host.write(&m.dir, b"prog", b"#!/bin/sh\nexit 7\n", false).unwrap();
        m.host.chmod(&m.dir, b"prog", 0o755).unwrap();
        let null = m.host.open_write(&m.dir, b"/dev/null", crate::OpenMode::Existing).unwrap();
        assert_eq!(m.start(&["./prog"], null.as_fd(), &[]).unwrap().wait().unwrap(), Exit::Code(7));
    }

    #[test]
    fn errors_of_the_exec_come_back_with_their_number() {
        let m = machine();
        m.host.write(&m.dir, b"notx", b"", false).unwrap();
        m.host.write(&m.dir, b"text", b"exit 0\n", false).unwrap();
        m.host.chmod(&m.dir, b"text", 0o755).unwrap();
        let null = m.host.open_write(&m.dir, b"/dev/null", crate::OpenMode::Existing).unwrap();
        let fail = |argv: &[&str]| m.start(argv, null.as_fd(), &[]).unwrap_err().raw_os_error().unwrap();
        assert_eq!(fail(&["./none"]), libc::ENOENT);
        assert_eq!(fail(&["./notx"]), libc::EACCES);
        assert_eq!(fail(&["."]), libc::EACCES);
        assert_eq!(fail(&["./text"]), libc::ENOEXEC);
        assert_eq!(fail(&["notx/x"]), libc::ENOTDIR);
        assert_eq!(fail(&["/bin/true", &"x".repeat(200_000)]), libc::E2BIG);
        assert!(m.host.is_quiet());
    }

    #[test]
    fn a_signal_is_told_from_an_exit() {
        let m = machine();
        let (_, exit) = m.output("kill -TERM $$");
        assert_eq!(exit, Exit::Signal { signal: libc::SIGTERM, core: false });
        assert_eq!(exit.shell_status(), 143);
    }

    #[test]
    fn a_running_child_can_be_killed_and_asked_again() {
        let m = machine();
        let (read, write) = fd::pipe().unwrap();
        let child = m.start(&["/bin/sleep", "100"], write.as_fd(), &[]).unwrap();
        drop(write);
        assert!(!m.host.is_quiet());
        assert_eq!(m.host.quiet_epoch(), None);
        assert_eq!(child.try_wait().unwrap(), None);
        assert_eq!(child.wait_for(Duration::from_millis(5)).unwrap(), None);
        let before = m.host.epoch();
        child.kill(libc::SIGKILL).unwrap();
        let ended = Exit::Signal { signal: libc::SIGKILL, core: false };
        assert_eq!(child.wait().unwrap(), ended);
        assert_eq!(child.try_wait().unwrap(), Some(ended));
        assert_eq!(child.wait().unwrap(), ended);
        child.kill(libc::SIGKILL).unwrap();
        assert!(m.host.is_quiet() && m.host.epoch() > before);
        drop(read);
    }

    #[test]
    fn only_the_descriptors_named_are_inherited_and_under_their_numbers() {
        let m = machine();
        let (_read, held) = fd::pipe().unwrap();
        let (jobs, _write) = fd::pipe().unwrap();
        let (out, into) = fd::pipe().unwrap();
        let child = m.start(&["/bin/ls", "/proc/self/fd"], into.as_fd(), &[jobs.as_fd()]).unwrap();
        drop(into);
        let mut listed = Vec::new();
        fd::read_to_end(&out, &mut listed).unwrap();
        child.wait().unwrap();
        let has = |fd: &OwnedFd| listed.lines().any(|line| line == fd.as_raw_fd().to_string().as_bytes());
        assert!(has(&jobs));
        // The directory ls opened takes the lowest free number, which can be the held pipe's.
        assert!(!has(&held) || listed.lines().count() == 5);
    }

    #[test]
    fn a_program_opens_its_files_itself() {
        let m = machine();
        m.host.write(&m.dir, b"in", b"text\n", false).unwrap();
        m.host.write(&m.dir, b"out", b"what was there before\n", false).unwrap();
        let null = m.host.open_read(&m.dir, b"/dev/null").unwrap();
        let argv = ["/bin/sh".into(), "-c".into(), "cat; echo error >&2".into()];
        let spawn = Spawn {
            program: b"/bin/sh",
            argv: &argv,
            env: &m.env,
            dir: &m.dir,
            stdin: null.as_fd(),
            stdout: null.as_fd(),
            stderr: null.as_fd(),
            inherit: &[],
        };
        let files: [(&[u8], _); 2] = [(b"in", None), (b"out", Some(OpenMode::Truncate))];
        let openings = Openings { files: &files, streams: [Some(0), Some(1), Some(1)] };
        let before = m.host.epoch();
        m.host.spawn_opening(&spawn, &openings).unwrap().wait().unwrap();
        assert_eq!(m.host.read(&m.dir, b"out").unwrap(), b"text\nerror\n");
        assert!(m.host.epoch() > before);
        let files: [(&[u8], _); 1] = [(b"none/out", Some(OpenMode::Append))];
        let openings = Openings { files: &files, streams: [None, Some(0), None] };
        let error = m.host.spawn_opening(&spawn, &openings).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::ENOENT));
        assert!(m.host.is_quiet());
    }

    #[test]
    fn streams_may_be_given_crosswise() {
        let m = machine();
        let argv = ["/bin/sh".into(), "-c".into(), "exit 0".into()];
        let (stdin, stdout) = (std::io::stdin(), std::io::stdout());
        let child = m.host.spawn(&Spawn {
            program: b"/bin/sh",
            argv: &argv,
            env: &m.env,
            dir: &m.dir,
            stdin: stdout.as_fd(),
            stdout: stdin.as_fd(),
            stderr: stdin.as_fd(),
            inherit: &[],
        });
        assert_eq!(child.unwrap().wait().unwrap(), Exit::Code(0));
    }

    #[test]
    fn children_die_of_a_broken_pipe_as_they_would_under_a_shell() {
        let m = machine();
        let (read, write) = fd::pipe().unwrap();
        drop(read);
        let child = m.start(&["/usr/bin/yes"], write.as_fd(), &[]).unwrap();
        let want = if start::ignored(libc::SIGPIPE) {
            Exit::Code(1)
        } else {
            Exit::Signal { signal: libc::SIGPIPE, core: false }
        };
        assert_eq!(child.wait().unwrap(), want);
    }

    #[test]
    fn without_pidfd_a_thread_tells_the_end() {
        let m = machine();
        let (_read, write) = fd::pipe().unwrap();
        let mut child = m.start(&["/bin/sh", "-c", "exit 5"], write.as_fd(), &[]).unwrap();
        child.ended = watch_by_thread(child.pid).unwrap();
        assert_eq!(child.wait().unwrap(), Exit::Code(5));
    }

    #[test]
    fn many_threads_start_many_programs() {
        let m = machine();
        std::thread::scope(|scope| {
            for t in 0..4 {
                let m = &m;
                scope.spawn(move || {
                    for n in 0..10 {
                        let name = format!("p{t}-{n}");
                        m.host.write(&m.dir, name.as_bytes(), b"#!/bin/sh\nexit 9\n", false).unwrap();
                        m.host.chmod(&m.dir, name.as_bytes(), 0o755).unwrap();
                        let (_read, write) = fd::pipe().unwrap();
                        let child = m.start(&[&format!("./{name}")], write.as_fd(), &[]).unwrap();
                        assert_eq!(child.wait().unwrap(), Exit::Code(9));
                    }
                });
            }
        });
        assert!(m.host.is_quiet());
    }
}
