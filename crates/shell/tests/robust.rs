//! Whatever bytes the parser is given, it answers, soon and without a crash.

/// A small generator of numbers.
fn next(state: &mut u64) -> usize {
    *state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
    (*state >> 33) as usize
}

const PIECES: &[&[u8]] = &[
    b"$(",
    b"${",
    b"`",
    b"\"",
    b"'",
    b"\\",
    b"\n",
    b";",
    b"(",
    b")",
    b"{ ",
    b"}",
    b"if ",
    b"then ",
    b"fi",
    b"case ",
    b" in ",
    b"esac",
    b";;",
    b"|",
    b"&&",
    b"||",
    b"<",
    b">",
    b">&",
    b"<<",
    b"$((",
    b"))",
    b"$",
    b"#",
    b"*",
    b"[",
    b"]",
    b"~",
    b"=",
    b"x",
    b" ",
    b"1",
    b"2>",
    b"for ",
    b"do ",
    b"done",
    b"while ",
    b"\xff",
    b"\0",
    b"echo ",
    b"trap ",
    b"!",
    b"set ",
    b"export ",
    b"${x%",
    b"${x:-",
    b"-",
    b"EXIT",
    b"rm -f ",
    b"kill -s HUP $$",
    b"\\\n",
    b"%",
    b"/",
    b"++",
];

#[test]
fn no_bytes_make_it_fail() {
    let mut state = 7;
    let mut accepted = 0;
    for _ in 0..200_000 {
        let mut script = Vec::new();
        for _ in 0..next(&mut state) % 14 {
            script.extend_from_slice(PIECES[next(&mut state) % PIECES.len()]);
        }
        let parsed = rkbuild_shell::parse(&script);
        accepted += usize::from(parsed.is_some());
        assert_eq!(parsed.is_none(), rkbuild_shell::decline_reason(&script).is_some());
    }
    assert!(accepted > 1000, "{accepted}");
}

#[test]
fn deep_nesting_is_declined_and_long_scripts_are_not() {
    for (open, close) in [
        ("(", ")"),
        ("{ ", ";}"),
        ("echo $(", ")"),
        ("if ", ";then :;fi"),
        ("\"$(", ")\""),
        ("${x:-", "}"),
        ("echo $((1+(", ")))"),
        ("while ", ";do :;done"),
        ("case x in x) ", ";; esac"),
        ("! ", ""),
        ("`", "`"),
        ("$((", "))"),
    ] {
        for depth in [61, 1000, 100_000] {
            let script = format!("{}:{}", open.repeat(depth), close.repeat(depth));
            assert!(rkbuild_shell::parse(script.as_bytes()).is_none(), "{open} {depth}");
        }
    }
    assert!(
        rkbuild_shell::parse(format!("echo $(({}1{}))", "(".repeat(5000), ")".repeat(5000)).as_bytes())
            .is_none()
    );
    for joint in ["; ", " && ", " | ", "\n"] {
        let script = vec!["true"; 20_000].join(joint);
        assert!(rkbuild_shell::parse(script.as_bytes()).is_some());
    }
    let long = format!("echo {}", "word ".repeat(1_000_000));
    assert!(rkbuild_shell::parse(long.as_bytes()).is_some());
}

#[test]
fn a_condition_that_cannot_be_parsed_in_a_loop_is_declined() {
    for script in ["for n in a; do while (; do :; done; done", "while :; do until ; do :; done; done"] {
        assert!(rkbuild_shell::decline_reason(script.as_bytes()).is_some(), "{script}");
    }
}
