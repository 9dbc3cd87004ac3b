//! What Wandler's five programs share.
//!
//! | module | owns |
//! |---|---|
//! | [`decimal`] | exact decimal numbers: reading, printing, arithmetic |
//! | [`sample`] | which line is a sample, and the reasons why one is not |
//! | [`record`] | what `stat` sends to `report` |
//! | [`ledger`] | what each stage tells the launcher as it ends |
//! | [`input`], [`output`] | reading and writing a channel, waiting, and **what a stop means for an input** |
//! | [`ending`] | how an input ends, and what becomes of what came last: **the table of ends** |
//! | [`terminal`] | terminals as inputs: whose they are, and how they end |
//! | [`channel`] | **what a channel is made of**, for who reads or writes it (`launcher::channel` makes them) |
//! | [`start`] | a stage's start in the launcher's pipeline, which waits for all the others |
//! | [`files`] | opening what a stage reads; which files stages read and write, so that none is fed with what comes out of it |
//! | [`inherited`] | descriptors that the environment names |
//! | [`size`] | how much is moved at a time |
//! | [`lines`] | cutting an input into lines in bounded memory |
//! | [`stop`] | the request to stop, and all waiting: for input, for a deadline, or for a stop |
//! | [`clock`] | time, so that tests can set it |
//! | [`rejects`] | counting rejected lines, and warning of the first few |
//! | [`message`] | the one grammar of messages on standard error |
//! | [`exit`] | the exit statuses |
//! | [`sandbox`] | **which system calls a stage keeps**, and giving up the others |
//! | [`command_line`] | reading the options, or saying why there are none |
//! | [`program`] | the frame of every `main`: title, streams, errors, status |
//! | [`quantity`] | durations, rates and sizes on command lines |
//! | [`kernel`] | the few system calls that need `unsafe` |
//! | `fake` | scripted input and hand-set time for unit tests (feature `fake`) |

pub mod channel;
pub mod clock;
pub mod command_line;
pub mod decimal;
pub mod ending;
pub mod exit;
#[cfg(any(test, feature = "fake"))]
pub mod fake;
pub mod files;
pub mod inherited;
pub mod input;
pub mod kernel;
pub mod ledger;
pub mod lines;
pub mod message;
pub mod output;
pub mod program;
pub mod quantity;
pub mod record;
pub mod rejects;
pub mod sample;
pub mod sandbox;
pub mod size;
pub mod start;
pub mod stop;
pub mod terminal;
