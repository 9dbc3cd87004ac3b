//! Measures the release programs, beside their competitors where they have any.
//!
//! | module | owns |
//! |---|---|
//! | [`options`] | the command line |
//! | [`targets`] | the first section: what is promised about speed, and whether it holds |
//! | [`transports`], [`latency`], [`clock`], [`idle`], [`live`] | the other sections: what is measured, and what each table shows |
//! | [`pipeline`], [`kernel`] | the launcher with its children, and what the kernel shows of them |
//! | [`job`] | one command, run as whole processes and timed |
//! | [`timing`] | taking turns, and what is made of the times |
//! | [`programs`] | where our programs and the competitors are |
//! | [`data`], [`random`] | the sets of samples that are measured on |
//! | [`scratch`], [`inputs`] | the temporary directory, and the files in it that commands read |
//! | [`page`], [`table`], [`figures`] | what is printed: headings, tables, numbers |
//! | [`machine`] | the line that says what it was measured on |
//! | [`interrupt`] | Ctrl-C |
//! | [`error`] | what can go wrong |
//!
//! A missed target is a word in a table, and no failure: the exit status is 0 unless something could
//! not be run.

mod clock;
mod data;
mod error;
mod figures;
mod idle;
mod inputs;
mod interrupt;
mod job;
mod kernel;
mod latency;
mod live;
mod machine;
mod options;
mod page;
mod pipeline;
mod programs;
mod random;
mod scratch;
mod table;
mod targets;
mod timing;
mod transports;

use std::io;
use std::process::ExitCode;

use stage::process::exit::Status;
use stage::process::message::{Messages, StandardError};
use stage::stream::output::reader_is_gone;

use crate::error::Error;
use crate::interrupt::Interrupt;
use crate::options::{Options, Section};
use crate::page::Page;
use crate::programs::Programs;
use crate::scratch::Scratch;

/// What every section needs.
struct Bench {
    options: Options,
    programs: Programs,
    scratch: Scratch,
    interrupt: Interrupt,
}

impl Bench {
    /// Reports what is going on: some figures take a while.
    fn tell(&self, text: &str) {
        StandardError::of("bench").tell(text);
    }
}

fn main() -> ExitCode {
    stage::process::program::run("bench", |options: Options| match measure(options) {
        Ok(()) => Ok(Status::Done),
        Err(Error::Print(error)) if reader_is_gone(&error) => Ok(Status::Done),
        Err(error) => Err(error),
    })
}

fn measure(options: Options) -> Result<(), Error> {
    let bench = Bench {
        // First, so that whatever is made after it is also removed on Ctrl-C.
        interrupt: Interrupt::listen()?,
        programs: Programs::beside_this_one()?,
        scratch: Scratch::new()?,
        options,
    };
    let mut page = Page::new(io::stdout(), bench.options.style());
    page.paragraph(&machine::description())?;
    for section in bench.options.sections() {
        match section {
            Section::Targets => targets::measure(&bench, &mut page)?,
            Section::Transports => transports::measure(&bench, &mut page)?,
            Section::Latency => latency::measure(&bench, &mut page)?,
            Section::Clock => clock::measure(&bench, &mut page)?,
            Section::Idle => idle::measure(&bench, &mut page)?,
            Section::Live => live::measure(&bench, &mut page)?,
        }
    }
    Ok(())
}
