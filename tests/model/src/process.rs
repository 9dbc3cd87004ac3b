//! What stands here for `stage::process`.

#[allow(dead_code, unreachable_pub, reason = "the programs use more of it")]
#[path = "../../../stage/src/process/clock.rs"]
pub(crate) mod clock;
pub(crate) mod futex;
#[allow(dead_code, unreachable_pub, reason = "the programs use more of it")]
#[path = "../../../stage/src/process/semaphore.rs"]
pub(crate) mod semaphore;
pub(crate) mod wait;
