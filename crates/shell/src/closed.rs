//! Which programs a script starts, as far as that can be told before it runs.

use bstr::BString;

use crate::script::{
    Builtin, Needs, Node, Operation, Parameter, Part, Redirect, Script, Simple, TrapAction, TrapCommand, Word,
};
use crate::tool;

impl Script {
    /// What the script needs beside builtins and the tools this crate does itself.
    pub fn needs(&self) -> &Needs {
        self.needs.get_or_init(|| {
            let mut needs = Needs { surroundings: self.wants_pid, ..Needs::default() };
            for node in &self.commands {
                needs.node(node);
            }
            needs
        })
    }

    /// Whether it does nothing and succeeds, unless a signal comes: it says what is to be done on errors and signals, and no more.
    pub fn is_idle(&self) -> bool {
        self.commands.iter().all(is_idle)
    }
}

fn is_idle(node: &Node) -> bool {
    let simple = match node {
        Node::Seq(nodes) => return nodes.iter().all(is_idle),
        Node::Simple(simple) => simple,
        _ => return false,
    };
    let literal = |word: &Word| word.literal();
    let known = match simple.builtin {
        Some(Builtin::Colon | Builtin::True) => simple.words.iter().all(|word| literal(word).is_some()),
        Some(Builtin::Set) => {
            simple.words.iter().skip(1).all(|word| literal(word).is_some_and(|w| w == "-e"))
        }
        Some(Builtin::Trap) => match &simple.trap {
            Some(TrapCommand::Set { action: TrapAction::RemoveAndDie(_), .. } | TrapCommand::Reset(_)) => {
                true
            }
            Some(TrapCommand::Set { action: TrapAction::AtExit(_), .. }) | None => false,
        },
        _ => false,
    };
    known
        && simple.words.len() > usize::from(simple.builtin == Some(Builtin::Set))
        && simple.assignments.is_empty()
        && simple.redirects.is_empty()
}

/// What a test is that compares words which make wrote, as in `if test "gcc" = "gcc"`.
fn decided(node: &Node) -> Option<bool> {
    let simple = match node {
        Node::Seq(nodes) => match nodes.as_slice() {
            [only] => return decided(only),
            _ => return None,
        },
        Node::Simple(simple) if simple.assignments.is_empty() && simple.redirects.is_empty() => simple,
        _ => return None,
    };
    let operands = match (simple.builtin?, simple.words.as_slice()) {
        (Builtin::Test, [_, operands @ ..]) | (Builtin::Bracket, [_, operands @ .., _]) => operands,
        _ => return None,
    };
    let operands: Vec<BString> = operands.iter().map(Word::literal).collect::<Option<_>>()?;
    match operands.iter().map(|word| word.as_slice()).collect::<Vec<_>>().as_slice() {
        [b"-n", word] => Some(!word.is_empty()),
        [b"-z", word] => Some(word.is_empty()),
        [left, b"=", right] => Some(left == right),
        [left, b"!=", right] => Some(left != right),
        _ => None,
    }
}

/// Whether a `test` or `[` may compare the times of two files.
fn compares_times(simple: &Simple) -> bool {
    let last = simple.words.len() - usize::from(simple.builtin == Some(Builtin::Bracket));
    let operands = simple.words.get(1..last).unwrap_or_default();
    let known: Vec<Option<BString>> = operands.iter().map(Word::literal).collect();
    let is_one = |word: &Word| {
        word.0.iter().all(|part| match part {
            Part::Quoted(_) => true,
            Part::Text(text) => !text.iter().any(|c| b"*?[".contains(c)),
            Part::Parameter { name, quoted, .. } => *quoted && !matches!(name, Parameter::At),
            Part::Command { quoted, .. } | Part::Arithmetic { quoted, .. } => *quoted,
        })
    };
    known.iter().zip(operands).enumerate().any(|(at, (known, word))| match known {
        Some(text) => text == "-nt" || text == "-ot",
        // An operator has something on both sides.
        None => !is_one(word) || at > 0 && at + 1 < operands.len(),
    })
}

impl Needs {
    fn node(&mut self, node: &Node) {
        match node {
            Node::Simple(simple) => self.simple(simple),
            Node::Pipe(nodes) | Node::Seq(nodes) => nodes.iter().for_each(|node| self.node(node)),
            Node::Not(node) => self.node(node),
            Node::AndOr(first, rest) => {
                self.node(first);
                rest.iter().for_each(|(_, node)| self.node(node));
            }
            Node::If { branches, otherwise } => {
                for (test, body) in branches {
                    self.node(test);
                    let decided = decided(test);
                    if decided != Some(false) {
                        self.node(body);
                    }
                    // Nobody comes to what is behind.
                    if decided == Some(true) {
                        return;
                    }
                }
                otherwise.iter().for_each(|node| self.node(node));
            }
            Node::Loop { test, body, .. } => {
                self.node(test);
                self.node(body);
            }
            Node::For { words, body, .. } => {
                words.iter().flatten().for_each(|word| self.word(word));
                self.node(body);
            }
            Node::Case { word, arms, .. } => {
                self.word(word);
                for (patterns, body) in arms {
                    patterns.iter().for_each(|word| self.word(word));
                    body.iter().for_each(|node| self.node(node));
                }
            }
            Node::Subshell { body, redirects, .. } | Node::Redirected { body, redirects, .. } => {
                self.node(body);
                self.redirects(redirects);
            }
        }
    }

    fn redirects(&mut self, redirects: &[Redirect]) {
        redirects.iter().for_each(|redirect| self.word(&redirect.word));
    }

    fn simple(&mut self, simple: &Simple) {
        simple.assignments.iter().for_each(|(_, word)| self.word(word));
        simple.words.iter().for_each(|word| self.word(word));
        self.redirects(&simple.redirects);
        let literal = |at: usize| simple.words.get(at).and_then(Word::literal);
        self.variables |= !matches!(
            simple.builtin,
            None | Some(
                Builtin::Colon
                    | Builtin::True
                    | Builtin::False
                    | Builtin::Echo
                    | Builtin::Printf
                    | Builtin::Test
                    | Builtin::Bracket
                    | Builtin::Exit
            )
        );
        match simple.builtin {
            Some(Builtin::Exec) => {
                if let Some(name) = literal(1) {
                    self.programs.push(name);
                }
            }
            Some(Builtin::Test | Builtin::Bracket) => {
                // Whether a descriptor is a terminal.
                let asks = |word: &Word| word.literal().is_some_and(|text| text == "-t");
                self.surroundings |= simple.words.iter().skip(1).any(asks);
                self.times |= compares_times(simple);
            }
            Some(Builtin::Trap) => match &simple.trap {
                Some(TrapCommand::Set { action: TrapAction::AtExit(_), .. }) => self.surroundings = true,
                Some(TrapCommand::Set { action: TrapAction::RemoveAndDie(script), .. }) => {
                    script.commands.iter().for_each(|node| self.node(node));
                }
                Some(TrapCommand::Reset(_)) | None => {}
            },
            Some(_) => {}
            None => match literal(0) {
                Some(name) if tool::does(&name) => {
                    // Without operands it reads standard input; so it does by the name `-`.
                    let reads = name == "cat" && simple.words.len() < 2;
                    self.surroundings |=
                        reads || simple.words.iter().any(|w| w.literal().is_some_and(|t| t == "-"));
                }
                Some(name) => self.programs.push(name),
                None => self.surroundings |= !simple.words.is_empty(),
            },
        }
    }

    fn word(&mut self, word: &Word) {
        for part in &word.0 {
            self.variables |= matches!(part, Part::Parameter { .. } | Part::Arithmetic { .. });
            match part {
                Part::Text(_) | Part::Quoted(_) => {}
                Part::Parameter { op, .. } => match op {
                    Operation::Plain | Operation::Length => {}
                    Operation::Default { word, .. }
                    | Operation::Assign { word, .. }
                    | Operation::Alternative { word, .. }
                    | Operation::Trim { pattern: word, .. } => self.word(word),
                },
                Part::Command { commands, .. } => commands.iter().for_each(|node| self.node(node)),
                Part::Arithmetic { text, .. } => self.word(text),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    fn needs(script: &str) -> (String, bool) {
        let script = crate::parse(script.as_bytes()).unwrap();
        let needs = script.needs();
        (bstr::join(" ", &needs.programs).iter().map(|c| *c as char).collect(), needs.surroundings)
    }

    #[test]
    fn builtins_and_tools_need_nothing() {
        for script in
            ["echo a; mkdir -p b && ln -fsn c d", "test -e x || { echo y; } > z", "set -e; :", "rm -f a"]
        {
            assert_eq!(needs(script), (String::new(), false), "{script}");
        }
    }

    #[test]
    fn variables_are_looked_at_or_changed_by_name_or_by_builtins() {
        let variables = |script: &str| crate::parse(script.as_bytes()).expect(script).needs().variables;
        for script in [
            "cat a 2>/dev/null",
            "test -f a && echo b || false",
            "printf x; exit 3",
            "echo `cat a`",
            "a=1 cat b",
        ] {
            assert!(!variables(script), "{script}");
        }
        for script in [
            "echo $a",
            "echo `cat $a`",
            "echo $((a + 1))",
            "cat < $a",
            "set -e",
            "export a",
            "cd a; cat b",
            "pwd",
        ] {
            assert!(variables(script), "{script}");
        }
    }

    #[test]
    fn a_script_is_idle_if_it_only_says_what_is_to_be_done_on_errors_and_signals() {
        let idle = |script: &str| crate::parse(script.as_bytes()).is_some_and(|script| script.is_idle());
        let trap = "trap 'rm -f a; trap - INT; kill -s INT $$' INT";
        for script in ["", ":", "set -e; : a; true", &format!("set -e;  {trap}; trap - HUP;")] {
            assert!(idle(script), "{script}");
        }
        let others = ["set", "set -e a", "set -x", "false", "echo", ": > a", "a=1", ": $(b)", ": ${c:=d}"];
        for script in others.into_iter().chain(["trap 'rm -f a' EXIT", "(:)", ": && rm a", "set -e; :; ls"]) {
            assert!(!idle(script), "{script}");
        }
    }

    #[test]
    fn programs_are_found_wherever_they_stand() {
        assert_eq!(needs("a=`gcc -v` && echo x | sed s/x/y/; exec ls").0, "gcc sed ls");
        assert_eq!(needs("for x in $(find .); do if cmp1 a; then :; fi; done").0, "find cmp1");
        assert_eq!(needs("echo ${x:-$(date)}").0, "date");
    }

    #[test]
    fn branches_that_nobody_comes_to_need_nothing() {
        for (script, programs) in [
            ("if test \"a b\" = \"a b\"; then make x; else gcc; fi", "make"),
            ("if [ -n \"\" ]; then gcc; elif [ a != b ]; then make; elif ld; then as; else ar; fi", "make"),
            ("if [ -z \"\" ] && gcc; then make; fi", "gcc make"),
            ("if test a = $b; then make; else gcc; fi", "make gcc"),
            ("if [ -z \"$(ld)\" ]; then make; else gcc; fi", "ld make gcc"),
            ("if test a = b 2>&1; then make; else gcc; fi", "make gcc"),
            ("if test -r a; then make; else gcc; fi", "make gcc"),
            ("if test ! = a; then make; else gcc; fi", "gcc"),
        ] {
            assert_eq!(needs(script).0, programs, "{script}");
        }
    }

    #[test]
    fn times_of_files_may_be_compared_by_operators_that_are_written_or_expanded() {
        let times = |script: &str| crate::parse(script.as_bytes()).expect(script).needs().times;
        for script in [
            "test -n \"$a\" && [ -r b ]",
            "[ \"$a\" = \"`cat b`\" ] || mkdir -p c",
            "if [ -z \"${a}\" ]; then cmp -s a b; fi",
            "test",
            "test -e d/a -a -w b",
            "echo -nt $a",
        ] {
            assert!(!times(script), "{script}");
        }
        for script in [
            "test a -nt b",
            "[ a -ot \"$b\" ]",
            "[ -n $a ]",
            "test a \"$b\" c",
            "test \"$@\"",
            "[ -e * ]",
            "echo `[ a -nt b ]`",
            "for i in a; do if [ $i -nt b ]; then :; fi; done",
        ] {
            assert!(times(script), "{script}");
        }
    }

    #[test]
    fn terminals_standard_input_and_process_ids_are_surroundings() {
        for script in ["[ -t 1 ]", "cat", "cat - > x", "echo $$"] {
            assert!(needs(script).1, "{script}");
        }
    }
}
