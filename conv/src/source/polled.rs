//! A converter that is a file: one number is read from it at each tick.
//!
//! The file is opened anew each time, so that a replaced file is noticed.

use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use stage::format::name::Name;
use stage::format::sample::Sample;
use stage::process::message::quoted_path;
use stage::stream::terminal::Terminal;

use super::clocked::Converter;
use super::number::{number, read_text};
use super::{Error, iio, open};
use crate::conversion::Conversion;
use crate::missing::Missing;
use crate::reading::{NoReading, Place, Reading};

/// What the kernel puts behind a channel's name, where a reading of it lies.
const ENDINGS: [&str; 2] = ["_raw", "_input"];

/// Checks that `path` can be polled, without reading it: it exists, reading it does not consume its
/// bytes, and reading it never blocks.
pub(crate) fn check(path: &Path) -> Result<(), Error> {
    let (file, name) = (open(path)?, quoted_path(path));
    let kind = match file.metadata() {
        Ok(it) => it.file_type(),
        Err(source) => return Err(Error::Read { name, source }),
    };
    if kind.is_dir() {
        return Err(Error::Read { name, source: Errno::EISDIR.into() });
    }
    match (kind.is_fifo(), Terminal::of(&file)) {
        (false, None) => Ok(()),
        (true, _) => Err(Error::NotPolled { name, what: "a FIFO" }),
        (false, Some(_)) => Err(Error::NotPolled { name, what: "a terminal" }),
    }
}

/// The names of the channels that these files are: `in_voltage0` of `in_voltage0_raw`, `temp1` of
/// `temp1_input`.
pub(crate) fn names(paths: &[PathBuf]) -> Vec<Name> {
    let text = |path: &PathBuf| {
        let text = path.file_name().unwrap_or_default().to_string_lossy();
        let channel = ENDINGS.iter().find_map(|ending| text.strip_suffix(ending));
        channel.unwrap_or(&text).to_owned()
    };
    let texts: Vec<String> = paths.iter().map(text).collect();
    Name::all_fitted(texts.iter().map(String::as_str))
}

/// A file that is read at each tick.
#[derive(Debug)]
pub(crate) struct PolledFile {
    path: PathBuf,
    /// What stands for no reading.
    missing: Missing,
    readings: u64,
}

impl PolledFile {
    /// The file, which [`check`] has accepted, and the offset and scale that an IIO device keeps beside
    /// it. It is not read yet: what fails at the first tick is rejected, as at any other.
    pub(crate) fn open(path: &Path) -> Result<(PolledFile, Conversion), Error> {
        let attributes = iio::attributes(path)?;
        let (path, missing) = (path.to_owned(), Missing::default());
        Ok((PolledFile { path, missing, readings: 0 }, attributes))
    }

    /// The same, where some texts stand for no reading.
    pub(crate) fn with_missing(self, missing: Missing) -> PolledFile {
        PolledFile { missing, ..self }
    }

    fn read_number(&self) -> Result<Sample, NoReading<'static>> {
        let text = read_text(&self.path).map_err(NoReading::Failed)?;
        match self.missing.has_word(text.trim_ascii()) {
            true => Err(NoReading::Missing),
            false => number(&text).map_err(NoReading::Failed),
        }
    }
}

impl Converter for PolledFile {
    fn read(&mut self) -> Reading<'static> {
        self.readings += 1;
        let place = Place { what: "reading", number: self.readings };
        Reading { place, raw: self.read_number() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(polled: &mut PolledFile) -> String {
        match polled.read() {
            Reading { raw: Ok(raw), .. } => raw.to_string(),
            Reading { place, raw: Err(why) } => format!("{place}: {why}"),
        }
    }

    #[test]
    fn the_file_is_read_anew_each_time_even_if_it_is_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("temp1_input");
        std::fs::write(&path, "21500\n").unwrap();
        let (mut polled, attributes) = PolledFile::open(&path).unwrap();
        assert_eq!(attributes, Conversion::default());
        let mut readings = vec![read(&mut polled)];
        std::fs::write(&path, "soon").unwrap();
        readings.push(read(&mut polled));
        std::fs::remove_file(&path).unwrap();
        readings.push(read(&mut polled));
        std::fs::write(&path, "21625").unwrap();
        readings.push(read(&mut polled));
        assert_eq!(
            readings,
            [
                "21500".to_owned(),
                "reading 2: not a number: \"soon\"".to_owned(),
                format!("reading 3: cannot open \"{}\": No such file or directory", path.display()),
                "21625".to_owned(),
            ]
        );
    }

    #[test]
    fn a_file_that_cannot_be_polled_is_an_error_at_the_start() {
        let dir = tempfile::tempdir().unwrap();
        let error = |path: &Path| stage::process::message::chain(&check(path).unwrap_err());
        let missing = dir.path().join("missing");
        assert_eq!(
            error(&missing),
            format!("cannot open \"{}\": No such file or directory", missing.display())
        );
        assert_eq!(
            error(dir.path()),
            format!("cannot read \"{}\": Is a directory", dir.path().display())
        );
    }
}
