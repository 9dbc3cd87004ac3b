//! What is done to the long pipeline. None of it may cost a sample that was sent.

use std::fmt;
use std::io::{PipeReader, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use rand::RngExt;
use rand::rngs::Xoshiro256PlusPlus;
use wandler_tests::proc;
use wandler_tests::run::Running;
use wandler_tests::small_disk::{lower_file_size, raise_file_size};

/// How long a process is stopped, or the disk is full, at most.
const LONGEST: Duration = Duration::from_secs(3);

/// How long the pipeline is left alone at most.
const PEACE: Duration = Duration::from_secs(2);

/// What disturbs a pipeline, and how often each disturbance happened.
pub(crate) struct Disturber {
    stages: Vec<(String, Pid)>,
    reader: Reader,
    stops: u64,
    full_disks: u64,
    hung_readers: u64,
}

impl Disturber {
    /// Disturbs a running pipeline, whose report comes through this pipe.
    pub(crate) fn new(running: &Running, report: PipeReader) -> Disturber {
        let reader = Reader::of(report);
        running.wait_until("the first record has come", || reader.lines() > 0);
        let stages: Vec<(String, Pid)> = proc::children(running.pid()).into_iter().collect();
        assert_eq!(stages.len(), 5, "{running}");
        Disturber { stages, reader, stops: 0, full_disks: 0, hung_readers: 0 }
    }

    /// Disturbs the pipeline once, then leaves it alone for a while.
    pub(crate) fn disturb(&mut self, random: &mut Xoshiro256PlusPlus) {
        let time = LONGEST.mul_f64(random.random::<f64>());
        match random.random_range(0..4) {
            0 | 1 => self.stop_one(random, time),
            2 => self.fill_the_disk(time),
            _ => self.hang_the_reader(time),
        }
        thread::sleep(PEACE.mul_f64(random.random::<f64>()));
    }

    fn stop_one(&mut self, random: &mut Xoshiro256PlusPlus, time: Duration) {
        let (_, pid) = self.stages[random.random_range(0..self.stages.len())];
        kill(pid, Signal::SIGSTOP).expect("the stage is there");
        thread::sleep(time);
        kill(pid, Signal::SIGCONT).expect("the stage is there");
        self.stops += 1;
    }

    fn fill_the_disk(&mut self, time: Duration) {
        lower_file_size(self.log());
        thread::sleep(time);
        raise_file_size(self.log());
        self.full_disks += 1;
    }

    fn hang_the_reader(&mut self, time: Duration) {
        self.reader.hangs.store(true, Ordering::Relaxed);
        thread::sleep(time);
        self.reader.hangs.store(false, Ordering::Relaxed);
        self.hung_readers += 1;
    }

    fn log(&self) -> Pid {
        self.stages.iter().find(|(name, _)| name == "log").expect("log is there").1
    }

    /// Waits until `log` can write again, whatever was done before.
    pub(crate) fn leave_in_peace(&self) {
        thread::sleep(LONGEST);
    }

    /// Lines of the report, once it has ended.
    pub(crate) fn records(&mut self) -> u64 {
        if let Some(thread) = self.reader.thread.take() {
            thread.join().expect("the report can be read");
        }
        self.reader.lines()
    }
}

impl fmt::Display for Disturber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} stops, {} full disks, {} readers that hung",
            self.stops, self.full_disks, self.hung_readers
        )
    }
}

/// The reader of the report: it keeps nothing, and hangs when told to.
struct Reader {
    hangs: Arc<AtomicBool>,
    lines: Arc<AtomicU64>,
    thread: Option<JoinHandle<()>>,
}

impl Reader {
    fn of(mut report: PipeReader) -> Reader {
        let (hangs, lines) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let (hanging, counted) = (Arc::clone(&hangs), Arc::clone(&lines));
        let thread = thread::spawn(move || {
            let mut buffer = [0; 4096];
            loop {
                while hanging.load(Ordering::Relaxed) {
                    thread::sleep(Duration::from_millis(10));
                }
                let count = report.read(&mut buffer).expect("the report can be read");
                if count == 0 {
                    return;
                }
                let lines = buffer[..count].iter().filter(|&&byte| byte == b'\n').count();
                counted.fetch_add(lines as u64, Ordering::Relaxed);
            }
        });
        Reader { hangs, lines, thread: Some(thread) }
    }

    fn lines(&self) -> u64 {
        self.lines.load(Ordering::Relaxed)
    }
}
