//! The order of the house: which files use which, and where links lead.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};
use std::process::Command;

use xtask::layers::Sources;

/// The engine's folders, each of which uses only those below it.
const ENGINE: [&str; 5] = ["session", "update", "jobs", "search", "graph"];

/// The crates no file of which uses one that uses it.
const WITHOUT_CIRCLES: [&str; 6] = ["base", "engine", "kbuild", "rkbuild", "shell", "syntax"];

/// The crates that may use those the system is asked by. (The shell uses their names of errors and kinds.)
const BESIDE_THE_SYSTEM: [&str; 2] = ["host", "shell"];

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

fn sources(name: &str) -> Sources {
    Sources::read(&repository().join("crates").join(name).join("src")).unwrap()
}

#[test]
fn no_file_uses_one_that_uses_it() {
    let found = WITHOUT_CIRCLES.map(|name| (name, sources(name).circles()));
    let found: Vec<_> = found.into_iter().filter(|(_, circles)| !circles.is_empty()).collect();
    assert_eq!(found, []);
}

#[test]
fn each_folder_of_the_engine_uses_only_those_below_it() {
    let engine = sources("engine");
    assert_eq!(engine.not_in_order(&ENGINE), Vec::<String>::new());
    assert_eq!(engine.against_order(&ENGINE), Vec::<String>::new());
}

/// What a makefile, a file or a child must not be able to bring about: the end of the process by a panic. Clippy looks for what
/// asks for one; the printing macros panic where nothing can be written.
const WITHOUT_PANICS: [&str; 8] = [
    "unwrap_used",
    "expect_used",
    "panic",
    "unreachable",
    "todo",
    "unimplemented",
    "print_stdout",
    "print_stderr",
];

/// The crates, by the names of their folders.
fn crates() -> Vec<String> {
    let folders = std::fs::read_dir(repository().join("crates")).unwrap();
    let mut names: Vec<String> =
        folders.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn each_crate_denies_what_panics() {
    for name in crates() {
        let src = repository().join("crates").join(&name).join("src");
        let root = ["lib.rs", "main.rs"].map(|file| src.join(file)).into_iter().find(|file| file.exists());
        let text = std::fs::read_to_string(root.unwrap()).unwrap();
        let denied: String =
            text.lines().filter(|line| line.starts_with("#![cfg_attr(not(test), deny(")).collect();
        let missing: Vec<&str> = WITHOUT_PANICS
            .into_iter()
            .filter(|lint| {
                !denied.contains(&format!("clippy::{lint},")) && !denied.contains(&format!("clippy::{lint})"))
            })
            .collect();
        assert_eq!(missing, Vec::<&str>::new(), "{name}");
    }
    let pattern = format!(r"allow\(.*clippy::({})", WITHOUT_PANICS.join("|"));
    let mut grep = Command::new("git");
    grep.args(["grep", "-nE", &pattern, "--", "crates/*/src"]).current_dir(repository());
    let allowed = grep.output().unwrap();
    assert_eq!(String::from_utf8_lossy(&allowed.stdout), "");
    assert_eq!(allowed.status.code(), Some(1), "git grep failed");
}

#[test]
fn only_the_host_asks_the_system() {
    let asks = |name: &String| {
        let manifest = repository().join("crates").join(name).join("Cargo.toml");
        let text = std::fs::read_to_string(manifest).unwrap();
        let (_, dependencies) = text.split_once("[dependencies]").unwrap();
        let own = dependencies.split("[dev-dependencies]").next().unwrap();
        own.lines().any(|line| ["rustix", "nix", "libc"].iter().any(|crate_| line.starts_with(crate_)))
    };
    let found: Vec<String> = crates().into_iter().filter(asks).collect();
    assert_eq!(found, BESIDE_THE_SYSTEM);
}

/// What a package declares that is none of ours.
fn dependencies(manifest: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(manifest).unwrap();
    let mut found = Vec::new();
    let mut wanted = false;
    for line in text.lines() {
        if line.starts_with('[') {
            wanted = matches!(line, "[dependencies]" | "[dev-dependencies]" | "[build-dependencies]");
        } else if wanted && let Some((name, _)) = line.split_once('=') {
            found.push(name.trim().trim_end_matches(".workspace").to_string());
        }
    }
    found.retain(|name| !name.starts_with("rkbuild-"));
    found
}

/// The cells of the rows of a table with this head.
fn table(file: &str, head: &str) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(repository().join(file)).unwrap();
    let (_, rows) = text.split_once(&format!("{head}\n")).unwrap();
    let rows = rows.lines().skip(1).take_while(|line| line.starts_with('|'));
    rows.map(|row| row.trim_matches(['|', ' ']).split(" | ").map(str::to_string).collect()).collect()
}

#[test]
fn the_tables_of_crates_are_true() {
    let mut users: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let own = crates().into_iter().map(|name| (repository().join("crates").join(&name), name));
    for (folder, name) in own.chain([(repository().join("xtask"), "xtask".to_string())]) {
        for used in dependencies(&folder.join("Cargo.toml")) {
            users.entry(used).or_default().insert(name.clone());
        }
    }
    let are: Vec<(String, Vec<String>)> =
        users.into_iter().map(|(name, users)| (name, users.into_iter().collect())).collect();
    let said: Vec<(String, Vec<String>)> = table("docs/architecture.md", "| crate | used by | for |")
        .iter()
        .map(|row| (row[0].clone(), row[1].split(", ").map(str::to_string).collect()))
        .collect();
    assert_eq!(said, are);
    let mut said: Vec<String> = table("README.md", "| crate | what it is |")
        .iter()
        .filter_map(|row| Some(row[0].trim_matches('`').strip_prefix("crates/")?.to_string()))
        .collect();
    said.sort();
    assert_eq!(said, crates());
}

/// Where a link in `folder` leads, as far as that can be said without looking at it: nothing if out of the repository.
fn led_to(folder: &Path, target: &Path) -> Option<PathBuf> {
    let mut at = folder.to_path_buf();
    for part in target.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => at = at.parent().filter(|_| at != Path::new(""))?.to_path_buf(),
            Component::Normal(name) => at.push(name),
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(at)
}

#[test]
fn no_link_leads_out_of_the_repository() {
    let listed = Command::new("git").args(["ls-files", "-sz"]).current_dir(repository()).output().unwrap();
    assert!(listed.status.success(), "git ls-files failed");
    let listed = String::from_utf8_lossy(&listed.stdout);
    let links = listed.split('\0').filter_map(|line| line.strip_prefix("120000 ")?.split_once('\t'));
    let outside: Vec<&str> = links
        .map(|(_, path)| path)
        .filter(|path| {
            let target = std::fs::read_link(repository().join(path)).unwrap();
            led_to(Path::new(path).parent().unwrap(), &target).is_none()
        })
        .collect();
    assert_eq!(outside, Vec::<&str>::new());
}

#[test]
fn a_link_out_of_the_repository_is_seen() {
    let within = |folder: &str, target: &str| led_to(Path::new(folder), Path::new(target));
    assert_eq!(within("docs", "../README.md"), Some("README.md".into()));
    assert_eq!(within("docs", "../../README.md"), None);
    assert_eq!(within("", "/usr/bin/make"), None);
}
