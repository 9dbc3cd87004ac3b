//! Linux's Industrial I/O: what the kernel says of an A/D converter, in its files below /sys.
//!
//! | module | owns |
//! |---|---|
//! | `attributes` | a channel's offset and scale, its own or shared |
//!
//! Source: Documentation/ABI/testing/sysfs-bus-iio of the kernel.

mod attributes;

pub(crate) use self::attributes::{attributes, is_raw};
