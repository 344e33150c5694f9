//! Runs one script by a real shell and by this crate, each in a directory of its own, and gives what came of it.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Command, Stdio as Redirection};
use std::sync::Arc;

use bstr::BString;
use rkbuild_host::{Dir, Env, Exit, Host, Stdio};
use rkbuild_shell::{Dialect, NoPrograms, Shell};

/// What a script came to: how it ended, what it wrote, what it left.
#[derive(Debug, PartialEq, Eq)]
pub struct Outcome {
    pub exit: Exit,
    pub stdout: BString,
    pub stderr: BString,
    /// Type and mode, and the contents, of each file.
    pub files: BTreeMap<BString, (u32, BString)>,
}

pub struct Bench {
    pub host: Arc<Host>,
    root: tempfile::TempDir,
    written: tempfile::TempDir,
}

/// In the order in which `Command` hands them over, which is that of the names.
const ENVIRONMENT: [(&str, &str); 11] = [
    ("EXPORTED", "from outside"),
    ("HOME", "/usr"),
    ("LC_ALL", "C"),
    ("MAKEFLAGS", "w -- A=b"),
    ("MAKELEVEL", "1"),
    ("PATH", "/usr/bin:/bin"),
    ("PWD", "/somewhere/else"),
    ("Z", ""),
    ("a1", "x"),
    ("not-a-name", "dropped"),
    ("with.dot", "dropped"),
];

impl Bench {
    pub fn new() -> Bench {
        Bench { host: Host::new(), root: tempfile::tempdir().unwrap(), written: tempfile::tempdir().unwrap() }
    }

    /// An empty directory, always under the same path, so that messages can name it.
    fn fresh(&self) -> std::path::PathBuf {
        // Some way down, for scripts that go up.
        let top = self.root.path().join("top");
        if top.exists() {
            fs::remove_dir_all(&top).unwrap();
        }
        let work = top.join("a/b/c/d/e/f/work");
        fs::create_dir_all(&work).unwrap();
        fs::write(work.join("file"), "first line\nsecond line\n").unwrap();
        fs::create_dir(work.join("dir")).unwrap();
        fs::write(work.join("dir/inner"), "inner\n").unwrap();
        fs::write(work.join("run.sh"), "echo \"ran $0 $*\"\nexit 5\n").unwrap();
        fs::set_permissions(work.join("run.sh"), fs::Permissions::from_mode(0o755)).unwrap();
        fs::write(work.join("a b"), "").unwrap();
        work
    }

    fn outcome(&self, work: &Path, run: impl FnOnce(File, File) -> Exit) -> Outcome {
        let (out, err) = (self.written.path().join("out"), self.written.path().join("err"));
        let exit = run(File::create(&out).unwrap(), File::create(&err).unwrap());
        let mut files = BTreeMap::new();
        collect(work, work, &mut files);
        Outcome { exit, stdout: fs::read(out).unwrap().into(), stderr: fs::read(err).unwrap().into(), files }
    }

    /// By a real shell, called as /bin/sh: `program arguments… -c script`.
    pub fn real(&self, program: &str, arguments: &[&str], script: &[u8]) -> Outcome {
        let work = self.fresh();
        self.outcome(&work, |out, err| {
            let mut command = Command::new(program);
            command.arg0("/bin/sh").args(arguments).arg("-c").arg(std::ffi::OsStr::from_bytes(script));
            command.env_clear().envs(ENVIRONMENT).current_dir(&work);
            command.stdin(Redirection::null()).stdout(out).stderr(err);
            // A new group, so that a script that kills its group kills itself only.
            command.process_group(0);
            let status = command.status().unwrap();
            match status.code() {
                Some(code) => Exit::Code(code),
                None => Exit::Signal { signal: status.signal().unwrap(), core: status.core_dumped() },
            }
        })
    }

    /// By this crate; None when it declines.
    pub fn ours(&self, errexit: bool, script: &[u8]) -> Option<Outcome> {
        let parsed = rkbuild_shell::parse(script)?;
        let work = self.fresh();
        // The directory is another one under the same name.
        self.host.changed();
        Some(self.outcome(&work, |out, err| {
            let stdin = File::open("/dev/null").unwrap();
            let shell = Shell {
                host: &self.host,
                dir: Dir::current().unwrap().open(work.as_os_str().as_bytes()).unwrap(),
                env: ENVIRONMENT.into_iter().collect::<Env>(),
                stdio: Stdio {
                    stdin: Arc::new(stdin.into()),
                    stdout: Arc::new(out.into()),
                    stderr: Arc::new(err.into()),
                },
                programs: &NoPrograms,
                name: "/bin/sh".into(),
                errexit,
                inherit: &[],
                dialect: Dialect::Dash,
            };
            shell.run(&parsed)
        }))
    }
}

fn collect(root: &Path, dir: &Path, files: &mut BTreeMap<BString, (u32, BString)>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let meta = fs::symlink_metadata(&path).unwrap();
        let name = BString::from(path.strip_prefix(root).unwrap().as_os_str().as_bytes());
        let contents = if meta.is_symlink() {
            fs::read_link(&path).unwrap().as_os_str().as_bytes().into()
        } else if meta.is_file() {
            fs::read(&path).unwrap().into()
        } else {
            BString::default()
        };
        files.insert(name, (meta.permissions().mode(), contents));
        if meta.is_dir() {
            collect(root, &path, files);
        }
    }
}
