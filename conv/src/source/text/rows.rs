//! The lines of a text as rows.

use stage::format::sample::Sample;
use stage::stream::input::Input;

use super::super::table::Line;
use super::{TextStream, place};
use crate::reading::{NoReading, Row, Rows};

impl<I: Input> Rows for TextStream<I> {
    fn next_row(&mut self) -> Option<Row<'_>> {
        // Perhaps another part begins, or something is to be reported first.
        while !self.table.has_begun()
            && !self.table.has_notice()
            && self.table.lacking().is_none()
            && self.rows_left > 0
        {
            let line = self.next_line()?;
            self.rows_left -= 1;
            let read = self.table.read(&self.lines.given()[line.clone()]);
            if let Ok(Line::Row(_)) = read
                && self.table.has_begun()
            {
                // It is sent as something else.
                self.leave(line);
                return None;
            }
            let (place, stamp) = (place(self.number), self.times.next());
            self.row = line.clone();
            match read {
                Ok(Line::Row(time)) => return Some(Row { place, time: Ok(stamp.or(time)) }),
                Ok(Line::Other) => {}
                Err(reason) => {
                    let line = &self.lines.given()[line];
                    return Some(Row { place, time: Err(NoReading::of_line(reason, line)) });
                }
            }
        }
        None
    }

    fn reading(&mut self, index: usize) -> Option<Result<Sample, NoReading<'_>>> {
        self.table.field(&self.lines.given()[self.row.clone()], index)
    }
}
