//! What holds for a transport of every kind.

use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::drain::Drain;
use super::peer::End;
use super::queue::Capacity;
use super::{Keeper, Pair, queue, ring};
use crate::process::clock::Wake;
use crate::process::stop::Stop;
use crate::stream::input::{self, AfterStop, Input};
use crate::stream::output::{self, Output, reader_is_gone};

/// A queue, as large as there is room for: other tests have some at the same time.
fn a_queue() -> (Pair, queue::Keeper) {
    let mut capacity = Capacity::granted();
    loop {
        match queue::create("test", capacity) {
            Err(queue::Error::Limit { .. }) => capacity = capacity.halved().unwrap(),
            result => return result.unwrap(),
        }
    }
}

/// A transport of each kind, with its name.
fn all() -> [(&'static str, Pair, Keeper); 4] {
    let (reader, writer) = io::pipe().unwrap();
    let pipe = Pair { reader: reader.into(), writer: writer.into() };
    let (reader, writer) = UnixStream::pair().unwrap();
    let socket = Pair { reader: reader.into(), writer: writer.into() };
    let (queue, queue_keeper) = a_queue();
    let (ring, ring_keeper) = ring::create("test").unwrap();
    [
        ("pipe", pipe, Keeper::Kernel),
        ("socket", socket, Keeper::Kernel),
        ("queue", queue, Keeper::Queue(queue_keeper)),
        ("ring", ring, Keeper::Ring(ring_keeper)),
    ]
}

fn input<F: AsFd>(fd: F) -> input::Stoppable<F> {
    input::Stoppable::new(fd, Stop::never(), AfterStop::End)
}

fn output<F: AsFd>(fd: F) -> output::Unbuffered<F> {
    output::Unbuffered::new(fd, Stop::never())
}

fn bytes(count: usize) -> Vec<u8> {
    (0..count).map(|at| if at % 7 == 6 { b'\n' } else { b'0' + (at * at % 10) as u8 }).collect()
}

/// Writes `text` in pieces of `piece`, and reads it in pieces of `most`.
fn cross(ends: Pair, text: &[u8], piece: usize, most: usize) -> Vec<u8> {
    thread::scope(|scope| {
        scope.spawn(move || {
            let mut output = output(ends.writer);
            text.chunks(piece).for_each(|piece| output.write_all(piece).unwrap());
        });
        let mut input = input(ends.reader);
        let (mut read, mut buffer) = (Vec::new(), vec![0; most]);
        loop {
            assert_eq!(input.wait(None).unwrap(), Wake::Ready);
            match input.read(&mut buffer).unwrap() {
                0 => return read,
                count => read.extend_from_slice(&buffer[..count]),
            }
        }
    })
}

#[test]
fn every_byte_crosses_in_order_whatever_the_pieces() {
    let text = bytes(2_000_000);
    for (piece, most) in [(300_000, 300_000), (70_000, 10_000), (5000, 300_000), (10, 300_000)] {
        for (name, ends, _keeper) in all() {
            assert!(cross(ends, &text, piece, most) == text, "{name}, {piece} and {most}");
        }
    }
}

#[test]
fn a_line_longer_than_a_message_crosses_all_the_same() {
    let text = vec![b'7'; 1_000_000];
    for (name, ends, _keeper) in all() {
        assert!(cross(ends, &text, text.len(), 1000) == text, "{name}");
    }
}

#[test]
fn nothing_is_not_an_end() {
    for (name, ends, _keeper) in all() {
        let (mut input, mut output) = (input(ends.reader), output(ends.writer));
        assert_eq!(output.write(b"").unwrap(), 0);
        assert_eq!(input.wait(Some(Instant::now())).unwrap(), Wake::Deadline, "{name}");
        output.write_all(b"1\n").unwrap();
        assert_eq!(input.wait(None).unwrap(), Wake::Ready);
        assert_eq!(input.read(&mut [0; 9]).unwrap(), 2, "{name}");
    }
}

#[test]
fn a_deadline_passes_while_nothing_comes() {
    for (name, ends, _keeper) in all() {
        let start = Instant::now();
        let deadline = start + Duration::from_millis(20);
        let mut input = input(&ends.reader);
        assert_eq!(input.wait(Some(deadline)).unwrap(), Wake::Deadline, "{name}");
        assert!(start.elapsed() >= Duration::from_millis(20), "{name}");
    }
}

#[test]
fn a_writer_that_is_gone_without_a_word_is_the_end_behind_what_it_wrote() {
    for (name, ends, _keeper) in all() {
        let mut output = output(ends.writer);
        output.write_all(b"1\n").unwrap();
        output.write_all(b"2\n").unwrap();
        output.die();
        let mut text = String::new();
        input(ends.reader).read_to_string(&mut text).unwrap();
        assert_eq!(text, "1\n2\n", "{name}");
    }
}

/// Runs `sleep` in a thread, and `then` once that sleeps, or has ended already; returns the result of
/// `sleep`.
fn once_it_sleeps<T: Send>(sleep: impl FnOnce() -> T + Send, then: impl FnOnce()) -> T {
    thread::scope(|scope| {
        let (tell, told) = mpsc::channel();
        let sleeper = scope.spawn(move || {
            tell.send(nix::unistd::gettid()).unwrap();
            sleep()
        });
        let path = format!("/proc/self/task/{}/stat", told.recv().unwrap());
        let is_asleep = || !std::fs::read_to_string(&path).is_ok_and(|it| !it.contains(") S "));
        let deadline = Instant::now() + Duration::from_secs(60);
        while !is_asleep() {
            assert!(Instant::now() < deadline, "it does not fall asleep");
            thread::yield_now();
        }
        then();
        sleeper.join().unwrap()
    })
}

#[test]
fn a_sleeping_reader_is_woken_when_the_writer_ends() {
    for (name, Pair { reader, writer }, _keeper) in all() {
        let output = output(writer);
        let read = || input(reader).read(&mut [0; 9]).unwrap();
        assert_eq!(once_it_sleeps(read, || drop(output)), 0, "{name}");
    }
}

/// The launcher's wake-up suffices, even before the kernel has closed anything.
#[test]
fn a_sleeping_reader_is_woken_by_the_launcher() {
    for (name, ends, keeper) in all() {
        if let Keeper::Kernel = keeper {
            continue;
        }
        let read = || input(&ends.reader).read(&mut [0; 9]).unwrap();
        assert_eq!(once_it_sleeps(read, || keeper.close(End::Writer)), 0, "{name}");
    }
}

#[test]
fn a_sleeping_reader_finds_out_by_itself_that_the_writer_has_died() {
    for (name, Pair { reader, writer }, _keeper) in all() {
        let output = output(writer);
        let read = || input(reader).read(&mut [0; 9]).unwrap();
        assert_eq!(once_it_sleeps(read, || output.die()), 0, "{name}");
    }
}

/// Fills a transport until it takes no more; returns how many bytes it took.
fn fill(ends: &Pair) -> usize {
    let mut writer = super::Writer::new(&ends.writer);
    let piece = bytes(700);
    // A pipe or a socket would block.
    for fd in [&ends.reader, &ends.writer] {
        use nix::fcntl::{FcntlArg, OFlag, fcntl};
        fcntl(fd, FcntlArg::F_SETFL(OFlag::O_NONBLOCK)).unwrap();
    }
    let mut count = 0;
    while let Some(written) = writer.write(&piece).unwrap() {
        count += written;
    }
    writer.die();
    count
}

/// The error of writing more to a full transport, with `then` done once that write sleeps.
fn write_to_full(writer: impl AsFd + Send, then: impl FnOnce()) -> io::Error {
    // (A ring's writer keeps its own count: a new one begins with slot 0, as the old one did.)
    let write = move || output(writer).write_all(&bytes(2_000_000));
    once_it_sleeps(write, then).unwrap_err()
}

#[test]
fn a_sleeping_writer_is_woken_when_the_reader_leaves() {
    for (name, ends, keeper) in all() {
        let count = fill(&ends);
        assert!(count >= 7000, "{name}: room for {count} bytes only");
        let Pair { reader, writer } = ends;
        let input = input(reader);
        let leave = || {
            drop(input);
            keeper.close(End::Reader);
        };
        let error = write_to_full(writer, leave);
        assert!(reader_is_gone(&error), "{name}: {error}");
    }
}

#[test]
fn a_sleeping_writer_is_woken_by_the_launcher() {
    for (name, ends, keeper) in all() {
        fill(&ends);
        if let Keeper::Kernel = keeper {
            continue;
        }
        let stop = Stop::never();
        let mut writer = super::Writer::new(&ends.writer);
        let wait = || writer.wait(stop.sleep_until(None)).unwrap();
        let waited = once_it_sleeps(wait, || keeper.close(End::Reader));
        assert_eq!(waited, Wake::Ready, "{name}");
    }
}

#[test]
fn a_sleeping_writer_finds_out_by_itself_that_the_reader_has_died() {
    for (name, ends, _keeper) in all() {
        fill(&ends);
        let Pair { reader, writer } = ends;
        let input = input(reader);
        let error = write_to_full(writer, || input.die());
        assert!(reader_is_gone(&error), "{name}: {error}");
    }
}

#[test]
fn a_reader_that_leaves_is_noticed_at_once_where_the_kernel_tells_or_the_launcher() {
    for (name, ends, keeper) in all() {
        drop(input(ends.reader));
        keeper.close(End::Reader);
        let result = output(ends.writer).write_all(b"1\n");
        match name {
            // Its last messages are lost, like what is left in a pipe.
            "queue" => result.unwrap(),
            _ => assert!(reader_is_gone(&result.unwrap_err()), "{name}"),
        }
    }
}

#[test]
fn a_trickle_finds_room_for_many_samples() {
    for (name, ends, _keeper) in all() {
        let samples = fill(&ends) / 700;
        let least = if name == "queue" { 10 } else { 80 };
        assert!(samples >= least, "{name} holds {samples} pieces");
    }
}

/// Queues are scarce, so one is used for all cases.
fn queue_of(text: &[u8], most: usize) -> Vec<Vec<u8>> {
    let (ends, _keeper) = a_queue();
    let mut writer = super::Writer::new(&ends.writer);
    let mut reader = super::Reader::new(&ends.reader);
    let (mut messages, mut rest) = (Vec::new(), text);
    while !rest.is_empty() {
        let count = writer.write(rest).unwrap().unwrap();
        messages.push(rest[..count].to_vec());
        rest = &rest[count..];
        let mut read = Vec::new();
        while read.len() < count {
            let mut buffer = vec![0; most];
            let bytes = reader.read(&mut buffer).unwrap().unwrap();
            read.extend_from_slice(&buffer[..bytes]);
        }
        assert_eq!(read, *messages.last().unwrap());
    }
    messages
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn a_message_is_whole_lines_unless_a_line_is_longer(
        lengths in proptest::collection::vec(0usize..12_000, 1..20), most in 1usize..20_000,
    ) {
        let text: Vec<u8> =
            lengths.iter().flat_map(|&length| [vec![b'7'; length], b"\n".to_vec()].concat()).collect();
        let messages = queue_of(&text, most);
        prop_assert_eq!(messages.concat(), text);
        for message in messages {
            let whole = message.ends_with(b"\n");
            prop_assert!(whole || !message.contains(&b'\n'), "cut within a line that is not the first");
        }
    }
}

#[test]
fn what_is_offered_is_taken_as_far_as_there_is_room_and_never_blocks() {
    for (name, ends, _keeper) in all() {
        let (mut reader, mut writer) = (input(ends.reader), output(ends.writer));
        let text = bytes(10 << 20);
        let mut sent = 0;
        while writer.has_room().unwrap() {
            let taken = writer.offer(&text[sent..]).unwrap();
            sent += taken;
            if taken == 0 {
                break;
            }
        }
        assert!(sent > 0 && sent < text.len(), "{name}: {sent} bytes");
        assert_eq!(writer.offer(&text[sent..]).unwrap(), 0, "{name}");
        let mut read = vec![0; sent];
        reader.read_exact(&mut read).unwrap();
        assert!(read == text[..sent], "{name}");
        assert!(writer.has_room().unwrap(), "{name}");
        assert!(writer.offer(b"1\n").unwrap() > 0, "{name}");
        drop(reader);
        // A reader that has left has room for an error.
        let error = loop {
            if writer.has_room().unwrap()
                && let Err(error) = writer.offer(&text)
            {
                break error;
            }
        };
        assert!(reader_is_gone(&error), "{name}: {error}");
    }
}

#[test]
fn what_a_dead_reader_would_have_read_is_drained_and_the_writer_goes_on_to_its_end() {
    for (name, Pair { reader, writer }, keeper) in all() {
        let copy = reader.try_clone().unwrap();
        assert!(!keeper.has_unread(copy.as_fd()), "{name}");
        let text = bytes(2_000_000);
        thread::scope(|scope| {
            let writing = scope.spawn(|| {
                let mut output = output(writer);
                output.write_all(&text).map(|()| drop(output))
            });
            let mut input = input(reader);
            // Half of a slot or message is left taken.
            input.read_exact(&mut [0; 100]).unwrap();
            input.die();
            let deadline = Instant::now() + Duration::from_secs(60);
            while !keeper.has_unread(copy.as_fd()) {
                assert!(Instant::now() < deadline, "{name}: nothing is written");
                thread::yield_now();
            }
            let drain = Drain::new(&keeper, copy.try_clone().unwrap());
            drain.run().unwrap();
            writing.join().unwrap().unwrap_or_else(|error| panic!("{name}: {error}"));
        });
        assert!(!keeper.has_unread(copy.as_fd()), "{name}");
    }
}
