//! What is done at a stop: the call's paths and descriptors are looked at as the call is about to find them.

use std::ffi::c_int;

use bstr::{BString, ByteSlice};
use rustc_hash::{FxHashMap, FxHashSet};
use rustix::fs::{AtFlags, CWD};
use rustix::io::Errno;

use super::calls::{self, At, Call, Flags, SAVED};
use super::image::{self, Image};
use super::record::Record;
use super::sys::{self, Entry};
use super::walk::{self, Passed, Place, Walker};
use super::{Asked, Found, Reason, Uses, filter};
use crate::Meta;

/// A program with more arguments than these is not followed.
const MOST_ARGUMENTS: usize = 1 << 16;
/// The deepest chain of interpreters the system follows.
const MOST_INTERPRETERS: usize = 6;
/// TIOCGWINSZ.
const WINDOW_SIZE: u32 = 0x5413;
/// Questions about files and copies of whole files: FS_IOC_GETFLAGS, FS_IOC_FIEMAP, FICLONE, FICLONERANGE.
const FILE_IOCTLS: [u32; 4] = [0x8008_6601, 0xc020_660b, 0x4004_9409, 0x4020_940d];
/// The commands of fcntl about pipes, owners and seals.
const OWN_FCNTLS: [c_int; 9] =
    [libc::F_GETPIPE_SZ, libc::F_SETPIPE_SZ, libc::F_GETOWN, libc::F_SETOWN, 1027, 1033, 1034, 15, 16];

/// Which open file a descriptor is.
type Identity = (u64, u64);

/// What is known of a process that runs.
#[derive(Debug, Default)]
pub(super) struct Tracee {
    /// Its current directory, once it was asked for.
    dir: Option<BString>,
}

/// Sees what watched processes do.
#[derive(Debug)]
pub(super) struct Watcher {
    pub record: Record,
    walker: Walker,
    /// The processes and threads that run.
    pub tracees: FxHashMap<i32, Tracee>,
    /// All there ever were.
    pub ever: FxHashSet<i32>,
    stdin: Option<Identity>,
    inherited: Vec<(u32, Identity)>,
    /// What executed files are, by device and inode.
    images: FxHashMap<Identity, (Image, bool)>,
    /// Looks that were made already, for as long as nothing changed.
    looked: FxHashSet<Vec<u8>>,
    /// Set when a process asks for something that tells on which processors it may run.
    pub asks_processors: bool,
}

/// Where a path begins, and the path.
struct Name {
    from: BString,
    path: BString,
}

/// The file that a name leads to; `whole` says whether only its last part may be missing.
struct Target {
    path: BString,
    found: Found,
    whole: bool,
}

impl Watcher {
    pub(super) fn new(stdin: Option<Identity>, inherited: Vec<(u32, Identity)>) -> Watcher {
        Watcher {
            record: Record::new(),
            walker: Walker::default(),
            tracees: FxHashMap::default(),
            ever: FxHashSet::default(),
            stdin,
            inherited,
            images: FxHashMap::default(),
            looked: FxHashSet::default(),
            asks_processors: false,
        }
    }

    /// A process or thread began.
    pub(super) fn began(&mut self, pid: i32) {
        self.ever.insert(pid);
        self.tracees.entry(pid).or_default();
    }

    /// A process or thread is gone.
    pub(super) fn ended(&mut self, pid: i32) {
        self.tracees.remove(&pid);
    }

    fn reason(&mut self, reason: Reason) {
        self.record.reasons.insert(reason);
    }

    /// A process is about to make a call.
    pub(super) fn stop(&mut self, pid: i32, entry: &Entry) {
        self.record.stops += 1;
        if entry.arch != filter::ARCH {
            self.asks_processors = true;
            self.reason(Reason::Foreign(BString::default()));
            return;
        }
        let Some(call) = calls::call(entry.number) else {
            self.reason(Reason::Unknown(entry.number));
            return;
        };
        let args = &entry.args;
        match call {
            Call::Look(at, flags, uses) => {
                if entry.number == libc::SYS_statfs as u64 {
                    self.record.asked.insert(Asked::Space);
                }
                let flags = self.flags(pid, args, flags);
                self.look(pid, args, at, flags & libc::AT_SYMLINK_NOFOLLOW == 0, uses);
            }
            Call::Open(at, flags) => {
                let flags = self.flags(pid, args, flags);
                self.open(pid, args, at, flags);
            }
            Call::Execute(at, flags) => {
                let flags = self.flags(pid, args, flags);
                self.execute(pid, args, at, flags);
            }
            Call::Chdir(at) => {
                self.look(pid, args, at, true, Uses::STAT);
                self.forget_directories(pid);
            }
            Call::Fchdir => self.forget_directories(pid),
            Call::List => self.list(pid, descriptor(args, 0)),
            Call::Make(at) => self.make(pid, args, at),
            Call::Remove(at) => {
                if let Some(at) = self.at(pid, args, at, false) {
                    self.change(at, true);
                }
            }
            Call::Rename(from, to) => {
                for at in [from, to] {
                    if let Some(at) = self.at(pid, args, at, false) {
                        self.change_or_make(at);
                    }
                }
            }
            Call::Link(from, to, flags) => {
                let flags = self.flags(pid, args, flags);
                self.change_named(pid, args, from, flags, flags & libc::AT_SYMLINK_FOLLOW != 0);
                self.make(pid, args, to);
            }
            Call::Change(at, flags) => {
                let flags = self.flags(pid, args, flags);
                self.change_named(pid, args, at, flags, flags & libc::AT_SYMLINK_NOFOLLOW == 0);
            }
            Call::ChangeOpen => self.change_open(pid, descriptor(args, 0), false),
            Call::Read(fd) | Call::Write(fd) => self.use_descriptor(pid, descriptor(args, fd)),
            Call::Copy(from, to) => {
                self.use_descriptor(pid, descriptor(args, from));
                self.use_descriptor(pid, descriptor(args, to));
            }
            Call::Duplicate(to) => {
                let to = to.map(|to| argument(args, to) as u32);
                self.duplicate(pid, descriptor(args, 0), to);
            }
            Call::Fcntl => self.fcntl(pid, descriptor(args, 0), descriptor(args, 1), args),
            Call::Flock => self.lock(pid, descriptor(args, 0)),
            Call::Ioctl => self.ioctl(pid, descriptor(args, 0), argument(args, 1) as u32),
            Call::Mmap => {
                let fd = descriptor(args, 4);
                self.use_descriptor(pid, fd);
                let (protection, flags) = (argument(args, 2) as i32, argument(args, 3) as i32);
                if protection & libc::PROT_WRITE != 0 && flags & libc::MAP_SHARED != 0 {
                    self.change_open(pid, fd, true);
                }
            }
            Call::Connect(address, takes) => self.connect(pid, args, address, takes),
            Call::Process(groups) => self.process(pid, descriptor(args, 0), groups),
            Call::Clone => self.reason(Reason::Call("clone")),
            Call::Clone3 => match sys::read_u64(pid, argument(args, 0)) {
                Ok(flags) if flags & u64::from(calls::CLONE_OTHER) == 0 => {}
                Ok(_) => self.reason(Reason::Call("clone3")),
                Err(_) => self.reason(Reason::Unreadable),
            },
            Call::Ask(what) => {
                self.asks_processors |= what == Asked::Processors;
                self.record.asked.insert(what);
            }
            Call::Other(name) => self.reason(Reason::Call(name)),
        }
    }

    fn flags(&mut self, pid: i32, args: &[u64; 6], flags: Flags) -> i32 {
        match flags {
            Flags::Are(flags) => flags,
            Flags::In(at) => descriptor(args, at),
            Flags::Behind(at) => match sys::read_u64(pid, argument(args, at)) {
                Ok(flags) => flags as i32,
                Err(_) => {
                    self.reason(Reason::Unreadable);
                    0
                }
            },
        }
    }

    /// The path that a call names, if it is one: not for an empty one, which is about an open file or an error.
    fn name(&mut self, pid: i32, args: &[u64; 6], at: At) -> Option<Name> {
        let address = argument(args, at.path);
        if address == 0 {
            return None;
        }
        let Ok(path) = sys::read_text(pid, address) else {
            self.reason(Reason::Unreadable);
            return None;
        };
        if path.is_empty() {
            return None;
        }
        let from = if path.starts_with(b"/") {
            BString::default()
        } else {
            match at.dir.map(|dir| descriptor(args, dir)) {
                None | Some(libc::AT_FDCWD) => self.directory(pid)?,
                Some(fd) => self.open_path(pid, fd)?,
            }
        };
        Some(Name { from, path })
    }

    /// The current directory of a process.
    fn directory(&mut self, pid: i32) -> Option<BString> {
        if let Some(dir) = self.tracees.get(&pid).and_then(|tracee| tracee.dir.as_ref()) {
            return Some(dir.clone());
        }
        let dir = self.named(&format!("/proc/{pid}/cwd"))?;
        self.tracees.entry(pid).or_default().dir = Some(dir.clone());
        Some(dir)
    }

    /// A process is about to change its directory. Its threads share it, unless they are processes of their own.
    fn forget_directories(&mut self, pid: i32) {
        let threads = std::fs::read_dir(format!("/proc/{pid}/task")).map_or(2, Iterator::count);
        if threads > 1 {
            // One of them might ask for it before it has changed.
            self.reason(Reason::Call("chdir"));
        }
        if let Some(tracee) = self.tracees.get_mut(&pid) {
            tracee.dir = None;
        }
    }

    /// The path of an open directory or file; `None` for what is no file.
    fn open_path(&mut self, pid: i32, fd: c_int) -> Option<BString> {
        if fd < 0 { None } else { self.named(&format!("/proc/{pid}/fd/{fd}")) }
    }

    /// What a link in /proc is to, if that is a file.
    fn named(&mut self, link: &str) -> Option<BString> {
        let path = match rustix::fs::readlinkat(CWD, link, Vec::new()) {
            Ok(path) => path.into_bytes(),
            Err(error) => {
                self.unless_missing(error);
                return None;
            }
        };
        if !path.starts_with(b"/") {
            return None;
        }
        if let Some(path) = path.strip_suffix(b" (deleted)") {
            if !self.record.is_own(path) {
                self.reason(Reason::Unnamed(path.into()));
            }
            return None;
        }
        Some(path.into())
    }

    /// Something of a process could not be looked at. A descriptor that is not open is nothing to be told.
    fn unless_missing(&mut self, error: Errno) {
        if error != Errno::NOENT {
            self.reason(Reason::Unreadable);
        }
    }

    /// Follows the path a call names; `None` when it leads to no file that could be a fact.
    fn at(&mut self, pid: i32, args: &[u64; 6], at: At, follow: bool) -> Option<Target> {
        let name = self.name(pid, args, at)?;
        self.follow(pid, &name, follow)
    }

    fn follow(&mut self, pid: i32, name: &Name, follow: bool) -> Option<Target> {
        let mut passed = Vec::new();
        let place = self.walker.walk(&name.from, &name.path, follow, &mut passed);
        for Passed { path, meta, target } in passed {
            self.record.link(path, meta, target);
        }
        match place {
            Place::File(path, _, _) if walk::is_kernel(&path) => {
                self.reason(Reason::Kernel(path));
                None
            }
            Place::File(path, found, whole) => Some(Target { path, found, whole }),
            Place::Proc(path) => self.follow_proc(pid, path),
        }
    }

    /// A path in /proc is a reason, but for a process's own descriptors: a file's path leads on, a pipe is nothing new.
    fn follow_proc(&mut self, pid: i32, path: BString) -> Option<Target> {
        let number = |rest: &[u8]| rest.to_str().ok().and_then(|n| n.parse::<c_int>().ok());
        let own = [b"/proc/self/fd/".as_slice(), b"/proc/thread-self/fd/"];
        let Some(fd) = own.iter().find_map(|own| path.strip_prefix(*own)).and_then(number) else {
            self.asks_processors |= path.contains_str("stat");
            self.reason(Reason::Kernel(path));
            return None;
        };
        if let Some(reason) = self.given(pid, fd) {
            self.reason(reason);
        }
        let path = self.open_path(pid, fd)?;
        self.follow(pid, &Name { from: BString::default(), path }, false)
    }

    fn look(&mut self, pid: i32, args: &[u64; 6], at: At, follow: bool, uses: Uses) {
        let uses = if follow { uses } else { uses.and(Uses::LINK) };
        let Some(name) = self.name(pid, args, at) else { return };
        if self.is_known(&name, follow, uses) {
            return;
        }
        let Some(Target { path, found, .. }) = self.follow(pid, &name, follow) else { return };
        if let (Found::Is(meta), true) = (found, uses.has(Uses::LINK))
            && meta.is_symlink()
            && let Ok(target) = rustix::fs::readlinkat(CWD, path.as_slice(), Vec::new())
        {
            self.record.link(path, meta, target.into_bytes().into());
            return;
        }
        self.record.look(path, found, uses);
    }

    /// Whether just this was looked at before and nothing has changed since.
    fn is_known(&mut self, name: &Name, follow: bool, uses: Uses) -> bool {
        if !self.record.is_untouched() {
            return false;
        }
        let mut key = Vec::with_capacity(name.from.len() + name.path.len() + 3);
        key.extend_from_slice(&[uses.bits(), follow.into()]);
        key.extend_from_slice(&name.from);
        key.push(b'/');
        key.extend_from_slice(&name.path);
        !self.looked.insert(key)
    }

    fn open(&mut self, pid: i32, args: &[u64; 6], at: At, flags: c_int) {
        let has = |flag| flags & flag == flag;
        let access = flags & libc::O_ACCMODE;
        let writes = access != libc::O_RDONLY || has(libc::O_TRUNC);
        let makes = has(libc::O_CREAT);
        let only_path = has(libc::O_PATH) || has(libc::O_TMPFILE);
        let Some(name) = self.name(pid, args, at) else { return };
        let follow = !(has(libc::O_NOFOLLOW) || makes && has(libc::O_EXCL));
        let uses = if only_path { Uses::STAT } else { Uses::READ };
        if (only_path || !writes && !makes) && self.is_known(&name, follow, uses) {
            return;
        }
        let Some(Target { path, found, whole }) = self.follow(pid, &name, follow) else { return };
        let meta = match found {
            Found::Missing(libc::ENOENT) if makes && whole && !only_path => {
                if has(libc::O_EXCL) {
                    self.record.look(path.clone(), found, Uses::NEW);
                }
                self.record.touch(path, found, true, false);
                return;
            }
            Found::Missing(_) => return self.record.look(path, found, Uses::STAT),
            Found::Is(meta) => meta,
        };
        if only_path || meta.is_dir() || meta.is_symlink() || makes && has(libc::O_EXCL) {
            self.record.look(path, found, Uses::STAT);
        } else if path == "/dev/tty" && access == libc::O_RDWR && has(libc::O_NONBLOCK) {
            self.record.asked.insert(Asked::Terminal);
        } else if !meta.is_file() {
            self.open_special(path, &meta);
        } else if writes {
            if !has(libc::O_TRUNC) {
                // What it comes to depends on what was there.
                self.record.look(path.clone(), found, Uses::READ);
            }
            self.record.touch(path, found, has(libc::O_TRUNC), false);
        } else {
            self.record.look(path, found, Uses::READ);
        }
    }

    fn open_special(&mut self, path: BString, meta: &Meta) {
        if walk::is_random(&path) {
            self.record.asked.insert(Asked::Random);
        } else if walk::is_device(meta) {
            if !walk::is_null(&path) {
                self.reason(Reason::Device(path));
            }
        } else if walk::is_fifo(meta) {
            if !self.record.is_own(&path) {
                self.reason(Reason::Fifo(path));
            }
        } else {
            self.record.look(path, Found::Is(*meta), Uses::STAT);
        }
    }

    fn execute(&mut self, pid: i32, args: &[u64; 6], at: At, flags: c_int) {
        let name = match self.name(pid, args, at) {
            Some(name) => name,
            None if flags & libc::AT_EMPTY_PATH != 0 => {
                let fd = at.dir.map_or(-1, |dir| descriptor(args, dir));
                let Some(path) = self.open_path(pid, fd) else {
                    return self.reason(Reason::Call("execveat"));
                };
                Name { from: BString::default(), path }
            }
            None => return,
        };
        let Ok(mut arguments) = sys::read_texts(pid, argument(args, at.path + 1), MOST_ARGUMENTS) else {
            return self.reason(Reason::Unreadable);
        };
        let mut next = self.follow(pid, &name, flags & libc::AT_SYMLINK_NOFOLLOW == 0);
        for _ in 0..MOST_INTERPRETERS {
            let Some(Target { path, found, .. }) = next else { return };
            let meta = match found {
                Found::Is(meta) if meta.is_file() && meta.mode & 0o111 != 0 => meta,
                _ => return self.record.look(path, found, Uses::STAT.and(Uses::ACCESS)),
            };
            self.record.look(path.clone(), found, Uses::EXECUTE.and(Uses::READ));
            let (image, privileged) = self.image(&path, &meta);
            if privileged {
                self.reason(Reason::Privileged(path.clone()));
            }
            let further = match image {
                Image::Script(interpreter) => interpreter,
                Image::Native(loader) => {
                    if let Some(loader) = loader {
                        self.load(pid, loader);
                    }
                    self.record.program(path, arguments, false);
                    return;
                }
                Image::Foreign => {
                    self.reason(Reason::Foreign(path));
                    return;
                }
                Image::Nothing => return,
            };
            self.record.program(path, std::mem::take(&mut arguments), true);
            let from = if further.starts_with(b"/") { Some(BString::default()) } else { self.directory(pid) };
            let Some(from) = from else { return };
            next = self.follow(pid, &Name { from, path: further }, true);
        }
    }

    fn load(&mut self, pid: i32, loader: BString) {
        let from = if loader.starts_with(b"/") {
            BString::default()
        } else {
            self.directory(pid).unwrap_or_default()
        };
        if let Some(Target { path, found, .. }) = self.follow(pid, &Name { from, path: loader }, true) {
            self.record.look(path, found, Uses::EXECUTE.and(Uses::READ));
        }
    }

    fn image(&mut self, path: &BString, meta: &Meta) -> (Image, bool) {
        let key = (meta.dev, meta.ino);
        if let Some(known) = self.images.get(&key).filter(|_| !self.record.is_own(path)) {
            return known.clone();
        }
        let found = (image::image(path), image::is_privileged(path, meta.mode));
        self.images.insert(key, found.clone());
        found
    }

    fn list(&mut self, pid: i32, fd: c_int) {
        let Some(path) = self.open_path(pid, fd) else { return };
        if walk::is_kernel(&path) {
            return self.reason(Reason::Kernel(path));
        }
        if self.record.is_untouched() && self.record.is_listed(&path) {
            return;
        }
        let Ok(stat) = rustix::fs::statat(CWD, path.as_slice(), AtFlags::SYMLINK_NOFOLLOW) else { return };
        let names = std::fs::read_dir(path.to_path_lossy()).map(|entries| {
            let names = entries.flatten().map(|entry| BString::from(entry.file_name().as_encoded_bytes()));
            names.collect::<Vec<_>>()
        });
        let mut names = names.unwrap_or_default();
        names.sort_unstable();
        self.record.list(path, Found::Is(stat.into()), names);
    }

    /// A name is made, if nothing has it.
    fn make(&mut self, pid: i32, args: &[u64; 6], at: At) {
        let Some(Target { path, found, whole }) = self.at(pid, args, at, false) else { return };
        if whole && found == Found::Missing(libc::ENOENT) {
            self.record.look(path.clone(), found, Uses::NEW);
            self.record.touch(path, found, true, false);
        } else {
            self.record.look(path, found, Uses::STAT);
        }
    }

    /// A file is changed, or loses its name, if there is one.
    fn change(&mut self, at: Target, below: bool) {
        let Found::Is(meta) = at.found else {
            return self.record.look(at.path, at.found, Uses::STAT);
        };
        if below && !meta.is_file() {
            self.walker.forget();
        }
        self.record.touch(at.path, at.found, false, below);
    }

    /// Attributes of a file are changed: of an open one where the call has no path.
    fn change_named(&mut self, pid: i32, args: &[u64; 6], at: At, flags: c_int, follow: bool) {
        match self.at(pid, args, at, follow) {
            Some(at) => self.change(at, false),
            None if argument(args, at.path) == 0 || flags & libc::AT_EMPTY_PATH != 0 => {
                self.change_open(pid, at.dir.map_or(-1, |dir| descriptor(args, dir)), false);
            }
            None => {}
        }
    }

    /// A name is given to a file or taken from it.
    fn change_or_make(&mut self, at: Target) {
        if at.whole && at.found == Found::Missing(libc::ENOENT) {
            // Which of the two names it is can't be told, and does not matter: it was missing.
            self.record.look(at.path.clone(), at.found, Uses::STAT);
            self.record.touch(at.path, at.found, false, true);
        } else {
            self.change(at, true);
        }
    }

    fn change_open(&mut self, pid: i32, fd: c_int, surely: bool) {
        let Some(path) = self.open_path(pid, fd) else { return };
        if let Ok(stat) = rustix::fs::statat(CWD, path.as_slice(), AtFlags::SYMLINK_NOFOLLOW) {
            let meta = Meta::from(stat);
            if meta.is_file() || meta.is_dir() {
                self.record.touch(path, Found::Is(meta), surely, false);
            } else if !walk::is_null(&path) {
                self.open_special(path, &meta);
            }
        }
    }

    /// Whether a descriptor is one the programs were given: standard input, or one beyond the streams.
    fn given(&mut self, pid: i32, fd: c_int) -> Option<Reason> {
        if self.stdin.is_none() && self.inherited.is_empty() {
            return None;
        }
        let identity = match identity(pid, fd) {
            Ok(identity) => identity,
            Err(error) => {
                self.unless_missing(error);
                return None;
            }
        };
        if let Some((number, _)) = self.inherited.iter().find(|(_, given)| *given == identity) {
            return Some(Reason::Inherited(*number as i32));
        }
        (self.stdin == Some(identity)).then_some(Reason::Stdin)
    }

    fn use_descriptor(&mut self, pid: i32, fd: c_int) {
        if let Some(reason) = self.given(pid, fd) {
            self.reason(reason);
        }
    }

    /// Standard input, or a stream that is the same terminal, may be put away and back: its reads are seen in both places.
    fn duplicate(&mut self, pid: i32, fd: c_int, to: Option<u32>) {
        match self.given(pid, fd) {
            Some(Reason::Stdin) if to.is_some_and(|to| to <= 2 || SAVED.contains(&to)) => {}
            Some(reason) => self.reason(reason),
            None => {}
        }
    }

    fn fcntl(&mut self, pid: i32, fd: c_int, command: c_int, args: &[u64; 6]) {
        match command {
            libc::F_DUPFD | libc::F_DUPFD_CLOEXEC => {
                let least = argument(args, 2) as u32;
                self.duplicate(pid, fd, Some(least).filter(|least| *least > 0));
            }
            libc::F_GETLK | libc::F_SETLK | libc::F_SETLKW => self.lock(pid, fd),
            libc::F_OFD_GETLK | libc::F_OFD_SETLK | libc::F_OFD_SETLKW => self.lock(pid, fd),
            _ if OWN_FCNTLS.contains(&command) => {}
            _ => self.reason(Reason::Call("fcntl")),
        }
    }

    fn lock(&mut self, pid: i32, fd: c_int) {
        if let Some(path) = self.open_path(pid, fd).filter(|path| !self.record.is_own(path)) {
            self.reason(Reason::Lock(path));
        }
    }

    fn ioctl(&mut self, pid: i32, fd: c_int, request: u32) {
        if FILE_IOCTLS.contains(&request) {
            return;
        }
        let meta = rustix::fs::statat(CWD, format!("/proc/{pid}/fd/{fd}"), AtFlags::empty()).map(Meta::from);
        let Ok(meta) = meta else { return };
        if walk::is_device(&meta) {
            let path = self.open_path(pid, fd).unwrap_or_default();
            if !walk::is_null(&path) {
                self.reason(Reason::Terminal(request));
            }
        } else if request != WINDOW_SIZE {
            self.reason(Reason::Control(request));
        }
    }

    /// An address is spoken to; a path where nothing is, is only looked for.
    fn connect(&mut self, pid: i32, args: &[u64; 6], address: u8, takes: bool) {
        const FAMILY: usize = 2;
        let length = argument(args, address + 1).min(128) as usize;
        let mut bytes = vec![0; length];
        if length < FAMILY || sys::read(pid, argument(args, address), &mut bytes).is_err() {
            return self.reason(Reason::Unreadable);
        }
        let family = i32::from(u16::from_ne_bytes([bytes[0], bytes[1]]));
        let rest = bytes.get(FAMILY..).unwrap_or_default();
        if family == libc::AF_UNIX && rest.first().is_some_and(|first| *first != 0) {
            let path = rest.split(|c| *c == 0).next().unwrap_or_default();
            let from = if path.starts_with(b"/") { Some(BString::default()) } else { self.directory(pid) };
            let Some(from) = from else { return };
            let name = Name { from, path: path.into() };
            let target = self.follow(pid, &name, true);
            if let Some(Target { path, found: found @ Found::Missing(_), .. }) = target.filter(|_| !takes) {
                return self.record.look(path, found, Uses::STAT);
            }
            return self.reason(Reason::Connected(name.path));
        }
        let text = match (family, rest) {
            (libc::AF_UNIX, [0, name @ ..]) => format!("@{}", name.as_bstr()),
            (libc::AF_INET, [p, q, a, b, c, d, ..]) => {
                format!("{a}.{b}.{c}.{d}:{}", u16::from_be_bytes([*p, *q]))
            }
            _ => format!("family {family}"),
        };
        self.reason(Reason::Connected(text.into()));
    }

    fn process(&mut self, pid: i32, target: i32, groups: bool) {
        let inside = match target {
            0 if groups => self.is_own_group(pid),
            ..0 if groups => {
                target != -1 && target.checked_neg().is_some_and(|group| self.ever.contains(&group))
            }
            _ => self.ever.contains(&target),
        };
        if !inside {
            self.reason(Reason::Signal(target));
        }
    }

    /// Whether the process group of a process began with one of ours.
    fn is_own_group(&self, pid: i32) -> bool {
        let pid = rustix::process::Pid::from_raw(pid);
        rustix::process::getpgid(pid).is_ok_and(|group| self.ever.contains(&group.as_raw_nonzero().get()))
    }
}

fn argument(args: &[u64; 6], at: u8) -> u64 {
    args.get(usize::from(at)).copied().unwrap_or(0)
}

/// An argument that is an int: only its lower half counts.
fn descriptor(args: &[u64; 6], at: u8) -> c_int {
    argument(args, at) as c_int
}

/// Which file a process has open under a number.
fn identity(pid: i32, fd: c_int) -> Result<Identity, Errno> {
    if fd < 0 {
        return Err(Errno::NOENT);
    }
    let stat = rustix::fs::statat(CWD, format!("/proc/{pid}/fd/{fd}"), AtFlags::empty())?;
    let meta = Meta::from(stat);
    Ok((meta.dev, meta.ino))
}
