//! The least that a process between two pipes can do: what comes in goes out. The benchmark compares
//! the latency of the stages with that of the same number of these.

use std::io::{self, Read, Write};

fn main() -> io::Result<()> {
    let (mut input, mut output) = (io::stdin(), io::stdout());
    let mut buffer = [0; 4096];
    loop {
        match input.read(&mut buffer)? {
            0 => return Ok(()),
            count => {
                output.write_all(&buffer[..count])?;
                output.flush()?;
            }
        }
    }
}
