//! Following a path from part to part, as the system does, and telling every link on the way.

use bstr::{BString, ByteSlice};
use rustc_hash::FxHashMap;
use rustix::fs::{AtFlags, CWD};
use rustix::io::Errno;

use super::Found;
use crate::{Kind, Meta};

const MOST_LINKS: usize = 40;

/// Where a path led.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// To this path, without a link on the way; or to where nothing is, and whether it is the last part that is missing.
    File(BString, Found, bool),
    /// Into /proc, where names may mean something else for each process: the path there, which is not followed.
    Proc(BString),
}

/// A symbolic link that was passed.
#[derive(Clone, Debug)]
pub(super) struct Passed {
    pub path: BString,
    pub meta: Meta,
    pub target: BString,
}

#[derive(Clone, Debug)]
enum Node {
    Dir,
    Link(Meta, BString),
}

/// Follows paths, and remembers the directories and links it went through.
#[derive(Debug, Default)]
pub(super) struct Walker {
    nodes: FxHashMap<BString, Node>,
    /// Set when the watched programs change names: what is remembered may not hold.
    forgetful: bool,
}

impl Walker {
    /// From now on nothing is remembered: names change.
    pub(super) fn forget(&mut self) {
        self.nodes.clear();
        self.forgetful = true;
    }

    /// Follows `path`, from the directory `from` if it is relative; `follow` says whether to pass a link that is its last
    /// part.
    pub(super) fn walk(&mut self, from: &[u8], path: &[u8], follow: bool, passed: &mut Vec<Passed>) -> Place {
        let mut done = BString::default();
        if !path.starts_with(b"/") && from != b"/" {
            done.extend_from_slice(from);
        }
        let mut todo: Vec<BString> = Vec::new();
        push_parts(&mut todo, path);
        let mut links = 0;
        let mut last_meta = None;
        while let Some(part) = todo.pop() {
            match part.as_slice() {
                b"" | b"." => continue,
                b".." => {
                    let parent = done.rfind_byte(b'/').unwrap_or(0);
                    done.truncate(parent);
                    last_meta = None;
                    continue;
                }
                _ => {}
            }
            let parent = done.len();
            done.push(b'/');
            done.extend_from_slice(&part);
            let is_last = todo.is_empty();
            if done == "/proc" && !is_last {
                for part in todo.iter().rev().filter(|part| !part.is_empty()) {
                    done.push(b'/');
                    done.extend_from_slice(part);
                }
                return Place::Proc(done);
            }
            if !is_last || follow {
                match self.nodes.get(&done) {
                    Some(Node::Dir) if !is_last => continue,
                    Some(Node::Link(meta, target)) => {
                        let (meta, target) = (*meta, target.clone());
                        links += 1;
                        if links > MOST_LINKS {
                            return Place::File(done, Found::Missing(libc::ELOOP), false);
                        }
                        pass(&mut done, &mut todo, parent, meta, target, passed);
                        last_meta = None;
                        continue;
                    }
                    _ => {}
                }
            }
            let meta: Meta = match look(&done) {
                Ok(meta) => meta,
                Err(errno) => return Place::File(done, Found::Missing(errno), is_last),
            };
            if meta.is_symlink() && (!is_last || follow) {
                let target = match rustix::fs::readlinkat(CWD, done.as_slice(), Vec::new()) {
                    Ok(target) => BString::from(target.into_bytes()),
                    Err(errno) => return Place::File(done, Found::Missing(errno.raw_os_error()), false),
                };
                links += 1;
                if links > MOST_LINKS {
                    return Place::File(done, Found::Missing(libc::ELOOP), false);
                }
                self.remember(&done, Node::Link(meta, target.clone()));
                pass(&mut done, &mut todo, parent, meta, target, passed);
                last_meta = None;
                continue;
            }
            if !is_last {
                if !meta.is_dir() {
                    // The next part is what can't be there.
                    let next = todo.iter().rev().find(|part| !matches!(part.as_slice(), b"" | b"."));
                    done.push(b'/');
                    done.extend_from_slice(next.map_or(b".", |next| next.as_slice()));
                    return Place::File(done, Found::Missing(libc::ENOTDIR), false);
                }
                self.remember(&done, Node::Dir);
            }
            last_meta = Some(meta);
        }
        if done.is_empty() {
            done.push(b'/');
            last_meta = None;
        }
        match last_meta.map_or_else(|| look(&done), Ok) {
            Ok(meta) => Place::File(done, Found::Is(meta), true),
            Err(errno) => Place::File(done, Found::Missing(errno), false),
        }
    }

    fn remember(&mut self, path: &BString, node: Node) {
        if !self.forgetful {
            self.nodes.insert(path.clone(), node);
        }
    }
}

/// Goes on where a link leads.
fn pass(
    done: &mut BString,
    todo: &mut Vec<BString>,
    parent: usize,
    meta: Meta,
    target: BString,
    passed: &mut Vec<Passed>,
) {
    push_parts(todo, &target);
    let path = done.clone();
    done.truncate(if target.starts_with(b"/") { 0 } else { parent });
    passed.push(Passed { path, meta, target });
}

/// Puts a path's parts on the stack, the first on top. A slash at the end stays as an empty part, so that what comes
/// before it is not the last: it must be a directory.
fn push_parts(todo: &mut Vec<BString>, path: &[u8]) {
    let path = path.strip_prefix(b"/").unwrap_or(path);
    todo.extend(path.rsplit(|c| *c == b'/').map(BString::from));
}

fn look(path: &BString) -> Result<Meta, i32> {
    rustix::fs::statat(CWD, path.as_slice(), AtFlags::SYMLINK_NOFOLLOW)
        .map(Meta::from)
        .map_err(Errno::raw_os_error)
}

/// Whether a file is a device that holds nothing: what is read from it does not depend on anything, and what is written is gone.
pub(super) fn is_null(path: &[u8]) -> bool {
    matches!(path, b"/dev/null" | b"/dev/zero" | b"/dev/full")
}

/// Whether a file is one of the devices that give random bytes.
pub(super) fn is_random(path: &[u8]) -> bool {
    matches!(path, b"/dev/random" | b"/dev/urandom")
}

/// Whether a path is in what the kernel makes up.
pub(super) fn is_kernel(path: &[u8]) -> bool {
    [b"/proc".as_slice(), b"/sys"]
        .iter()
        .any(|top| path.strip_prefix(*top).is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/")))
}

/// Whether a mode is that of a device.
pub(super) fn is_device(meta: &Meta) -> bool {
    meta.kind() == Kind::Other && matches!(meta.mode & libc::S_IFMT, libc::S_IFCHR | libc::S_IFBLK)
}

/// Whether a mode is that of a fifo.
pub(super) fn is_fifo(meta: &Meta) -> bool {
    meta.mode & libc::S_IFMT == libc::S_IFIFO
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(walker: &mut Walker, from: &str, path: &str, follow: bool) -> (String, bool, Vec<String>) {
        let mut passed = Vec::new();
        match walker.walk(from.as_bytes(), path.as_bytes(), follow, &mut passed) {
            Place::File(path, found, _) => (
                path.to_string(),
                matches!(found, Found::Is(_)),
                passed.iter().map(|p| format!("{}>{}", p.path, p.target)).collect(),
            ),
            Place::Proc(path) => (path.to_string(), true, Vec::new()),
        }
    }

    #[test]
    fn each_link_on_the_way_is_told_and_the_first_missing_part_named() {
        let keep = tempfile::tempdir().unwrap();
        let root = keep.path().canonicalize().unwrap();
        let r = root.to_str().unwrap();
        std::fs::create_dir_all(root.join("a/b")).unwrap();
        std::fs::write(root.join("a/f"), "").unwrap();
        std::os::unix::fs::symlink("a", root.join("l")).unwrap();
        std::os::unix::fs::symlink("../l/f", root.join("a/m")).unwrap();
        std::os::unix::fs::symlink("self", root.join("self")).unwrap();
        let mut w = Walker::default();
        for _ in 0..2 {
            let go = |w: &mut Walker, path, follow| walk(w, r, path, follow);
            assert_eq!(go(&mut w, "a/f", true), (format!("{r}/a/f"), true, vec![]));
            assert_eq!(
                go(&mut w, "a/m", true),
                (format!("{r}/a/f"), true, vec![format!("{r}/a/m>../l/f"), format!("{r}/l>a")])
            );
            assert_eq!(go(&mut w, "a/m", false), (format!("{r}/a/m"), true, vec![]));
            assert_eq!(go(&mut w, "l/x/y", true), (format!("{r}/a/x"), false, vec![format!("{r}/l>a")]));
            assert_eq!(go(&mut w, "a/f/x", true), (format!("{r}/a/f/x"), false, vec![]));
            assert_eq!(go(&mut w, "a/f/", true), (format!("{r}/a/f/."), false, vec![]));
            assert_eq!(go(&mut w, "l/", false).0, format!("{r}/a"));
            assert_eq!(go(&mut w, "a/b/../..", true).0, r);
            assert!(!go(&mut w, "self", true).1);
            assert_eq!(go(&mut w, "/", true), ("/".into(), true, vec![]));
            assert_eq!(go(&mut w, "/proc/self/exe", true).0, "/proc/self/exe");
        }
    }
}
