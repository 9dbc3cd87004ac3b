//! Descriptors that a process inherits, under numbers that its environment names.

use std::io;
use std::os::fd::OwnedFd;

use nix::errno::Errno;
use thiserror::Error;

use crate::process::kernel;
use crate::process::message::quoted;

/// A variable does not hold the number of an open descriptor.
#[derive(Debug, Error)]
#[error("cannot use {variable}={value}")]
pub struct Error {
    variable: &'static str,
    /// What it holds, quoted.
    value: String,
    source: io::Error,
}

/// The descriptor that `variable` names, if it is set. Each descriptor can be taken over only once, so two
/// variables with the same number are an error.
pub fn descriptor(variable: &'static str) -> Result<Option<OwnedFd>, Error> {
    let Some(value) = std::env::var_os(variable) else { return Ok(None) };
    let number = value.to_string_lossy().parse().map_err(|_| Errno::EINVAL.into());
    match number.and_then(kernel::adopt) {
        Ok(fd) => Ok(Some(fd)),
        Err(source) => Err(Error { variable, value: quoted(value.as_encoded_bytes()), source }),
    }
}
