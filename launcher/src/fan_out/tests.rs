//! Every byte reaches both outputs, whatever leaves, whatever the kernel refuses.

use std::io::{PipeReader, Write};
use std::os::fd::BorrowedFd;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use nix::fcntl::{SpliceFFlags, splice};
use stage::process::kernel::waiting_bytes;
use stage::stream::input::AfterStop;

use super::*;

fn stoppable<F: AsFd>(fd: F) -> Stoppable<F> {
    Stoppable::new(fd, Stop::never(), AfterStop::End)
}

/// This many bytes, in no short pattern.
fn bytes(count: usize) -> Vec<u8> {
    (0..count).map(|at| (at * at / 7) as u8).collect()
}

/// Feeds `input` in pieces of `piece` to a fan-out over pipes, whose readers stop after `read`
/// bytes; returns what they got, and the fan-out's entry.
fn through_pipes(input: &[u8], piece: usize, read: [usize; 2]) -> ([Vec<u8>; 2], Entry) {
    through_pipes_by(CALLS, input, piece, read)
}

fn through_pipes_by(
    calls: Calls,
    input: &[u8],
    piece: usize,
    read: [usize; 2],
) -> ([Vec<u8>; 2], Entry) {
    let (reader, mut writer) = io::pipe().unwrap();
    let ((first, to_first), (second, to_second)) = (io::pipe().unwrap(), io::pipe().unwrap());
    let receive = |pipe: PipeReader, most: usize| {
        move || {
            let mut text = Vec::new();
            pipe.take(most as u64).read_to_end(&mut text).unwrap();
            text
        }
    };
    thread::scope(|scope| {
        let first = scope.spawn(receive(first, read[0]));
        let second = scope.spawn(receive(second, read[1]));
        scope.spawn(move || {
            // The fan-out may leave before everything is written.
            let _ = input.chunks(piece).try_for_each(|piece| writer.write_all(piece));
        });
        let outputs: [&dyn AsFd; 2] = [&to_first, &to_second];
        let ended = run_by(calls, stoppable(reader), outputs, &Stop::never());
        drop((to_first, to_second));
        assert_eq!(ended.result.unwrap(), Status::Done);
        ([first.join().unwrap(), second.join().unwrap()], ended.entry)
    })
}

#[test]
fn both_outputs_get_every_byte_whatever_the_pieces() {
    let input = bytes(3_000_000);
    for piece in [1 << 20, 100_000, 4096, 1000] {
        let (outputs, entry) = through_pipes(&input, piece, [usize::MAX; 2]);
        assert!(outputs.iter().all(|output| *output == input), "pieces of {piece}");
        assert_eq!(entry, Entry::Tee { taken: 3_000_000 });
    }
}

#[test]
fn a_call_that_is_refused_is_done_without() {
    static CALLED: AtomicUsize = AtomicUsize::new(0);
    /// Refuses from the third time on, after half of what is there.
    fn half(from: BorrowedFd<'_>, to: BorrowedFd<'_>, most: usize) -> Result<usize, Errno> {
        match CALLED.fetch_add(1, Ordering::Relaxed) {
            0 | 1 => splice(from, None, to, None, most.div_ceil(2), SpliceFFlags::empty()),
            _ => Err(Errno::EPERM),
        }
    }
    let input = bytes(3_000_000);
    for calls in [
        Calls { waiting: |_| Err(Errno::ENOTTY), ..CALLS },
        Calls { tee: |_, _, _| Err(Errno::ENOSYS), ..CALLS },
        Calls { splice: |_, _, _| Err(Errno::EPERM), ..CALLS },
        Calls { splice: half, ..CALLS },
    ] {
        for read in [[usize::MAX; 2], [usize::MAX, 70_000], [70_000, usize::MAX]] {
            let (outputs, entry) = through_pipes_by(calls, &input, 1 << 20, read);
            for (output, most) in outputs.iter().zip(read) {
                assert!(*output == input[..input.len().min(most)], "{} bytes", output.len());
            }
            assert_eq!(entry, Entry::Tee { taken: 3_000_000 });
        }
    }
}

#[test]
fn an_output_that_leaves_does_not_keep_the_other_from_getting_everything() {
    let input = bytes(3_000_000);
    for piece in [1 << 20, 1000] {
        for left in [0, 1, 70_000] {
            let (outputs, _) = through_pipes(&input, piece, [left, usize::MAX]);
            assert!(outputs[1] == input, "first left after {left}, pieces of {piece}");
            let (outputs, _) = through_pipes(&input, piece, [usize::MAX, left]);
            assert!(outputs[0] == input, "second left after {left}, pieces of {piece}");
        }
    }
}

#[test]
fn when_both_have_left_the_work_ends() {
    let (_, entry) = through_pipes(&bytes(3_000_000), 1 << 20, [10, 10]);
    let Entry::Tee { taken } = entry else { unreachable!() };
    assert!(taken < 3_000_000);
}

#[test]
fn ends_that_are_not_pipes_are_read_and_written() {
    let input = bytes(1_000_000);
    let (mut feed, socket) = UnixStream::pair().unwrap();
    let files = [tempfile::NamedTempFile::new().unwrap(), tempfile::NamedTempFile::new().unwrap()];
    thread::scope(|scope| {
        let input = &input;
        scope.spawn(move || feed.write_all(input).unwrap());
        let outputs: [&dyn AsFd; 2] = [files[0].as_file(), files[1].as_file()];
        let ended = run(stoppable(socket), outputs, &Stop::never());
        assert_eq!(ended.entry, Entry::Tee { taken: 1_000_000 });
    });
    for file in files {
        assert!(std::fs::read(file.path()).unwrap() == input);
    }
}

#[test]
fn small_pieces_do_not_use_up_the_pipes_slots() {
    // A pipe of the kernel's default size has 16 slots. Each piece is written once the one before
    // has been taken, so that no two are merged on the way in.
    const PIECES: usize = 100;
    let (reader, mut writer) = io::pipe().unwrap();
    let watched = reader.try_clone().unwrap();
    let ((first, to_first), (_second, to_second)) = (io::pipe().unwrap(), io::pipe().unwrap());
    thread::scope(|scope| {
        scope.spawn(move || {
            for piece in 1..=PIECES {
                writer.write_all(b"57\n").unwrap();
                let deadline = Instant::now() + Duration::from_secs(60);
                while waiting_bytes(watched.as_fd()).unwrap() > 0
                    || waiting_bytes(first.as_fd()).unwrap() < 3 * piece
                {
                    assert!(Instant::now() < deadline, "stuck after {piece} pieces");
                    thread::yield_now();
                }
            }
        });
        let ended = run(stoppable(reader), [&to_first, &to_second], &Stop::never());
        assert_eq!(ended.entry, Entry::Tee { taken: 3 * PIECES as u64 });
    });
}
