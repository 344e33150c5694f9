//! A module that is one C file without a makefile: built by a Kbuild that is made up in a temporary directory.

use std::sync::Arc;

use rkbuild_base::{BString, ByteSlice};
use rkbuild_host::{Dir, Env, Host};

/// Where kbuild looks for what to build.
const MAKEFILES: [&[u8]; 2] = [b"Kbuild", b"Makefile"];

/// The C file that is a module alone.
#[derive(Debug, PartialEq, Eq)]
pub struct Source {
    /// Its name without `.c`.
    pub name: BString,
}

impl Source {
    /// Looks whether the directory at `path` is one without a makefile; then it needs one C file, or one that the goals name.
    pub fn find(host: &Host, dir: &Dir, path: &[u8], goals: &[BString]) -> Result<Option<Source>, String> {
        let Ok(listing) = host.listing(dir, path) else { return Ok(None) };
        if MAKEFILES.iter().any(|name| listing.contains(name)) {
            return Ok(None);
        }
        // What kbuild itself made is no source.
        let mut names: Vec<BString> = listing
            .iter()
            .filter_map(|(name, _)| name.strip_suffix(b".c").filter(|name| !name.ends_with(b".mod")))
            .map(BString::from)
            .collect();
        names.sort_unstable();
        if names.len() > 1 {
            let stem =
                |goal: &BString| goal.rfind_byte(b'.').and_then(|at| goal.get(..at).map(BString::from));
            let stems: Vec<BString> = goals.iter().filter_map(stem).collect();
            names.retain(|name| stems.contains(name));
        }
        match names.as_slice() {
            [name] if name.iter().all(|c| c.is_ascii_alphanumeric() || b"_-+,".contains(c)) => {
                Ok(Some(Source { name: name.clone() }))
            }
            [name] => Err(format!(
                "'{name}.c' can't be built without a Kbuild: kbuild takes no such name for a module"
            )),
            _ => Err(format!(
                "'{}' has neither a Kbuild nor a Makefile, and no single C file that is the module: \
                 'obj-m := NAME.o' in a Kbuild says what to build, or the goal NAME.ko",
                BString::from(path)
            )),
        }
    }
}

/// The directory with the made-up Kbuild, until [`Bare::end`].
pub struct Bare {
    host: Arc<Host>,
    from: Arc<Dir>,
    /// The directory of the source.
    home: BString,
    /// The temporary one.
    place: BString,
    name: BString,
}

impl Bare {
    /// Makes it up. The file with the source's name includes it, so that messages name the source itself.
    pub fn new(
        host: &Arc<Host>,
        from: &Arc<Dir>,
        env: &Env,
        home: &[u8],
        source: &Source,
    ) -> Result<Bare, String> {
        let host = host.unseen();
        let temporary = env.temporary();
        let cannot = |error| format!("no directory can be made in '{}': {error}", BString::from(temporary));
        let place = host.create_temp_dir(from, temporary, b"rkbuild-").map_err(cannot)?;
        let bare = Bare { host, from: from.clone(), home: home.into(), place, name: source.name.clone() };
        match bare.write() {
            Ok(()) => Ok(bare),
            Err(error) => {
                let at = bare.place.clone();
                bare.remove(&at);
                Err(format!("nothing can be written in '{at}': {error}"))
            }
        }
    }

    fn write(&self) -> std::io::Result<()> {
        let name = &self.name;
        // Lists of headers are split at blanks, and more: such a directory is gone into by a link.
        let plain = self.home.iter().all(|c| c.is_ascii_alphanumeric() || b"/-_+,.@~".contains(c));
        let way = if plain { self.home.clone() } else { self.inside(b"source") };
        if !plain {
            self.host.symlink(&self.from, &self.home, &way)?;
        }
        let kbuild = [b"obj-m := ", name.as_slice(), b".o\nccflags-y := -I", &way, b"\n"].concat();
        let source = [b"#include \"".as_slice(), &way, b"/", name, b".c\"\n"].concat();
        self.host.write(&self.from, &self.inside(b"Kbuild"), &kbuild, false)?;
        self.host.write(&self.from, &self.inside(&[name.as_slice(), b".c"].concat()), &source, false)
    }

    fn inside(&self, name: &[u8]) -> BString {
        [self.place.as_slice(), b"/", name].concat().into()
    }

    /// The directory kbuild is to be sent to.
    pub fn place(&self) -> &BString {
        &self.place
    }

    /// What is said of it.
    pub fn said(&self) -> String {
        let name = &self.name;
        format!(
            "'{}' has no makefile: built by a Kbuild of one line, 'obj-m := {name}.o', in a temporary directory; {name}.ko is put here",
            self.home
        )
    }

    /// Brings home what was made, and removes the rest. `clean` takes away what an earlier build brought home.
    pub fn end(self, goals: &[BString]) -> std::io::Result<()> {
        let module: BString = [self.name.as_slice(), b".ko"].concat().into();
        let mut names: Vec<&BString> = goals.iter().filter(|goal| !goal.contains(&b'/')).collect();
        names.push(&module);
        let mut first = Ok(());
        for name in names {
            let to = [self.home.as_slice(), b"/", name].concat();
            if name == &module
                && goals.iter().any(|goal| goal == "clean")
                && self.host.exists(&self.from, &to)
            {
                first = first.and(self.host.unlink(&self.from, &to));
            }
            if let Ok(data) = self.host.read(&self.from, &self.inside(name)) {
                first = first.and(self.host.write(&self.from, &to, &data, false));
            }
        }
        self.remove(&self.place);
        first
    }

    /// Removes a directory with all in it; what can't be removed stays.
    fn remove(&self, path: &[u8]) {
        if let Ok(Some((names, _))) = self.host.names_now(&self.from, path) {
            for (name, _) in names.iter() {
                let inside = [path, b"/", name.as_bytes()].concat();
                if self.host.lstat(&self.from, &inside).is_ok_and(|meta| meta.is_dir()) {
                    self.remove(&inside);
                } else {
                    let _ = self.host.unlink(&self.from, &inside);
                }
            }
        }
        let _ = self.host.rmdir(&self.from, path);
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn find(files: &[&str], goals: &[&str]) -> Result<Option<String>, String> {
        let keep = tempfile::tempdir().unwrap();
        for file in files {
            fs::write(keep.path().join(file), "").unwrap();
        }
        let goals: Vec<BString> = goals.iter().map(|goal| BString::from(*goal)).collect();
        let path = keep.path().to_str().unwrap();
        let found = Source::find(&Host::new(), &Dir::current().unwrap(), path.as_bytes(), &goals)?;
        Ok(found.map(|source| source.name.to_string()))
    }

    #[test]
    fn only_a_directory_without_a_makefile_is_bare_and_one_c_file_is_the_module() {
        assert_eq!(find(&["a.c", "a.h", "a.mod.c"], &[]), Ok(Some("a".into())));
        assert_eq!(find(&["a.c", "b.c"], &["b.ko"]), Ok(Some("b".into())));
        assert_eq!(find(&["a.c", "Kbuild"], &[]), Ok(None));
        assert_eq!(find(&["a.c", "Makefile"], &["a.ko"]), Ok(None));
        assert!(find(&["a.c", "b.c"], &[]).unwrap_err().contains("no single C file"));
        assert!(find(&[], &[]).unwrap_err().contains("no single C file"));
        assert!(find(&["a b.c"], &[]).unwrap_err().contains("takes no such name"));
    }

    #[test]
    fn what_was_made_is_brought_home_and_nothing_else_stays() {
        let keep = tempfile::tempdir().unwrap();
        let (home, temporary) = (keep.path().join("home"), keep.path().join("tmp"));
        fs::create_dir(&home).unwrap();
        fs::create_dir(&temporary).unwrap();
        fs::write(home.join("a.c"), "").unwrap();
        let mut env = Env::new();
        env.set("TMPDIR", temporary.to_str().unwrap());
        let (host, dir) = (Host::new(), Dir::current().unwrap());
        let source = Source { name: "a".into() };
        let new = || Bare::new(&host, &dir, &env, home.to_str().unwrap().as_bytes(), &source).unwrap();
        let bare = new();
        let place = std::path::PathBuf::from(bare.place().to_string());
        assert!(fs::read_to_string(place.join("Kbuild")).unwrap().starts_with("obj-m := a.o\n"));
        assert_eq!(
            fs::read_to_string(place.join("a.c")).unwrap(),
            format!("#include \"{}/a.c\"\n", home.display())
        );
        fs::create_dir(place.join("sub")).unwrap();
        fs::write(place.join("sub/x"), "").unwrap();
        fs::write(place.join("a.ko"), "module").unwrap();
        bare.end(&[]).unwrap();
        assert_eq!(fs::read_to_string(home.join("a.ko")).unwrap(), "module");
        assert_eq!(fs::read_dir(&temporary).unwrap().count(), 0);
        new().end(&["clean".into()]).unwrap();
        assert!(!home.join("a.ko").exists() && home.join("a.c").exists());
    }
}
