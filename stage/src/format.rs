//! What flows through the pipeline, as text.
//!
//! | module | owns |
//! |---|---|
//! | [`decimal`] | exact decimal numbers: reading, printing, arithmetic |
//! | [`sample`] | which line is a sample, and the reasons why one is not |
//! | [`record`] | what `stat` sends to `report` |

pub mod decimal;
pub mod record;
pub mod sample;
