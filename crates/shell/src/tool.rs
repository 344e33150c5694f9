//! The file utilities recipes use most, done in-process when `PATH` leads to the system's own.
//!
//! Each does its work only for the shapes of operands, options and files that stand above its function; those it is sure
//! of, and they make no sound. All else is left to the real program, which runs with the same arguments: what was done by
//! then is what that program would do first, or find done. What no tool takes:
//!
//! - long options, options with an argument, and letters that are not named above the function;
//! - an operand that ends with a slash (but for `mkdir`), is empty, or is `-`;
//! - names whose meaning depends on the process that uses them: anything below /proc, `/dev/stdin` and its like,
//!   `/dev/tty`, and links that lead there (see [`rkbuild_host::Look::Own`]);
//! - a name that cannot be looked at, whatever the reason;
//! - an environment with POSIXLY_CORRECT, or with an LD_PRELOAD that may (fakeroot's), which changes what programs do.
//!
//! Rights are the kernel's to judge: where it refuses, the real program meets the same refusal and words it.

mod copy;
mod names;
mod place;
mod remove;
pub(crate) mod xargs;

use bstr::{BStr, BString};
use rkbuild_host::{Dir, Env, Exit, Host, Meta, preload};

use self::place::{Done, Place};
use crate::shell::Invocation;
use crate::tool::copy::Concatenated;

/// Runs the command if it is one of the tools, `program` is the system's, and its arguments are of the usual kind.
pub(crate) fn run(host: &Host, program: &BStr, command: &Invocation<'_>) -> Option<Exit> {
    let name = systems_name(program)?;
    let args = command.argv.get(1..)?;
    if changes_programs(command.env) {
        return None;
    }
    let place = Place { host, dir: command.dir };
    let tool: fn(&Place<'_>, &[BString]) -> Done = match name {
        b"rm" => remove::rm,
        b"mkdir" => names::mkdir,
        b"touch" => names::touch,
        b"ln" => names::ln,
        b"mv" => names::mv,
        b"chmod" => names::chmod,
        b"basename" => names::basename,
        b"dirname" => names::dirname,
        b"cat" | b"cmp" => |_, _| None,
        b"cp" => copy::cp,
        _ => return None,
    };
    if !is_coreutils(&place, program) {
        return None;
    }
    match name {
        b"cat" => return copy::cat(&place, args, command),
        b"cmp" => return copy::cmp(&place, args),
        _ => {}
    }
    let output = tool(&place, args)?;
    if !output.is_empty() {
        command.write_out(&output).ok()?;
        let [_, stdout, _] = command.streams;
        stdout.wrote(host);
    }
    Some(Exit::Code(0))
}

/// The name of a program that is where the system has its own.
fn systems_name(program: &BStr) -> Option<&[u8]> {
    program.strip_prefix(b"/usr/bin/").or_else(|| program.strip_prefix(b"/bin/"))
}

/// Whether the environment changes what programs do.
fn changes_programs(env: &Env) -> bool {
    env.contains(b"POSIXLY_CORRECT") || preload::is_in(env)
}

/// Whether the program is one of the tools.
pub(crate) fn is_done_here(host: &Host, dir: &Dir, program: &BStr, env: &Env) -> bool {
    systems_name(program).is_some_and(does)
        && !changes_programs(env)
        && is_coreutils(&Place { host, dir }, program)
}

/// Whether the tool of that name only prints, so that its output may be opened when it has something to print.
pub(crate) fn only_prints(name: &[u8]) -> bool {
    matches!(name, b"cat" | b"basename" | b"dirname")
}

/// What `cat` writes, given what its output is, where it is taken and complains of nothing.
pub(crate) fn concatenated(host: &Host, dir: &Dir, args: &[BString], out: Option<&Meta>) -> Option<Vec<u8>> {
    match copy::concatenated(&Place { host, dir }, args, out) {
        Concatenated::Whole(data) => Some(data),
        Concatenated::Partly(_) | Concatenated::Declined => None,
    }
}

/// Whether `name` is that of a tool that is done here, where it is the system's.
pub(crate) fn does(name: &[u8]) -> bool {
    const TOOLS: &str = "rm mkdir touch ln mv chmod basename dirname cat cmp cp";
    TOOLS.split(' ').any(|tool| tool.as_bytes() == name)
}

/// Whether the program is one of its own, not one name of a program that is many (busybox).
fn is_coreutils(place: &Place<'_>, program: &BStr) -> bool {
    place.host.lstat(place.dir, program).is_ok_and(|m| m.is_file())
}
