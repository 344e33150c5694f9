//! Functions about variables (manual 8.9 to 8.12): `value`, `origin`, `flavor`.

use crate::variable::Flavor;
use crate::{Session, Variable};

impl Session {
    fn find_variable(&self, name: &[u8]) -> Option<&Variable> {
        self.variable_called(name).map(|var| &**var)
    }

    /// `.VARIABLES` has a value only when it is asked for.
    fn is_variables(&self, name: &[u8]) -> bool {
        name == self.text(self.known.variables)
    }

    /// `$(value name)`: the text as it was set.
    pub(super) fn value(&self, name: &[u8], out: &mut Vec<u8>) {
        match self.find_variable(name) {
            Some(var) => out.extend_from_slice(&var.data.borrow().value.bytes),
            None if self.is_variables(name) => self.list_variables(out),
            None => {}
        }
    }

    /// `$(origin name)`
    pub(super) fn origin(&self, name: &[u8]) -> &'static str {
        match self.find_variable(name) {
            Some(var) => var.data.borrow().origin.text(),
            None if self.is_variables(name) => "default",
            None => "undefined",
        }
    }

    /// `$(flavor name)`
    pub(super) fn flavor(&self, name: &[u8]) -> &'static str {
        match self.find_variable(name).map(|var| var.data.borrow().flavor) {
            Some(Flavor::Recursive) => "recursive",
            Some(Flavor::Simple) => "simple",
            None if self.is_variables(name) => "simple",
            None => "undefined",
        }
    }
}
