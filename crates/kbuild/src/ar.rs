//! `ar cDPrST ARCHIVE MEMBER…` in this process, where `ar` is GNU's.

use std::sync::Arc;

use rkbuild_base::{BString, ByteSlice, FxSet};
use rkbuild_host::apart::Failed;
use rkbuild_host::eyes::Ask;
use rkbuild_host::{Dir, Env, Exit, Host, Kind, OpenMode, fd};
use rkbuild_shell::Invocation;

use crate::thin::{self, Member};
use crate::trial::{Trial, Verdicts, is_program};

/// What an `ar` of GNU's says first.
const GNU: &[u8] = b"GNU ar (";

/// The letters of a thin archive with full names, replaced, deterministic, without a table of symbols, which need not exist.
const LETTERS: [u8; 6] = *b"DPSTcr";

/// The longest name that a header has room for, which thin archives keep elsewhere all the same.
const FITS: usize = 15;

/// The programs that were met: whether each is an `ar` that does as we do.
#[derive(Default)]
pub struct Archiver {
    programs: Verdicts<bool>,
}

impl Archiver {
    /// Makes the archive, if the command makes a new thin one of plain files and other such archives, which lie below its own
    /// directory, without a link on the way.
    pub fn run(&self, host: &Arc<Host>, command: &Invocation<'_>) -> Option<Exit> {
        let [program, letters, archive, members @ ..] = command.argv else { return None };
        let mut sorted = letters.to_vec();
        sorted.sort_unstable();
        if sorted != LETTERS || !is_known(command, host, &self.programs, program) {
            return None;
        }
        if let Some(eyes) = host.eyes() {
            eyes.effect("an archive was made");
        }
        make(&host.unseen(), command.dir, archive, members).map(|()| Exit::Code(0))
    }
}

/// Whether the program is an `ar` that does as we do.
fn is_known(command: &Invocation<'_>, host: &Arc<Host>, programs: &Verdicts<bool>, program: &[u8]) -> bool {
    let (dir, env) = (command.dir, command.env);
    let path = env.get(b"PATH").map(|path| path.to_vec()).unwrap_or_default();
    let host = host.unseen();
    let found = || {
        let found = dir.absolute(&host.find_program(dir, program, &path).ok()?);
        programs.get(&host, dir, &found, b"", || {
            Some(is_program(&host, dir, &found) && agrees(&host, dir, &found, env)?)
        })
    };
    found().unwrap_or(false)
}

/// Whether the program says that it is GNU's, and makes of some files what we make of them.
fn agrees(host: &Arc<Host>, dir: &Arc<Dir>, path: &[u8], env: &Env) -> Option<bool> {
    let trial = Trial::new(host, dir, env)?;
    if !trial.run(path, &["--version"])?.starts_with(GNU) {
        return Some(false);
    }
    trial.write("a.o", b"\x7fELF")?;
    trial.write("dir/long-name-of-a-member.o", b"xy")?;
    trial.write("dir/fifteen_b.o", b"z")?;
    trial.write("dir/sub/b.o", b"")?;
    let made: [(&str, &str, &[&str]); 4] = [
        ("dir/sub/e.a", "dir/sub/e.own", &[]),
        ("dir/sub/n.a", "dir/sub/n.own", &["dir/sub/b.o"]),
        ("dir/n.a", "dir/n.own", &["dir/sub/n.a", "dir/fifteen_b.o", "dir/long-name-of-a-member.o"]),
        ("n.a", "n.own", &["./a.o", "dir/sub/e.a", "dir/n.a"]),
    ];
    for (theirs, ours, members) in made {
        trial.will_make(theirs);
        trial.will_make(ours);
        if !trial.run(path, &[&["cDPrST", theirs][..], members].concat())?.is_empty() {
            return Some(false);
        }
        let members = members.iter().map(|member| BString::from(*member)).collect::<Vec<_>>();
        make(host, trial.dir(), ours.as_bytes(), &members)?;
        let read = |path: &str| host.read_unseen(trial.dir(), path.as_bytes()).ok();
        let ((theirs, a), (ours, b)) = (read(theirs)?, read(ours)?);
        if theirs != ours || a.mode != b.mode {
            return Some(false);
        }
    }
    Some(true)
}

/// Makes a new archive; `None` with nothing made if anything is unusual.
fn make(host: &Host, dir: &Dir, archive: &[u8], members: &[BString]) -> Option<()> {
    let data = contents(host, dir, archive, members)?;
    match host.write_apart(dir, &[(archive, Some(OpenMode::New))], 0o666, 0, &data) {
        Ok(()) => {}
        Err(Failed::Open(_)) => return None,
        Err(Failed::Write(_)) => {
            // The real program finds the same want and says so.
            host.unlink(dir, archive).ok()?;
            return None;
        }
    }
    Some(())
}

/// What a new archive of these members holds.
fn contents(host: &Host, dir: &Dir, archive: &[u8], members: &[BString]) -> Option<Vec<u8>> {
    let top = archive.get(..archive.rfind_byte(b'/').map_or(0, |at| at + 1))?;
    if archive.starts_with(b"-") || archive.ends_with(b"/") {
        return None;
    }
    let mut found = Vec::new();
    let mut within = Within { host, dir, top, plain: FxSet::default() };
    for member in members {
        let name = member.strip_prefix(top)?;
        let name = if top.is_empty() { name.strip_prefix(b"./").unwrap_or(name) } else { name };
        // `ar` looks into each: an archive is taken apart.
        let size = within.file(name)?;
        if !within.is_archive(name)? {
            found.push(Member { name: name.into(), size, fits: member.len() == FITS });
            continue;
        }
        let (nested, _) = host.read_unseen(dir, member).ok()?;
        let place = name.get(..name.rfind_byte(b'/').map_or(0, |at| at + 1))?;
        for member in thin::read(&nested)? {
            let name = BString::from([place, &member.name].concat());
            within.file(&name)?;
            found.push(Member { name, ..member });
        }
    }
    thin::write(&found)
}

/// Looks at what lies below the directory of an archive.
struct Within<'a> {
    host: &'a Host,
    dir: &'a Dir,
    /// That directory, with a slash, or nothing.
    top: &'a [u8],
    /// Directories below it that are known to be no links.
    plain: FxSet<BString>,
}

impl Within<'_> {
    fn path(&self, name: &[u8]) -> Vec<u8> {
        [self.top, name].concat()
    }

    /// The size of a plain file whose name has nothing unusual and leads over no link.
    fn file(&mut self, name: &[u8]) -> Option<u64> {
        let usual = |part: &[u8]| !matches!(part, b"" | b"." | b"..") && !part.contains(&b'\n');
        if name.starts_with(b"@") || name.starts_with(b"-") || !name.split_str("/").all(usual) {
            return None;
        }
        for (at, _) in name.iter().enumerate().filter(|(_, c)| **c == b'/') {
            let parent = name.get(..at)?;
            if !self.plain.contains(parent.as_bstr()) {
                let meta = self.host.look_unseen(Ask::Lstat, self.dir, &self.path(parent)).ok()?;
                if meta.kind() != Kind::Dir {
                    return None;
                }
                self.plain.insert(parent.into());
            }
        }
        let meta = self.host.look_unseen(Ask::Lstat, self.dir, &self.path(name)).ok()?;
        meta.is_file().then_some(meta.size)
    }

    /// Whether a file begins as archives do.
    fn is_archive(&self, name: &[u8]) -> Option<bool> {
        let file = self.host.open_read(self.dir, &self.path(name)).ok()?;
        let mut data = Vec::new();
        fd::read_some(&file, &mut data).ok()?;
        Some(data.starts_with(thin::THIN) || data.starts_with(thin::REGULAR))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::path::Path;
    use std::process::Command;

    const AR: &str = "/usr/bin/ar";

    struct Tree {
        keep: tempfile::TempDir,
        host: Arc<Host>,
        dir: Arc<Dir>,
    }

    impl Tree {
        fn new() -> Tree {
            let keep = tempfile::tempdir().unwrap();
            let dir = Dir::current().unwrap().open(keep.path().as_os_str().as_encoded_bytes()).unwrap();
            Tree { keep, host: Host::new(), dir }
        }

        fn path(&self, name: &str) -> std::path::PathBuf {
            self.keep.path().join(name)
        }

        fn write(&self, name: &str, contents: &[u8]) {
            std::fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
            std::fs::write(self.path(name), contents).unwrap();
        }

        fn ar(&self, archive: &str, members: &[String]) -> Vec<u8> {
            let mut ar = Command::new(AR);
            ar.arg("cDPrST").arg(archive).args(members).current_dir(self.keep.path());
            assert!(ar.status().unwrap().success());
            std::fs::read(self.path(archive)).unwrap()
        }

        fn contents(&self, archive: &str, members: &[String]) -> Option<Vec<u8>> {
            let members: Vec<BString> = members.iter().map(|member| member.as_str().into()).collect();
            contents(&self.host, &self.dir, archive.as_bytes(), &members)
        }
    }

    #[test]
    fn the_systems_ar_does_as_we_do() {
        let tree = Tree::new();
        assert_eq!(agrees(&tree.host, &tree.dir, AR.as_bytes(), &Env::of_process()), Some(true));
        assert!(!is_program(&tree.host, &tree.dir, b"/usr/bin/which"));
        assert_eq!(agrees(&tree.host, &tree.dir, b"/usr/bin/true", &Env::of_process()), Some(false));
    }

    #[test]
    fn random_archives_are_those_of_ar_to_the_byte() {
        let mut random = fastrand::Rng::with_seed(14);
        for round in 0..60 {
            let tree = Tree::new();
            let name = |random: &mut fastrand::Rng| {
                let length = if random.u8(0..8) == 0 { 40 } else { random.usize(1..12) };
                std::iter::repeat_with(|| random.alphanumeric()).take(length).collect::<String>()
            };
            let mut files = BTreeSet::new();
            for _ in 0..random.usize(1..12) {
                let place = ["", "a/", "a/b/", "c/"][random.usize(0..4)];
                let file = format!("{place}{}.o", name(&mut random));
                tree.write(&file, &vec![b'x'; random.usize(0..3000)]);
                files.insert(file);
            }
            // Archives of what is below a directory, deeper ones first; of them all, those above.
            for place in ["a/b/", "a/", "c/", ""] {
                let archive = format!("{place}built-in.a");
                if !Path::new(&tree.path(place)).is_dir() {
                    continue;
                }
                let mut members: Vec<String> =
                    files.iter().filter(|file| file.starts_with(place)).cloned().collect();
                random.shuffle(&mut members);
                if random.u8(0..6) == 0 {
                    members.clear();
                }
                if place.is_empty() && random.bool() {
                    members.iter_mut().for_each(|member| member.insert_str(0, "./"));
                }
                let ours = tree.contents(&archive, &members);
                assert_eq!(
                    ours.unwrap(),
                    tree.ar(&archive, &members),
                    "round {round}: {archive} of {members:?}"
                );
                files.retain(|file| !members.contains(file));
                files.insert(archive);
            }
        }
    }

    #[test]
    fn what_is_unusual_is_left_to_ar() {
        let tree = Tree::new();
        for name in ["a.o", "d/b.o", "-x.o", "@y.o", "d/e/f.o"] {
            tree.write(name, b"x");
        }
        std::os::unix::fs::symlink("d", tree.path("link")).unwrap();
        std::os::unix::fs::symlink("a.o", tree.path("d/a.o")).unwrap();
        Command::new(AR).args(["cDPrS", "d/full.a", "d/b.o"]).current_dir(tree.keep.path()).status().unwrap();
        Command::new(AR).args(["cDPrsT", "d/syms.a", AR]).current_dir(tree.keep.path()).status().unwrap();
        let takes = |archive: &str, member: &str| tree.contents(archive, &[member.into()]).is_some();
        assert!(takes("x.a", "a.o") && takes("d/x.a", "d/e/f.o") && takes("x.a", "./a.o"));
        for (archive, member) in [
            ("x.a", "missing.o"),
            ("x.a", "d"),
            ("x.a", "link/b.o"),
            ("x.a", "d/a.o"),
            ("x.a", "d//b.o"),
            ("x.a", "d/../a.o"),
            ("x.a", "-x.o"),
            ("x.a", "@y.o"),
            ("x.a", "/usr/bin/ar"),
            ("x.a", "d/full.a"),
            ("x.a", "d/syms.a"),
            ("d/x.a", "a.o"),
            ("-x.a", "a.o"),
            ("d/", "d/b.o"),
        ] {
            assert!(!takes(archive, member), "{archive} of {member}");
        }
    }

    #[test]
    fn an_archive_that_exists_is_left_to_ar() {
        let tree = Tree::new();
        tree.write("a.o", b"x");
        assert_eq!(make(&tree.host, &tree.dir, b"x.a", &["a.o".into()]), Some(()));
        assert_eq!(make(&tree.host, &tree.dir, b"x.a", &["a.o".into()]), None);
        assert_eq!(make(&tree.host, &tree.dir, b"none/x.a", &[]), None);
    }
}
