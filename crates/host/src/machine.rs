//! What the machine, its system and its user are called.

use bstr::BString;

/// The system's names and release, the host's, the user's and group's numbers, and how many processors may be used.
pub fn names() -> Vec<BString> {
    let system = rustix::system::uname();
    let mut names: Vec<BString> =
        [system.sysname(), system.nodename(), system.release(), system.version(), system.machine()]
            .map(|name| name.to_bytes().into())
            .into();
    let numbers = [
        rustix::process::getuid().as_raw(),
        rustix::process::geteuid().as_raw(),
        rustix::process::getgid().as_raw(),
        rustix::process::getegid().as_raw(),
    ];
    names.extend(numbers.map(|number| number.to_string().into()));
    names.push(std::thread::available_parallelism().map_or(1, |n| n.get()).to_string().into());
    names
}

/// The release of the kernel that runs, as `uname -r` says it.
pub fn release() -> BString {
    rustix::system::uname().release().to_bytes().into()
}

/// What the machine is, as `uname -m` says it.
pub fn hardware() -> BString {
    rustix::system::uname().machine().to_bytes().into()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_machine_has_names() {
        let names = super::names();
        assert_eq!(names.len(), 10);
        assert_eq!(names[0], "Linux");
    }
}
