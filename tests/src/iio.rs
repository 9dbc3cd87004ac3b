//! A stand-in for an IIO device: its files, as the kernel makes them below /sys, in a tree of their own.

use std::fs;
use std::path::Path;

/// The device's folder in the tree.
pub const FOLDER: &str = "sys/bus/iio/devices/iio:device0";

/// What its buffer is read from. A FIFO or a file takes its place.
pub const NODE: &str = "dev/iio:device0";

/// An element of its scans: the name, whether it is enabled, the index, and the type.
pub type Element<'a> = (&'a str, bool, u32, &'a str);

/// Makes the device below `root`: with an enabled buffer of these elements, and with `others`, attributes of
/// its own. The node is left to the caller.
pub fn make_device(root: &Path, elements: &[Element<'_>], others: &[(&str, &str)]) {
    let folder = root.join(FOLDER);
    let scan = folder.join("scan_elements");
    for folder in [&scan, &folder.join("buffer"), &root.join("dev")] {
        fs::create_dir_all(folder).expect("a folder");
    }
    let write = |path: &Path, text: &str| fs::write(path, format!("{text}\n")).expect("a file");
    for (name, is_enabled, index, format) in elements {
        write(&scan.join(format!("{name}_en")), if *is_enabled { "1" } else { "0" });
        write(&scan.join(format!("{name}_index")), &index.to_string());
        write(&scan.join(format!("{name}_type")), format);
    }
    write(&folder.join("buffer/enable"), "1");
    write(&folder.join("name"), "adc");
    others.iter().for_each(|(name, text)| write(&folder.join(name), text));
}
