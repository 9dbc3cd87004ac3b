//! What flows through the pipeline, as text.
//!
//! | module | owns |
//! |---|---|
//! | [`decimal`] | exact decimal numbers: reading, printing, arithmetic |
//! | [`sample`] | which numbers may flow |
//! | [`time`] | the times of rows |
//! | [`name`] | the names of channels |
//! | [`columns`] | a stream's columns, and the header that names them |
//! | [`row`] | **which line is a row**, and the reasons why one is not |
//! | [`record`] | what `stat` sends to `report` |

pub mod columns;
pub mod decimal;
pub mod name;
pub mod record;
pub mod row;
pub mod sample;
pub mod time;
