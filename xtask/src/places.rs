//! Where things are: the checkout, the cache, the system's programs.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};

/// The search path every program under test gets, after the directory that holds its `make`.
pub const SYSTEM_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// The directories xtask works in.
#[derive(Clone, Debug)]
pub struct Places {
    /// The top of the checkout.
    pub repo: PathBuf,
    /// What is fetched or built once: sources, the reference make, results.
    pub cache: PathBuf,
    /// The profile of Cargo that rkbuild is built by where no program is named.
    pub profile: &'static str,
}

impl Places {
    /// Finds the checkout and the cache (`RKBUILD_CACHE`, else `rkbuild` in the user's cache directory).
    pub fn find() -> Result<Places> {
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR")
            .map(PathBuf::from)
            .filter(|dir| dir.ends_with("xtask"))
            .unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")));
        let repo = manifest.parent().context("xtask has no parent directory")?.to_path_buf();
        let cache = match std::env::var_os("RKBUILD_CACHE") {
            Some(dir) => PathBuf::from(dir),
            None => user_cache()?.join("rkbuild"),
        };
        std::fs::create_dir_all(&cache).with_context(|| format!("cannot make {}", cache.display()))?;
        Ok(Places { repo, cache, profile: "release" })
    }

    /// A directory of the cache, made when it is missing.
    pub fn cached(&self, name: &str) -> Result<PathBuf> {
        let dir = self.cache.join(name);
        std::fs::create_dir_all(&dir).with_context(|| format!("cannot make {}", dir.display()))?;
        Ok(dir)
    }

    /// Waits until no other xtask uses what `name` guards; released when the file is dropped.
    pub fn lock(&self, name: &str) -> Result<File> {
        let path = self.cached("locks")?.join(name);
        let file = File::create(&path).with_context(|| format!("cannot make {}", path.display()))?;
        file.lock().with_context(|| format!("cannot lock {}", path.display()))?;
        Ok(file)
    }
}

fn user_cache() -> Result<PathBuf> {
    if let Some(dir) = std::env::var_os("XDG_CACHE_HOME").filter(|d| Path::new(d).is_absolute()) {
        return Ok(PathBuf::from(dir));
    }
    let home = std::env::var_os("HOME").ok_or_else(|| anyhow!("neither RKBUILD_CACHE nor HOME is set"))?;
    Ok(PathBuf::from(home).join(".cache"))
}

/// The program `name` on the system's search path.
pub fn system_program(name: &str) -> Option<PathBuf> {
    SYSTEM_PATH.split(':').map(|dir| Path::new(dir).join(name)).find(|path| is_program(path))
}

/// Whether `path` is a regular file that can be executed.
pub fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|m| m.is_file() && m.permissions().mode() & 0o111 != 0)
}
