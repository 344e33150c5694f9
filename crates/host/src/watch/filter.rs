//! The seccomp filter: a program for the kernel that says of each system call whether to stop at it.

use std::io;

use super::calls::{self, Row, SAVED, When};

/// Set in the numbers of calls that programs with short pointers make. They are above all that are known.
#[cfg(test)]
const X32_BIT: u32 = 0x4000_0000;

#[cfg(target_arch = "x86_64")]
pub(super) const ARCH: u32 = 0xc000_003e;
#[cfg(target_arch = "aarch64")]
pub(super) const ARCH: u32 = 0xc000_00b7;
/// Of no processor: a watch is refused before it matters.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
pub(super) const ARCH: u32 = 0;

/// Whether this processor's system calls are known here.
pub(super) const KNOWN: bool =
    cfg!(all(any(target_arch = "x86_64", target_arch = "aarch64"), target_endian = "little"));

const STOP: u32 = libc::SECCOMP_RET_TRACE;
const RUN: u32 = libc::SECCOMP_RET_ALLOW;

/// Where a value is in what the kernel shows the filter.
const NUMBER: u32 = 0;
const ARCHITECTURE: u32 = 4;
/// The lower half of an argument.
fn low(argument: u8) -> u32 {
    16 + 8 * u32::from(argument)
}
fn high(argument: u8) -> u32 {
    low(argument) + 4
}

const LOAD: u16 = (libc::BPF_LD | libc::BPF_W | libc::BPF_ABS) as u16;
const RETURN: u16 = (libc::BPF_RET | libc::BPF_K) as u16;
const AND: u16 = (libc::BPF_ALU | libc::BPF_AND | libc::BPF_K) as u16;

#[derive(Clone, Copy)]
enum Test {
    Equal = libc::BPF_JEQ as isize,
    Greater = libc::BPF_JGT as isize,
    AtLeast = libc::BPF_JGE as isize,
    Bits = libc::BPF_JSET as isize,
}

/// The ioctls that ask a question whose answer the kind of file gives, or are about the descriptor alone: TCGETS, FIONREAD,
/// FIONBIO, FIOCLEX, FIONCLEX, TIOCGPGRP, and TCGETS2 of the two processors' kind.
const HARMLESS_IOCTLS: [u32; 7] = [0x5401, 0x541b, 0x5421, 0x5451, 0x5450, 0x540f, 0x802c_542a];

/// The program, as it is built.
struct Program(Vec<libc::sock_filter>);

impl Program {
    fn op(&mut self, code: u16, k: u32) {
        self.0.push(libc::sock_filter { code, jt: 0, jf: 0, k });
    }

    /// Ends with `result` if the loaded value passes the test, and goes on otherwise.
    fn end_if(&mut self, test: Test, k: u32, result: u32) {
        let code = (libc::BPF_JMP | libc::BPF_K) as u16 | test as u16;
        self.0.push(libc::sock_filter { code, jt: 0, jf: 1, k });
        self.op(RETURN, result);
    }

    fn load(&mut self, offset: u32) {
        self.op(LOAD, offset);
    }

    fn end(&mut self, result: u32) {
        self.op(RETURN, result);
    }

    /// Ends with a stop if the descriptor in an argument is one of `inherited`.
    fn stop_at_inherited(&mut self, argument: u8, inherited: &[u32]) {
        self.load(low(argument));
        for number in inherited {
            self.end_if(Test::Equal, *number, STOP);
        }
    }

    fn stop_at_input(&mut self, argument: u8, inherited: &[u32]) {
        self.stop_at_inherited(argument, inherited);
        self.end_if(Test::Greater, *SAVED.end(), RUN);
        self.end_if(Test::AtLeast, *SAVED.start(), STOP);
        self.end_if(Test::Greater, 2, RUN);
        self.end(STOP);
    }

    /// What is to be done about a call whose number is known. It always ends.
    fn decide(&mut self, row: &Row, inherited: &[u32]) {
        match row.when {
            When::Always => {}
            When::Has(argument, bits) => {
                self.load(low(argument));
                self.end_if(Test::Bits, bits, STOP);
                self.end(RUN);
                return;
            }
            When::HasNot(argument, bits) => {
                self.load(low(argument));
                self.end_if(Test::Bits, bits, RUN);
            }
            When::Is(argument, value) => {
                self.load(low(argument));
                self.end_if(Test::Equal, value, STOP);
                self.end(RUN);
                return;
            }
            When::IsSet(argument) => {
                self.load(low(argument));
                self.end_if(Test::Greater, 0, STOP);
                self.load(high(argument));
                self.end_if(Test::Equal, 0, RUN);
            }
            When::Input(argument) => return self.stop_at_input(argument, inherited),
            When::Output(argument) => {
                self.stop_at_inherited(argument, inherited);
                self.end_if(Test::Greater, 0, RUN);
            }
            When::Fcntl => {
                self.load(low(1));
                let harmless = [libc::F_GETFD, libc::F_SETFD, libc::F_GETFL, libc::F_SETFL];
                for command in harmless {
                    self.end_if(Test::Equal, command as u32, RUN);
                }
                // Anything but duplicating is for the watcher to judge; two steps over the jumps that follow.
                let duplicates = [libc::F_DUPFD, libc::F_DUPFD_CLOEXEC];
                let code = (libc::BPF_JMP | libc::BPF_K | libc::BPF_JEQ) as u16;
                self.0.push(libc::sock_filter { code, jt: 2, jf: 0, k: duplicates[0] as u32 });
                self.0.push(libc::sock_filter { code, jt: 1, jf: 0, k: duplicates[1] as u32 });
                self.end(STOP);
                return self.stop_at_input(0, inherited);
            }
            When::Ioctl => {
                self.load(low(1));
                for request in HARMLESS_IOCTLS {
                    self.end_if(Test::Equal, request, RUN);
                }
            }
            When::Mmap => {
                self.load(low(3));
                self.end_if(Test::Bits, libc::MAP_ANONYMOUS as u32, RUN);
                self.load(low(4));
                self.end_if(Test::Equal, 0, STOP);
                self.load(low(2));
                self.op(AND, libc::PROT_WRITE as u32);
                self.end_if(Test::Equal, 0, RUN);
                // MAP_SHARED_VALIDATE has this bit too.
                self.load(low(3));
                self.end_if(Test::Bits, libc::MAP_SHARED as u32, STOP);
                self.end(RUN);
                return;
            }
            When::Random => {
                self.load(low(2));
                self.op(AND, !libc::GRND_NONBLOCK);
                self.end_if(Test::Greater, 0, STOP);
                self.load(low(1));
                self.end_if(Test::Equal, 8, RUN);
            }
        }
        self.end(STOP);
    }
}

/// Finds the row of the loaded number by halves. The kernel tries the filter on every number there is when it is put on, so it
/// pays to find a row soon. Every way through it ends.
fn tree(rows: &[&Row], inherited: &[u32]) -> io::Result<Vec<libc::sock_filter>> {
    const FEW: usize = 3;
    let jump = libc::BPF_JMP as u16;
    let mut program = Program(Vec::new());
    if rows.len() <= FEW {
        for row in rows {
            let mut part = Program(Vec::new());
            part.decide(row, inherited);
            let length = u8::try_from(part.0.len())
                .map_err(|_| io::Error::new(io::ErrorKind::Unsupported, "too many inherited descriptors"))?;
            let code = jump | (libc::BPF_K | libc::BPF_JEQ) as u16;
            program.0.push(libc::sock_filter { code, jt: 0, jf: length, k: row.number });
            program.0.append(&mut part.0);
        }
        program.end(RUN);
        return Ok(program.0);
    }
    let (lower, upper) = rows.split_at(rows.len() / 2);
    let first = upper.first().map_or(0, |row| row.number);
    let below = tree(lower, inherited)?;
    // A conditional jump does not reach far, another one does: to it, or over it.
    let code = jump | (libc::BPF_K | libc::BPF_JGE) as u16;
    program.0.push(libc::sock_filter { code, jt: 0, jf: 1, k: first });
    program.op(jump | libc::BPF_JA as u16, u32::try_from(below.len()).map_err(io::Error::other)?);
    program.0.extend(below);
    program.0.extend(tree(upper, inherited)?);
    Ok(program.0)
}

/// The filter for a program that is given the descriptors `inherited` beyond its standard streams.
pub(super) fn build(inherited: &[u32]) -> io::Result<Vec<libc::sock_filter>> {
    let mut program = Program(Vec::with_capacity(512));
    program.load(ARCHITECTURE);
    // Only what is not equal ends here: one step over the end.
    let code = (libc::BPF_JMP | libc::BPF_K | libc::BPF_JEQ) as u16;
    program.0.push(libc::sock_filter { code, jt: 1, jf: 0, k: ARCH });
    program.end(STOP);
    program.load(NUMBER);
    program.end_if(Test::Greater, calls::LAST, STOP);
    let mut rows: Vec<&Row> = calls::rows().collect();
    rows.sort_unstable_by_key(|row| row.number);
    program.0.extend(tree(&rows, inherited)?);
    Ok(program.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs the filter as the kernel would.
    fn judge(filter: &[libc::sock_filter], arch: u32, number: u32, args: [u64; 6]) -> bool {
        let mut data = [0u8; 64];
        data[0..4].copy_from_slice(&number.to_le_bytes());
        data[4..8].copy_from_slice(&arch.to_le_bytes());
        for (i, arg) in args.iter().enumerate() {
            data[16 + 8 * i..24 + 8 * i].copy_from_slice(&arg.to_le_bytes());
        }
        let (mut at, mut a) = (0, 0);
        loop {
            let op = filter[at];
            at += 1;
            let jump = |yes: bool| usize::from(if yes { op.jt } else { op.jf });
            match u32::from(op.code) {
                c if c == u32::from(LOAD) => {
                    let k = op.k as usize;
                    a = u32::from_le_bytes(data[k..k + 4].try_into().unwrap());
                }
                c if c == u32::from(RETURN) => return op.k == STOP,
                c if c == u32::from(AND) => a &= op.k,
                c if c == libc::BPF_JMP | libc::BPF_JA => at += op.k as usize,
                c if c == libc::BPF_JMP | libc::BPF_JEQ => at += jump(a == op.k),
                c if c == libc::BPF_JMP | libc::BPF_JGT => at += jump(a > op.k),
                c if c == libc::BPF_JMP | libc::BPF_JGE => at += jump(a >= op.k),
                c if c == libc::BPF_JMP | libc::BPF_JSET => at += jump(a & op.k != 0),
                c => panic!("unknown operation {c:#x}"),
            }
        }
    }

    #[test]
    fn the_filter_stops_where_the_table_says() {
        let filter = build(&[5]).unwrap();
        let stops = |number: libc::c_long, args: [u64; 6]| judge(&filter, ARCH, number as u32, args);
        assert!(stops(libc::SYS_openat, [0; 6]));
        assert!(!stops(libc::SYS_close, [0; 6]));
        assert!(!stops(libc::SYS_brk, [0; 6]));
        // Descriptors.
        for (fd, want) in
            [(0, true), (2, true), (3, false), (5, true), (9, false), (10, true), (15, true), (16, false)]
        {
            assert_eq!(stops(libc::SYS_read, [fd, 0, 0, 0, 0, 0]), want, "read {fd}");
        }
        for (fd, want) in [(0, true), (1, false), (2, false), (5, true), (10, false)] {
            assert_eq!(stops(libc::SYS_write, [fd, 0, 0, 0, 0, 0]), want, "write {fd}");
        }
        // Flags.
        let flag = libc::AT_EMPTY_PATH as u64;
        assert!(!stops(libc::SYS_newfstatat, [0, 0, 0, flag, 0, 0]));
        assert!(stops(libc::SYS_newfstatat, [0, 0, 0, 0, 0, 0]));
        assert!(!stops(libc::SYS_clone, [libc::SIGCHLD as u64, 0, 0, 0, 0, 0]));
        assert!(stops(libc::SYS_clone, [libc::CLONE_NEWNET as u64, 0, 0, 0, 0, 0]));
        assert!(stops(libc::SYS_sendto, [3, 0, 0, 0, 1 << 32, 0]));
        assert!(!stops(libc::SYS_sendto, [3, 0, 0, 0, 0, 0]));
        // Mappings.
        let mmap =
            |prot: i32, flags: i32, fd: u64| stops(libc::SYS_mmap, [0, 1, prot as u64, flags as u64, fd, 0]);
        let (rw, shared) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_SHARED);
        assert!(mmap(rw, shared, 3));
        assert!(!mmap(libc::PROT_READ, shared, 3));
        assert!(!mmap(rw, libc::MAP_PRIVATE, 3));
        assert!(!mmap(rw, shared | libc::MAP_ANONYMOUS, u64::MAX));
        assert!(mmap(libc::PROT_READ, libc::MAP_PRIVATE, 0));
        // Duplicates, locks, questions.
        let fcntl = |fd: u64, command: i32| stops(libc::SYS_fcntl, [fd, command as u64, 10, 0, 0, 0]);
        assert!(fcntl(0, libc::F_DUPFD) && fcntl(10, libc::F_DUPFD_CLOEXEC) && fcntl(3, libc::F_SETLK));
        assert!(!fcntl(3, libc::F_DUPFD) && !fcntl(0, libc::F_GETFL) && !fcntl(4, libc::F_DUPFD_CLOEXEC));
        assert!(!stops(libc::SYS_ioctl, [1, 0x5401, 0, 0, 0, 0]));
        assert!(stops(libc::SYS_ioctl, [1, 0x5413, 0, 0, 0, 0]));
        assert!(!stops(libc::SYS_getrandom, [0, 8, 1, 0, 0, 0]));
        assert!(stops(libc::SYS_getrandom, [0, 16, 1, 0, 0, 0]));
        assert!(stops(libc::SYS_prctl, [22, 2, 0, 0, 0, 0]) && !stops(libc::SYS_prctl, [15, 2, 0, 0, 0, 0]));
        // Every row is found, and nothing else.
        for number in 0..=calls::LAST {
            let always = calls::rows().any(|row| row.number == number && matches!(row.when, When::Always));
            let known = calls::call(number.into()).is_some();
            let stopped = judge(&filter, ARCH, number, [0; 6]);
            assert!(if always { stopped } else { known || !stopped }, "{number}");
        }
        // What is not known, and what other processors' programs call.
        assert!(stops(1000, [0; 6]));
        assert!(stops((X32_BIT | 3) as libc::c_long, [0; 6]));
        assert!(judge(&filter, 0x4000_0003, 3, [9, 0, 0, 0, 0, 0]));
    }
}
