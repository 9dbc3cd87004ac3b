//! The ring between peers that keep the rules and peers that do not.

use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::sync::atomic::AtomicBool;
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::sys::uio::pwrite;
use nix::unistd::ftruncate;

use super::memory::SIZE;
use super::protocol::TAKEN;
use super::*;
use crate::process::clock::Wake;
use crate::process::stop::Stop;
use crate::stream::input::{self, AfterStop, Input};
use crate::stream::output;

/// How often a race is repeated.
fn rounds() -> usize {
    std::env::var("WANDLER_ROUNDS").map_or(5, |rounds| rounds.parse().unwrap())
}

fn ring() -> (Reader, Writer, Pair, Keeper) {
    let (ends, keeper) = create("test").unwrap();
    let reader = Reader::new(ends.reader.as_fd()).unwrap();
    let writer = Writer::new(ends.writer.as_fd()).unwrap();
    (reader, writer, ends, keeper)
}

#[test]
fn a_ring_is_known_by_its_start_and_nothing_else_is() {
    let (ends, _keeper) = create("test").unwrap();
    assert!(is_ring(ends.reader.as_fd()));
    let file = tempfile::tempfile().unwrap();
    (&file).write_all(MAGIC).unwrap();
    assert!(!is_ring(file.as_fd()), "a file with the same start");
    let memory = memfd_create("other", MFdFlags::MFD_ALLOW_SEALING).unwrap();
    assert!(!is_ring(memory.as_fd()), "memory with another start");
}

#[test]
fn small_writes_join_the_slot_that_the_reader_has_not_come_to() {
    let (mut reader, mut writer, _ends, _keeper) = ring();
    let mut count = 0;
    while let Some(written) = writer.write(b"577\n").unwrap() {
        count += written;
    }
    assert_eq!(count, SLOTS * SLOT);
    let mut buffer = vec![0; 2 * SLOTS * SLOT];
    assert_eq!(reader.read(&mut buffer).unwrap(), Some(count));
    assert!(buffer[..count].starts_with(b"577\n577\n"));
    assert_eq!(reader.read(&mut buffer).unwrap(), None);
}

#[test]
fn a_slot_holds_whole_lines_unless_one_alone_is_longer() {
    let (mut reader, mut writer, _ends, _keeper) = ring();
    let lines = b"1234567\n".repeat(10_000);
    // One more digit, so that no slot ends where a line does.
    let text = [&b"0"[..], &lines, &[b'7'; 2 * SLOT], b"\n8\n"].concat();
    let mut rest = &text[..];
    let mut buffer = vec![0; 3 * SLOT];
    let (mut pieces, mut read) = (Vec::new(), Vec::new());
    while let Some(count @ 1..) = writer.write(rest).unwrap() {
        rest = &rest[count..];
        pieces.push(count);
    }
    while let Some(count) = reader.read(&mut buffer).unwrap() {
        read.extend_from_slice(&buffer[..count]);
    }
    assert!(read == text);
    let torn: Vec<usize> = pieces
        .iter()
        .scan(0, |end, count| {
            *end += count;
            Some(*end)
        })
        .filter(|end| text[end - 1] != b'\n')
        .collect();
    let long = 1 + lines.len();
    assert!(torn.iter().all(|end| (long..=long + 2 * SLOT).contains(end)), "{torn:?}");
}

#[test]
fn a_slot_that_does_not_fit_behind_others_is_read_next_time() {
    let (mut reader, mut writer, _ends, _keeper) = ring();
    for _ in 0..3 {
        writer.write(&[b'7'; SLOT]).unwrap();
    }
    let mut buffer = vec![0; 2 * SLOT + 10];
    assert_eq!(reader.read(&mut buffer).unwrap(), Some(2 * SLOT));
    assert_eq!(reader.read(&mut buffer).unwrap(), Some(SLOT));
    assert_eq!(reader.read(&mut buffer).unwrap(), None);
}

#[test]
fn a_slot_that_the_reader_has_taken_is_not_written_to_any_more() {
    let (mut reader, mut writer, _ends, _keeper) = ring();
    writer.write(b"1\n2\n").unwrap();
    let mut buffer = [0; 2];
    assert_eq!(reader.read(&mut buffer).unwrap(), Some(2));
    writer.write(b"3\n").unwrap();
    let mut rest = [0; 9];
    assert_eq!(reader.read(&mut rest).unwrap(), Some(4));
    assert_eq!(&rest[..4], b"2\n3\n");
}

/// Both sides at once, in pieces of every size, again and again: a race that breaks the protocol
/// loses, doubles or mixes up bytes, each of which encodes its place.
#[test]
fn two_threads_lose_nothing() {
    for round in 0..rounds() {
        const BYTES: usize = 3_000_000;
        let byte = |at: usize| (at.wrapping_mul(0x9E37_79B9) >> 13) as u8;
        let (ends, _keeper) = create("test").unwrap();
        thread::scope(|scope| {
            let Pair { reader, writer } = ends;
            scope.spawn(move || {
                let mut output = output::Unbuffered::new(writer, Stop::never());
                let text: Vec<u8> = (0..BYTES).map(byte).collect();
                let (mut at, mut piece) = (0, 1 + round);
                while at < BYTES {
                    let end = (at + piece).min(BYTES);
                    output.write_all(&text[at..end]).unwrap();
                    (at, piece) = (end, (piece * 5 + 3) % 100_003 % (1 + piece * 40));
                    piece = piece.max(1);
                }
            });
            let mut input = input::Stoppable::new(reader, Stop::never(), AfterStop::End);
            let (mut at, mut buffer) = (0, vec![0; 200_000]);
            loop {
                let most = 1 + (at * 7 + round) % buffer.len();
                input.wait(None).unwrap();
                let count = input.read(&mut buffer[..most]).unwrap();
                if count == 0 {
                    break;
                }
                for (offset, &found) in buffer[..count].iter().enumerate() {
                    assert_eq!(found, byte(at + offset), "round {round}, byte {}", at + offset);
                }
                at += count;
            }
            assert_eq!(at, BYTES, "round {round}");
        });
    }
}

#[test]
fn a_writer_that_was_killed_before_it_posted_is_spoken_for() {
    let (mut reader, writer, ends, keeper) = ring();
    // What a writer does until just before the post.
    keeper.memory.copy_in(0, 0, b"1\n").unwrap();
    keeper.memory.header().words[0].0.store(2, Ordering::Release);
    assert_eq!(reader.read(&mut [0; 9]).unwrap(), None, "not before the token");
    drop((writer, ends.writer));
    keeper.close(End::Writer);
    assert_eq!(reader.read(&mut [0; 9]).unwrap(), Some(2));
    assert_eq!(reader.read(&mut [0; 9]).unwrap(), Some(0));
}

#[test]
fn a_wake_up_call_is_not_data() {
    let (mut reader, mut writer, _ends, _keeper) = ring();
    let wake = reader.waker();
    wake();
    assert_eq!(reader.read(&mut [0; 9]).unwrap(), None);
    writer.write(b"1\n").unwrap();
    wake();
    assert_eq!(reader.read(&mut [0; 9]).unwrap(), Some(2));
    assert_eq!(reader.read(&mut [0; 9]).unwrap(), None);
}

#[test]
fn a_stop_ends_a_sleep() {
    let (mut reader, _writer, ends, _keeper) = ring();
    let stop = Stop::never();
    stop.wake_also(reader.waker());
    thread::scope(|scope| {
        let request = stop.clone();
        scope.spawn(move || request.request());
        let polled = reader.wait(ends.reader.as_fd(), stop.sleep_until(None)).unwrap();
        assert_eq!(polled, Wake::Stop);
    });
}

#[test]
fn wake_up_calls_do_not_let_a_writer_overwrite_a_slot() {
    let (mut reader, mut writer, _ends, keeper) = ring();
    let slot = vec![b'7'; SLOT];
    for _ in 0..SLOTS {
        assert_eq!(writer.write(&slot).unwrap(), Some(SLOT));
    }
    for _ in 0..3 {
        keeper.memory.header().free.0.post();
        assert_eq!(writer.write(b"8").unwrap(), None);
    }
    let mut buffer = vec![0; SLOTS * SLOT];
    assert_eq!(reader.read(&mut buffer).unwrap(), Some(buffer.len()));
    assert!(buffer.iter().all(|&byte| byte == b'7'));
}

#[test]
fn more_vain_tokens_than_slots_are_an_error() {
    let (mut reader, mut writer, _ends, keeper) = ring();
    let slot = vec![b'7'; SLOT];
    let post_in_vain = |writer: &mut Writer| {
        for _ in 0..SLOTS {
            keeper.memory.header().free.0.post();
            assert_eq!(writer.write(b"8").unwrap(), None);
        }
    };
    while writer.write(&slot).unwrap().is_some() {}
    post_in_vain(&mut writer);
    // Those before a slot that was free do not count.
    assert_eq!(reader.read(&mut vec![0; SLOT]).unwrap(), Some(SLOT));
    assert_eq!(writer.write(&slot).unwrap(), Some(SLOT));
    post_in_vain(&mut writer);
    keeper.memory.header().free.0.post();
    let error = writer.write(b"8").unwrap_err();
    let expected = "the ring in shared memory is damaged: more tokens than free slots";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn a_word_beyond_all_bounds_is_an_error() {
    for word in [SLOT as u32 + 1, TAKEN - 1, TAKEN, TAKEN + 5, u32::MAX] {
        let (mut reader, _writer, _ends, keeper) = ring();
        keeper.memory.header().words[0].0.store(word, Ordering::Release);
        keeper.memory.header().filled.0.post();
        let error = reader.read(&mut vec![0; 2 * SLOT]).unwrap_err();
        let expected = format!("the ring in shared memory is damaged: slot 0 claims {word} bytes");
        assert_eq!(error.to_string(), expected);
    }
}

/// Writes random bytes to random places of a ring's front, the semaphores included, and to its
/// slots now and then, until told to stop.
fn scribble(memory: &OwnedFd, enough: &AtomicBool) {
    let mut state = 1u64;
    let mut random = move || {
        // Knuth's MMIX generator.
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) as usize
    };
    while !enough.load(Ordering::Relaxed) {
        let most = if random() % 16 == 0 { SIZE } else { size_of::<memory::RingHeader>() };
        let bytes = (random() as u64).wrapping_mul(0x1_0001_0001).to_le_bytes();
        // Small numbers come closest to the protocol.
        let bytes =
            if random() % 2 == 0 { (random() as u64 % 70_000).to_le_bytes() } else { bytes };
        let length = 1 + random() % bytes.len();
        let place = random() % (most - length);
        pwrite(memory, &bytes[..length], place as i64).unwrap();
    }
}

#[test]
fn a_peer_that_scribbles_over_everything_causes_errors_and_vain_wakes_at_worst() {
    for _ in 0..rounds() {
        let (ends, _keeper) = create("test").unwrap();
        let scribbler = ends.writer.try_clone().unwrap();
        let enough = AtomicBool::new(false);
        let over = Instant::now() + Duration::from_millis(100);
        thread::scope(|scope| {
            scope.spawn(|| scribble(&scribbler, &enough));
            let writer = scope.spawn(|| {
                let (stop, piece) = (Stop::never(), vec![b'7'; 90_000]);
                let mut length = 1;
                while Instant::now() < over {
                    let mut writer = Writer::new(ends.writer.as_fd()).unwrap();
                    while Instant::now() < over {
                        length = length * 5 % piece.len() + 1;
                        match writer.write(&piece[..length]) {
                            Ok(Some(count)) => assert!((1..=length).contains(&count)),
                            Ok(None) => {
                                let sleep = stop.sleep_until(Some(over));
                                writer.wait(ends.writer.as_fd(), sleep).unwrap();
                            }
                            Err(_) => break,
                        }
                    }
                }
            });
            let (stop, mut buffer) = (Stop::never(), vec![0; 90_000]);
            let mut length = 1;
            while Instant::now() < over {
                let mut reader = Reader::new(ends.reader.as_fd()).unwrap();
                while Instant::now() < over {
                    length = length * 5 % buffer.len() + 1;
                    match reader.read(&mut buffer[..length]) {
                        Ok(Some(count @ 1..)) => assert!(count <= length),
                        Ok(None) => {
                            let sleep = stop.sleep_until(Some(over));
                            reader.wait(ends.reader.as_fd(), sleep).unwrap();
                        }
                        Ok(Some(0)) | Err(_) => break,
                    }
                }
            }
            writer.join().unwrap();
            enough.store(true, Ordering::Relaxed);
        });
    }
}

#[test]
fn memory_that_could_be_taken_away_or_has_another_size_is_refused() {
    let unsealed = memfd_create("unsealed", MFdFlags::MFD_ALLOW_SEALING).unwrap();
    ftruncate(&unsealed, SIZE as i64).unwrap();
    nix::unistd::write(&unsealed, MAGIC).unwrap();
    assert!(is_ring(unsealed.as_fd()));
    let error = Reader::new(unsealed.as_fd()).unwrap_err();
    assert_eq!(error.to_string(), "the ring in shared memory is not sealed");

    let short = memfd_create("short", MFdFlags::MFD_ALLOW_SEALING).unwrap();
    ftruncate(&short, 4096).unwrap();
    let seals = SealFlag::F_SEAL_SHRINK | SealFlag::F_SEAL_GROW;
    fcntl(&short, FcntlArg::F_ADD_SEALS(seals)).unwrap();
    let error = Writer::new(short.as_fd()).unwrap_err();
    let expected = format!("the ring in shared memory has 4096 bytes, and not {SIZE}");
    assert_eq!(error.to_string(), expected);
}

#[test]
fn a_damaged_ring_is_reported_at_each_use() {
    let unsealed = memfd_create("unsealed", MFdFlags::MFD_ALLOW_SEALING).unwrap();
    nix::unistd::write(&unsealed, MAGIC).unwrap();
    let mut input = input::Stoppable::new(&unsealed, Stop::never(), AfterStop::End);
    for _ in 0..2 {
        let error = input.wait(None).unwrap_err();
        assert_eq!(error.to_string(), "the ring in shared memory is not sealed");
    }
    let mut output = output::Unbuffered::new(&unsealed, Stop::never());
    assert_eq!(output.write(b"1\n").unwrap_err().kind(), io::ErrorKind::InvalidData);
}
