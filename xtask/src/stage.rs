//! The fixed place where a recipe is carried out, by one program after the other.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, bail};
use bstr::{BString, ByteSlice};
use serde::{Deserialize, Serialize};

use crate::machine::{Headers, is_root, quiet};
use crate::places::{Places, SYSTEM_PATH};
use crate::process::{self, Ending};
use crate::recipe::{self, Recipe};
use crate::snapshot::Snapshot;
use crate::sources::{self, clear};

/// What was to be seen of one phase.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Phase {
    pub name: String,
    pub ending: Ending,
    pub seconds: f64,
    pub out: BString,
    pub err: BString,
    pub written: Vec<BString>,
    pub removed: Vec<BString>,
    pub tree: Snapshot,
    pub installed: Snapshot,
}

/// Settings of a run that the results depend on.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The -j option of the makes.
    pub jobs: Option<u32>,
    /// Which phases to go through.
    pub phases: Vec<String>,
    /// For each phase.
    pub limit: Duration,
    /// Where ccache keeps what it compiled, when the compilers are to be called through it.
    pub ccache: Option<PathBuf>,
}

/// Where Debian's ccache has links with the compilers' names.
const CCACHE_LINKS: &str = "/usr/lib/ccache";

/// Where it has the compilers themselves.
pub(crate) const COMPILERS: &str = "/usr/bin";

/// Makes programs in `bin` that call the compilers through ccache.
pub(crate) fn compilers_through_ccache(bin: &Path) -> Result<()> {
    for link in fs::read_dir(CCACHE_LINKS).context(CCACHE_LINKS)? {
        let link = link?;
        let (cached, name) = (link.path(), link.file_name());
        let (cached, name) = (cached.display(), name.display());
        // From its store ccache gives dependencies without the target that was asked for in this way.
        let script = format!(
            "#!/bin/sh\ncase \" $*\" in *\" -Wp,-MT,\"*) exec {COMPILERS}/{name} \"$@\";; esac\nexec {cached} \"$@\"\n"
        );
        let wrapper = bin.join(link.file_name());
        fs::write(&wrapper, script)?;
        fs::set_permissions(&wrapper, fs::Permissions::from_mode(0o755))?;
    }
    Ok(())
}

/// A file that was touched. One of a shared tree gets its old time back in the end.
pub struct Touched {
    file: File,
    was: Option<SystemTime>,
    read_at: SystemTime,
}

impl Touched {
    /// Makes a file newer than all that was built, for good unless it `is_shared` with other builds.
    pub fn touch(path: &Path, is_shared: bool) -> Result<Touched> {
        let open =
            File::options().append(true).open(path).with_context(|| format!("touch {}", path.display()))?;
        let is = open.metadata()?;
        let touched =
            Touched { was: is_shared.then_some(is.modified()?), read_at: is.accessed()?, file: open };
        // Later than anything the last build wrote, whatever the clock's step is.
        std::thread::sleep(Duration::from_millis(20));
        touched.file.set_modified(SystemTime::now())?;
        std::thread::sleep(Duration::from_millis(20));
        Ok(touched)
    }

    /// When it was first read since; `None` where file systems do not keep that.
    pub fn first_read(&self) -> Result<Option<SystemTime>> {
        // It is kept of the first read after a change alone.
        let read_at = self.file.metadata()?.accessed()?;
        Ok((read_at != self.read_at).then_some(read_at))
    }
}

impl Drop for Touched {
    fn drop(&mut self) {
        if let Some(was) = self.was
            && let Err(error) = self.file.set_modified(was)
        {
            eprintln!("a touched file does not get its time back: {error}");
        }
    }
}

/// The place of one recipe.
pub struct Stage<'a> {
    recipe: &'a Recipe,
    settings: &'a Settings,
    headers: Option<&'a Headers>,
    source: Option<PathBuf>,
    /// Where unpacked linux-source packages are.
    pub trees: PathBuf,
    data: PathBuf,
    /// The tree that is built.
    pub tree: PathBuf,
    installed: PathBuf,
    bin: PathBuf,
    /// The reference, for recipes where both programs meet.
    gnu: PathBuf,
    env: Vec<(String, String)>,
    nulls: usize,
    before: Snapshot,
}

impl<'a> Stage<'a> {
    pub fn new(
        places: &Places,
        recipe: &'a Recipe,
        source: Option<PathBuf>,
        headers: Option<&'a Headers>,
        settings: &'a Settings,
    ) -> Result<Stage<'a>> {
        let root = places.cached("oracle/build")?;
        let below = |suffix: &str| root.join(format!("{}{suffix}", recipe.name));
        Ok(Stage {
            recipe,
            settings,
            headers,
            source,
            trees: sources::trees(places)?,
            data: recipe::data(&places.repo),
            tree: below(""),
            installed: below(".inst"),
            bin: below(".bin"),
            gnu: PathBuf::new(),
            env: Vec::new(),
            nulls: 1,
            before: Snapshot::default(),
        })
    }

    /// Makes `program` the one that is found as `make`, with `env` added to its environment.
    pub fn program(&mut self, program: &Path, env: &[(&str, &str)]) -> Result<()> {
        // Sources that ask for the running kernel get the headers' release.
        let uname = self.headers.map(|headers| {
            format!(
                "#!/bin/sh\ncase \"$*\" in -r|--kernel-release) echo {};; *) exec /usr/bin/uname \"$@\";; esac\n",
                headers.release
            )
        });
        let stand_in = self.bin.join("uname");
        // It stays the very same file: one that was replaced is another program for who remembers what it gave.
        let stays =
            uname.as_ref().is_some_and(|text| fs::read(&stand_in).is_ok_and(|is| is == text.as_bytes()));
        fs::create_dir_all(&self.bin)?;
        for entry in fs::read_dir(&self.bin)? {
            let entry = entry?;
            let path = entry.path();
            match entry.file_type()?.is_dir() {
                true => clear(&path)?,
                false if stays && path == stand_in => {}
                false => fs::remove_file(&path)?,
            }
        }
        std::os::unix::fs::symlink(fs::canonicalize(program)?, self.bin.join("make"))?;
        std::os::unix::fs::symlink("make", self.bin.join("gmake"))?;
        if let Some(text) = uname.filter(|_| !stays) {
            fs::write(&stand_in, text)?;
            fs::set_permissions(&stand_in, fs::Permissions::from_mode(0o755))?;
        }
        if self.settings.ccache.is_some() {
            compilers_through_ccache(&self.bin)?;
        }
        self.env = [
            ("PATH", format!("{}:{SYSTEM_PATH}", self.bin.display())),
            ("HOME", "/root".to_string()),
            ("LC_ALL", "C".to_string()),
            ("TERM", "dumb".to_string()),
            ("USER", "root".to_string()),
            ("LOGNAME", "root".to_string()),
            ("TZ", "UTC".to_string()),
        ]
        .into_iter()
        .map(|(k, v)| (k.to_string(), v))
        .chain(env.iter().map(|(k, v)| (k.to_string(), v.to_string())))
        .chain(self.settings.ccache.iter().flat_map(|dir| {
            let dir = dir.display().to_string();
            [("CCACHE_DIR".to_string(), dir), ("CCACHE_PATH".to_string(), COMPILERS.to_string())]
        }))
        .chain(self.recipe.env.iter().cloned())
        .collect();
        Ok(())
    }

    /// Says which program `$GNU` is.
    pub fn meets(&mut self, gnu: &Path) {
        self.gnu = gnu.to_path_buf();
    }

    /// Begins with a fresh copy of the source.
    pub fn fresh(&mut self) -> Result<()> {
        self.clear()?;
        match &self.source {
            Some(source) => quiet(Command::new("cp").arg("-a").arg(source).arg(&self.tree))?,
            None => fs::create_dir_all(&self.tree)?,
        }
        self.before = Snapshot::take(&self.tree, None)?;
        Ok(())
    }

    /// Begins with a tree that was kept.
    pub fn restore(&mut self, kept: &Path) -> Result<()> {
        self.clear()?;
        quiet(Command::new("cp").arg("-a").arg(kept).arg(&self.tree))?;
        self.before = Snapshot::take(&self.tree, None)?;
        Ok(())
    }

    /// Keeps the tree as it is.
    pub fn keep(&self, to: &Path) -> Result<()> {
        clear(to)?;
        quiet(Command::new("cp").arg("-a").arg(&self.tree).arg(to))
    }

    /// Puts the tree away, with what is known of its files.
    pub fn park(&mut self, to: &Path) -> Result<Snapshot> {
        fs::rename(&self.tree, to).with_context(|| format!("cannot move {}", self.tree.display()))?;
        Ok(std::mem::take(&mut self.before))
    }

    /// Puts a tree that was put away in its place again.
    pub fn unpark(&mut self, from: &Path, before: Snapshot) -> Result<()> {
        fs::rename(from, &self.tree).with_context(|| format!("cannot move {}", from.display()))?;
        self.before = before;
        Ok(())
    }

    /// Looks at the tree again: what is done until now is no phase's doing.
    pub fn look(&mut self) -> Result<()> {
        self.before = Snapshot::take(&self.tree, Some(&self.before))?;
        Ok(())
    }

    /// A path beside the tree.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.bin.with_file_name(format!("{}.{name}", self.recipe.name))
    }

    /// Removes what was built.
    pub fn clear(&self) -> Result<()> {
        clear(&self.tree)?;
        clear(&self.installed)
    }

    /// How often the null phase is gone through.
    pub fn null_phases(&mut self, count: usize) {
        self.nulls = count;
    }

    /// Goes through the phases of the recipe and shows each to `seen` while its files are still there.
    pub fn phases(&mut self, mut seen: impl FnMut(&Stage, &Phase) -> Result<()>) -> Result<()> {
        let recipe = self.recipe;
        for name in &self.settings.phases {
            match name.as_str() {
                "configure" if !recipe.pre.is_empty() => {
                    let phase = self.phase(name, &recipe.pre)?;
                    seen(self, &phase)?;
                }
                "dry" if !recipe.dry.is_empty() => {
                    let phase = self.phase(name, &recipe.dry)?;
                    seen(self, &phase)?;
                }
                "check" if !recipe.check.is_empty() => {
                    let phase = self.phase(name, &recipe.check)?;
                    seen(self, &phase)?;
                }
                "build" | "null" => {
                    for _ in 0..if name == "null" { self.nulls } else { 1 } {
                        let phase = self.phase(name, &recipe.build)?;
                        seen(self, &phase)?;
                    }
                }
                "touch" => {
                    for file in &recipe.touch {
                        let phase = self.touched(file)?;
                        seen(self, &phase)?;
                    }
                }
                "run" => {
                    for run in &recipe.runs {
                        let phase = self.phase(&run.name, &run.command)?;
                        seen(self, &phase)?;
                    }
                }
                "flag" => {
                    let command = format!("export KCFLAGS=-DORACLE_FLAG_CHANGE; {}", recipe.build);
                    let phase = self.phase(name, &command)?;
                    seen(self, &phase)?;
                }
                "install" if !recipe.install.is_empty() => {
                    fs::create_dir_all(&self.installed)?;
                    let phase = self.phase(name, &recipe.install)?;
                    seen(self, &phase)?;
                }
                "clean" if !recipe.clean.is_empty() => {
                    let phase = self.phase(name, &recipe.clean)?;
                    seen(self, &phase)?;
                }
                "configure" | "dry" | "check" | "install" | "clean" => {}
                _ => bail!("no phase {name}"),
            }
        }
        Ok(())
    }

    /// A build with nothing changed since the last, as the phase `null`.
    pub fn null(&mut self) -> Result<Phase> {
        let recipe = self.recipe;
        self.phase("null", &recipe.build)
    }

    /// Touches a file and builds. A file of a shared tree gets its old time back.
    fn touched(&mut self, file: &str) -> Result<Phase> {
        let recipe = self.recipe;
        let _touched = self.touch(file)?;
        self.before = Snapshot::take(&self.tree, Some(&self.before))?;
        self.phase(&format!("touch {file}"), &recipe.build)
    }

    /// Makes a file newer than all that was built.
    pub fn touch(&self, file: &str) -> Result<Touched> {
        let shared = file.strip_prefix("$SRC/");
        let path = shared.map_or_else(|| self.tree.join(file), |rest| self.trees.join(rest));
        Touched::touch(&path, shared.is_some())
    }

    /// Switches an option of a configured kernel: one that is y goes, any other becomes y.
    pub fn switch(&self, option: &str) -> Result<()> {
        let path = self.tree.join(".config");
        let text = fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
        fs::write(&path, switched(&text, option)).with_context(|| format!("write {}", path.display()))
    }

    /// Runs a command in the tree.
    pub fn phase(&mut self, name: &str, command: &str) -> Result<Phase> {
        let (out, err) = (self.bin.join("out"), self.bin.join("err"));
        // Without a network: a build that fetches something is not the same twice.
        let prefix: &[&str] = if is_root() { &["unshare", "-n"] } else { &[] };
        let inner = self.command(command)?;
        let mut cmd = Command::new("nice");
        cmd.args(prefix).arg(inner.get_program()).args(inner.get_args());
        cmd.env_clear().envs(self.env.iter().map(|(k, v)| (k, v)));
        cmd.stdout(File::create(&out)?).stderr(File::create(&err)?);
        let (ending, took) = process::run(&mut cmd, self.settings.limit)?;
        let tree = Snapshot::take(&self.tree, Some(&self.before))?;
        let phase = Phase {
            name: name.to_string(),
            ending,
            seconds: took.as_secs_f64(),
            out: fs::read(&out)?.into(),
            err: fs::read(&err)?.into(),
            written: tree.written_since(&self.before),
            removed: tree.removed_since(&self.before),
            installed: Snapshot::take(&self.installed, None)?,
            tree: tree.clone(),
        };
        self.before = tree;
        Ok(phase)
    }

    /// The recipe's build, to be run as is.
    pub fn build_command(&self) -> Result<Command> {
        self.command(&self.recipe.build)
    }

    /// A command that is to run in the tree.
    pub fn command(&self, command: &str) -> Result<Command> {
        let mut cmd = Command::new("bash");
        cmd.arg("-c").arg(format!("{}cd \"$S\" || exit 99; {command}", self.shell_variables()?));
        cmd.env_clear().envs(self.env.iter().map(|(k, v)| (k, v)));
        Ok(cmd)
    }

    /// The recipe's own variables, known to the bash that runs the phase but not to what it starts.
    fn shell_variables(&self) -> Result<String> {
        let jobs = self.settings.jobs.map(|n| format!("-j{n}")).unwrap_or_default();
        let text = |path: &Path| path.display().to_string();
        let mut script = String::new();
        let mut variables = vec![
            ("S", text(&self.tree)),
            ("I", text(&self.installed)),
            ("SRC", text(&self.trees)),
            ("DATA", text(&self.data)),
            ("J", jobs.clone()),
        ];
        if let Some(headers) = self.headers {
            let make = format!("make {jobs} KERNELRELEASE={}", headers.release).replace("  ", " ");
            variables.push(("K", text(&headers.dir)));
            variables.push(("GNU", text(&self.gnu)));
            variables.push(("KV", headers.release.clone()));
            variables.push(("MK", make));
        }
        for (name, value) in variables {
            script.push_str(&format!("{name}={}; ", shlex::try_quote(&value)?));
        }
        Ok(script)
    }

    /// A file of the tree that was built, for a difference to be explained.
    pub fn content(&self, path: &[u8]) -> Option<Vec<u8>> {
        fs::read(self.tree.join(path.to_path().ok()?)).ok()
    }
}

/// A configuration with one option switched.
fn switched(text: &str, option: &str) -> String {
    let (on, off) = (format!("{option}=y"), format!("# {option} is not set"));
    let is_on = text.lines().any(|line| line == on);
    let others = text.lines().filter(|line| *line != off && !line.starts_with(&format!("{option}=")));
    let mut lines: Vec<&str> = others.collect();
    lines.push(if is_on { &off } else { &on });
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_is_switched_on_and_off() {
        let off = "CONFIG_A=y\n# CONFIG_B is not set\nCONFIG_BB=m\n";
        let on = switched(off, "CONFIG_B");
        assert_eq!(on, "CONFIG_A=y\nCONFIG_BB=m\nCONFIG_B=y\n");
        assert_eq!(switched(&on, "CONFIG_B"), "CONFIG_A=y\nCONFIG_BB=m\n# CONFIG_B is not set\n");
    }
}
