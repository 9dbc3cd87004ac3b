//! A ring in shared memory whose other side posts tokens for ever, against the rules: a stage goes on to
//! its end all the same.

use std::io::Write;
use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use nix::sys::signal::Signal;
use stage::process::stop::Stop;
use stage::stream::output::Unbuffered;
use stage::stream::transport::ring::{self, memory::Memory};
use wandler_tests::account::closing;
use wandler_tests::run::Program;

/// Does something again and again, in a thread, until it is dropped.
struct Flood(Arc<AtomicBool>);

impl Flood {
    fn of(step: impl Fn() + Send + 'static) -> Flood {
        let is_over = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&is_over);
        thread::spawn(move || {
            while !seen.load(Ordering::Relaxed) {
                step();
            }
        });
        Flood(is_over)
    }
}

impl Drop for Flood {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn a_reader_that_does_nothing_but_post_ends_its_writer_with_a_message() {
    let (ends, _keeper) = ring::create("test").unwrap();
    let memory = Memory::map(ends.reader.as_fd()).unwrap();
    let conv = Program::new("conv").words("--rate max").stdout(ends.writer).start();
    let _flood = Flood::of(move || memory.header().free.0.post());
    conv.finish().exits(1).mentions(
        "conv: cannot write standard output: the ring in shared memory is damaged: \
         more tokens than free slots",
    );
}

#[test]
fn a_writer_that_does_nothing_but_post_does_not_keep_its_reader_from_a_stop() {
    let (ends, _keeper) = ring::create("test").unwrap();
    let memory = Memory::map(ends.writer.as_fd()).unwrap();
    let conv = Program::new("conv").words("--from -").stdin(ends.reader).start();
    let mut output = Unbuffered::new(&ends.writer, Stop::never());
    output.write_all(b"57\n").unwrap();
    conv.wait_for_line("57");
    let _flood = Flood::of(move || memory.header().filled.0.post());
    conv.signal(Signal::SIGTERM);
    conv.finish().exits(0).writes("57\n").says(&[closing(1, 0)]);
}
