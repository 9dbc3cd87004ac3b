//! A line of a table's part: a row, and its time.

use stage::format::row::NotARow;
use stage::format::time::Time;

use super::fields::Fields;
use super::search::MOST_DATA;
use super::{Line, Table};
use crate::reading::NoRow;

impl Table {
    /// A row of the part's columns.
    pub(super) fn row(&mut self, fields: &Fields, line: &[u8]) -> Result<Line, NoRow> {
        self.units_left = 0;
        let Some(part) = &mut self.part else { return Err(NotARow::Empty.into()) };
        if part.width == 1 && !fields.are_labelled() {
            return match self.only(fields, line) {
                Ok(_) | Err(NoRow::Missing) => Ok(Line::Row(None)),
                Err(why) => Err(why),
            };
        }
        if fields.count() != part.width {
            let why = NotARow::of_width(line, fields.count(), part.width);
            self.doubt_width(fields, line);
            return Err(why.into());
        }
        // A row with a field too many may be empty at its end by chance.
        let is_delimited = fields.is_last_dropped();
        let are_delimited = *part.end_delimited.get_or_insert(is_delimited);
        if is_delimited && !are_delimited {
            return Err(NotARow::of_width(line, part.width + 1, part.width).into());
        }
        if self.first_rows <= MOST_DATA {
            self.suggest_decimal_of(fields, line);
            self.first_rows += u8::from(self.has_sample(fields, line));
        }
        if self.doubtful.is_some() {
            self.doubt_words(fields, line);
        }
        Ok(Line::Row(self.time(fields, line)?))
    }

    /// Whether a row has a sample in any column that is taken.
    fn has_sample(&self, fields: &Fields, line: &[u8]) -> bool {
        let mut taken = self.part.iter().flat_map(|part| part.taken.iter().flatten());
        fields.are_labelled() || taken.any(|at| self.dialect.number(fields.text(line, *at)).is_ok())
    }

    /// The row's time, if it has one that is wanted.
    fn time(&mut self, fields: &Fields, line: &[u8]) -> Result<Option<Time>, NoRow> {
        let Some(part) = &mut self.part else { return Ok(None) };
        let Some(at) = part.time else { return Ok(None) };
        let is_guessed = std::mem::take(&mut part.is_time_guessed);
        match self.times.read(fields.text(line, at)) {
            Err(_) if is_guessed => {
                part.time = None;
                let why = "the column called time has no times: checks count readings (--time asks \
                           for it)";
                self.notices.push_back(why.to_owned());
                Ok(None)
            }
            time => time.map(Some),
        }
    }
}
