//! Manual pages and completions of the five programs, for scripts/install and packages.
//!
//! | module | owns |
//! |---|---|
//! | [`programs`] | the programs as they are called where they are installed |
//! | [`help`] | the text below the options in a help, in its parts |
//! | [`page`] | a manual page, made from a program's help |
//! | [`tidy`] | the same page as mandoc's lint wants it |
//! | [`completion`] | what a shell completes |
//! | [`values`] | what the value of an option can be, as far as a shell can offer it |
//! | [`bash`] | the completion script for bash |
//!
//! All of it is made from the source of `--help`, so that the two cannot disagree. It is a program of
//! its own so that the others do not grow by what only an installation needs.

mod bash;
mod completion;
mod help;
mod page;
mod programs;
mod tidy;
mod values;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use stage::process::command_line::CommandLine;
use stage::process::exit::Status;
use stage::process::message::quoted_path;
use stage::process::program;
use thiserror::Error;

/// Manual pages and completions of the five programs, for scripts/install and packages.
#[derive(Debug, Parser)]
#[command(name = "pages", version)]
struct Options {
    /// The directory below which share/man, share/bash-completion and so on are written
    #[arg(value_name = "DIRECTORY")]
    root: PathBuf,
    /// The date on the pages: that of the sources, so that the same sources give the same pages
    #[arg(value_name = "YYYY-MM-DD")]
    date: String,
}

impl CommandLine for Options {}

/// Why there are no pages.
#[derive(Debug, Error)]
enum Error {
    #[error("cannot make the directory {0}")]
    Directory(String, #[source] io::Error),
    #[error("cannot write {0}")]
    Write(String, #[source] io::Error),
}

fn main() -> ExitCode {
    program::run("pages", |options: Options| write_all(&options).map(|()| Status::Done))
}

fn write_all(options: &Options) -> Result<(), Error> {
    for program in programs::all() {
        let page = format!("share/man/man1/{}.1", program.name);
        write(&options.root.join(page), &page::of(&program, &options.date))?;
        for (path, script) in completion::of(&program) {
            write(&options.root.join(path), &script)?;
        }
    }
    Ok(())
}

fn write(path: &Path, text: &[u8]) -> Result<(), Error> {
    let directory = path.parent().unwrap_or(path);
    fs::create_dir_all(directory)
        .map_err(|error| Error::Directory(quoted_path(directory), error))?;
    fs::write(path, text).map_err(|error| Error::Write(quoted_path(path), error))
}
