//! Reading and writing what flows through the pipeline.
//!
//! | module | owns |
//! |---|---|
//! | [`input`], [`output`] | reading and writing a descriptor, and **what a stop means for an input** |
//! | [`transport`] | **what joins two stages**, as its reader and its writer see it (`launcher::transport` makes them) |
//! | [`ending`] | how an input ends, and what becomes of its last bytes: **the table of ends** |
//! | [`terminal`] | terminals as inputs: whose they are, and how they end |
//! | [`framing`] | input that is neither plain text nor raw words: **refused, with what to do** |
//! | [`files`] | opening what a stage reads; which files stages read and write, so that none reads its own output |
//! | [`lines`] | cutting an input into lines in bounded memory |
//! | [`regular`] | a regular file that threads read in pieces |
//! | [`rejects`] | counting rejected lines, and warning of the first few |
//! | [`size`] | how much is moved at a time |

pub mod ending;
pub mod files;
pub mod framing;
pub mod input;
pub mod lines;
pub mod output;
pub mod regular;
pub mod rejects;
pub mod size;
pub mod terminal;
pub mod transport;
