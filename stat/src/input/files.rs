//! What `stat` reads: standard input, or files one after another; and the position of a line in them.

use std::fmt;
use std::fs::File;
use std::io::{self, Stdin};
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};

use stage::process::message::quoted_path;
use stage::process::progress::Progress;
use stage::process::stop::Stop;
use stage::stream::ending::Unread;
use stage::stream::files::{self, STANDARD_INPUT};
use stage::stream::framing::Framed;
use stage::stream::input::{AfterStop, Input, Stoppable};
use stage::stream::regular::Regular;

use crate::Error;

/// An input.
#[derive(Debug)]
pub struct NamedInput<I> {
    /// What messages call it; `None` for standard input.
    pub name: Option<String>,
    /// Its bytes.
    pub input: I,
}

/// Inputs, one after another, of which it is known how many there are; an error for one that cannot be opened.
pub trait Inputs<I>: ExactSizeIterator<Item = Result<NamedInput<I>, Error>> {}

impl<I, A: ExactSizeIterator<Item = Result<NamedInput<I>, Error>>> Inputs<I> for A {}

/// A single input, which messages call standard input.
pub fn only<I>(input: I) -> impl Inputs<I> {
    std::iter::once(Ok(NamedInput { name: None, input }))
}

/// The inputs that `files` name, each opened when its turn comes; standard input if there are none.
/// How far they are read is shown in `progress`, if that is known.
pub fn inputs(
    files: &[PathBuf],
    standard_input: Stoppable<Stdin>,
    stop: Stop,
    progress: &Progress,
) -> impl Inputs<Box<dyn Input>> + use<> {
    let progress = progress.clone();
    let files = if files.is_empty() { vec![PathBuf::from(STANDARD_INPUT)] } else { files.to_vec() };
    let mut standard_input = Some(standard_input);
    files.into_iter().map(move |path| {
        let NamedInput { name, input } = open(&path)?;
        let input: Box<dyn Input> = match (input, standard_input.take_if(|_| name.is_none())) {
            (Some(file), _) => {
                let input = Stoppable::new(file, stop.clone(), AfterStop::End);
                Box::new(input.showing(&progress))
            }
            (None, Some(standard_input)) => Box::new(standard_input),
            // Standard input was named before, and has been read to its end.
            (None, None) => Box::new(&[][..]),
        };
        Ok(NamedInput { name, input })
    })
}

/// Opens a file for reading, without waiting for a FIFO's writer; `None` stands for standard input.
fn open(path: &Path) -> Result<NamedInput<Option<File>>, Error> {
    if path == Path::new(STANDARD_INPUT) {
        return Ok(NamedInput { name: None, input: None });
    }
    let name = quoted_path(path);
    match files::open(path) {
        Ok(file) => Ok(NamedInput { name: Some(name), input: Some(file) }),
        Err(source) => Err(Error::Open { name, source }),
    }
}

/// Whether no input is a stream, so that all of the data is already there. (A path that cannot be
/// examined counts as no stream; opening it reports the error.)
pub fn are_regular(files: &[PathBuf], standard_input_is: bool) -> bool {
    let is_stream = |path: &PathBuf| match path == Path::new(STANDARD_INPUT) {
        true => !standard_input_is,
        false => path.metadata().is_ok_and(|it| {
            let kind = it.file_type();
            kind.is_fifo() || kind.is_char_device() || kind.is_socket()
        }),
    };
    match files {
        [] => standard_input_is,
        files => !files.iter().any(is_stream),
    }
}

/// How many bytes those of `files` have that are regular, as far as they are not read yet.
pub fn bytes_in(files: &[PathBuf]) -> u64 {
    let standard_input = || {
        let file = Regular::of(io::stdin())?;
        Some(file.length().ok()?.saturating_sub(file.offset()))
    };
    let length = |path: &PathBuf| match path == Path::new(STANDARD_INPUT) {
        true => standard_input(),
        false => path.metadata().ok().filter(|it| it.is_file()).map(|it| it.len()),
    };
    match files {
        [] => standard_input().unwrap_or(0),
        files => files.iter().filter_map(length).fold(0, u64::saturating_add),
    }
}

/// A line of an input.
#[derive(Clone, Debug, Default)]
pub struct Position {
    /// The file; `None` for standard input.
    pub file: Option<String>,
    /// The line's number, from 1.
    pub line: u64,
}

impl Position {
    /// Another line of the same input.
    pub fn at(&self, line: u64) -> Position {
        Position { file: self.file.clone(), line }
    }

    /// What messages call the input.
    pub fn input(&self) -> String {
        self.file.clone().unwrap_or_else(|| "standard input".to_owned())
    }

    /// The failure to read the input.
    pub fn cannot_read(&self, source: io::Error) -> Error {
        match Framed::of(&source) {
            Some(source) => Error::Framed { name: self.input(), source },
            None => Unread::new(self.input(), source).into(),
        }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.file {
            Some(file) => write!(formatter, "{file}: line {}", self.line),
            None => write!(formatter, "line {}", self.line),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regular_files_are_distinguished_from_streams() {
        let path = |text: &str| PathBuf::from(text);
        let here = path(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"));
        assert!(are_regular(&[], true) && !are_regular(&[], false));
        assert!(are_regular(std::slice::from_ref(&here), false));
        assert!(!are_regular(&[here.clone(), path("-")], false));
        assert!(are_regular(&[here.clone(), path("-")], true));
        assert!(!are_regular(&[here, path("/dev/null")], true));
    }

    #[test]
    fn a_file_that_cannot_be_opened_is_named() {
        let error = open(Path::new("/nowhere/at all")).unwrap_err();
        assert_eq!(error.to_string(), "cannot open \"/nowhere/at all\"");
    }
}
