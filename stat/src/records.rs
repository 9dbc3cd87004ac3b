//! Printing records, and merging those that carry a state.
//!
//! | module | owns |
//! |---|---|
//! | [`state`] | what a record carries for merging: its format, and whether it can be right |
//! | [`merge`] | reading records with states; the record of all their samples |

pub(crate) mod merge;
pub(crate) mod state;

use stage::format::record::{MAX_RECORD, Record};

use crate::Error;

/// Appends `record` to `records`, unless its state makes it too long to be read again.
pub(crate) fn print(record: &Record, records: &mut Vec<u8>) -> Result<(), Error> {
    let before = records.len();
    record.print(records)?;
    if records.len() - before > MAX_RECORD {
        return Err(Error::TooLong);
    }
    Ok(())
}
