//! The machine: processor, memory, clock.

use jiff::civil::date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::Finding;
use crate::app::database;
use crate::base::clock::Clock;
use crate::base::config::Config;

const AREA: &str = "machine";
const MIB: u64 = 1 << 20;
/// The idle server stays below it, so that a smaller machine swaps.
const NEEDED: u64 = 450 * MIB;

pub(super) fn findings() -> Vec<Finding> {
    vec![processor(), memory()]
}

fn processor() -> Finding {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let kind = if cores == 1 { "1 core".to_owned() } else { format!("{cores} cores") };
    #[cfg(target_arch = "x86_64")]
    {
        if !std::is_x86_feature_detected!("avx2") {
            return Finding::warn(
                AREA,
                format!(
                    "{kind} without AVX2: messages take several times as long to read; take a processor of 2013 or later"
                ),
            );
        }
        let bf16 = std::is_x86_feature_detected!("avx512bf16");
        let says = if bf16 { "AVX-512 with bf16: the fast kind" } else { "AVX2, no bf16: the models run in fp32" };
        Finding::ok(AREA, format!("{kind}, {says}"))
    }
    #[cfg(not(target_arch = "x86_64"))]
    Finding::ok(AREA, format!("{kind}, {}", std::env::consts::ARCH))
}

fn memory() -> Finding {
    let Ok(text) = std::fs::read_to_string("/proc/meminfo") else {
        return Finding::warn(
            AREA,
            format!("how much memory there is cannot be told; {} MiB are needed", NEEDED / MIB),
        );
    };
    let (total, available) = (field(&text, "MemTotal"), field(&text, "MemAvailable"));
    // A container may have less than its machine.
    let limit =
        std::fs::read_to_string("/sys/fs/cgroup/memory.max").ok().and_then(|limit| limit.trim().parse::<u64>().ok());
    judge_memory(total.min(limit.unwrap_or(u64::MAX)), available.min(limit.unwrap_or(u64::MAX)))
}

/// A value of /proc/meminfo, in bytes.
fn field(text: &str, name: &str) -> u64 {
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    let kilobytes = line.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) * 1024
}

fn judge_memory(total: u64, available: u64) -> Finding {
    let says = format!("{} MiB of memory, {} MiB of it free", total / MIB, available / MIB);
    if total < NEEDED {
        return Finding::fail(AREA, format!("{says}: {} MiB are needed", NEEDED / MIB));
    }
    if available < NEEDED {
        return Finding::warn(
            AREA,
            format!("{says}: the server needs {} MiB; if it does not run yet, end another program", NEEDED / MIB),
        );
    }
    Finding::ok(AREA, says)
}

/// Times stand in the log for good, and a clock that jumps back confuses everybody.
pub(super) fn clock(config: &Config, clock: &Clock) -> Option<Finding> {
    let now = clock.now();
    let written = database::file(config).and_then(|file| file.metadata().ok()?.modified().ok());
    let written = written.and_then(|time| Timestamp::try_from(time).ok());
    Some(judge_clock(now, written))
}

fn judge_clock(now: Timestamp, database_written: Option<Timestamp>) -> Finding {
    const CURE: &str = "set the machine's clock, best by NTP (`timedatectl set-ntp true`)";
    let released = date(2026, 1, 1).to_zoned(TimeZone::UTC).map_or(Timestamp::UNIX_EPOCH, |day| day.timestamp());
    if now < released {
        return Finding::fail(AREA, format!("the clock says {now}, before this program was written: {CURE}"));
    }
    match database_written {
        Some(written) if written > now + SignedDuration::from_mins(1) => {
            Finding::warn(AREA, format!("the clock says {now}, but the database was written at {written}: {CURE}"))
        }
        _ => Finding::ok(AREA, format!("the clock says {now}")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;
    use rstest::rstest;

    #[test]
    fn reads_meminfo() {
        let text = "MemTotal:       24000000 kB\nMemFree:  1 kB\nMemAvailable:    2048 kB\n";
        assert_eq!(field(text, "MemTotal"), 24_000_000 * 1024);
        assert_eq!(field(text, "MemAvailable"), 2 * MIB);
        assert_eq!(field(text, "Mem"), 0);
    }

    #[rstest]
    #[case(4096, 2048, State::Ok)]
    #[case(1024, 300, State::Warn)]
    #[case(256, 200, State::Fail)]
    fn judges_memory(#[case] total: u64, #[case] available: u64, #[case] state: State) {
        assert_eq!(judge_memory(total * MIB, available * MIB).state, state);
    }

    #[rstest]
    #[case("2026-11-20T10:00:00Z", None, State::Ok)]
    #[case("2026-11-20T10:00:00Z", Some("2026-11-20T10:00:30Z"), State::Ok)]
    #[case("2026-11-20T10:00:00Z", Some("2026-11-20T12:00:00Z"), State::Warn)]
    #[case("1970-01-01T00:05:00Z", None, State::Fail)]
    fn judges_the_clock(#[case] now: &str, #[case] written: Option<&str>, #[case] state: State) {
        let time = |text: &str| text.parse::<Timestamp>().unwrap();
        assert_eq!(judge_clock(time(now), written.map(time)).state, state);
    }
}
