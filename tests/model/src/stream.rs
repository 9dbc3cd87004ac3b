//! What stands here for `stage::stream`.

pub(crate) mod transport;
