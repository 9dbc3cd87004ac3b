//! Helpers: the threads that a stage works with besides its own.
//!
//! A stage that has given up system calls cannot start a thread any more. The order, in
//! [`crate::process::program`]:
//!
//! 1. the allocator is told to use one arena for all threads, for which it needs no files, before there
//!    is another thread; and the stage gives up files, which holds for the threads that it starts then;
//! 2. the stop handler is installed, which blocks its signals: the helpers inherit that, so that a stop
//!    only ever wakes the stage's own thread;
//! 3. the helpers begin. Each allocates memory and reports that it is there, so that the allocator has
//!    made what it keeps for each thread;
//! 4. once all have reported, the stage gives up system calls for all of its threads at once, as
//!    [`crate::process::sandbox`] says;
//! 5. the stage hands out tasks.
//!
//! Helpers that have no task sleep. Dropping [`Helpers`] lets each end after its last task; a process
//! that exits does not wait for them.

use std::io;
use std::process;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

/// A helper's work.
pub type Task = Box<dyn FnOnce() + Send>;

/// Threads that wait for tasks.
#[derive(Debug, Default)]
pub struct Helpers {
    tasks: Vec<Sender<Task>>,
}

impl Helpers {
    /// Starts this many, and waits until they are there.
    pub fn start(count: usize) -> io::Result<Helpers> {
        let (report, reports) = channel();
        let mut helpers = Helpers::default();
        for _ in 0..count {
            let (sender, tasks) = channel();
            let report = report.clone();
            // Without a name of its own it has the program's, in ps and top.
            thread::Builder::new().spawn(move || help(report, &tasks))?;
            helpers.tasks.push(sender);
        }
        drop(report);
        reports.iter().for_each(drop);
        Ok(helpers)
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.tasks.len()
    }

    /// Gives each helper a task.
    pub fn give_each(&self, mut task: impl FnMut() -> Task) {
        for tasks in &self.tasks {
            let _ = tasks.send(task());
        }
    }
}

/// Aborts the process if a helper panics, as a release build does anyway: the result of its task would
/// be missing, and nobody would notice.
struct NeverPanics;

impl Drop for NeverPanics {
    fn drop(&mut self) {
        if thread::panicking() {
            process::abort();
        }
    }
}

/// A helper's life.
fn help(report: Sender<Vec<u8>>, tasks: &Receiver<Task>) {
    let _never_panics = NeverPanics;
    let _ = report.send(vec![0]);
    drop(report);
    tasks.iter().for_each(|task| task());
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;
    use std::sync::{Arc, Barrier};

    #[test]
    fn every_helper_gets_a_task_and_all_work_at_once() {
        let helpers = Helpers::start(3).unwrap();
        assert_eq!(helpers.count(), 3);
        // Ends only if four threads come to it.
        let (barrier, (done, all_done)) = (Arc::new(Barrier::new(4)), channel());
        helpers.give_each(|| {
            let (barrier, done) = (Arc::clone(&barrier), done.clone());
            Box::new(move || {
                barrier.wait();
                let _ = done.send(thread::current().id());
            })
        });
        barrier.wait();
        drop(done);
        assert_eq!(all_done.iter().collect::<HashSet<_>>().len(), 3);
    }

    #[test]
    fn without_any_nobody_gets_a_task() {
        let mut tasks = 0;
        Helpers::start(0).unwrap().give_each(|| {
            tasks += 1;
            Box::new(|| ())
        });
        assert_eq!(tasks, 0);
    }
}
