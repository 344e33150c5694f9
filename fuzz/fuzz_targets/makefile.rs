//! Any bytes as a makefile: lines, statements, recipes, `define` bodies and expressions.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rkbuild_base::Identity;
use rkbuild_syntax::statement::Stmt;
use rkbuild_syntax::{Expr, Lang, Makefile, line};

fuzz_target!(|data: &[u8]| {
    for identity in [Identity::V4_4_1, Identity::V4_3] {
        let lang = Lang { identity, ..Lang::default() };
        let makefile = Makefile::new(data);
        for index in 0..makefile.len() {
            for posix in [false, true] {
                let joined = makefile.joined(index, posix);
                let _ = Expr::parse(&joined, &lang);
                let mut rest = joined.clone();
                line::strip_comment(&mut rest);
                for stop in [b':', b'=', b';', b'|'] {
                    let _ = line::find_unquoted(&mut rest.clone(), 0, |c| c == stop);
                    let _ = line::find_unquoted_outside(&mut rest.clone(), 0, |c| c == stop);
                }
                let _ = line::first_word(&rest);
            }
            match &*makefile.stmt(index) {
                Stmt::Assign(assign) => {
                    let _ = assign.value.expr(&lang);
                    let _ = assign.name.literal(&lang);
                }
                Stmt::Define { .. } => {
                    let _ = makefile.define_body(index, b'\t');
                }
                _ => {}
            }
            let _ = makefile.recipe(index).expr(&lang);
        }
    }
});
