//! A list of options as a layer below a session's own variables.
//!
//! Each of a kernel's hundreds of sub-makes reads `include/config/auto.conf` and asks for a few of its thousands of options. What
//! the file says is the same for all of them, so it is kept once; a session has a variable of its own only of what it looked at.

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use rkbuild_base::name::Names;
use rkbuild_base::options::Options;
use rkbuild_base::{FxMap, Name, Place};
use rkbuild_syntax::Text;

use crate::variable::{Data, Flavor, Origin, Variable};

/// What a list of options sets, for all sessions of a process.
#[derive(Debug)]
pub struct Settings {
    places: FxMap<Name, usize>,
    all: Vec<Setting>,
    /// Some value has the word `eval` in it: see [`crate::Session::may_eval`].
    pub speaks_of_eval: bool,
}

/// One of them.
#[derive(Debug)]
pub struct Setting {
    /// The option.
    pub name: Name,
    /// Its value, which refers to nothing.
    pub value: Arc<Text>,
    /// The line of the file.
    pub line: u32,
}

impl Settings {
    /// Those of a file.
    pub fn new(options: &Options, names: &Names) -> Settings {
        let all = Vec::with_capacity(options.iter().len());
        let mut settings = Settings { places: FxMap::default(), all, speaks_of_eval: false };
        for (name, setting) in options.iter() {
            let name = names.intern(name);
            settings.places.insert(name, settings.all.len());
            settings.speaks_of_eval |= memchr::memmem::find(&setting.value, b"eval").is_some();
            let value = Arc::new(Text::new(setting.value.clone()));
            settings.all.push(Setting { name, value, line: setting.line });
        }
        settings
    }

    /// What an option is set to.
    pub fn get(&self, name: Name) -> Option<&Setting> {
        self.all.get(self.place(name)?)
    }

    fn place(&self, name: Name) -> Option<usize> {
        // Nearly all that is looked up is none.
        if name.is_option() { self.places.get(&name).copied() } else { None }
    }
}

/// The settings of a file as variables of one session.
#[derive(Debug)]
pub struct Layer {
    settings: Arc<Settings>,
    /// The file, as messages call it.
    file: Name,
    /// The variable of each setting that was looked at.
    met: Box<[OnceCell<Rc<Variable>>]>,
}

impl Layer {
    /// As if the file had been read, which messages call `file`.
    pub fn new(settings: Arc<Settings>, file: Name) -> Layer {
        let met = settings.all.iter().map(|_| OnceCell::new()).collect();
        Layer { settings, file, met }
    }

    /// The variable of an option.
    pub fn get(&self, name: Name) -> Option<&Rc<Variable>> {
        self.variable(self.settings.place(name)?)
    }

    fn variable(&self, at: usize) -> Option<&Rc<Variable>> {
        let setting = self.settings.all.get(at)?;
        let made = || {
            let data = Data {
                value: setting.value.clone(),
                origin: Origin::File,
                place: Place { file: self.file, line: setting.line },
                ..Data::builtin(Flavor::Recursive)
            };
            let (expanding, calls) = (Cell::new(false), Cell::new(0));
            Rc::new(Variable { name: setting.name, data: RefCell::new(data), expanding, calls })
        };
        self.met.get(at).map(|met| met.get_or_init(made))
    }

    /// Its variables that somebody has looked at: all others are as the file has them.
    pub fn met(&self) -> impl Iterator<Item = &Rc<Variable>> {
        self.met.iter().filter_map(OnceCell::get)
    }

    /// All of its variables.
    pub fn variables(&self) -> impl Iterator<Item = &Rc<Variable>> {
        (0..self.met.len()).filter_map(|at| self.variable(at))
    }

    /// Their names.
    pub fn names(&self) -> impl Iterator<Item = Name> {
        self.settings.all.iter().map(|setting| setting.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::variable::{GLOBAL, Variables};

    fn text(value: &str) -> Arc<Text> {
        Arc::new(Text::new(value))
    }

    fn laid(names: &Names, text: &[u8]) -> (Variables, Vec<Name>) {
        let mut vars = Variables::default();
        let a = names.intern(b"CONFIG_A");
        vars.define(GLOBAL, a, self::text("own"), Flavor::Simple, Origin::Environment, Place::NONE);
        let settings = Arc::new(Settings::new(&Options::read(text).unwrap(), names));
        let own = vars.lay(&settings, names.intern(b"file"));
        (vars, own)
    }

    #[test]
    fn a_setting_becomes_a_variable_when_it_is_looked_at() {
        let names = Names::new();
        let (mut vars, _) = laid(&names, b"CONFIG_B=1\n#\nCONFIG_B=2\nCONFIG_C=eval\n");
        let [b, c] = [b"CONFIG_B", b"CONFIG_C"].map(|name| names.intern(name));
        let met = |vars: &Variables| {
            let mut met: Vec<Name> = vars.scope(GLOBAL).variables_met().map(|var| var.name).collect();
            met.sort_unstable();
            met
        };
        let a = names.intern(b"CONFIG_A");
        assert_eq!(met(&vars), [a]);
        assert_eq!(vars.scope(GLOBAL).names().count(), 3);
        let data = vars.lookup(b).unwrap().data.borrow().clone();
        assert_eq!((data.value.bytes.to_vec(), data.place.line), (b"2".to_vec(), 3));
        assert_eq!((data.origin, data.flavor), (Origin::File, Flavor::Recursive));
        assert_eq!(met(&vars), [a, b]);
        // It is the same variable from then on.
        let defined = vars.define(GLOBAL, b, text("3"), Flavor::Simple, Origin::File, Place::NONE);
        assert!(Rc::ptr_eq(&defined, vars.lookup(b).unwrap()));
        vars.undefine(GLOBAL, b, Origin::File);
        assert!(vars.lookup(b).is_none() && vars.lookup(c).is_some() && !vars.has_layer());
    }

    #[test]
    fn options_that_have_a_variable_are_told_and_keep_it() {
        let names = Names::new();
        let (vars, own) = laid(&names, b"CONFIG_A=1\nCONFIG_B=1\n");
        let a = names.intern(b"CONFIG_A");
        assert_eq!(own, [a]);
        assert_eq!(vars.lookup(a).unwrap().data.borrow().value.bytes.to_vec(), b"own");
        assert_eq!(vars.scope(GLOBAL).variables().count(), 2);
    }

    #[test]
    fn a_value_that_speaks_of_eval_is_told() {
        let names = Names::new();
        for (text, speaks) in [(b"CONFIG_A=eval\n", true), (b"CONFIG_A=evil\n", false)] {
            let settings = Settings::new(&Options::read(text).unwrap(), &names);
            assert_eq!(settings.speaks_of_eval, speaks);
        }
    }
}
