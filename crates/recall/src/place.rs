//! Where stores are: a directory of the user's own, one file for each tree and one beside it for its records.

use std::io;
use std::sync::Arc;

use bstr::{BString, ByteSlice};
use rkbuild_host::{Dir, Env, Host, OpenMode, fd};

/// More than the store of any tree.
const LARGEST: u64 = 1 << 30;

/// The directory of stores, and a tree's file in it.
pub struct Place {
    dir: BString,
    /// How much of its path must be there: nobody's home is made.
    there: usize,
    /// How much of its path is the user's cache directory or home.
    base: usize,
    file: BString,
}

impl Place {
    /// `XDG_CACHE_HOME/rkbuild/recall`, or the same below `~/.cache`, which is made where it is missing only if `makes_cache`;
    /// `None` where neither variable names an absolute path.
    pub fn new(env: &Env, tree: u128, makes_cache: bool) -> Option<Place> {
        Place::at(env, "recall", format!("{tree:032x}").into(), makes_cache)
    }

    /// A file of another `folder` beside that of the stores. Where there is no `~/.cache` none is made for it.
    pub fn beside_stores(env: &Env, folder: &str, file: BString) -> Option<Place> {
        Place::at(env, folder, file, false)
    }

    fn at(env: &Env, folder: &str, file: BString, makes_cache: bool) -> Option<Place> {
        let absolute = |name: &[u8]| env.get(name).filter(|v| v.starts_with(b"/")).map(|v| v.to_owned());
        let (mut dir, there, base) = match absolute(b"XDG_CACHE_HOME") {
            Some(dir) => {
                let there = dir.rfind_byte(b'/')?;
                let base = dir.len();
                (dir, there, base)
            }
            None => {
                let mut home = absolute(b"HOME")?;
                let there = home.len();
                home.extend_from_slice(b"/.cache");
                let there = if makes_cache { there } else { home.len() };
                (home, there, there)
            }
        };
        dir.extend_from_slice(b"/rkbuild/");
        dir.extend_from_slice(folder.as_bytes());
        Some(Place { dir, there, base, file })
    }

    /// Where commands are that are known in all trees.
    pub fn of_commands(&self) -> Place {
        self.beside("commands".into())
    }

    /// Where the records of the same tree are.
    pub fn of_records(&self) -> Place {
        let mut file = self.file.clone();
        file.extend_from_slice(b".records");
        self.beside(file)
    }

    /// Another file of the same directory.
    pub fn beside(&self, file: BString) -> Place {
        Place { dir: self.dir.clone(), file, ..*self }
    }

    /// Whether the directory is there in which everything else would be made, and nothing would be made in another's home.
    pub fn can_be_made(&self, root: &Dir) -> bool {
        // What stands before the name of a directory of the root is nothing.
        let there = self.dir.get(..self.there).filter(|there| !there.is_empty()).unwrap_or(b"/");
        root.open(there).is_ok() && self.is_not_anothers(root)
    }

    /// Whether the cache directory or home is missing or this user's: what root makes in a user's home that `sudo` left in the
    /// environment, that user could not use.
    fn is_not_anothers(&self, root: &Dir) -> bool {
        root.open(self.dir.get(..self.base).unwrap_or_default())
            .map_or(true, |dir| fd::is_own(&*dir).unwrap_or(false))
    }

    /// Opens the directory, if it is this user's and nobody else can write there.
    pub fn open(&self, root: &Dir) -> Option<Arc<Dir>> {
        let dir = root.open(&self.dir).ok()?;
        rkbuild_host::fd::is_private(&*dir).ok()?.then_some(dir)
    }

    /// The contents of the tree's file; `None` where there is none that can be trusted.
    pub fn read(&self, host: &Host, root: &Dir) -> Option<Vec<u8>> {
        let dir = self.open(root)?;
        let file = host.open_read(&dir, &self.file).ok()?;
        let size = host.fstat(&file).ok()?.size;
        if !fd::is_private(&file).ok()? || size > LARGEST {
            return None;
        }
        // Room for all, and for the read that sees the end: what grows on the way is copied again and again.
        let mut data = Vec::new();
        data.try_reserve_exact(size as usize + fd::LEAST_ROOM).ok()?;
        fd::read_to_end(&file, &mut data).ok()?;
        Some(data)
    }

    /// Puts new contents in the place of the file, so that others see the old ones or the new ones.
    pub fn write(&self, host: &Host, root: &Dir, data: &[u8]) -> io::Result<()> {
        if !self.is_not_anothers(root) {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        let mut at = self.there;
        // The directories on the way, each for this user alone where it is made here.
        while let Some(slash) = self.dir.get(at + 1..).and_then(|rest| rest.find_byte(b'/')) {
            at += 1 + slash;
            self.make(host, root, self.dir.get(..at).unwrap_or_default())?;
        }
        self.make(host, root, &self.dir)?;
        let dir = self.open(root).ok_or_else(|| io::Error::from(io::ErrorKind::PermissionDenied))?;
        let (name, file) = host.create_temp(&dir, b"", b"new")?;
        let written = fd::write_all(&file, data);
        drop(file);
        let done = written.and_then(|()| host.rename(&dir, &name, &self.file));
        if done.is_err() {
            let _ = host.unlink(&dir, &name);
        }
        done
    }

    fn make(&self, host: &Host, root: &Dir, path: &[u8]) -> io::Result<()> {
        match host.mkdir(root, path) {
            Ok(()) => host.chmod(root, path, 0o700),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Removes the tree's file.
    pub fn forget(&self, host: &Host, root: &Dir) {
        if let Some(dir) = self.open(root) {
            let _ = host.unlink(&dir, &self.file);
        }
    }

    /// Removes files that were not used for longest until all are smaller than `most` bytes together.
    pub fn make_room(&self, host: &Host, root: &Dir, most: u64) {
        let Some(dir) = self.open(root) else { return };
        let Ok(listing) = host.names_of(&dir, b"") else { return };
        let mut files: Vec<(i64, u64, BString)> = Vec::new();
        for (name, _) in listing.iter().filter(|(name, _)| *name != self.file) {
            if let Ok(meta) = host.lstat(&dir, name) {
                files.push((meta.mtime_ns, meta.size, name.to_owned()));
            }
        }
        files.sort();
        let mut all: u64 = files.iter().map(|(_, size, _)| size).sum();
        for (_, size, name) in files {
            if all <= most {
                break;
            }
            let _ = host.unlink(&dir, &name);
            all -= size;
        }
    }

    /// Marks the file as used now.
    pub fn touch(&self, host: &Host, root: &Dir) {
        if let Some(dir) = self.open(root) {
            let _ = host.utimens(&dir, &self.file, None, Some(host.now_ns()), false);
        }
    }

    /// Opens for writing what a step writes.
    pub fn rewrite(host: &Host, root: &Dir, path: &[u8], mode: u32, contents: &[u8]) -> io::Result<()> {
        host.let_the_clock_go_on();
        let file = host.open_write(root, path, OpenMode::Truncate)?;
        fd::write_all(&file, contents)?;
        drop(file);
        if host.stat(root, path).is_ok_and(|meta| meta.mode & 0o7777 != mode) {
            host.chmod(root, path, mode)?;
        }
        host.changed();
        Ok(())
    }
}
