//! Linux's Industrial I/O: what the kernel says of an A/D converter, in its files below /sys.
//!
//! | module | owns |
//! |---|---|
//! | `attributes` | a channel's offset and scale, its own or shared |
//! | `place` | which device is meant, and where its files lie |
//! | `scan` | **what a buffer holds for each moment**: which words, and where each lies |
//! | `buffer` | what is enabled in a device's buffer, and whether it can be read |
//! | `error` | why it cannot |
//!
//! Sources: the kernel's Documentation/ABI/testing/sysfs-bus-iio (until 5.11, its names for buffers stood
//! there; they are in ABI/obsolete now, and still made) and Documentation/driver-api/iio/buffers.rst.

mod attributes;
mod buffer;
mod error;
mod place;
mod scan;

pub(crate) use self::attributes::{attributes, is_raw};
pub(crate) use self::buffer::Buffer;
pub use self::error::Error;
pub use self::scan::{Scan, ScanElement};
