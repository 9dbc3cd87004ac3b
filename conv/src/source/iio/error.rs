//! Why a device's buffer is not read, and what to do about it.

use thiserror::Error as ThisError;

/// A device's buffer could not be read.
#[derive(Debug, ThisError)]
pub enum Error {
    /// No device is called that.
    #[error("cannot find an IIO device {name}: {}", there_are(.known))]
    Unknown {
        /// What was asked for, quoted.
        name: String,
        /// The devices that exist.
        known: Vec<String>,
    },
    /// Several devices are called that.
    #[error("cannot tell which IIO device {name} is: {}", .devices.join(" or "))]
    Ambiguous {
        /// What was asked for, quoted.
        name: String,
        /// Those that are called so.
        devices: Vec<String>,
    },
    /// A path leads to something else.
    #[error("cannot read the buffer of {0}: it is not an IIO device, as /dev/iio:device0 is")]
    NoDevice(String),
    /// The device has no buffer.
    #[error("cannot read the buffer of {0}: it has none (--poll reads its channels one by one)")]
    NoBuffer(String),
    /// No channel is enabled.
    #[error("cannot read {name}: no channel is enabled: echo 1 > {file}")]
    NothingEnabled {
        /// The device, quoted.
        name: String,
        /// The file that enables a channel.
        file: String,
    },
    /// The buffer is not enabled.
    #[error("cannot read {name}: its buffer is not enabled: echo 1 > {file}")]
    NotEnabled {
        /// The device, quoted.
        name: String,
        /// The file that enables it.
        file: String,
    },
    /// Nothing says where the words of a scan lie.
    #[error("cannot read the scans of {name}: {why}")]
    Scan {
        /// The device, quoted.
        name: String,
        /// Why not.
        why: String,
    },
}

fn there_are(known: &[String]) -> String {
    match known {
        [] => "there is none".to_owned(),
        [one] => format!("there is {one}"),
        known => format!("there are {}", known.join(", ")),
    }
}
