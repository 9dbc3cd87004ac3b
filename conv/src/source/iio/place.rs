//! Which device is meant, and where its files lie.
//!
//! A device is asked for as `iio:device0`; by its part's name or its label, from the files `name` and
//! `label` in its folder; or by a path to its folder below /sys, or to its node below /dev.
//!
//! A path may lead into another tree, such as a container's view of its host (`/host/sys/…`): what
//! belongs to the device is then looked for there as well (`/host/dev/…`).

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use stage::process::message::quoted_path;

use super::super::Error as SourceError;
use super::super::number::read_text;
use super::Error;

/// What the kernel calls devices: this, and a number.
const PREFIX: &str = "iio:device";

/// Where their folders lie, from the root.
const DEVICES: &str = "sys/bus/iio/devices";

/// Files in a folder with what people call the device.
const NAMES: [&str; 2] = ["name", "label"];

/// A device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// What messages call it, in quotes.
    pub name: String,
    /// The folder with its attributes.
    pub folder: PathBuf,
    /// What its buffer is read from.
    pub node: PathBuf,
}

impl Place {
    /// The device that the user calls so.
    pub(super) fn find(device: &Path) -> Result<Place, SourceError> {
        let is_path = device.as_os_str().as_encoded_bytes().contains(&b'/');
        if is_path { Place::at(device) } else { Place::called(device, Path::new("/")) }
    }

    /// The device whose folder or node lies at `path`.
    fn at(path: &Path) -> Result<Place, SourceError> {
        let name = quoted_path(path);
        let (real, kind) = match fs::canonicalize(path).and_then(|it| Ok((fs::metadata(&it)?, it)))
        {
            Ok((metadata, real)) => (real, metadata.file_type()),
            Err(source) => return Err(SourceError::Open { name, source }),
        };
        let Some(device) = real.file_name().filter(|it| number(it).is_some()) else {
            return Err(Error::NoDevice(name).into());
        };
        let (folder, node) = match kind.is_dir() {
            true => (path.to_owned(), root(&real, "sys").join("dev").join(device)),
            false => (root(&real, "dev").join(DEVICES).join(device), path.to_owned()),
        };
        Ok(Place { name, folder, node })
    }

    /// The device called so, or with such a name or label, below `root`.
    fn called(device: &Path, root: &Path) -> Result<Place, SourceError> {
        let (name, devices) = (quoted_path(device), root.join(DEVICES));
        let known = known(&devices)?;
        let is_called = |folder: &&PathBuf| {
            folder.file_name() == Some(device.as_os_str())
                || names(folder).iter().any(|name| OsStr::new(name) == device.as_os_str())
        };
        let found: Vec<&PathBuf> = known.iter().filter(is_called).collect();
        match found[..] {
            [folder] => {
                let node = root.join("dev").join(folder.file_name().unwrap_or_default());
                Ok(Place { name, folder: folder.clone(), node })
            }
            [] => {
                let known = known.iter().map(|folder| description(folder)).collect();
                Err(Error::Unknown { name, known }.into())
            }
            _ => {
                let devices = found.into_iter().map(|folder| description(folder)).collect();
                Err(Error::Ambiguous { name, devices }.into())
            }
        }
    }
}

/// The folders of all devices, in the order of their numbers.
fn known(devices: &Path) -> Result<Vec<PathBuf>, SourceError> {
    let entries = match fs::read_dir(devices) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(SourceError::Open { name: quoted_path(devices), source }),
    };
    let numbered = |entry: fs::DirEntry| Some((number(&entry.file_name())?, entry.path()));
    let mut folders: Vec<_> = entries.flatten().filter_map(numbered).collect();
    folders.sort();
    Ok(folders.into_iter().map(|(_, folder)| folder).collect())
}

/// The number in a device's own name; `None` for what is not a device, such as a trigger.
fn number(name: &OsStr) -> Option<u32> {
    let digits = name.to_str()?.strip_prefix(PREFIX)?;
    digits.parse().ok().filter(|_| digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// What people call the device in `folder`.
fn names(folder: &Path) -> Vec<String> {
    let name = |file: &&str| {
        let text = read_text(&folder.join(file)).ok()?;
        Some(String::from_utf8_lossy(text.trim_ascii()).into_owned())
    };
    NAMES.iter().filter_map(name).collect()
}

/// A device for a list: `iio:device0 (ads1115)`.
fn description(folder: &Path) -> String {
    let device = folder.file_name().unwrap_or_default().to_string_lossy();
    match &names(folder)[..] {
        [] => device.into_owned(),
        names => format!("{device} ({})", names.join(", ")),
    }
}

/// The root of the tree in which `path` lies in the folder called `top`; / if it lies in none.
fn root(path: &Path, top: &str) -> PathBuf {
    let above = path.ancestors().skip(1).find(|it| it.file_name() == Some(OsStr::new(top)));
    above.and_then(Path::parent).unwrap_or(Path::new("/")).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use stage::process::message::chain;

    /// A tree with these devices: number, name, label.
    fn tree(devices: &[(u32, &str, &str)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join(DEVICES).join("trigger0")).unwrap();
        fs::create_dir(dir.path().join("dev")).unwrap();
        for (number, name, label) in devices {
            let device = format!("{PREFIX}{number}");
            let folder = dir.path().join(DEVICES).join(&device);
            fs::create_dir(&folder).unwrap();
            fs::write(folder.join("name"), format!("{name}\n")).unwrap();
            if !label.is_empty() {
                fs::write(folder.join("label"), format!("{label}\n")).unwrap();
            }
            fs::write(dir.path().join("dev").join(device), "").unwrap();
        }
        dir
    }

    #[test]
    fn a_device_is_found_by_its_number_its_name_or_its_label() {
        let dir = tree(&[(0, "ads1115", ""), (10, "bmp280", "roof"), (2, "bmp280", "cellar")]);
        let node_of = |device: &str| match Place::called(Path::new(device), dir.path()) {
            Ok(Place { node, .. }) => node.strip_prefix(dir.path()).unwrap().display().to_string(),
            Err(why) => chain(&why),
        };
        assert_eq!(node_of("iio:device10"), "dev/iio:device10");
        assert_eq!(node_of("ads1115"), "dev/iio:device0");
        assert_eq!(node_of("cellar"), "dev/iio:device2");
        assert_eq!(
            node_of("bmp280"),
            "cannot tell which IIO device \"bmp280\" is: iio:device2 (bmp280, cellar) or \
             iio:device10 (bmp280, roof)"
        );
        let known =
            "iio:device0 (ads1115), iio:device2 (bmp280, cellar), iio:device10 (bmp280, roof)";
        for other in ["iio:device1", "trigger0", "ads"] {
            let why = format!("cannot find an IIO device \"{other}\": there are {known}");
            assert_eq!(node_of(other), why);
        }
    }

    #[test]
    fn without_any_device_there_is_none() {
        for dir in [tree(&[]), tempfile::tempdir().unwrap()] {
            let why = Place::called(Path::new("ads1115"), dir.path()).unwrap_err();
            let expected = "cannot find an IIO device \"ads1115\": there is none";
            assert_eq!(chain(&why), expected);
        }
    }

    #[test]
    fn a_path_leads_to_the_folder_or_to_the_node_and_what_belongs_to_it_lies_in_the_same_tree() {
        let dir = tree(&[(3, "ads1115", "")]);
        let real = fs::canonicalize(dir.path()).unwrap();
        let (folder, node) = (real.join(DEVICES).join("iio:device3"), real.join("dev/iio:device3"));
        for path in [&folder, &node] {
            let place = Place::find(path).unwrap();
            let name = quoted_path(path);
            assert_eq!(place, Place { name, folder: folder.clone(), node: node.clone() });
        }
        let other = real.join("dev");
        assert_eq!(
            chain(&Place::find(&other).unwrap_err()),
            format!(
                "cannot read the buffer of \"{}\": it is not an IIO device, as /dev/iio:device0 is",
                other.display()
            )
        );
        assert_eq!(
            chain(&Place::find(Path::new("./none")).unwrap_err()),
            "cannot open \"./none\": No such file or directory"
        );
    }

    #[test]
    fn the_innermost_tree_is_that_of_a_device() {
        for (path, top, expected) in [
            ("/sys/devices/platform/adc/iio:device0", "sys", "/"),
            ("/host/sys/devices/adc/iio:device0", "sys", "/host"),
            ("/sys/copy/sys/devices/iio:device0", "sys", "/sys/copy"),
            ("/dev/iio:device0", "dev", "/"),
            ("/mnt/iio:device0", "sys", "/"),
        ] {
            assert_eq!(root(Path::new(path), top), Path::new(expected), "{path}");
        }
    }
}
