//! A device's buffer, as whoever enabled it has set it up. Nothing is set here: which channels are wanted,
//! at what rate, and by which trigger, is for the user to decide, and takes rights that a reader need not
//! have.
//!
//! All of it is looked up once, before anything is read. What the scans consist of cannot change while the
//! buffer is enabled, since the kernel refuses that; an offset or scale can, and that is not noticed.
//!
//! A device may have several buffers since Linux 5.11. The first is read, which is all that most have.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use stage::process::message::{plain_path, quoted, quoted_path};

use super::super::Error as SourceError;
use super::super::choice::Choice;
use super::super::frame::Frame;
use super::super::number::text;
use super::super::word::Word;
use super::Error;
use super::attributes::{attribute_file, attributes};
use super::place::Place;
use super::scan::{Scan, ScanElement, TIMESTAMP};
use crate::conversion::Conversion;

/// The folders of the elements and of the buffer's own attributes, the first names being those of all
/// kernels so far, and the second those since 5.11.
const ELEMENTS: [&str; 2] = ["scan_elements", "buffer0"];
const BUFFER: [&str; 2] = ["buffer", "buffer0"];

/// The ending of the file that enables an element.
const ENABLES: &str = "_en";

/// Which clock the timestamps are of; without this file (before 4.5), the time of day.
const CLOCK: &str = "current_timestamp_clock";

/// Clocks of the time of day.
const TIMES_OF_DAY: [&[u8]; 2] = [b"realtime", b"realtime_coarse"];

/// A buffer that can be read.
pub(crate) struct Buffer {
    /// What it is read from.
    pub node: PathBuf,
    /// What its scans look like, and what is taken of them.
    pub frame: Frame,
    /// How the kernel would convert the readings of each channel that is taken.
    pub conversions: Vec<Conversion>,
    /// What to report of it.
    pub notice: Option<String>,
}

impl Buffer {
    /// The buffer of the device that the user calls so, and what `choice` takes of it.
    pub(crate) fn find(device: &Path, choice: &Choice) -> Result<Buffer, SourceError> {
        let place = Place::find(device)?;
        let scan = Scan::of(enabled(&place)?);
        let scan = scan.map_err(|why| Error::Scan { name: place.name.clone(), why })?;
        check_enabled(&place)?;
        let lacking = |why| SourceError::Columns { name: place.name.clone(), why };
        let clock = other_clock(&place)?.filter(|_| scan.has_timestamp() && !choice.is_stamped);
        let frame = scan.frame(choice, clock.is_none()).map_err(lacking)?;
        let raw = |element: &str| place.folder.join(format!("{element}_raw"));
        let taken = scan.taken(choice).map_err(lacking)?;
        let conversions = taken.into_iter().map(|channel| attributes(&raw(&channel.element)));
        let conversions = conversions.collect::<Result<_, _>>()?;
        let notice = clock.map(|clock| not_of_day(&place, &clock));
        Ok(Buffer { node: place.node, frame, conversions, notice })
    }
}

/// The elements that are enabled, at least one of which is a channel.
fn enabled(place: &Place) -> Result<Vec<ScanElement>, SourceError> {
    let Some(folder) = existing(place, ELEMENTS) else {
        return Err(Error::NoBuffer(place.name.clone()).into());
    };
    let mut names = element_names(&folder)?;
    names.sort();
    let mut elements = Vec::new();
    for name in &names {
        if is_on(&folder.join(format!("{name}{ENABLES}")))? {
            elements.push(element(&folder, name)?);
        }
    }
    if elements.iter().all(|element| element.name == TIMESTAMP) {
        let channel = names.iter().find(|name| *name != TIMESTAMP);
        let Some(channel) = channel else { return Err(Error::NoBuffer(place.name.clone()).into()) };
        let file = plain_path(&folder.join(format!("{channel}{ENABLES}")));
        return Err(Error::NothingEnabled { name: place.name.clone(), file }.into());
    }
    Ok(elements)
}

/// The folder with one of these names that exists.
fn existing(place: &Place, names: [&str; 2]) -> Option<PathBuf> {
    names.into_iter().map(|name| place.folder.join(name)).find(|folder| folder.is_dir())
}

/// The names of all elements, enabled or not.
fn element_names(folder: &Path) -> Result<Vec<String>, SourceError> {
    let unread = |source: io::Error| SourceError::Read { name: quoted_path(folder), source };
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(unread)? {
        let name = entry.map_err(unread)?.file_name();
        names.extend(name.to_str().and_then(|it| it.strip_suffix(ENABLES)).map(str::to_owned));
    }
    Ok(names)
}

/// What the kernel says of an element.
fn element(folder: &Path, name: &str) -> Result<ScanElement, SourceError> {
    let index = folder.join(format!("{name}_index"));
    let number = |text: &str| text.parse().map_err(|_| "not a number".to_owned());
    let (index, whole) = (attribute(&index, number)?, folder.join(format!("{name}_type")));
    // It may be that of several elements.
    let format = attribute_file(&whole, name, "type").unwrap_or(whole);
    let word = |text: &str| {
        Word::parse(text).unwrap_or_else(|| Err("not a format as in le:s12/16>>4".to_owned()))
    };
    Ok(ScanElement { name: name.to_owned(), index, word: attribute(&format, word)? })
}

/// Fails unless the buffer is enabled: it would have nothing to read, and nobody would know why.
fn check_enabled(place: &Place) -> Result<(), SourceError> {
    let Some(folder) = existing(place, BUFFER) else {
        return Err(Error::NoBuffer(place.name.clone()).into());
    };
    let file = folder.join("enable");
    match is_on(&file)? {
        true => Ok(()),
        false => {
            let (name, file) = (place.name.clone(), plain_path(&file));
            Err(Error::NotEnabled { name, file }.into())
        }
    }
}

/// The clock of the timestamps, unless that is of the time of day.
fn other_clock(place: &Place) -> Result<Option<String>, SourceError> {
    let file = place.folder.join(CLOCK);
    if !file.exists() {
        return Ok(None);
    }
    let text = text(&file)?;
    let clock = text.trim_ascii();
    Ok((!TIMES_OF_DAY.contains(&clock)).then(|| quoted(clock)))
}

/// Reports that the timestamps are of another `clock`.
fn not_of_day(place: &Place, clock: &str) -> String {
    let (name, file) = (&place.name, plain_path(&place.folder.join(CLOCK)));
    format!(
        "the timestamps of {name} are by its clock {clock}, which is no time of day, and left out \
         (echo realtime > {file}, before the buffer is enabled; or --stamp)"
    )
}

/// Whether a file says 1, and not 0.
fn is_on(file: &Path) -> Result<bool, SourceError> {
    attribute(file, |text| match text {
        "0" => Ok(false),
        "1" => Ok(true),
        _ => Err("neither 0 nor 1".to_owned()),
    })
}

/// What `read` makes of the text in a file.
fn attribute<T>(file: &Path, read: impl Fn(&str) -> Result<T, String>) -> Result<T, SourceError> {
    let text = text(file)?;
    let text = text.trim_ascii();
    read(&String::from_utf8_lossy(text)).map_err(|why| {
        let why = format!("{why}: {}", quoted(text));
        SourceError::Attribute { name: quoted_path(file), why }
    })
}
