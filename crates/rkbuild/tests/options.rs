//! Lists of options as Kconfig writes them: of such a makefile only the options count that somebody asks for.

use std::fs;
use std::time::{Duration, SystemTime};

mod common;

use common::{Run, Tree};

const BEFORE: &str = "# made\nCONFIG_A=y\nCONFIG_B=\"b c\"\nCONFIG_C=3\n";

/// A tree whose one makefile reads `conf` after `before` and has these `rules`.
fn tree(before: &str, rules: &str) -> Tree {
    let tree = Tree::new(&format!("{before}include conf\n{rules}"));
    tree.write("conf", BEFORE);
    tree
}

/// The list says something else, `seconds` ago.
fn change(tree: &Tree, text: &str, seconds: u64) {
    tree.write("conf", text);
    let time = SystemTime::now() - Duration::from_secs(seconds);
    fs::File::options().write(true).open(tree.at("conf")).unwrap().set_modified(time).unwrap();
}

fn changed(tree: &Tree, text: &str) -> Run {
    change(tree, text, 0);
    tree.run()
}

#[test]
fn what_nobody_asks_for_does_not_count() {
    let tree = tree("", "all: ; @echo $(CONFIG_A) $(origin CONFIG_D)\n");
    assert_eq!(tree.remembered().out, "y undefined\n");
    for text in ["CONFIG_A=y\n", "CONFIG_E=y\nCONFIG_B=m\n\nCONFIG_A=y\n", BEFORE] {
        let run = changed(&tree, text);
        assert!(run.is_given() && run.out == "y undefined\n", "{text}: {run:?}");
    }
    let run = changed(&tree, "CONFIG_A=y\nCONFIG_D=\n");
    assert!(!run.is_given() && run.out == "y file\n", "{run:?}");
}

#[test]
fn makes_that_ask_for_other_options_are_given() {
    let tree = tree(
        "",
        "all: ; @for d in a b; do $(MAKE) -s --no-print-directory -C $$d; done\nconf: source ; @touch $@\n",
    );
    tree.write("source", "");
    change(&tree, BEFORE, 0);
    for (dir, option) in [("a", "CONFIG_A"), ("b", "CONFIG_B")] {
        fs::create_dir(tree.at(dir)).unwrap();
        tree.write(
            &format!("{dir}/Makefile"),
            &format!("include $(abspath ../conf)\nall: ; @echo {dir} $({option})\n"),
        );
    }
    assert_eq!(tree.remembered().out, "a y\nb b c\n");
    let run = changed(&tree, &BEFORE.replace("b c", "d"));
    assert_eq!((run.out.as_str(), run.count("sessions given")), ("a y\nb d\n", 1));
    assert_eq!(run.count("sessions evaluated"), 2);
    // What the make at the top noted of the list, whose time it compares, is nothing to the others.
    for value in ["e", "ff", "ggg"] {
        let run = changed(&tree, &BEFORE.replace("b c", value));
        assert_eq!(
            (run.out.as_str(), run.count("sessions given")),
            (format!("a y\nb {value}\n").as_str(), 1)
        );
    }
}

#[test]
fn whatever_way_an_option_is_asked_for_it_counts() {
    let of = |before: &str, rules: &str, text: &str| {
        let tree = tree(before, rules);
        let was = tree.remembered().out;
        let run = changed(&tree, text);
        assert!(!run.is_given(), "{rules}: {run:?}");
        (was, run.out)
    };
    let both = |was: &str, is: &str| (format!("{was}\n"), format!("{is}\n"));
    let without_c = BEFORE.replace("CONFIG_C=3\n", "");
    let with_d = format!("{BEFORE}CONFIG_D=d\n");
    let none = "";
    assert_eq!(of(none, "ifdef CONFIG_C\nX := has\nendif\nall: ; @echo $(X)\n", &without_c), both("has", ""));
    assert_eq!(of(none, "all: ; @echo $(foreach o,C D,$(CONFIG_$(o)))\n", &with_d), both("3", "3 d"));
    assert_eq!(
        of(none, "all: ; @echo $(filter CONFIG_%,$(sort $(.VARIABLES)))\n", &with_d).1.trim(),
        "CONFIG_A CONFIG_B CONFIG_C CONFIG_D"
    );
    assert_eq!(of(none, "export CONFIG_C\nall: ; @echo \"$$CONFIG_C\"\n", &without_c), both("3", ""));
    assert_eq!(of(none, "export\nall: ; @echo \"$$CONFIG_D\"\n", &with_d), both("", "d"));
    assert_eq!(of(none, "all: CONFIG_C += t\nall: ; @echo $(CONFIG_C)\n", &without_c), both("3 t", "t"));
    assert_eq!(of(none, "CONFIG_C += more\nall: ; @echo $(CONFIG_C)\n", &without_c), both("3 more", "more"));
    assert_eq!(of("CONFIG_D ?= early\n", "all: ; @echo $(CONFIG_D)\n", &with_d), both("early", "d"));
    assert_eq!(
        of(none, "all: ; @echo $(value CONFIG_C) $(flavor CONFIG_D)\n", &with_d),
        both("3 undefined", "3 recursive")
    );
    assert_eq!(of(none, "all: ; @echo $(call CONFIG_C)\n", &without_c), both("3", ""));
    assert_eq!(of(none, "all: ; @echo $(shell echo $(CONFIG_C))\n", &without_c), both("3", ""));
    assert_eq!(
        of(none, "export CONFIG_C\nall: ; @echo $(shell echo $$CONFIG_C)\n", &without_c),
        both("3", "")
    );
    assert_eq!(of(none, ".EXPORT_ALL_VARIABLES:\nall: ; @echo \"$$CONFIG_D\"\n", &with_d), both("", "d"));
    assert_eq!(of(none, "obj-$(CONFIG_D) := x\nall: ; @echo $(obj-d)\n", &with_d), both("", "x"));
}

#[test]
fn an_option_of_the_environment_that_the_list_sets_counts_for_who_is_started() {
    let tree = tree("", "all: ; @echo \"$$CONFIG_A\"\n");
    let run = |tree: &Tree| tree.run_with(&[], &[("CONFIG_A", "env")]);
    std::thread::sleep(Duration::from_millis(60));
    run(&tree);
    assert!(run(&tree).is_given() && run(&tree).out == "y\n");
    change(&tree, &BEFORE.replace("A=y", "A=m"), 0);
    assert_eq!(run(&tree).out, "m\n");
}

#[test]
fn the_time_of_a_list_counts_where_something_is_made_from_it() {
    for rule in ["out: conf ; cp conf out\n", "ou%: conf ; cp conf out\n"] {
        let tree = tree("", &format!("all: out\n{rule}"));
        tree.run();
        assert_eq!(tree.remembered().out, "make: Nothing to be done for 'all'.\n".replace("make", "rkbuild"));
        let run = changed(&tree, &format!("{BEFORE}# more\n"));
        assert!(run.out == "cp conf out\n", "{rule}: {run:?}");
    }
}

#[test]
fn what_says_more_than_the_values_of_options_counts_whole() {
    let tree = tree("", "all: ; @echo $(CONFIG_A)\n");
    tree.remembered();
    let run = changed(&tree, &format!("{BEFORE}$(info said)\n"));
    assert_eq!(run.out, "said\ny\n");
    tree.remembered();
    let run = changed(&tree, &format!("{BEFORE}CONFIG_E := y\n"));
    assert!(!run.is_given() && run.out == "y\n", "{run:?}");
}

#[test]
fn make_warns_of_a_list_from_the_future() {
    let tree = tree("", "all: ; @echo $(CONFIG_A)\n");
    tree.remembered();
    change(&tree, &format!("{BEFORE}CONFIG_E=y\n"), 0);
    let time = SystemTime::now() + Duration::from_secs(100);
    fs::File::options().write(true).open(tree.at("conf")).unwrap().set_modified(time).unwrap();
    let run = tree.run();
    assert!(!run.is_given() && run.err.contains("in the future"), "{run:?}");
}

#[test]
fn a_list_that_is_remade_is_read_again() {
    let tree = tree("", "all: ; @echo $(CONFIG_A) $(CONFIG_B)\nconf: source\n\tcp source conf\n");
    tree.write("source", BEFORE);
    change(&tree, BEFORE, 100);
    tree.run();
    assert_eq!(tree.remembered().out, "y b c\n");
    std::thread::sleep(Duration::from_millis(20));
    tree.write("source", "CONFIG_A=y\n");
    assert_eq!(tree.run().out, "cp source conf\ny\n");
    assert_eq!(tree.remembered().out, "y\n");
}
