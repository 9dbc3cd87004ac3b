//! One side of a transport, for `bench transports`: with our reader and writer, or with the least that
//! uses the bare kernel object.
//!
//! `bench-transport ROLE MANNER BYTES COUNT`: the transports are descriptors 0 and 1; what was
//! measured goes to standard error. Roles: `write` and `read` (as many messages as there are),
//! `ask` and `answer` (one at a time, there and back). Manners: `ours`, and those of [`bare`].

mod bare;

use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use stage::process::message::{Messages, StandardError, chain};
use stage::process::stop::Stop;
use stage::stream::input::{self, AfterStop, Input};
use stage::stream::output;
use stage::stream::size::BLOCK;

/// Messages that are not counted, while the other side starts.
const WARM_UP: usize = 100;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// The side that bytes go into.
trait Sender {
    /// Sends all of a message.
    fn send(&mut self, message: &[u8]) -> io::Result<()>;
    /// Marks the end.
    fn end(self: Box<Self>) -> io::Result<()>;
}

/// The side that they come out of.
trait Receiver {
    /// Waits for bytes, of one message or of several; 0 at the end.
    fn receive(&mut self, buffer: &mut [u8]) -> io::Result<usize>;
}

impl Sender for output::Unbuffered<io::Stdout> {
    fn send(&mut self, message: &[u8]) -> io::Result<()> {
        self.write_all(message)
    }

    fn end(self: Box<Self>) -> io::Result<()> {
        Ok(())
    }
}

impl Receiver for input::Stoppable<io::Stdin> {
    fn receive(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.wait(None)?;
        self.read(buffer)
    }
}

fn main() -> ExitCode {
    match measure() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            StandardError::of("bench-transport").tell(&chain(&*error));
            ExitCode::FAILURE
        }
    }
}

fn measure() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [role, manner, bytes, count] = &arguments[..] else {
        return Err("expected ROLE MANNER BYTES COUNT".into());
    };
    let (bytes, count): (usize, usize) = (bytes.parse()?, count.parse()?);
    let stop = Stop::on_signals()?;
    let sender = || -> Outcome<Box<dyn Sender>> {
        match manner.as_str() {
            "ours" => Ok(Box::new(output::Unbuffered::new(io::stdout(), stop.clone()))),
            bare => Ok(bare::sender(bare, io::stdout().as_fd().try_clone_to_owned()?)?),
        }
    };
    let receiver = || -> Outcome<Box<dyn Receiver>> {
        match manner.as_str() {
            "ours" => {
                let (fd, stop) = (io::stdin(), stop.clone());
                Ok(Box::new(input::Stoppable::new(fd, stop, AfterStop::End)))
            }
            bare => Ok(bare::receiver(bare, io::stdin().as_fd().try_clone_to_owned()?)?),
        }
    };
    let message = message(bytes);
    match role.as_str() {
        "write" => write(sender()?, &message, count)?,
        "read" => read(receiver()?, bytes * count)?,
        "ask" => ask(sender()?, receiver()?, &message, count)?,
        "answer" => answer(sender()?, receiver()?, &message)?,
        _ => return Err("no such role".into()),
    }
    Ok(())
}

/// This many bytes of whole lines.
fn message(bytes: usize) -> Vec<u8> {
    let mut message: Vec<u8> = b"57\n".iter().copied().cycle().take(bytes).collect();
    if let Some(last) = message.last_mut() {
        *last = b'\n';
    }
    message
}

fn write(mut sender: Box<dyn Sender>, message: &[u8], count: usize) -> io::Result<()> {
    for _ in 0..count {
        sender.send(message)?;
    }
    sender.end()
}

fn read(mut receiver: Box<dyn Receiver>, expected: usize) -> Outcome<()> {
    let (mut buffer, mut total) = (vec![0; BLOCK], 0);
    loop {
        match receiver.receive(&mut buffer)? {
            0 if total == expected => return Ok(()),
            0 => return Err(format!("{total} bytes came, and not {expected}").into()),
            bytes => total += bytes,
        }
    }
}

/// Repeatedly sends a message and waits for it to come back; reports the median of the times one way,
/// in nanoseconds.
fn ask(
    mut sender: Box<dyn Sender>,
    mut receiver: Box<dyn Receiver>,
    message: &[u8],
    count: usize,
) -> Outcome<()> {
    let (mut buffer, mut times) = (vec![0; BLOCK], Vec::with_capacity(count));
    for at in 0..WARM_UP + count {
        let start = Instant::now();
        sender.send(message)?;
        if !receive_all(&mut *receiver, &mut buffer, message.len())? {
            return Err("the other side has left".into());
        }
        if at >= WARM_UP {
            times.push(start.elapsed() / 2);
        }
    }
    sender.end()?;
    times.sort_unstable();
    let median: Duration = times.get(count / 2).copied().unwrap_or_default();
    writeln!(io::stderr(), "{}", median.as_nanos())?;
    Ok(())
}

fn answer(
    mut sender: Box<dyn Sender>,
    mut receiver: Box<dyn Receiver>,
    message: &[u8],
) -> Outcome<()> {
    let mut buffer = vec![0; BLOCK];
    while receive_all(&mut *receiver, &mut buffer, message.len())? {
        sender.send(message)?;
    }
    Ok(sender.end()?)
}

/// Whether a message came, in however many pieces, before the end.
fn receive_all(receiver: &mut dyn Receiver, buffer: &mut [u8], length: usize) -> io::Result<bool> {
    let mut left = length;
    while left > 0 {
        match receiver.receive(buffer)? {
            0 => return Ok(false),
            bytes => left = left.saturating_sub(bytes),
        }
    }
    Ok(true)
}
