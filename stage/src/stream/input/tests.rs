use super::after_stop::GRACE;
use super::*;
use crate::process::ledger::Launcher;
use std::io::{Seek, SeekFrom, Write};

fn drained(fd: io::PipeReader) -> Stoppable<io::PipeReader> {
    let after_stop = AfterStop::Drain { grace: Duration::ZERO, launcher: None };
    Stoppable::new(fd, Stop::never(), after_stop)
}

#[test]
fn a_deadline_passes_while_nothing_comes() {
    let (reader, _writer) = io::pipe().unwrap();
    let wait = drained(reader).wait(Some(Instant::now())).unwrap();
    assert_eq!(wait, Wake::Deadline);
}

#[test]
fn data_and_then_the_end_are_read() {
    let (reader, mut writer) = io::pipe().unwrap();
    writer.write_all(b"1\n").unwrap();
    drop(writer);
    let mut input = drained(reader);
    assert_eq!(input.wait(None).unwrap(), Wake::Ready);
    let mut text = String::new();
    input.read_to_string(&mut text).unwrap();
    assert_eq!(text, "1\n");
    assert_eq!(input.wait(None).unwrap(), Wake::Ready, "an end of file is ready for ever");
}

#[test]
fn a_non_blocking_descriptor_is_waited_for() {
    use nix::fcntl::{FcntlArg, OFlag, fcntl};
    let (reader, mut writer) = io::pipe().unwrap();
    fcntl(&reader, FcntlArg::F_SETFL(OFlag::O_NONBLOCK)).unwrap();
    let thread = std::thread::spawn(move || {
        let mut text = String::new();
        drained(reader).read_to_string(&mut text).unwrap();
        text
    });
    writer.write_all(b"1\n").unwrap();
    drop(writer);
    assert_eq!(thread.join().unwrap(), "1\n");
}

/// An input from `fd` after a stop, with a grace period of zero.
fn stopped<F: AsFd>(fd: F, launcher: Option<Launcher>) -> Stoppable<F> {
    let after_stop = AfterStop::Drain { grace: Duration::ZERO, launcher };
    Stoppable::new(fd, Stop::requested_already(), after_stop)
}

#[test]
fn after_a_stop_what_is_there_is_drained_and_then_the_input_is_over() {
    let (reader, mut writer) = io::pipe().unwrap();
    writer.write_all(b"1\n").unwrap();
    let mut input = stopped(reader, None);
    let mut buffer = [0; 9];
    assert_eq!(input.wait(None).unwrap(), Wake::Ready);
    assert_eq!(input.read(&mut buffer).unwrap(), 2);
    assert_eq!(input.wait(None).unwrap(), Wake::Ready);
    assert_eq!(input.read(&mut buffer).unwrap(), 0, "although the writer is still there");
}

#[test]
fn the_end_of_a_pipe_is_clean_even_after_a_stop_and_silence_is_not() {
    let mut buffer = [0; 9];
    let mut ending = |mut input: Stoppable<io::PipeReader>| {
        assert_eq!(input.wait(None).unwrap(), Wake::Ready);
        assert_eq!(input.read(&mut buffer).unwrap(), 0);
        input.ending()
    };
    let (reader, writer) = io::pipe().unwrap();
    drop(writer);
    assert_eq!(ending(drained(reader)), Ending::Clean);
    let (reader, writer) = io::pipe().unwrap();
    drop(writer);
    assert_eq!(ending(stopped(reader, None)), Ending::Clean);
    let (reader, _writer) = io::pipe().unwrap();
    assert_eq!(ending(stopped(reader, None)), Ending::Stopped);
}

#[test]
fn a_device_that_hangs_up_is_an_error_after_what_it_sent() {
    let terminal = nix::pty::openpty(None, None).unwrap();
    let mut line = Stoppable::new(&terminal.slave, Stop::never(), AfterStop::End);
    nix::unistd::write(&terminal.master, b"1\n").unwrap();
    let mut buffer = [0; 9];
    assert_eq!(line.read(&mut buffer).unwrap(), 2);
    drop(terminal.master);
    assert_eq!(line.wait(None).unwrap(), Wake::Ready);
    let error = line.read(&mut buffer).unwrap_err();
    assert_eq!(Ending::of_error(&error), Ending::HungUp);
}

#[test]
fn while_the_launcher_lives_there_is_no_end_to_the_grace() {
    let (ledger, to_launcher) = io::pipe().unwrap();
    let launcher = crate::process::ledger::Ledger::new(to_launcher.into()).launcher();
    let (reader, _writer) = io::pipe().unwrap();
    let mut input = stopped(reader, launcher);
    let deadline = Instant::now() + Duration::from_millis(20);
    assert_eq!(input.wait(Some(deadline)).unwrap(), Wake::Deadline);
    drop(ledger);
    assert_eq!(input.wait(None).unwrap(), Wake::Ready);
    assert!(input.has_ended());
}

#[test]
fn a_terminal_gets_no_grace_and_everything_else_does() {
    let grace = |after_stop| match after_stop {
        AfterStop::Drain { grace, .. } => grace,
        AfterStop::End => unreachable!("it is drained"),
    };
    let terminal = nix::pty::openpty(None, None).unwrap();
    assert_eq!(grace(AfterStop::drain(&terminal.slave, None)), Duration::ZERO);
    let file = tempfile::tempfile().unwrap();
    assert_eq!(grace(AfterStop::drain(&file, None)), GRACE);
}

#[test]
fn a_file_that_is_cut_off_is_an_error_after_what_was_read_of_it() {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(b"1\n2\n").unwrap();
    file.seek(SeekFrom::Start(0)).unwrap();
    let mut input = Stoppable::new(&file, Stop::never(), AfterStop::End);
    let mut buffer = [0; 3];
    assert_eq!(input.read(&mut buffer).unwrap(), 3);
    file.set_len(2).unwrap();
    for _ in 0..2 {
        let error = input.read(&mut buffer).unwrap_err();
        assert_eq!(error.to_string(), "it became shorter meanwhile");
        assert_eq!(Ending::of_error(&error), Ending::Failed);
    }
}
