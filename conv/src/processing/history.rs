//! Rows through the checks that remember: what each channel remembers, and the row that waits for the
//! next one.

use std::collections::BTreeMap;
use std::io::Write;

use stage::format::columns::Columns;
use stage::format::time::Time;

use super::whose;
use crate::channel::{Settings, Value, name};
use crate::check::{Memory, Moment};
use crate::for_channel::Called;
use crate::reading::Place;
use crate::sender::Sender;

/// What is remembered of the rows so far.
#[derive(Debug)]
pub(super) struct History {
    /// What rows are sent as.
    columns: Columns,
    /// What each channel remembers.
    memories: Vec<Memory>,
    /// Whether a row waits for the next one.
    waits: bool,
    /// Whether rows need times, and whether a value has come without one.
    needs_times: bool,
    lacks_times: bool,
    /// Rows so far, with or without values.
    rows: u64,
    waiting: Option<Row>,
}

/// A row whose values are not judged yet.
#[derive(Debug)]
struct Row {
    place: Place,
    moment: Moment,
    values: Vec<Option<Value>>,
}

impl History {
    /// What the checks of `columns` remember; `None` if they remember nothing.
    pub(super) fn new(settings: &Settings, columns: &Columns) -> Option<History> {
        let of = |index| settings.checks.memory(Called::of(columns, index));
        let memories: Vec<Memory> = (0..columns.count()).map(of).collect();
        let is_empty = memories.iter().all(Memory::is_empty);
        (!is_empty).then(|| History {
            columns: columns.clone(),
            waits: memories.iter().any(Memory::waits),
            needs_times: memories.iter().any(Memory::needs_times),
            lacks_times: false,
            memories,
            rows: 0,
            waiting: None,
        })
    }

    /// Goes on, in rows of these columns, with what was remembered of the channels of the same names.
    pub(super) fn behind(self, before: Option<History>) -> History {
        let Some(History { columns, memories, rows, .. }) = before else { return self };
        // A channel without a name is known by its place.
        let key = |columns: &Columns, index| name(columns, index).cloned().ok_or(index);
        let memories = memories.into_iter().enumerate();
        let mut before: BTreeMap<_, _> =
            memories.map(|(index, memory)| (key(&columns, index), memory)).collect();
        let new = self.memories.into_iter().enumerate();
        let memories = new
            .map(|(index, new)| before.remove(&key(&self.columns, index)).unwrap_or(new))
            .collect();
        History { memories, rows, ..self }
    }

    /// Whether a check needs times that the rows have not.
    pub(super) fn lacks_times(&self) -> bool {
        self.lacks_times
    }

    /// Takes the next row's `values`, and sends the row that can be judged now. Leaves a buffer for others.
    pub(super) fn push(
        &mut self,
        place: Place,
        time: Option<Time>,
        values: &mut Vec<Option<Value>>,
        sender: &mut Sender<impl Write>,
    ) {
        let has_value = values.iter().any(Option::is_some);
        self.lacks_times |= self.needs_times && time.is_none() && has_value;
        let row = Row { place, moment: self.next(time), values: std::mem::take(values) };
        let settled = match self.waits {
            false => Some(self.settle(row, None, sender)),
            true => {
                let before = self.waiting.take();
                let settled = before.map(|before| self.settle(before, Some(&row), sender));
                self.waiting = Some(row);
                settled
            }
        };
        *values = settled.unwrap_or_default();
    }

    /// Notes that any number of rows may have been lost here.
    pub(super) fn interrupt(&mut self, sender: &mut Sender<impl Write>) {
        self.gap(sender);
        self.memories.iter_mut().for_each(Memory::interrupt);
    }

    /// Notes that a row has no values: it is rejected whole, or its only reading is missing.
    pub(super) fn gap(&mut self, sender: &mut Sender<impl Write>) {
        self.finish(sender);
        let moment = self.next(None);
        for memory in &mut self.memories {
            // What is missing fails nothing.
            let _ = memory.judge(None, None, moment);
        }
    }

    /// Sends the row that waits: nothing follows it.
    pub(super) fn finish(&mut self, sender: &mut Sender<impl Write>) {
        if let Some(row) = self.waiting.take() {
            self.settle(row, None, sender);
        }
    }

    /// The moment of the next row.
    fn next(&mut self, time: Option<Time>) -> Moment {
        self.rows += 1;
        Moment { row: self.rows, time }
    }

    /// Judges a row, before which everything is settled, and sends it, unless no more are wanted.
    fn settle(
        &mut self,
        row: Row,
        after: Option<&Row>,
        sender: &mut Sender<impl Write>,
    ) -> Vec<Option<Value>> {
        let Row { place, moment, mut values } = row;
        if self.lacks_times || sender.is_done() {
            return values;
        }
        for (index, (memory, value)) in self.memories.iter_mut().zip(&mut values).enumerate() {
            if memory.is_empty() {
                continue;
            }
            let next = after.filter(|_| memory.waits()).and_then(|row| row.values[index].as_ref());
            let (number, next) = (value.as_ref().map(Value::decimal), next.map(Value::decimal));
            if let Err(failure) = memory.judge(number.as_ref(), next.as_ref(), moment)
                && let Some(number) = number
            {
                let whose = whose(&self.columns, index);
                sender.fail(place, failure.option(), whose, || format!("{failure}: {number}"));
                *value = None;
            }
        }
        sender.send_row(moment.time.filter(|_| self.columns.have_time()), &values);
        values
    }
}
