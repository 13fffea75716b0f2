//! Work that nobody waits for gives way to work that somebody does.

/// Lowers the priority of this thread and of those that it starts from now on. Where the
/// system has no such thing, they work at the ordinary one.
pub fn give_way() {
    #[cfg(target_os = "linux")]
    lower();
}

/// On Linux, "the process 0" is the calling thread, and threads inherit.
#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "the standard library has no call for a thread's priority")]
fn lower() {
    const NICE: i32 = 15;
    // SAFETY: it takes three numbers and changes nothing in our memory.
    let done = unsafe { libc::setpriority(libc::PRIO_PROCESS, 0, NICE) };
    if done != 0 {
        tracing::debug!(error = %std::io::Error::last_os_error(), "the priority of a thread stays as it is");
    }
}
