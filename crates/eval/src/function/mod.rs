//! The functions of the makefile language (GNU make manual, chapter 8): which code runs for a call.
//!
//! - [`text`]: strings and words.
//! - [`names`]: parts of file names, and the files that exist.
//! - [`control`]: conditions, comparison, loops, `call`.
//! - [`vars`]: what is known of a variable; `eval`.
//! - [`output`]: messages and files.
//! - [`shell`]: commands and their output.
//! - [`number`]: arguments that are numbers.

pub mod control;
pub mod names;
pub mod number;
pub mod output;
pub mod shell;
pub mod text;
pub mod vars;

use std::borrow::Cow;
use std::sync::Arc;

use rkbuild_syntax::bytes::Unwritten;
use rkbuild_syntax::{Func, Part, Text};

use crate::variable::{Flavor, Origin};
use crate::{Result, Session};

/// Arguments of a call, expanded. Missing ones are empty.
struct Args<'a>(&'a [Cow<'a, [u8]>]);

impl Args<'_> {
    fn get(&self, index: usize) -> &[u8] {
        self.0.get(index).map_or(b"", |arg| arg)
    }
}

impl Session {
    /// Appends what the function gives for these arguments, which are as written.
    pub fn call_function(&mut self, func: Func, args: &[Text], out: &mut Vec<u8>) -> Result<()> {
        if !func.expands() {
            self.check_count(func, args.len())?;
            return self.call_unexpanded(func, args, out);
        }
        match args {
            [one] => {
                let values = [self.argument(one)?];
                self.call_expanded(func, &values, out)?;
                self.give_back_all(values);
            }
            [one, two] => {
                let first = self.argument(one)?;
                if func == Func::Filter
                    && let Some(unwritten) = self.unwritten(two)
                {
                    text::filter_unwritten(&first, &*unwritten, out);
                    self.give_back_all([first]);
                    return Ok(());
                }
                let values = [first, self.argument(two)?];
                self.call_expanded(func, &values, out)?;
                self.give_back_all(values);
            }
            [one, two, three] => {
                let values = [self.argument(one)?, self.argument(two)?, self.argument(three)?];
                self.call_expanded(func, &values, out)?;
                self.give_back_all(values);
            }
            _ => {
                let mut values = Vec::with_capacity(args.len());
                for arg in args {
                    values.push(self.argument(arg)?);
                }
                self.call_expanded(func, &values, out)?;
                self.give_back_all(values);
            }
        }
        Ok(())
    }

    pub(crate) fn give_back_all<'a>(&mut self, values: impl IntoIterator<Item = Cow<'a, [u8]>>) {
        for value in values {
            if let Cow::Owned(buffer) = value {
                self.give_back(buffer);
            }
        }
    }

    /// The value of an argument; one without references is not copied.
    pub(crate) fn argument<'a>(&mut self, arg: &'a Text) -> Result<Cow<'a, [u8]>> {
        if arg.is_huge() {
            return self.expand_text(arg).map(Cow::Owned);
        }
        match &*arg.expr(&self.shared.lang).parts {
            [] => Ok(Cow::Borrowed(b"")),
            [Part::Literal(bytes)] => Ok(Cow::Borrowed(bytes)),
            _ => {
                let mut value = self.buffer();
                self.expand(arg, &mut value)?;
                Ok(Cow::Owned(value))
            }
        }
    }

    /// What an argument will be written from that is but a list which nobody has written down yet.
    pub(crate) fn unwritten(&self, arg: &Text) -> Option<Arc<dyn Unwritten>> {
        if arg.is_huge() {
            return None;
        }
        let var = match &*arg.expr(&self.shared.lang).parts {
            [Part::Var(name)] => self.vars.lookup(*name)?,
            [Part::Literal(blank), Part::Var(name)] if **blank == *b" " => self.vars.lookup(*name)?,
            _ => return None,
        };
        let data = var.data.borrow();
        let is_plain = data.flavor == Flavor::Simple && data.origin == Origin::Automatic && !data.append;
        data.value.bytes.unwritten().filter(|_| is_plain).cloned()
    }

    fn check_count(&self, func: Func, count: usize) -> Result<()> {
        if count >= func.min_args() {
            return Ok(());
        }
        Err(self.fatal(
            self.place(),
            format!("insufficient number of arguments ({count}) to function '{}'", func.name()),
        ))
    }

    /// Calls a function that has its arguments expanded before.
    fn call_expanded(&mut self, func: Func, args: &[Cow<'_, [u8]>], out: &mut Vec<u8>) -> Result<()> {
        self.check_count(func, args.len())?;
        let a = Args(args);
        match func {
            Func::Subst => text::subst(a.get(0), a.get(1), a.get(2), out),
            Func::Patsubst => text::patsubst(a.get(0), a.get(1), a.get(2), out),
            Func::Strip => text::strip(a.get(0), out),
            Func::Findstring => text::findstring(a.get(0), a.get(1), out),
            Func::Filter => text::filter(a.get(0), a.get(1), true, out),
            Func::FilterOut => text::filter(a.get(0), a.get(1), false, out),
            Func::Sort => text::sort(a.get(0), out),
            Func::Word => self.word(a.get(0), a.get(1), out)?,
            Func::Wordlist => self.wordlist(a.get(0), a.get(1), a.get(2), out)?,
            Func::Words => text::words(a.get(0), out),
            Func::Firstword => text::firstword(a.get(0), out),
            Func::Lastword => text::lastword(a.get(0), out),

            Func::Dir => names::dir(a.get(0), out),
            Func::Notdir => names::notdir(a.get(0), out),
            Func::Suffix => names::suffix(a.get(0), out),
            Func::Basename => names::basename(a.get(0), out),
            Func::Addprefix => names::addprefix(a.get(0), a.get(1), out),
            Func::Addsuffix => names::addsuffix(a.get(0), a.get(1), out),
            Func::Join => names::join(a.get(0), a.get(1), out),
            Func::Wildcard => self.wildcard(a.get(0), out),
            Func::Realpath => self.realpath(a.get(0), out),
            Func::Abspath => {
                // Where the directory has no name, only absolute names have one.
                let names = a.get(0);
                let absolute = self.directory_unknown.then(|| {
                    let words = rkbuild_base::text::words(names).filter(|word| word.starts_with(b"/"));
                    words.collect::<Vec<_>>().join(&b' ')
                });
                names::abspath(self.dir.path(), absolute.as_deref().unwrap_or(names), out);
            }

            Func::Call => self.call(args, out)?,

            Func::Value => self.value(a.get(0), out),
            Func::Origin => out.extend_from_slice(self.origin(a.get(0)).as_bytes()),
            Func::Flavor => out.extend_from_slice(self.flavor(a.get(0)).as_bytes()),
            Func::Eval => self.eval_text(a.get(0))?,

            Func::Info => self.info(a.get(0)),
            Func::Warning => self.warning(a.get(0)),
            Func::Error => return Err(self.fatal(self.reading, a.get(0))),
            Func::File => {
                self.vars.met.spoil();
                self.file_function(a.get(0), args.get(1).map(|text| &**text), out)?;
            }

            Func::Shell => self.shell(a.get(0), shell::Newlines::DropTrailing, out)?,

            // By way of $(call): what was expanded is taken as written, and expanded again where it is used.
            Func::If | Func::Or | Func::And | Func::Intcmp | Func::Foreach | Func::Let => {
                let texts: Vec<Text> = args.iter().map(|arg| Text::new(arg.to_vec())).collect();
                self.call_unexpanded(func, &texts, out)?;
            }
        }
        Ok(())
    }

    /// Calls a function that expands its arguments itself.
    fn call_unexpanded(&mut self, func: Func, args: &[Text], out: &mut Vec<u8>) -> Result<()> {
        match (func, args) {
            (Func::If, [condition, then, rest @ ..]) => self.if_function(condition, then, rest.first(), out),
            (Func::Or, _) => self.or(args, out),
            (Func::And, _) => self.and(args, out),
            (Func::Intcmp, [left, right, results @ ..]) => self.intcmp(left, right, results, out),
            (Func::Foreach, [name, list, body, ..]) => self.foreach(name, list, body, out),
            (Func::Let, [names, list, body, ..]) => self.let_function(names, list, body, out),
            // The number of arguments was checked.
            _ => Ok(()),
        }
    }
}
