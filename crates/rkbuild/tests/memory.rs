//! A process whose memory is used up: what it says, and the exit status.

use std::process::Command;

#[test]
fn a_variable_that_outgrows_the_memory_is_an_error_and_not_a_crash() {
    let double = "$(foreach i,1 2 3 4 5 6 7 8 9 10,$(foreach j,1 2 3 4,$(eval x := $x$x)))";
    let run = "ulimit -c 0; ulimit -v 1000000; exec \"$0\" -f /dev/null --eval 'x := xxxxxxxx' --eval \"$1\"";
    let out = Command::new("sh")
        .args(["-c", run, env!("CARGO_BIN_EXE_rkbuild"), double])
        .env_remove("MAKEFLAGS")
        .env("RKBUILD_RECALL", "off")
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&out.stderr), "rkbuild: *** virtual memory exhausted\n");
    assert_eq!(out.status.code(), Some(2));
}
