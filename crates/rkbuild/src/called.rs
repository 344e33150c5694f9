//! How a build is called, before anything is read: its switches, and whether it is to make anything.

use rkbuild_base::BString;
use rkbuild_eval::options::{Options, Source};
use rkbuild_host::Env;

/// The switches of the environment and the command line. `newer`: as 4.4 understands them.
fn options(env: &Env, argv: &[BString], newer: bool) -> Options {
    let mut options = Options::default();
    if let Some(flags) = env.get(b"MAKEFLAGS") {
        options.parse_flags(flags, Source::Environment, newer);
    }
    options.parse(argv.get(1..).unwrap_or_default(), Source::CommandLine, newer);
    options
}

/// The switches of a make with none above it that does not only look; `None` for all others.
pub fn to_build(env: &Env, argv: &[BString], newer: bool) -> Option<Options> {
    if env.get(b"MAKELEVEL").is_some_and(|level| level != "0") {
        return None;
    }
    let options = options(env, argv, newer);
    let looks = options.just_print
        || options.question
        || options.touch
        || options.print_data_base
        || options.help
        || options.version;
    (!looks).then_some(options)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_looks_or_has_a_make_above_does_not_build() {
        let mut env = Env::default();
        let builds = |env: &Env, args: &[&str]| {
            let argv: Vec<BString> = args.iter().map(|arg| BString::from(*arg)).collect();
            to_build(env, &argv, true).is_some()
        };
        assert!(builds(&env, &["rkbuild", "-j8", "-k", "all"]));
        for switch in ["-n", "-q", "-t", "-p", "-h", "-v"] {
            assert!(!builds(&env, &["rkbuild", switch]), "{switch}");
        }
        env.set("MAKEFLAGS", "n");
        assert!(!builds(&env, &["rkbuild"]));
        env.set("MAKEFLAGS", "k");
        env.set("MAKELEVEL", "0");
        assert!(builds(&env, &["rkbuild"]));
        env.set("MAKELEVEL", "1");
        assert!(!builds(&env, &["rkbuild"]));
    }
}
