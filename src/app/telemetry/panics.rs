//! What a panic says: a slice's panic quotes the text that it was cut from, and that may be
//! a customer's.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::Write;

use super::masked::masked;

/// From now on panics are told as before, masked.
pub(super) fn mask() {
    std::panic::set_hook(Box::new(|panic| {
        let thread = std::thread::current();
        let line = format!("thread '{}' {panic}\n", thread.name().unwrap_or("<unnamed>"));
        let trace = Backtrace::capture();
        let trace = if trace.status() == BacktraceStatus::Captured { trace.to_string() } else { String::new() };
        // Nobody may be reading; a panic within a panic would end the process.
        let _unread = std::io::stderr().write_all(format!("{}{trace}", masked(&line)).as_bytes());
    }));
}
