//! What Wandler's five programs share, in three folders:
//!
//! | folder | owns |
//! |---|---|
//! | [`format`](mod@format) | **what flows**, as text: numbers, samples, records |
//! | [`stream`] | reading and writing what flows: inputs, outputs, lines, transports, and their ends |
//! | [`process`] | the program around it: command line, messages, signals, waiting, sandbox, ledger, status |
//! | `fake` | scripted input and hand-set time for unit tests; always there, so that tests and programs share one build |

pub mod fake;
pub mod format;
pub mod process;
pub mod stream;
