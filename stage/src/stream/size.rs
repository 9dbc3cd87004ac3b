//! How much is moved at a time: sizes that fit each other, so that a full block is one call, and a pipe
//! has room for more blocks while one is being processed.

/// Bytes that a pipe for samples holds, sixteen times the kernel's default: fewer switches
/// between processes at full speed, and room for what arrives while `log` syncs. (A user's pipes may be
/// limited to less, which is harmless.)
pub const PIPE: usize = 1 << 20;

/// Bytes that a pipe, or the like, takes without blocking if it takes any (PIPE_BUF).
pub(crate) const PIECE: usize = 4096;

/// Bytes read or written in one call.
pub const BLOCK: usize = PIPE / 4;
