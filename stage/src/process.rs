//! The program around what flows: how it starts, waits, reports and ends.
//!
//! | module | owns |
//! |---|---|
//! | [`program`] | the frame of every `main`: title, streams, errors, status |
//! | [`surroundings`] | what a stage works with: input, output, clock, messages |
//! | [`called`] | the name by which a program was called, and its help under that name |
//! | [`command_line`] | reading the options; otherwise the help, or what is wrong |
//! | [`quantity`] | durations, rates and sizes on command lines |
//! | [`message`] | the one grammar of messages on standard error |
//! | [`progress`] | how far along the work is, on a terminal |
//! | [`exit`] | the exit statuses |
//! | [`ledger`] | what each stage reports to the launcher as it ends |
//! | [`rejections`] | what `conv` rejects, reported to `report` at once |
//! | [`start`] | a stage's start in the launcher's pipeline, which waits for all the others |
//! | [`inherited`] | descriptors that the environment names |
//! | [`stop`] | the request to stop, and how it is heard without a race |
//! | [`suspension`] | Ctrl-Z, where a stage draws: what is drawn is cleared away first |
//! | `wait` | all waiting: for input, room or a token, for a deadline, or for a stop |
//! | [`clock`] | time, so that tests can set it |
//! | [`helpers`] | the threads that a stage works with besides its own |
//! | [`sandbox`] | **which system calls and files a stage keeps**, and giving up the others |
//! | `semaphore` | counts of tokens in memory shared by processes |
//! | [`kernel`], `futex` | the few system calls that need `unsafe` |

pub mod called;
pub mod clock;
pub mod command_line;
pub mod exit;
mod futex;
pub mod helpers;
pub mod inherited;
pub mod kernel;
pub mod ledger;
pub mod message;
pub mod program;
pub mod progress;
pub mod quantity;
pub mod rejections;
pub mod sandbox;
pub(crate) mod semaphore;
#[cfg(test)]
#[path = "process/semaphore/tests.rs"]
mod semaphore_tests; // not below it: the model of it has no use for them
pub mod start;
pub mod stop;
pub mod surroundings;
pub mod suspension;
pub(crate) mod wait;
