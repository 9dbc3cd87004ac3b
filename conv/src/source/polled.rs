//! A converter that is a file: one number is read from it at each tick.
//!
//! The file is opened anew each time, so that one that is replaced is followed.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use stage::decimal::Decimal;
use stage::message::quoted_path;
use stage::sample::{MAX_LINE, parse_line};

use super::{Converter, Error, iio, open};
use crate::conversion::Attributes;
use crate::sender::{Offer, Place};

/// A file that is read at each tick.
#[derive(Debug)]
pub struct Polled {
    path: PathBuf,
    readings: u64,
}

impl Polled {
    /// Looks at the file once, so that one that is not there is an error at the start; with it
    /// come the offset and scale that an IIO device keeps beside it.
    pub fn open(path: &Path) -> Result<(Polled, Attributes), Error> {
        contents(open(path)?).map_err(|source| Error::Read { name: quoted_path(path), source })?;
        let attributes = iio::attributes(path)?;
        Ok((Polled { path: path.to_owned(), readings: 0 }, attributes))
    }
}

impl Converter for Polled {
    fn read(&mut self, to: &mut dyn Offer) {
        self.readings += 1;
        let place = Place { what: "reading", number: self.readings };
        match read_number(&self.path) {
            Ok(raw) => to.offer(place, raw),
            Err(why) => to.refuse(place, &|| why.clone()),
        }
    }
}

/// Reads the one number in a file; the error is a reason in words.
pub(super) fn read_number(path: &Path) -> Result<Decimal, String> {
    let file = open(path).map_err(|error| stage::message::chain(&error))?;
    let text = contents(file).map_err(|source| {
        stage::message::chain(&Error::Read { name: quoted_path(path), source })
    })?;
    parse_line(&text).map_err(|reason| reason.of(&text))
}

/// At most one line, and a little more to tell that it was too long.
fn contents(file: File) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    file.take(MAX_LINE as u64 + 2).read_to_end(&mut text)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every reading as text.
    #[derive(Default)]
    struct Readings(Vec<String>);

    impl Offer for Readings {
        fn offer(&mut self, _place: Place, raw: Decimal) {
            self.0.push(raw.to_string());
        }

        fn refuse(&mut self, place: Place, why: &dyn Fn() -> String) {
            self.0.push(format!("{place}: {}", why()));
        }
    }

    #[test]
    fn the_file_is_read_anew_each_time_even_if_it_is_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("temp1_input");
        std::fs::write(&path, "21500\n").unwrap();
        let (mut polled, attributes) = Polled::open(&path).unwrap();
        assert_eq!(attributes, Attributes::default());
        let mut readings = Readings::default();
        polled.read(&mut readings);
        std::fs::write(&path, "soon").unwrap();
        polled.read(&mut readings);
        std::fs::remove_file(&path).unwrap();
        polled.read(&mut readings);
        std::fs::write(&path, "21625").unwrap();
        polled.read(&mut readings);
        assert_eq!(
            readings.0,
            [
                "21500".to_owned(),
                "reading 2: not a number: \"soon\"".to_owned(),
                format!("reading 3: cannot open \"{}\": No such file or directory", path.display()),
                "21625".to_owned(),
            ]
        );
    }

    #[test]
    fn a_file_that_cannot_be_read_at_the_start_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        let told = |path: &Path| stage::message::chain(&Polled::open(path).unwrap_err());
        let missing = dir.path().join("missing");
        assert_eq!(
            told(&missing),
            format!("cannot open \"{}\": No such file or directory", missing.display())
        );
        assert_eq!(
            told(dir.path()),
            format!("cannot read \"{}\": Is a directory", dir.path().display())
        );
    }
}
