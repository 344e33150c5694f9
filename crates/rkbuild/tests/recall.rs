//! Recall as a user meets it: what is given again, and what has it look anew. One test for each thing that could fool it.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};

mod common;

use common::{Run, Tree};

fn touch(path: &Path) {
    fs::File::options().write(true).open(path).unwrap().set_modified(SystemTime::now()).unwrap();
}

const SUBMAKE: &str = "all: x ; @$(MAKE) --no-print-directory -C d\nx: y ; @echo x > x\n.PHONY: all\n";

fn with_submake() -> Tree {
    let tree = Tree::new(SUBMAKE);
    fs::create_dir(tree.at("d")).unwrap();
    tree.write("d/Makefile", "all: ; @echo below; cat z\n");
    tree.write("d/z", "z1\n");
    tree.write("y", "");
    tree
}

#[test]
fn nothing_to_do_is_given_and_prints_the_same() {
    let tree = with_submake();
    tree.run();
    let run = tree.remembered();
    assert_eq!((run.out.as_str(), run.code), ("below\nz1\n", 0));
}

/// What keeps output together writes the same when it is given, the lines around it included.
#[test]
fn output_kept_together_is_given_together() {
    for how in ["-O", "-Oline", "-Orecurse", "-Onone"] {
        let tree = Tree::new("all: ; @$(MAKE) -C d; echo after\n");
        fs::create_dir(tree.at("d")).unwrap();
        tree.write("d/z", "z1\n");
        tree.write("d/Makefile", "all: one two\none: ; @echo below; cat z\ntwo: one ; @echo more >&2; > made\n.PHONY: all one two\n");
        let args = ["-j2", "-w", how];
        tree.run_with(&args, &[]);
        let evaluated = tree.run_with(&args, &[]);
        let given = tree.run_with(&args, &[]);
        assert!(given.is_given(), "{how}: {given:?}");
        assert!(given.out.contains("below\nz1\n") && given.out.contains("Entering"), "{how}: {given:?}");
        assert_eq!(given.out, evaluated.out, "{how}");
        let said = |run: &Run| run.err.lines().filter(|line| line.starts_with("more")).count();
        assert_eq!((said(&given), said(&evaluated)), (1, 1), "{how}: {given:?}");
    }
}

/// A script of builtins that is called by its path starts nothing, and is a file like any other that a make looks at.
#[test]
fn a_script_of_builtins_is_no_program_and_is_seen_when_it_changes() {
    let tree = Tree::new("other: ; @./s.sh\n");
    let script = |text: &str| tree.program("s.sh", &format!("#!/bin/sh\nrm -f none\n{text}\n"));
    script("echo one");
    let other = || tree.run_with(&["other"], &[]);
    assert_eq!((other().out.as_str(), other().count("programs started")), ("one\n", 0));
    std::thread::sleep(Duration::from_millis(60));
    other();
    let given = other();
    assert!(given.is_given(), "{given:?}");
    assert_eq!(given.out, "one\n");
    script("echo two");
    assert_eq!(other().out, "two\n");
    // What it can't do here is done by the program.
    script("echo three; sed -n 1p s.sh");
    let run = other();
    assert_eq!((run.out.as_str(), run.count("programs started") > 0), ("three\n#!/bin/sh\n", true));
    script("echo four");
    fs::set_permissions(tree.at("s.sh"), fs::Permissions::from_mode(0o644)).unwrap();
    let run = other();
    assert_eq!((run.out.as_str(), run.code), ("", 2), "{run:?}");
    assert!(run.err.contains("Permission denied"), "{run:?}");
}

#[test]
fn what_changed_is_evaluated_and_the_rest_given() {
    let tree = with_submake();
    tree.run();
    tree.remembered();
    touch(&tree.at("y"));
    let run = tree.run();
    assert_eq!(run.out, "below\nz1\n");
    assert_eq!((run.count("sessions evaluated"), run.count("sessions given")), (1, 1), "{run:?}");
    tree.write("d/z", "z2\n");
    assert_eq!(tree.run().out, "below\nz2\n");
}

#[test]
fn with_explain_what_was_remembered_without_is_given() {
    let tree = with_submake();
    tree.run();
    tree.remembered();
    for (args, env) in [(&["--explain"][..], &[][..]), (&[], &[("RKBUILD_EXPLAIN", "1")])] {
        let run = tree.run_with(args, env);
        assert!(run.is_given(), "{run:?}");
    }
}

#[test]
fn a_file_changed_within_the_clocks_grain_is_seen() {
    let tree = Tree::new("all: ; @cat f\n");
    for n in 0..40 {
        tree.write("f", &format!("{n:04}"));
        assert_eq!(tree.run().out, format!("{n:04}"));
    }
}

#[test]
fn contents_rewritten_as_they_were_hold_and_times_do_not() {
    let tree = Tree::new("A := $(file <f)\nall: t\nt: s ; @echo made; touch t\n");
    tree.write("f", "1\n");
    tree.write("s", "");
    tree.run();
    tree.remembered();
    tree.write("f", "1\n");
    assert!(tree.run().is_given());
    std::thread::sleep(Duration::from_millis(20));
    touch(&tree.at("s"));
    assert_eq!(tree.run().out, "made\n");
}

#[test]
fn a_link_that_leads_elsewhere_is_seen() {
    let tree = Tree::new("all: ; @cat link\n");
    tree.write("a", "one\n");
    tree.write("b", "two\n");
    symlink("a", tree.at("link")).unwrap();
    tree.remembered();
    fs::remove_file(tree.at("link")).unwrap();
    symlink("b", tree.at("link")).unwrap();
    assert_eq!(tree.run().out, "two\n");
}

#[test]
fn a_link_to_nothing_where_there_was_nothing_is_seen() {
    let tree = Tree::new("X := $(shell readlink link; true)\nall: ; @echo [$(X)]\n");
    assert_eq!(tree.remembered().out, "[]\n");
    symlink("nowhere", tree.at("link")).unwrap();
    assert_eq!(tree.run().out, "[nowhere]\n");
}

#[test]
fn a_name_earlier_in_path_is_seen() {
    let mut tree = Tree::new("all: ; @echo $(shell tool)\n");
    fs::create_dir(tree.at("first")).unwrap();
    tree.program("second/tool", "#!/bin/sh\necho second\n");
    let path = format!("{}:{}:/usr/bin:/bin", tree.at("first").display(), tree.at("second").display());
    tree.env.push(("PATH".into(), path));
    assert_eq!(tree.remembered().out, "second\n");
    tree.program("first/tool", "#!/bin/sh\necho first\n");
    assert_eq!(tree.run().out, "first\n");
}

#[test]
fn a_name_earlier_in_vpath_is_seen() {
    let tree = Tree::new("VPATH = p q\nall: f ; @echo $<\n");
    fs::create_dir(tree.at("p")).unwrap();
    fs::create_dir(tree.at("q")).unwrap();
    tree.write("q/f", "");
    assert_eq!(tree.remembered().out, "q/f\n");
    tree.write("p/f", "");
    assert_eq!(tree.run().out, "p/f\n");
}

#[test]
fn a_file_that_a_wildcard_matches_is_seen() {
    let tree = Tree::new("all: ; @echo $(wildcard *.c) $(wildcard d/e)\n");
    tree.write("a.c", "");
    tree.remembered();
    tree.write("b.c", "");
    assert_eq!(tree.run().out, "a.c b.c\n");
    fs::create_dir(tree.at("d")).unwrap();
    tree.write("d/e", "");
    assert_eq!(tree.run().out, "a.c b.c d/e\n");
}

#[test]
fn times_in_the_future_are_not_remembered() {
    let tree = Tree::new("all: t ; @echo done\nt: ;\n");
    tree.write("t", "");
    let future = SystemTime::now() + Duration::from_secs(3600);
    fs::File::options().write(true).open(tree.at("t")).unwrap().set_modified(future).unwrap();
    for _ in 0..3 {
        let run = tree.run();
        assert!(!run.is_given() && run.err.contains("Clock skew"), "{run:?}");
    }
}

#[test]
fn a_program_replaced_by_one_of_the_same_size_and_time_is_seen() {
    let tree = Tree::new("all: ; @echo $(shell ./tool)\n");
    tree.program("tool", "#!/bin/sh\necho one\n");
    tree.remembered();
    let time = fs::metadata(tree.at("tool")).unwrap().modified().unwrap();
    tree.program("new", "#!/bin/sh\necho two\n");
    fs::File::options().write(true).open(tree.at("new")).unwrap().set_modified(time).unwrap();
    fs::rename(tree.at("new"), tree.at("tool")).unwrap();
    assert_eq!(tree.run().out, "two\n");
}

#[test]
fn a_make_that_changes_what_it_looked_at_is_not_given() {
    let tree = Tree::new("N := $(file <n)\nall: ; @echo $(N); echo $(N)x > n\n");
    tree.write("n", "0");
    for want in ["0\n", "0x\n", "0xx\n", "0xxx\n"] {
        assert_eq!(tree.run().out, want);
    }
}

#[test]
fn remade_makefiles_start_over_each_time() {
    let tree = Tree::new("include inc.mk\nall: ; @echo $(A)\ninc.mk: src ; @echo A := `cat src` > inc.mk\n");
    tree.write("src", "1");
    assert_eq!(tree.run().out, "1\n");
    std::thread::sleep(Duration::from_millis(30));
    tree.write("src", "2");
    assert_eq!(tree.run().out, "2\n");
    tree.remembered();
}

#[test]
fn switches_that_do_not_only_build_are_not_given() {
    let tree = Tree::new("all: t\nt: s ; @echo made; touch t\n");
    tree.write("s", "");
    tree.run();
    tree.remembered();
    for switch in ["-n", "-q", "-t", "-B", "-Ws", "-p", "--trace", "-d", "-os"] {
        assert!(!tree.run_with(&[switch], &[]).is_given(), "{switch}");
        assert!(!tree.run_with(&[switch], &[]).is_given(), "{switch}");
    }
    assert_eq!(tree.run_with(&["-B"], &[]).out, "made\n");
}

#[test]
fn variables_that_change_from_shell_to_shell_count_only_where_they_are_looked_at() {
    let tree = Tree::new("all: ; @echo x\n");
    tree.remembered();
    assert!(tree.run_with(&[], &[("SSH_TTY", "/dev/pts/1")]).is_given());
    for makefile in [
        "all: ; @echo $(SSH_TTY)\n",
        "all: ; @echo $$SSH_TTY\n",
        "X := $(shell echo $$SSH_TTY)\nall: ; @echo $(X)\n",
    ] {
        let tree = Tree::new(makefile);
        for tty in ["a", "b", "a", "c"] {
            assert_eq!(tree.run_with(&[], &[("SSH_TTY", tty)]).out, format!("{tty}\n"), "{makefile}");
        }
    }
}

#[test]
fn other_variables_and_arguments_are_remembered_apart() {
    let tree = Tree::new("all: ; @echo $(A) $(B)\nother: ; @echo other\n");
    for _ in 0..3 {
        assert_eq!(tree.run_with(&["A=1"], &[("B", "x")]).out, "1 x\n");
        assert_eq!(tree.run_with(&["A=2"], &[("B", "x")]).out, "2 x\n");
        assert_eq!(tree.run_with(&["A=1"], &[("B", "y")]).out, "1 y\n");
        assert_eq!(tree.run_with(&["other"], &[]).out, "other\n");
    }
}

#[test]
fn a_repeated_command_is_repeated() {
    let tree = Tree::new("all: ; @echo text > out; ln -sfn out link\n");
    tree.run();
    tree.remembered();
    fs::remove_file(tree.at("link")).unwrap();
    let old = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    fs::File::options().write(true).open(tree.at("out")).unwrap().set_modified(old).unwrap();
    tree.run();
    assert_eq!(fs::read_link(tree.at("link")).unwrap(), Path::new("out"));
    assert!(fs::metadata(tree.at("out")).unwrap().modified().unwrap() > old);
}

#[test]
fn failures_are_not_remembered() {
    let tree = Tree::new("all: ; @echo try; false\n");
    for _ in 0..3 {
        let run = tree.run();
        assert!((run.out.as_str(), run.code) == ("try\n", 2) && !run.is_given(), "{run:?}");
    }
}

#[test]
fn a_store_that_is_damaged_cut_off_or_open_to_others_is_as_good_as_none() {
    let tree = with_submake();
    tree.run();
    tree.remembered();
    let good = fs::read(tree.store()).unwrap();
    let mut flipped = good.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    for bad in [&flipped[..], &good[..good.len() - 9], &good[..40], b""] {
        fs::write(tree.store(), bad).unwrap();
        let run = tree.run();
        assert!(run.out == "below\nz1\n" && !run.is_given(), "{run:?}");
    }
    tree.remembered();
    fs::set_permissions(tree.store(), fs::Permissions::from_mode(0o666)).unwrap();
    assert!(!tree.run().is_given());
}

#[test]
fn a_home_that_cant_be_written_changes_nothing() {
    let tree = with_submake();
    fs::write(tree.path("cache"), "no directory").unwrap();
    for _ in 0..2 {
        let run = tree.run();
        assert_eq!((run.out.as_str(), run.code), ("below\nz1\n", 0));
    }
}

#[test]
fn a_home_that_is_not_there_is_not_made() {
    let tree = with_submake();
    let home = tree.path("home");
    let run = || tree.run_with(&[], &[("XDG_CACHE_HOME", ""), ("HOME", home.to_str().unwrap())]);
    run();
    assert!(!home.exists());
    fs::create_dir(&home).unwrap();
    run();
    assert!(home.join(".cache/rkbuild/recall").is_dir());
}

#[test]
fn it_is_on_unless_it_is_switched_off_where_there_is_a_cache_directory() {
    let tree = with_submake();
    let home = tree.path("home");
    fs::create_dir(&home).unwrap();
    let run = |mode: &str| {
        let env = [("XDG_CACHE_HOME", ""), ("HOME", home.to_str().unwrap()), ("RKBUILD_RECALL", mode)];
        tree.run_with(&[], &env)
    };
    run("");
    assert_eq!(fs::read_dir(&home).unwrap().count(), 0);
    fs::create_dir(home.join(".cache")).unwrap();
    run("off");
    assert!(!home.join(".cache/rkbuild/recall").exists());
    run("");
    assert!(home.join(".cache/rkbuild/recall").is_dir());
    assert!(run("").is_given());
}

#[test]
fn it_is_on_where_the_cache_directory_is_one_of_the_root() {
    let tree = with_submake();
    let cache = format!("/rkbuild-test-{}", std::process::id());
    // Only root can have it made there.
    if fs::create_dir(&cache).is_err() {
        return;
    }
    tree.run_with(&[], &[("XDG_CACHE_HOME", &cache), ("RKBUILD_RECALL", "")]);
    let made = fs::read_dir(&cache).unwrap().count();
    fs::remove_dir_all(&cache).unwrap();
    assert_eq!(made, 1);
}

#[test]
fn nothing_is_made_in_the_home_of_another_user() {
    let tree = with_submake();
    let home = tree.path("home");
    fs::create_dir_all(home.join(".cache")).unwrap();
    let run = |mode: &str| {
        let env = [("XDG_CACHE_HOME", ""), ("HOME", home.to_str().unwrap()), ("RKBUILD_RECALL", mode)];
        tree.run_with(&[], &env)
    };
    let made = || fs::read_dir(home.join(".cache")).unwrap().count();
    // Only root can give a home away, and only root is asked to by `sudo`.
    for owned in [home.clone(), home.join(".cache")] {
        if std::os::unix::fs::chown(owned, Some(65534), None).is_err() {
            return;
        }
    }
    for mode in ["", "on"] {
        assert_eq!((run(mode).code, made()), (0, 0));
    }
    std::os::unix::fs::chown(home.join(".cache"), Some(0), None).unwrap();
    run("");
    assert_eq!(made(), 1);
}

#[test]
fn verify_evaluates_everything_and_finds_no_difference() {
    let tree = with_submake();
    tree.run();
    tree.remembered();
    let run = tree.run_with(&["--recall=verify"], &[]);
    assert!(run.code == 0 && run.out == "below\nz1\n" && run.count("sessions evaluated") == 2, "{run:?}");
}

#[test]
fn what_is_forgotten_is_evaluated() {
    let tree = with_submake();
    tree.run();
    tree.remembered();
    assert!(!tree.run_with(&["--forget"], &[]).is_given());
}

#[test]
fn a_directory_link_on_the_way_that_leads_elsewhere_is_seen() {
    let tree = Tree::new("X := $(file <cur/f)\nall: ; @echo $(X) $(wildcard cur/*); cat cur/f\n");
    for (dir, text) in [("one", "1\n"), ("two", "2\n")] {
        fs::create_dir(tree.at(dir)).unwrap();
        tree.write(&format!("{dir}/f"), text);
    }
    tree.write("two/g", "");
    symlink("one", tree.at("cur")).unwrap();
    assert_eq!(tree.remembered().out, "1 cur/f\n1\n");
    fs::remove_file(tree.at("cur")).unwrap();
    symlink("two", tree.at("cur")).unwrap();
    assert_eq!(tree.run().out, "2 cur/f cur/g\n2\n");
}

/// A makefile that has the compiler read `f.c`, which includes `h.h`.
fn with_compiler(options: &str) -> Tree {
    let tree = Tree::new(&format!("X := $(shell gcc {options} -E -P f.c 2>&1)\nall: ; @echo '$(X)'\n"));
    tree.write("f.c", "#include <h.h>\nv = H\n");
    for (dir, text) in [("one", "#define H 1\n"), ("two", "#define H 2\n")] {
        fs::create_dir(tree.at(dir)).unwrap();
        tree.write(&format!("{dir}/h.h"), text);
    }
    tree
}

#[test]
fn a_header_earlier_in_the_include_path_is_seen() {
    let tree = with_compiler("-Ithree -Ione");
    fs::create_dir(tree.at("three")).unwrap();
    assert_eq!(tree.remembered().out, "v = 1\n");
    tree.write("three/h.h", "#define H 3\n");
    assert_eq!(tree.run().out, "v = 3\n");
}

#[test]
fn another_cpath_is_seen() {
    let tree = with_compiler("");
    for _ in 0..3 {
        for (dir, want) in [("one", "v = 1\n"), ("two", "v = 2\n")] {
            assert_eq!(tree.run_with(&[], &[("CPATH", dir)]).out, want);
            assert_eq!(tree.run_with(&[], &[("C_INCLUDE_PATH", dir)]).out, want);
        }
    }
}

#[test]
fn a_header_earlier_in_cpath_is_seen() {
    let mut tree = with_compiler("");
    fs::create_dir(tree.at("three")).unwrap();
    tree.env.push(("CPATH".into(), "three:one".into()));
    assert_eq!(tree.remembered().out, "v = 1\n");
    tree.write("three/h.h", "#define H 3\n");
    assert_eq!(tree.run().out, "v = 3\n");
}

#[test]
fn a_part_of_the_compiler_in_compiler_path_is_seen() {
    let mut tree = with_compiler("-Ione");
    fs::create_dir(tree.at("parts")).unwrap();
    tree.env.push(("COMPILER_PATH".into(), tree.at("parts").display().to_string()));
    assert_eq!(tree.remembered().out, "v = 1\n");
    tree.program("parts/cc1", "#!/bin/sh\necho other part\n");
    assert_eq!(tree.run().out, "other part\n");
    // The same without it, and with it again.
    let path = tree.env.pop().unwrap();
    assert_eq!(tree.run().out, "v = 1\n");
    tree.env.push(path);
    assert_eq!(tree.run().out, "other part\n");
}

#[test]
fn another_gcc_exec_prefix_is_seen() {
    let tree = with_compiler("-Ione");
    let prefix = format!("{}/", tree.at("parts").display());
    assert_eq!(tree.remembered().out, "v = 1\n");
    let first = tree.run_with(&[], &[("GCC_EXEC_PREFIX", &prefix)]).out;
    let version = Command::new("gcc").arg("-dumpversion").output().unwrap();
    let machine = Command::new("gcc").arg("-dumpmachine").output().unwrap();
    let text = |out: Vec<u8>| String::from_utf8(out).unwrap().trim().to_string();
    let part = format!("parts/{}/{}/cc1", text(machine.stdout), text(version.stdout));
    tree.program(&part, "#!/bin/sh\necho other part\n");
    let second = tree.run_with(&[], &[("GCC_EXEC_PREFIX", &prefix)]).out;
    assert_eq!(second, "other part\n");
    assert_ne!(first, second);
    assert_eq!(tree.run().out, "v = 1\n");
}

#[test]
fn variables_that_were_not_set_before_are_seen() {
    for (script, name) in [
        ("grep --color=always one f.h", "GREP_COLORS"),
        ("env | grep ^NEW", "NEW"),
        ("set | grep ^NEW=", "NEW"),
        ("gcc -Ione -E -P f.c", "CPATH"),
    ] {
        let tree = Tree::new(&format!("X := $(shell {script})\nall: ; @echo '$(X)'\n"));
        tree.write("f.h", "one\n");
        fs::create_dir(tree.at("one")).unwrap();
        fs::create_dir(tree.at("two")).unwrap();
        tree.write("f.c", "#if __has_include(<new.h>)\nx = 2\n#else\nx = 1\n#endif\n");
        tree.write("two/new.h", "");
        let values = match name {
            "GREP_COLORS" => ["mt=01;31", "mt=01;32"],
            "CPATH" => ["one", "two"],
            _ => ["1", "2"],
        };
        let want = |env: &[(&str, &str)]| {
            let run = Command::new("sh")
                .args(["-c", script])
                .current_dir(tree.at(""))
                .env_clear()
                .envs([("PATH", "/usr/bin:/bin")])
                .envs(env.iter().copied())
                .output()
                .unwrap();
            String::from_utf8(run.stdout).unwrap().trim_end().replace('\n', " ").replace('\'', "")
        };
        for env in [&[][..], &[(name, values[0])], &[(name, values[1])], &[]] {
            assert_eq!(tree.run_with(&[], env).out.trim_end(), want(env), "{script} {env:?}");
        }
    }
}

#[test]
fn a_command_that_adds_to_a_file_or_reads_what_it_writes_runs_each_time() {
    for script in ["echo x >> n; wc -l < n", "cat n > m; echo x >> m; cat m > n; wc -l < n"] {
        let tree = Tree::new(&format!("X := $(shell sh -c '{script}')\nall: ; @echo $(X)\n"));
        for count in 1..6 {
            if count == 1 {
                tree.write("n", "");
                tree.write("m", "");
            }
            assert_eq!(tree.run().out, format!("{count}\n"), "{script}");
        }
    }
}

#[test]
fn a_specs_file_of_the_compiler_is_seen() {
    let tree = with_compiler("-Bparts/ -Ione");
    fs::create_dir(tree.at("parts")).unwrap();
    assert_eq!(tree.remembered().out, "v = 1\n");
    tree.write("parts/specs", "*cpp_unique_options:\n+ -Dv=specs\n\n");
    assert_eq!(tree.run().out, "specs = 1\n");
    tree.remembered();
    fs::remove_file(tree.at("parts/specs")).unwrap();
    assert_eq!(tree.run().out, "v = 1\n");
}

#[test]
fn what_incbin_takes_in_is_seen() {
    let tree = Tree::new(
        "X := $(shell as f.s -o t.o && strings t.o | grep -o 'a text [a-z ]*'; rm t.o)\nall: ; @echo $(X)\n",
    );
    tree.write("f.s", ".incbin \"blob\"\n");
    tree.write("blob", "a text that is one\n");
    assert_eq!(tree.remembered().out, "a text that is one\n");
    tree.write("blob", "a text that is two\n");
    assert_eq!(tree.run().out, "a text that is two\n");
}

#[test]
fn a_compiler_replaced_in_place_is_seen() {
    let mut tree = Tree::new("all: ; @echo $(shell cc1x -v)\n");
    tree.program("bin/cc1x", "#!/bin/sh\necho one\n");
    tree.env.push(("PATH".into(), format!("{}:/usr/bin:/bin", tree.at("bin").display())));
    assert_eq!(tree.remembered().out, "one\n");
    let time = fs::metadata(tree.at("bin/cc1x")).unwrap().modified().unwrap();
    tree.write("bin/cc1x", "#!/bin/sh\necho two\n");
    fs::File::options().write(true).open(tree.at("bin/cc1x")).unwrap().set_modified(time).unwrap();
    assert_eq!(tree.run().out, "two\n");
}

#[test]
fn shell_levels_and_the_last_command_do_not_count_where_nothing_looks_at_them() {
    let tree = Tree::new("X := $(shell cat f)\nall: ; @echo $(X)\n");
    tree.write("f", "x\n");
    tree.remembered();
    for (name, value) in [("SHLVL", "3"), ("_", "/usr/bin/env"), ("OLDPWD", "/"), ("SSH_CLIENT", "::1 1 22")]
    {
        assert!(tree.run_with(&[], &[(name, value)]).is_given(), "{name}");
    }
    let tree = Tree::new("X := $(shell echo $$SHLVL)\nall: ; @echo $(X)-$$SHLVL\n");
    for level in ["1", "2", "1", "7"] {
        assert_eq!(tree.run_with(&[], &[("SHLVL", level)]).out, format!("{level}-{level}\n"));
    }
}

#[test]
fn files_whose_numbers_changed_are_compared() {
    let tree = Tree::new("X := $(file <f)\nall: t ; @cat g; echo $(X)\nt: f ; @echo made; touch t\n");
    tree.write("f", "f1\n");
    tree.write("g", "g1\n");
    tree.run();
    tree.remembered();
    // As an overlay does: the same files, with other numbers.
    let copy = |from: &Path, to: &Path| {
        assert!(Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap().success());
    };
    copy(&tree.at(""), &tree.path("copy"));
    fs::remove_dir_all(tree.at("")).unwrap();
    copy(&tree.path("copy"), &tree.path("w"));
    assert_eq!(tree.run().out, "g1\nf1\n");
    let time = fs::metadata(tree.at("g")).unwrap().modified().unwrap();
    tree.write("g", "g2\n");
    fs::File::options().write(true).open(tree.at("g")).unwrap().set_modified(time).unwrap();
    assert_eq!(tree.run().out, "g2\nf1\n");
}

#[test]
fn many_at_once_give_the_same_as_one() {
    let tree = with_submake();
    tree.run();
    for round in 0..3 {
        tree.write("d/z", &format!("z{round}\n"));
        std::thread::scope(|scope| {
            let all: Vec<_> = (0..16).map(|_| scope.spawn(|| tree.run())).collect();
            for run in all {
                let run = run.join().unwrap();
                assert_eq!(
                    (run.out.as_str(), run.code),
                    (format!("below\nz{round}\n").as_str(), 0),
                    "{run:?}"
                );
            }
        });
    }
    tree.remembered();
}

#[test]
fn one_that_is_killed_while_it_writes_leaves_nothing_wrong() {
    let tree = with_submake();
    tree.run();
    for round in 0..40u64 {
        tree.write("d/z", &format!("z{round}\n"));
        let mut child = Command::new(env!("CARGO_BIN_EXE_rkbuild"))
            .current_dir(tree.at(""))
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("RKBUILD_RECALL", "on")
            .env("XDG_CACHE_HOME", tree.path("cache"))
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_micros(round * 700));
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(tree.run().out, format!("below\nz{round}\n"));
    }
    tree.remembered();
}

#[test]
fn another_rkbuild_does_not_take_what_this_one_remembers() {
    let tree = with_submake();
    tree.run();
    tree.remembered();
    let other = tree.path("rkbuild");
    fs::copy(env!("CARGO_BIN_EXE_rkbuild"), &other).unwrap();
    let run = Command::new(&other)
        .arg("--stats")
        .current_dir(tree.at(""))
        .env_clear()
        .envs([("PATH", "/usr/bin:/bin"), ("RKBUILD_RECALL", "on")])
        .env("XDG_CACHE_HOME", tree.path("cache"))
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&run.stderr).into_owned();
    assert!(
        told.lines().any(|line| line.starts_with("sessions evaluated") && line.ends_with(" 2")),
        "{told}"
    );
    assert_eq!(run.stdout, b"below\nz1\n");
}

/// What a terminal shows of a build that reads from it and prints to it. With `depth`, it is that many terminals further on.
fn on_a_terminal(tree: &Tree, depth: usize) -> String {
    let mut make = format!("{} --recall=on --stats", env!("CARGO_BIN_EXE_rkbuild"));
    for _ in 0..depth {
        make = format!("script -qec '{make}' /dev/null");
    }
    let run = Command::new("script")
        .args(["-qec", &make, "/dev/null"])
        .current_dir(tree.at(""))
        .env_clear()
        .envs([("PATH", "/usr/bin:/bin"), ("SHELL", "/bin/sh")])
        .env("XDG_CACHE_HOME", tree.path("cache"))
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    String::from_utf8_lossy(&run.stdout).into_owned()
}

#[test]
fn a_group_with_its_own_output_is_remembered_on_a_terminal() {
    let tree = Tree::new("all: ; @{ ls f; ls f | cat; } > out; cat out\n");
    tree.write("f", "");
    let mut shown = String::new();
    for _ in 0..3 {
        std::thread::sleep(Duration::from_millis(60));
        shown = on_a_terminal(&tree, 0);
        assert!(shown.contains("f\r\nf\r\n"), "{shown}");
    }
    assert!(shown.contains("sessions evaluated                    0"), "{shown}");
}

#[test]
fn any_terminal_is_as_good_as_the_one_before() {
    let tree = Tree::new("all: ; @ls f; echo done\n");
    tree.write("f", "");
    for _ in 0..2 {
        std::thread::sleep(Duration::from_millis(60));
        on_a_terminal(&tree, 0);
    }
    let shown = on_a_terminal(&tree, 1);
    assert!(shown.contains("sessions evaluated                    0"), "{shown}");
    // Who asks for its name is told the one at hand.
    tree.write("Makefile", "all: ; @echo $(MAKE_TERMOUT)\n");
    for depth in [0, 0, 1, 1] {
        let shown = on_a_terminal(&tree, depth);
        assert!(shown.contains("/dev/pts/"), "{shown}");
        assert!(!shown.contains("sessions evaluated                    0"), "{shown}");
    }
}

#[test]
fn a_comparison_of_files_is_remembered_where_their_directory_changes() {
    let tree = Tree::new("X := $(shell echo . && cd ../w && diff -u f g)\nall: ; @echo '$(X)'\n");
    tree.write("f", "one\n");
    tree.write("g", "one\n");
    assert_eq!(tree.remembered().out, ".\n");
    tree.write("t", "");
    fs::remove_file(tree.at("t")).unwrap();
    assert!(tree.run().is_given());
    tree.write("g", "two\n");
    assert!(tree.run().out.contains("-one +two"));
}

#[test]
fn what_is_printed_to_a_terminal_is_remembered_apart() {
    let tree = Tree::new("all: ; @echo [$(if $(MAKE_TERMOUT),terminal)]\n");
    assert_eq!(tree.remembered().out, "[]\n");
    for _ in 0..3 {
        assert!(on_a_terminal(&tree, 0).contains("[terminal]"));
        assert_eq!(tree.run().out, "[]\n");
    }
}

#[test]
fn jobs_are_remembered_apart() {
    let tree = Tree::new("all: ; @echo [$(findstring -j,$(MAKEFLAGS))]\n");
    for _ in 0..3 {
        assert_eq!(tree.run_with(&["-j3"], &[]).out, "[-j]\n");
        assert_eq!(tree.run().out, "[]\n");
    }
}

#[test]
fn a_goal_that_is_no_file_is_given() {
    let tree = Tree::new("list: x ; @cat f | sed s/^/=/\nx: ; @ls d\n");
    tree.write("f", "one\n");
    fs::create_dir(tree.at("d")).unwrap();
    tree.write("d/e", "");
    let run = |tree: &Tree| tree.run_with(&["list"], &[]);
    run(&tree);
    std::thread::sleep(Duration::from_millis(60));
    run(&tree);
    assert!(run(&tree).is_given());
    tree.write("f", "two\n");
    assert_eq!(run(&tree).out, "e\n=two\n");
    tree.write("x", "");
    assert_eq!(run(&tree).out, "=two\n");
    std::thread::sleep(Duration::from_millis(30));
    tree.write("list", "");
    let run = run(&tree);
    assert!(run.out.contains("is up to date"), "{run:?}");
}

/// Moves something, and puts a link to it in its place.
fn replace_by_link(tree: &Tree, name: &str) {
    fs::rename(tree.at(name), tree.at("real")).unwrap();
    let way = "../".repeat(name.matches('/').count());
    symlink(format!("{way}real"), tree.at(name)).unwrap();
}

#[test]
fn a_directory_that_becomes_a_link_is_seen_where_it_is_entered() {
    let real = |out: String| out.replace("/real", "/d");
    for (rules, differs) in [
        ("all: ; @$(MAKE) -C d\n", true),
        ("all: d ; @$(MAKE) -C d; echo $(wildcard d/*)\nd: ;\n", true),
        ("all: ; @cd d && $(MAKE)\n", true),
        ("all: ; @cd d && $(MAKE) -C . && cat f\n", true),
        ("all: ; @cd d && pwd -P\n", true),
        ("X := $(shell cd d && /bin/pwd -P | cat)\nall: ; @echo $(X)\n", true),
        ("X := $(shell readlink -f d/f)\nall: ; @echo $(X)\n", true),
        ("X := $(shell test -L d && echo link)\nall: ; @echo $(X)\n", true),
        ("X := $(shell ls d)\nall: ; @echo $(X)\n", false),
    ] {
        let tree = Tree::new(rules);
        fs::create_dir(tree.at("d")).unwrap();
        tree.write("d/f", "f\n");
        tree.write("d/Makefile", "all: ; @echo $(CURDIR)\n");
        let before = tree.remembered().out;
        replace_by_link(&tree, "d");
        let after = tree.run().out;
        assert_eq!(before != after, differs, "{rules}{after}");
        assert!(real(after) == before || before == "\n", "{rules}");
    }
}

#[test]
fn a_file_that_becomes_a_link_is_seen_where_that_is_looked_at() {
    for (script, want) in [
        ("test -L f && echo link || echo file", "link\n"),
        ("find . -type l", "./f\n"),
        ("readlink -f f | sed s,.*/,,", "real\n"),
        ("sh -c '[ -h f ] && echo link'", "link\n"),
    ] {
        let tree = Tree::new(&format!("X := $(shell {script})\nall: ; @echo $(X)\n"));
        tree.write("f", "f\n");
        assert_ne!(tree.remembered().out, want, "{script}");
        replace_by_link(&tree, "f");
        assert_eq!(tree.run().out, want, "{script}");
    }
}

#[test]
fn with_probes_commands_of_shell_are_given_and_makes_are_evaluated() {
    let tree = Tree::new("x := $(shell sed s/a/b/ in)\nall: ; @echo $(x)$(shell cat in | tr a c)\n");
    tree.write("in", "a\n");
    let probes = || tree.run_with(&["--recall=probes"], &[]);
    std::thread::sleep(Duration::from_millis(60));
    assert_eq!(probes().out, "bc\n");
    let again = probes();
    assert_eq!((again.out.as_str(), again.count("sessions evaluated")), ("bc\n", 1), "{again:?}");
    assert_eq!((again.count("commands given"), again.count("commands found pure")), (2, 0), "{again:?}");
    tree.write("in", "aa\n");
    assert_eq!(probes().out, "bacc\n");
}

/// One make reads a file, another looks how old it is: what the latter notes of it is nothing to the former.
#[test]
fn a_make_whose_file_was_written_again_is_given_still_after_another_looked_at_that() {
    let tree = Tree::new("all: ; @$(MAKE) -s -f reads.mk; $(MAKE) -s -f looks.mk\n.PHONY: all\n");
    tree.write("reads.mk", "X := $(file <shared)\nall: ; @:\n");
    tree.write("looks.mk", "include other\nall: done\ndone: shared ; @touch $@\n");
    tree.write("other", "A = 1\n");
    let renew = |name: &str, text: &str, seconds: u64| {
        tree.write(name, text);
        let time = std::time::SystemTime::now() - std::time::Duration::from_secs(seconds);
        fs::File::options().write(true).open(tree.at(name)).unwrap().set_modified(time).unwrap();
    };
    renew("shared", "B = 1\n", 100);
    tree.write("done", "");
    tree.remembered();
    for round in 1..4 {
        renew("shared", "B = 1\n", 100 - round);
        renew("other", &format!("A = {round}{round}\n"), 1);
        let run = tree.run();
        assert_eq!((run.count("sessions evaluated"), run.count("sessions given")), (2, 1), "{run:?}");
        let run = tree.run();
        assert!(run.is_given(), "{round}: {run:?}");
    }
}
