//! What stands here for `stage::stream::transport::ring`.

#[allow(dead_code, reason = "the rest is for the real memory")]
#[path = "../../../../../stage/src/stream/transport/ring/damaged.rs"]
mod damaged;
#[path = "../../../../../stage/src/stream/transport/ring/drain.rs"]
mod drain;
pub(crate) mod memory;
#[path = "../../../../../stage/src/stream/transport/ring/protocol.rs"]
mod protocol;
#[allow(dead_code, reason = "the programs use more of it")]
#[path = "../../../../../stage/src/stream/transport/ring/reader.rs"]
mod reader;
#[allow(dead_code, reason = "the programs use more of it")]
#[path = "../../../../../stage/src/stream/transport/ring/writer.rs"]
mod writer;

pub(crate) use drain::drain;
pub(crate) use protocol::close;
pub(crate) use reader::Reader;
pub(crate) use writer::Writer;
