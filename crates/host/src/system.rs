//! The clock, the load, the processors, the umask.

use bstr::ByteSlice;

use rustix::fs::CWD;
use rustix::time::ClockId;

use crate::{Host, clock_ns};

/// How busy the machine is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Load {
    /// The average over the last minute.
    pub minute: f64,
    /// How many tasks want a processor right now, this thread among them.
    pub running: u32,
}

/// A time as a clock on the wall shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalTime {
    /// The year.
    pub year: i64,
    /// The month, from 1.
    pub month: i32,
    /// The day of the month.
    pub day: i32,
    /// The day of the week, Sunday being 0.
    pub weekday: i32,
    /// Hour, minute and second.
    pub clock: [i32; 3],
}

impl LocalTime {
    /// The time so many seconds after 1970 began, where this process is.
    pub fn at(seconds: i64) -> LocalTime {
        let mut parts = std::mem::MaybeUninit::<libc::tm>::zeroed();
        // SAFETY: both are pointers to objects of their types; where the call fails it leaves all zeros, which are valid.
        let parts = unsafe {
            libc::localtime_r(&seconds, parts.as_mut_ptr());
            parts.assume_init()
        };
        LocalTime {
            year: i64::from(parts.tm_year) + 1900,
            month: parts.tm_mon + 1,
            day: parts.tm_mday,
            weekday: parts.tm_wday,
            clock: [parts.tm_hour, parts.tm_min, parts.tm_sec],
        }
    }

    /// As ctime(3) writes it.
    pub fn text(&self) -> String {
        const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
        const MONTHS: [&str; 12] =
            ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        let name = |names: &[&'static str], at: i32| {
            usize::try_from(at).ok().and_then(|at| names.get(at).copied()).unwrap_or("???")
        };
        let [hour, minute, second] = self.clock;
        let (weekday, month) = (name(&DAYS, self.weekday), name(&MONTHS, self.month - 1));
        format!("{weekday} {month} {:2} {hour:02}:{minute:02}:{second:02} {}", self.day, self.year)
    }
}

impl Host {
    /// The time, in nanoseconds since 1970.
    pub fn now_ns(&self) -> i64 {
        clock_ns(ClockId::Realtime)
    }

    /// CPU time of this process and no other, in nanoseconds.
    pub fn cpu_ns(&self) -> u64 {
        clock_ns(ClockId::ProcessCPUTime).unsigned_abs()
    }

    /// The load of the machine; `None` where the system does not tell.
    pub fn load(&self) -> Option<Load> {
        parse_load(&self.read_at(CWD, b"/proc/loadavg").ok()?)
    }

    /// The load average over the last minute; `None` where the system does not tell.
    pub fn loadavg(&self) -> Option<f64> {
        self.load().map(|load| load.minute)
    }

    /// How many processors this process may use.
    pub fn cpu_count(&self) -> usize {
        std::thread::available_parallelism().map_or(1, |n| n.get())
    }

    /// The permissions that new files do not get, as this process was started with.
    pub fn umask(&self) -> u32 {
        crate::start::umask()
    }
}

/// Reads the text of /proc/loadavg: `0.20 0.18 0.12 1/80 11206`.
fn parse_load(text: &[u8]) -> Option<Load> {
    let mut fields = text.to_str().ok()?.split(' ');
    let minute = fields.next()?.parse().ok()?;
    let running = fields.nth(2)?.split('/').next()?.parse().ok()?;
    Some(Load { minute, running })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_as_ctime_writes_it() {
        let time = LocalTime { year: 2026, month: 11, day: 1, weekday: 0, clock: [4, 5, 59] };
        assert_eq!(time.text(), "Sun Nov  1 04:05:59 2026");
        assert!((1969..=1970).contains(&LocalTime::at(0).year));
    }

    #[test]
    fn the_load_is_read_from_its_text() {
        assert_eq!(parse_load(b"0.20 0.18 0.12 3/80 11206\n"), Some(Load { minute: 0.2, running: 3 }));
        assert_eq!(parse_load(b""), None);
        assert_eq!(parse_load(b"x y z"), None);
    }

    #[test]
    fn the_machine_has_a_clock_and_processors() {
        let host = Host::new();
        let then = host.now_ns();
        assert!(then > 1_700_000_000_000_000_000 && host.now_ns() >= then);
        assert!(host.cpu_count() > 0 && host.cpu_ns() > 0);
        assert!(host.umask() <= 0o777);
    }
}
