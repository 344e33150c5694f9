//! Why one target is remade, apart from why what it is made from was.

use rkbuild_base::BString;
use rkbuild_engine::graph::observer::Age;

/// One reason to remake a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// It does not exist: the lines that have it made for the sake of an option, if there are any.
    Missing(String),
    /// A prerequisite (absolute path) was made, is newer, or does not exist.
    Prerequisite {
        /// Its absolute path.
        path: BString,
        /// Newer or missing.
        age: Age,
        /// For `include/config/NAME`: the option, and its value now.
        option: Option<(BString, Option<BString>)>,
        /// It is a program.
        tool: bool,
    },
    /// Its command line is another than before: what differs, in words.
    Command(String),
    /// There is no record of its command: the record's name, and the target of the same rule there is one of, with which it
    /// was made.
    NoRecord(BString, Option<BString>),
    /// There is a record, which was not read: the record's name.
    NotInTargets(BString),
    /// A prerequisite that is no file, such as FORCE: its recipe runs each time.
    Forced(BString),
    /// It is phony: no file.
    Phony,
    /// `-B`
    Always,
    /// A `::` rule without prerequisites.
    Endless,
}

impl Cause {
    /// Its recipe runs each time, whatever changed.
    pub fn is_each_time(&self) -> bool {
        matches!(self, Cause::Forced(_) | Cause::Phony | Cause::Endless)
    }

    /// What is said of it, about a target called `of`, or about the one that is spoken of.
    pub fn text(&self, of: Option<&str>, shown: impl Fn(&[u8]) -> String) -> String {
        let whose = |what: &str| of.map_or_else(|| format!("its {what}"), |of| format!("the {what} of {of}"));
        let of = of.unwrap_or("it");
        match self {
            Cause::Missing(lists) if lists.is_empty() => format!("{of} does not exist"),
            Cause::Missing(lists) => format!("{of} does not exist ({lists})"),
            Cause::Prerequisite { option: Some((name, value)), .. } => match value {
                Some(value) => format!("{name} changed, it is {value} now"),
                None => format!("{name} changed, it is not set now"),
            },
            Cause::Prerequisite { path, age: Age::Missing, .. } => format!("{} does not exist", shown(path)),
            Cause::Prerequisite { path, tool: true, .. } => format!("the tool {} is newer", shown(path)),
            Cause::Prerequisite { path, .. } => format!("{} is newer", shown(path)),
            Cause::Command(words) => format!("{} changed: {words}", whose("command line")),
            Cause::NoRecord(record, with) => {
                let with = with.as_ref().map(|with| format!(", as it was made with {}", shown(with)));
                let with = with.unwrap_or_default();
                format!("there is no record of {} ({}){with}", whose("command"), shown(record))
            }
            Cause::NotInTargets(record) => {
                format!("{of} is not in `targets`, so that {} is not read", shown(record))
            }
            Cause::Forced(by) => format!("{of} is forced by {by}"),
            Cause::Phony => format!("{of} is phony"),
            Cause::Always => "-B was given".to_string(),
            Cause::Endless => format!("{of} has a :: rule without prerequisites"),
        }
    }
}
