//! What stands here for `stage::stream::transport`.

pub(crate) mod peer;
#[path = "../../../../stage/src/stream/transport/piece.rs"]
mod piece;
pub(crate) mod ring;

use std::time::Duration;

/// After which time a sleeper checks that its peer is still there. (How long that is does not matter here:
/// see [`crate::time`].)
const LOOK_AGAIN: Duration = Duration::from_secs(1);
