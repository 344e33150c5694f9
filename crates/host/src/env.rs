//! An environment as a value: names with values, in order, cheap to copy.

use std::any::Any;
use std::ffi::{CString, c_char};
use std::fmt;
use std::os::unix::ffi::OsStringExt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use bstr::{BStr, BString, ByteSlice};
use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

/// Variables of the environment that change from shell to shell, from terminal to terminal or from job to job. Nothing is
/// remembered of what looks at one.
pub const VOLATILE: [&[u8]; 29] = [
    b"_",
    b"SHLVL",
    b"OLDPWD",
    b"SSH_AUTH_SOCK",
    b"SSH_AGENT_PID",
    b"SSH_CLIENT",
    b"SSH_CONNECTION",
    b"SSH_TTY",
    b"GPG_TTY",
    b"WINDOWID",
    b"TMUX",
    b"TMUX_PANE",
    b"TERM_SESSION_ID",
    b"KITTY_WINDOW_ID",
    b"KITTY_PID",
    b"ALACRITTY_WINDOW_ID",
    b"WEZTERM_PANE",
    b"KONSOLE_DBUS_SESSION",
    b"KONSOLE_DBUS_WINDOW",
    b"GNOME_TERMINAL_SCREEN",
    b"VSCODE_IPC_HOOK_CLI",
    b"XDG_SESSION_ID",
    b"XDG_ACTIVATION_TOKEN",
    b"DESKTOP_STARTUP_ID",
    b"DBUS_SESSION_BUS_ADDRESS",
    b"INVOCATION_ID",
    b"JOURNAL_STREAM",
    b"SYSTEMD_EXEC_PID",
    // What is said of a build changes nothing of it.
    b"RKBUILD_EXPLAIN",
];

/// Variables in which make says which terminals its streams are. That there is one may be remembered, not which.
pub const TERMINALS: [&[u8]; 2] = [b"MAKE_TERMOUT", b"MAKE_TERMERR"];

/// An environment. A copy shares everything with the original until one of them changes.
#[derive(Clone, Default)]
pub struct Env(Arc<Inner>);

#[derive(Default)]
struct Inner {
    vars: IndexMap<BString, BString, FxBuildHasher>,
    /// The form exec wants, made when first asked for: one environment often serves many children.
    block: OnceLock<EnvBlock>,
    size: OnceLock<Size>,
    /// What [`Env::made_of`] gave last.
    made: Mutex<Option<(BString, Env)>>,
    /// What [`Env::read_as`] gave.
    read: OnceLock<Arc<dyn Any + Send + Sync>>,
}

impl Clone for Inner {
    fn clone(&self) -> Inner {
        // The copy is made to be changed.
        Inner { vars: self.vars.clone(), ..Inner::default() }
    }
}

impl Env {
    /// An empty environment.
    pub fn new() -> Env {
        Env::default()
    }

    /// The environment this process was started with.
    pub fn of_process() -> Env {
        std::env::vars_os().map(|(name, value)| (name.into_vec(), value.into_vec())).collect()
    }

    /// The value of `name`.
    pub fn get(&self, name: &[u8]) -> Option<&BStr> {
        self.0.vars.get(name.as_bstr()).map(|value| value.as_bstr())
    }

    /// True when there is a value for `name`.
    pub fn contains(&self, name: &[u8]) -> bool {
        self.0.vars.contains_key(name.as_bstr())
    }

    /// Gives `name` a value; a new name goes to the end.
    pub fn set(&mut self, name: impl Into<BString>, value: impl Into<BString>) {
        let (name, value) = (name.into(), value.into());
        if self.get(&name) != Some(value.as_bstr()) {
            self.change().insert(name, value);
        }
    }

    /// Takes `name` out.
    pub fn remove(&mut self, name: &[u8]) -> Option<BString> {
        if !self.contains(name) {
            return None;
        }
        self.change().shift_remove(name.as_bstr())
    }

    fn change(&mut self) -> &mut IndexMap<BString, BString, FxBuildHasher> {
        let inner = Arc::make_mut(&mut self.0);
        inner.block = OnceLock::new();
        inner.size = OnceLock::new();
        inner.made = Mutex::default();
        inner.read = OnceLock::new();
        &mut inner.vars
    }

    /// What `make` makes of this environment for one `key`, kept until it is asked for another one: each shell that is started
    /// with it makes the same of it for its children.
    pub fn made_of(&self, key: &[u8], make: impl FnOnce() -> Env) -> Env {
        let kept = || self.0.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, made)) = &*kept()
            && known == key
        {
            return made.clone();
        }
        let made = make();
        *kept() = Some((key.into(), made.clone()));
        made
    }

    /// What `read` makes of this environment, kept for whom it `serves`: the sub-makes of one make mostly get one environment,
    /// and each reads it.
    pub fn read_as<T: Any + Send + Sync>(
        &self,
        read: impl Fn() -> T,
        serves: impl FnOnce(&T) -> bool,
    ) -> Arc<T> {
        let known = self.0.read.get_or_init(|| Arc::new(read())).clone();
        known.downcast().ok().filter(|known| serves(known)).unwrap_or_else(|| Arc::new(read()))
    }

    /// Where temporary files go: an absolute `TMPDIR`, or else /tmp.
    pub fn temporary(&self) -> &BStr {
        self.get(b"TMPDIR").filter(|place| place.starts_with(b"/")).unwrap_or(BStr::new("/tmp"))
    }

    /// Names and values, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&BStr, &BStr)> {
        self.0.vars.iter().map(|(name, value)| (name.as_bstr(), value.as_bstr()))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.vars.len()
    }

    /// True when there are none.
    pub fn is_empty(&self) -> bool {
        self.0.vars.is_empty()
    }

    /// Whether the system would start a program with these arguments and this environment: neither has a text that is too
    /// long, and they are not too long together.
    pub fn fits(&self, argv: &[BString]) -> bool {
        let mut size = *self.0.size.get_or_init(|| {
            let mut size = Size::default();
            for (name, value) in &self.0.vars {
                size.add(name.len() + value.len() + 1);
            }
            size
        });
        for arg in argv {
            size.add(arg.len());
        }
        size.longest < MOST_TEXT && (size.all <= MOST_TEXT || size.all <= most_of_all())
    }

    /// The environment as exec takes it. A text with a NUL byte ends there, as it does in C.
    pub(crate) fn block(&self) -> &EnvBlock {
        self.0.block.get_or_init(|| {
            EnvBlock::new(self.0.vars.iter().map(|(name, value)| {
                let mut text = Vec::with_capacity(name.len() + value.len() + 2);
                text.extend_from_slice(name);
                text.push(b'=');
                text.extend_from_slice(value);
                text
            }))
        })
    }
}

/// What Linux allows for one argument or variable, the NUL at its end included (`MAX_ARG_STRLEN`).
const MOST_TEXT: usize = 32 * 4096;

/// How much arguments or variables take in a new process.
#[derive(Clone, Copy, Default)]
struct Size {
    longest: usize,
    all: usize,
}

impl Size {
    /// Adds a text with a NUL after it and a pointer to it.
    fn add(&mut self, length: usize) {
        self.longest = self.longest.max(length);
        self.all += length + 1 + size_of::<usize>();
    }
}

/// What Linux allows for arguments and environment together: a quarter of the stack, and never more than 6 MB.
fn most_of_all() -> usize {
    let stack = rustix::process::getrlimit(rustix::process::Resource::Stack).current;
    let quarter = stack.and_then(|bytes| usize::try_from(bytes / 4).ok()).unwrap_or(usize::MAX);
    quarter.clamp(MOST_TEXT, 6 << 20)
}

impl fmt::Debug for Env {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl PartialEq for Env {
    fn eq(&self, other: &Env) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.vars == other.0.vars
    }
}

impl<N: Into<BString>, V: Into<BString>> FromIterator<(N, V)> for Env {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(vars: I) -> Env {
        let vars = vars.into_iter().map(|(n, v)| (n.into(), v.into())).collect();
        Env(Arc::new(Inner { vars, ..Inner::default() }))
    }
}

/// Texts ended by NUL and the null-ended table of pointers to them: what `argv` and `envp` are.
pub(crate) struct EnvBlock {
    texts: Vec<CString>,
}

impl EnvBlock {
    pub(crate) fn new(texts: impl Iterator<Item = Vec<u8>>) -> EnvBlock {
        EnvBlock { texts: texts.map(c_text).collect() }
    }

    /// The table; it is good while the block lives.
    pub(crate) fn pointers(&self) -> Vec<*mut c_char> {
        let texts = self.texts.iter().map(|text| text.as_ptr().cast_mut());
        texts.chain([std::ptr::null_mut()]).collect()
    }
}

/// The bytes up to the first NUL, as a C string.
pub(crate) fn c_text(mut text: Vec<u8>) -> CString {
    if let Some(end) = text.find_byte(0) {
        text.truncate(end);
    }
    CString::new(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_environment_is_read_once_for_all_whom_that_serves() {
        let env: Env = [("A", "1")].into_iter().collect();
        let read = |env: &Env| env.read_as(|| (7, env.get(b"A").map(BStr::to_owned)), |(who, _)| *who == 7);
        let first = read(&env);
        assert!(Arc::ptr_eq(&first, &read(&env.clone())));
        // For another one it is read anew, and so is an environment that was changed.
        let other = env.read_as(|| (8, None), |(who, _): &(i32, Option<BString>)| *who == 8);
        assert_eq!(*other, (8, None));
        assert_eq!(*env.read_as(|| "of another kind", |_| true), "of another kind");
        let mut changed = env.clone();
        changed.set("A", "2");
        assert_eq!(*read(&changed), (7, Some("2".into())));
        assert!(Arc::ptr_eq(&first, &read(&env)));
    }

    #[test]
    fn what_is_made_of_an_environment_is_made_anew_for_another_key_and_for_another_environment() {
        let mut env: Env = [("A", "1")].into_iter().collect();
        let made = |env: &Env, key: &str| {
            let text = format!("{key} of {}", env.get(b"A").unwrap());
            env.made_of(key.as_bytes(), || [("MADE", text.as_str())].into_iter().collect())
        };
        let first = made(&env, "x");
        assert_eq!(first.get(b"MADE").unwrap(), "x of 1");
        assert_eq!(env.made_of(b"x", || unreachable!()), first);
        assert_eq!(made(&env, "y").get(b"MADE").unwrap(), "y of 1");
        let copy = env.clone();
        env.set("A", "2");
        assert_eq!(made(&env, "y").get(b"MADE").unwrap(), "y of 2");
        assert_eq!(copy.made_of(b"y", || unreachable!()).get(b"MADE").unwrap(), "y of 1");
    }

    #[test]
    fn what_is_too_long_for_exec_does_not_fit() {
        let text = |length| BString::from(vec![b'x'; length]);
        let mut env = Env::new();
        assert!(env.fits(&[text(131_071)]));
        assert!(!env.fits(&[text(131_072)]));
        env.set("A", text(131_069));
        assert!(env.fits(&[]));
        env.set("A", text(131_070));
        assert!(!env.fits(&[]));
        env.set("A", "1");
        assert!(!env.fits(&vec![text(100_000); 100]));
    }

    #[test]
    fn a_copy_changes_alone_and_order_is_kept() {
        let first: Env = [("B", "1"), ("A", "2"), ("C", "3")].into_iter().collect();
        let mut second = first.clone();
        second.set("B", "x");
        second.set("D", "4");
        assert_eq!(second.remove(b"A"), Some("2".into()));
        assert_eq!(second.remove(b"A"), None);
        let names = |env: &Env| bstr::join(" ", env.iter().map(|(n, _)| n.to_owned()));
        assert_eq!(names(&first).as_bstr(), "B A C");
        assert_eq!(names(&second).as_bstr(), "B C D");
        assert_eq!(first.get(b"B"), Some("1".into()));
        assert_eq!(second.get(b"B"), Some("x".into()));
        assert!(first != second && first == first.clone());
    }

    #[test]
    fn the_form_for_exec_follows_changes() {
        let texts = |env: &Env| {
            let all = env.block().texts.iter().map(|t| t.to_bytes().to_vec());
            all.collect::<Vec<_>>()
        };
        let mut env: Env = [("A", "1\0hidden")].into_iter().collect();
        assert_eq!(texts(&env), [b"A=1"]);
        env.set("A", "2");
        assert_eq!(texts(&env), [b"A=2"]);
        assert_eq!(env.block().pointers().len(), 2);
    }

    #[test]
    fn the_environment_of_the_process_has_a_path() {
        assert!(Env::of_process().contains(b"PATH"));
    }
}
