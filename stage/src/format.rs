//! What flows through the pipeline, as text.
//!
//! | module | owns |
//! |---|---|
//! | [`decimal`] | exact decimal numbers: reading, printing, arithmetic |
//! | [`sample`] | which numbers may flow |
//! | [`time`] | the times of rows |
//! | [`header`] | the names of columns |
//! | [`row`] | **which line is a row**, and the reasons why one is not |
//! | [`record`] | what `stat` sends to `report` |

pub mod decimal;
pub mod header;
pub mod record;
pub mod row;
pub mod sample;
pub mod time;
