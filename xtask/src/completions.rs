//! Completions in the shells themselves: words are typed into bash, zsh and fish in tmux, and what they become is read from the screen.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::candidate;
use crate::machine;
use crate::places::Places;
use crate::tmux::Tmux;

/// What the last line of the screen begins with.
const PROMPT: &str = "here> ";

/// Directory, what is typed, what it becomes.
const WORDS: [(&str, &str, &str); 11] = [
    ("plain", "rkbuild --compile-c", "rkbuild --compile-commands"),
    ("plain", "rkbuild --recall=ver", "rkbuild --recall=verify"),
    ("plain", "rkbuild --keep-g", "rkbuild --keep-going"),
    ("plain", "rkbuild frob", "rkbuild frobnicate"),
    ("plain", "rkbuild -k -f other.mk spec", "rkbuild -k -f other.mk special"),
    ("plain", "rkbuild -C ../tree foo_d", "rkbuild -C ../tree foo_defconfig"),
    ("tree", "rkbuild ARCH=risc", "rkbuild ARCH=riscv"),
    ("tree", "rkbuild ARCH=riscv foo_", "rkbuild ARCH=riscv foo_riscv_defconfig"),
    ("tree", "rkbuild CONFIG_EXT4_F", "rkbuild CONFIG_EXT4_FS="),
    ("tree", "rkbuild INSTALL_MOD", "rkbuild INSTALL_MOD_PATH="),
    ("module", "rkbuild --kernel modules_i", "rkbuild --kernel modules_install"),
];

/// How a shell is started without files of its user, and told of its prompt and the completion in `script`.
fn shell(name: &str, script: &Path) -> (String, String) {
    let script = script.display();
    match name {
        "bash" => ("bash --norc --noprofile".into(), format!("PS1='{PROMPT}'; source {script}; clear")),
        "zsh" => (
            "zsh -f".into(),
            format!("PROMPT='{PROMPT}'; autoload -Uz compinit; compinit -u -D; source {script}; clear"),
        ),
        _ => (
            "fish --no-config".into(),
            format!(
                "function fish_prompt; echo -n '{PROMPT}'; end; set -g fish_autosuggestion_enabled 0; source {script}; clear"
            ),
        ),
    }
}

/// How many words became what they should.
pub fn run(places: &Places) -> Result<usize> {
    machine::install(&["tmux", "bash", "zsh", "fish"])?;
    let rkbuild = candidate::rkbuild(places)?;
    let _lock = places.lock("completions")?;
    let dir = places.cached("completions")?;
    if dir.exists() {
        fs::remove_dir_all(&dir)?;
    }
    for (name, text) in [
        ("plain/Makefile", "frobnicate other: ; @:\n"),
        ("plain/other.mk", "special: ; @:\n"),
        ("tree/Makefile", "all: ; @:\n"),
        ("tree/Kconfig", "config EXT4_FS\n\tbool \"x\"\nconfig EXT2\n\tbool \"y\"\n"),
        ("tree/scripts/Kbuild.include", ""),
        ("tree/arch/x86/configs/foo_defconfig", ""),
        ("tree/arch/arm64/configs/foo_defconfig", ""),
        ("tree/arch/riscv/configs/foo_riscv_defconfig", ""),
        ("module/Kbuild", "obj-m := a.o\n"),
        ("bin/keep", ""),
    ] {
        let path = dir.join(name);
        fs::create_dir_all(path.parent().context("no parent")?)?;
        fs::write(path, text)?;
    }
    std::os::unix::fs::symlink(&rkbuild, dir.join("bin/rkbuild"))?;
    let mut count = 0;
    for name in ["bash", "zsh", "fish"] {
        let script = dir.join(name);
        let out = Command::new(&rkbuild).arg(format!("--generate=completion-{name}")).output()?;
        ensure!(out.status.success(), "no completion for {name}");
        fs::write(&script, out.stdout)?;
        let tmux = Tmux::new(dir.join(format!("{name}.tmux")), dir.clone());
        count += type_into(&tmux, &dir, name, &script).with_context(|| name.to_owned())?;
    }
    Ok(count)
}

fn type_into(tmux: &Tmux, dir: &Path, name: &str, script: &Path) -> Result<usize> {
    let (start, prepare) = shell(name, script);
    tmux.start(&start, dir, (150, 50))?;
    tmux.send(&["-l", &prepare])?;
    tmux.send(&["Enter"])?;
    tmux.await_line(PROMPT)?;
    for (place, typed, wanted) in WORDS {
        tmux.send(&["-l", &format!("cd {}; clear", dir.join(place).display())])?;
        tmux.send(&["Enter"])?;
        tmux.await_line(PROMPT)?;
        tmux.send(&["-l", typed])?;
        tmux.send(&["Tab"])?;
        tmux.await_line(&format!("{PROMPT}{wanted}"))?;
        tmux.send(&["C-c"])?;
    }
    Ok(WORDS.len())
}
