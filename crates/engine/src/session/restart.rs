//! Starting over after makefiles were remade, as far as it can be seen from outside.

use rkbuild_base::BString;
use rkbuild_eval::Session;
use rkbuild_host::errors;

use crate::graph::trace::Trace;
use crate::jobs::invocation::Invocation;

/// GNU make executes itself once more to start over: that can be seen, and it can fail.
///
/// Gives the status with which it failed.
pub(crate) fn announce(
    invocation: &Invocation,
    session: &Session,
    restarts: u32,
    stdin: Option<&BString>,
) -> Option<i32> {
    let name = invocation.argv.first().cloned().unwrap_or_default();
    if Trace::of(&session.options).basic {
        let newer = session.identity().is_4_4();
        let mut line = format!("Re-executing[{restarts}]:").into_bytes();
        for arg in shown_arguments(&invocation.argv, stdin, newer) {
            line.push(b' ');
            line.extend_from_slice(&arg);
        }
        line.push(b'\n');
        session.tell(&line);
    }
    let path = session.env.get(b"PATH").map(|p| p.to_owned()).unwrap_or_default();
    let host = session.host();
    let found = host.find_program(&invocation.dir, &name, &path);
    match found.and_then(|program| host.access_exec(&invocation.dir, &program)) {
        Ok(()) => None,
        Err(error) => {
            let why = errors::describe(&error);
            session.error(None, [name.as_slice(), b": ", why.as_bytes()].concat());
            Some(127)
        }
    }
}

/// The arguments with which GNU make would start over: what was read from standard input is in a file now.
fn shown_arguments(argv: &[BString], stdin: Option<&BString>, newer: bool) -> Vec<BString> {
    let Some(file) = stdin else { return argv.to_vec() };
    let mut shown: Vec<BString> = Vec::new();
    let mut rest = argv.iter().peekable();
    while let Some(arg) = rest.next() {
        let short = arg.starts_with(b"-") && !arg.starts_with(b"--");
        let attached = [&b"--file=-"[..], b"--makefile=-"].contains(&arg.as_slice());
        let takes_next = short && arg.ends_with(b"f") || arg == "--file" || arg == "--makefile";
        let separate = takes_next && rest.peek().is_some_and(|next| *next == "-");
        if !(attached || separate || short && arg.ends_with(b"f-")) {
            shown.push(arg.clone());
            continue;
        }
        if separate {
            rest.next();
        }
        let before =
            arg.strip_suffix(b"f-").or_else(|| arg.strip_suffix(b"f")).filter(|b| short && b.len() > 1);
        shown.extend(before.map(BString::from));
        if newer {
            shown.push([b"--temp-stdin=", file.as_slice()].concat().into());
        } else {
            shown.extend(["-f".into(), file.clone()]);
        }
    }
    if !newer {
        shown.push([b"-o", file.as_slice()].concat().into());
    }
    shown
}
