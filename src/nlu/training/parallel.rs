//! Several models at once. A step over a few examples is too small to be shared among cores:
//! two threads on one model take as long as one, two models on a thread each half as long.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Works the tasks off in their order on so many threads, this one among them; results in
/// the tasks' order. libtorch uses one thread in each.
///
/// # Panics
/// With what a task panics with, once the tasks that others have begun are over.
pub fn in_parallel<T: Send>(threads: usize, tasks: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::with_capacity(tasks));
    let work_off = || {
        let before = tch::get_num_threads();
        tch::set_num_threads(1);
        loop {
            let task = next.fetch_add(1, Ordering::Relaxed);
            if task >= tasks {
                break;
            }
            match catch_unwind(AssertUnwindSafe(|| work(task))) {
                Ok(result) => results.lock().unwrap_or_else(PoisonError::into_inner).push((task, result)),
                Err(panic) => {
                    // Nobody begins another.
                    next.store(tasks, Ordering::Relaxed);
                    resume_unwind(panic);
                }
            }
        }
        tch::set_num_threads(before);
    };
    std::thread::scope(|scope| {
        let helpers: Vec<_> = (1..threads.min(tasks)).map(|_| scope.spawn(work_off)).collect();
        work_off();
        for helper in helpers {
            if let Err(panic) = helper.join() {
                resume_unwind(panic);
            }
        }
    });
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_by_key(|&(task, _)| task);
    results.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_keep_the_order_of_the_tasks() {
        assert_eq!(in_parallel(3, 20, |task| task * task), (0..20).map(|task| task * task).collect::<Vec<_>>());
        assert_eq!(in_parallel(4, 0, |task| task), Vec::<usize>::new());
    }

    #[test]
    fn what_unwinds_one_unwinds_all() {
        let begun = AtomicUsize::new(0);
        let work = |task: usize| {
            begun.fetch_add(1, Ordering::Relaxed);
            if task == 2 {
                resume_unwind(Box::new("called off"));
            }
        };
        let panic = catch_unwind(AssertUnwindSafe(|| in_parallel(2, 1000, work))).unwrap_err();
        assert_eq!(panic.downcast_ref::<&str>(), Some(&"called off"));
        assert!(begun.load(Ordering::Relaxed) < 1000);
    }
}
