//! The variables of a shell, over the environment it started with.

use bstr::{BStr, BString, ByteSlice};
use rkbuild_host::Env;

use crate::names::is_name;

/// What a shell starts with when the environment has no PATH.
const DEFAULT_PATH: &[u8] = b"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// A variable that is not as the environment gave it.
#[derive(Debug, Clone)]
struct Changed {
    name: BString,
    value: Option<BString>,
    exported: bool,
}

/// The variables of one shell. Copying is cheap: the environment is shared and scripts change few variables.
#[derive(Clone)]
pub(crate) struct Vars {
    base: Env,
    changed: Vec<Changed>,
    /// The environment for children, kept until a variable changes.
    exported: Option<Env>,
}

impl Vars {
    pub fn new(base: Env) -> Vars {
        let mut vars = Vars { base, changed: Vec::new(), exported: None };
        // These the shell sets itself, whatever it was given.
        if vars.base.get(b"IFS").is_some() {
            vars.set(b"IFS", b" \t\n");
        }
        if vars.base.get(b"OPTIND").is_some() {
            vars.set(b"OPTIND", b"1");
        }
        vars
    }

    pub fn get(&self, name: &[u8]) -> Option<&BStr> {
        if let Some(changed) = self.changed.iter().find(|c| c.name == name) {
            return changed.value.as_ref().map(|v| v.as_ref());
        }
        match self.base.get(name) {
            None if name == b"PATH" => Some(DEFAULT_PATH.as_bstr()),
            value => value.map(|v| v.as_bstr()),
        }
    }

    fn entry(&mut self, name: &[u8]) -> &mut Changed {
        self.exported = None;
        let at = match self.changed.iter().position(|c| c.name == name) {
            Some(at) => at,
            None => {
                let value = self.base.get(name).map(|v| BString::from(v.to_vec()));
                let exported = value.is_some();
                self.changed.push(Changed { name: name.into(), value, exported });
                self.changed.len() - 1
            }
        };
        // The index was found or made just above.
        &mut self.changed[at]
    }

    /// Sets a variable; it stays exported if it was.
    pub fn set(&mut self, name: &[u8], value: &[u8]) {
        self.entry(name).value = Some(value.into());
    }

    pub fn export(&mut self, name: &[u8]) {
        self.entry(name).exported = true;
    }

    /// Removes a variable and its export.
    pub fn unset(&mut self, name: &[u8]) {
        let entry = self.entry(name);
        entry.value = None;
        entry.exported = false;
    }

    /// The environment of a child, in the order dash hands it over.
    pub fn environment(&mut self) -> Env {
        if let Some(env) = &self.exported {
            return env.clone();
        }
        let env = match self.changed.as_slice() {
            // As it is in most scripts.
            [Changed { name, value: Some(pwd), exported: true }] if name == "PWD" => {
                self.base.made_of(pwd, || self.passed_on())
            }
            _ => self.passed_on(),
        };
        self.exported = Some(env.clone());
        env
    }

    fn passed_on(&self) -> Env {
        let mut list: Vec<(&[u8], &[u8])> = Vec::with_capacity(self.base.len() + self.changed.len());
        for (name, value) in self.base.iter() {
            let name: &[u8] = name.as_ref();
            if is_name(name) && !self.changed.iter().any(|c| c.name == name) {
                list.push((name, value.as_ref()));
            } else if let Some(Changed { value: Some(value), exported: true, .. }) =
                self.changed.iter().find(|c| c.name == name)
            {
                list.push((name, value));
            }
        }
        for changed in &self.changed {
            if let Changed { name, value: Some(value), exported: true } = changed
                && self.base.get(name).is_none()
            {
                list.push((name, value));
            }
        }
        list.sort_by_cached_key(|(name, _)| (bucket(name), !made_by_shell(name)));
        list.into_iter().collect()
    }
}

/// dash keeps its variables in a table of 39 lists and hands them to children list by list.
fn bucket(name: &[u8]) -> u32 {
    let first = u32::from(name.first().copied().unwrap_or(0)) << 4;
    name.iter().fold(first, |sum, c| sum.wrapping_add(u32::from(*c))) % 39
}

/// Variables that are in dash's table before the environment is read.
fn made_by_shell(name: &[u8]) -> bool {
    [
        &b"IFS"[..],
        b"MAIL",
        b"MAILPATH",
        b"PATH",
        b"PS1",
        b"PS2",
        b"PS4",
        b"OPTIND",
        b"LINENO",
        b"TERM",
        b"HISTSIZE",
    ]
    .contains(&name)
}
