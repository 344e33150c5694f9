//! `--help` of rkbuild and its manual page, from the two tables of options.

use std::fmt::Write;

use rkbuild_eval::switch;

use crate::option::{Group, OPTIONS};

/// Where the second column begins, and where lines end.
const COLUMN: usize = 30;
const WIDTH: usize = 80;

/// Names and what they mean in two columns.
fn entry(out: &mut String, names: &str, help: &str) {
    let mut line = format!("  {names}");
    if line.len() + 1 >= COLUMN {
        out.push_str(&line);
        out.push('\n');
        line.clear();
    }
    let mut column = line.len();
    line.push_str(&" ".repeat(COLUMN - column));
    column = COLUMN;
    for word in help.split_whitespace() {
        if column > COLUMN && column + 1 + word.len() > WIDTH {
            out.push_str(line.trim_end());
            out.push('\n');
            line = " ".repeat(COLUMN);
            column = COLUMN;
        }
        if column > COLUMN {
            line.push(' ');
            column += 1;
        }
        line.push_str(word);
        column += word.len();
    }
    out.push_str(line.trim_end());
    out.push('\n');
}

/// The text of `rkbuild --help`.
pub fn text(newer: bool) -> String {
    let mut out = String::from(
        "Usage: rkbuild [OPTION]... [VARIABLE=VALUE]... [GOAL]...\n\
         A drop-in replacement for GNU make in Linux kernel trees.\n\nOptions of make:\n",
    );
    for (names, help) in switch::described(newer) {
        entry(&mut out, &names, &help);
    }
    out.push_str("\nrkbuild's own:\n");
    for group in Group::ALL {
        let _ = writeln!(out, "\n {}:", group.heading());
        for option in OPTIONS.iter().filter(|option| option.group == group) {
            let variable = option.variable.map(|name| format!(" ({name})")).unwrap_or_default();
            entry(&mut out, &option.spelling(), &format!("{}{variable}", option.help));
        }
    }
    out
}

/// Text as roff wants it.
fn roff(text: &str) -> String {
    let text = text.replace('\\', "\\e").replace('-', "\\-");
    text.lines()
        .map(|line| if line.starts_with(['.', '\'']) { format!("\\&{line}") } else { line.into() })
        .collect()
}

/// The manual page rkbuild(1).
pub fn man() -> String {
    let mut out = format!(".TH RKBUILD 1 \"\" \"rkbuild {}\" \"User Commands\"\n", env!("CARGO_PKG_VERSION"));
    out.push_str(
        ".SH NAME\nrkbuild \\- build Linux kernels and modules as GNU make does\n\
         .SH SYNOPSIS\n.B rkbuild\n[\\fIOPTION\\fR]... [\\fIVARIABLE\\fR=\\fIVALUE\\fR]... [\\fIGOAL\\fR]...\n\
         .SH DESCRIPTION\n",
    );
    for paragraph in DESCRIPTION {
        let _ = writeln!(out, "{}\n.PP", roff(paragraph));
    }
    out.push_str(".SH OPTIONS OF MAKE\n");
    for (names, help) in switch::described(true) {
        let _ = writeln!(out, ".TP\n\\fB{}\\fR\n{}", roff(&names), roff(&help));
    }
    out.push_str(".SH OPTIONS OF RKBUILD\nOnly the whole name of one of these is understood.\n");
    for group in Group::ALL {
        let _ = writeln!(out, ".SS {}", group.heading());
        for option in OPTIONS.iter().filter(|option| option.group == group) {
            let _ = writeln!(out, ".TP\n\\fB{}\\fR\n{}", roff(&option.spelling()), roff(option.help));
        }
    }
    out.push_str(".SH ENVIRONMENT\n");
    for option in OPTIONS {
        if let Some(variable) = option.variable {
            let _ = writeln!(
                out,
                ".TP\n\\fB{variable}\\fR\nThe same as \\fB{}\\fR.",
                roff(&format!("--{}", option.name))
            );
        }
    }
    out.push_str(
        ".TP\n\\fBRKBUILD_LAST\\fR\nWith \\fBoff\\fR builds leave no record for \\fB\\-\\-last\\fR.\n\
         .TP\n\\fBMAKEFLAGS\\fR, \\fBGNUMAKEFLAGS\\fR, \\fBMAKEFILES\\fR\nAs for GNU make.\n\
         .TP\n\\fBNO_COLOR\\fR\nNothing of rkbuild's own is coloured, whatever its value, if it is not empty.\n\
         .SH EXIT STATUS\nAs of GNU make: 0 if all went well, 2 after an error, 1 with \\fB\\-q\\fR when something is to be done.\n\
         .SH SEE ALSO\n.BR make (1)\n",
    );
    out
}

const DESCRIPTION: [&str; 3] = [
    "rkbuild evaluates the makefiles of a tree as GNU make does, and what comes out is the same to the byte: objects, \
     modules, .cmd files, printed lines.",
    "Sub-makes are threads of one process, most of what recipes use of sh runs in it, and what was read or looked up once is \
     not read again. What it does not understand in full it gives to the real shell.",
    "It may be called as make, through a link or by dpkg-divert or update-alternatives; then it says nothing that make would \
     not say, unless one of its own options is given.",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_lists_every_option_of_both_tables_within_eighty_columns() {
        let text = text(true);
        for option in OPTIONS {
            assert!(text.contains(&format!("\n  {}", option.spelling())), "{}", option.name);
        }
        for (names, _) in switch::described(true) {
            assert!(text.contains(&format!("\n  {names}")), "{names}");
        }
        for line in text.lines() {
            assert!(line.len() <= WIDTH || !line.contains("  "), "{line}");
        }
    }

    #[test]
    fn older_make_knows_fewer_options() {
        assert!(text(true).contains("--shuffle") && !text(false).contains("--shuffle"));
    }

    #[test]
    fn dashes_and_leading_dots_are_written_for_roff() {
        assert_eq!(roff(".cmd a-b\\"), "\\&.cmd a\\-b\\e");
    }
}
