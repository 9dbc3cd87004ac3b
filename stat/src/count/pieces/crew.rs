//! The threads that count, and which piece is whose: whoever is free takes the next one.
//!
//! The stage's own thread is one of them. It hands out pieces, a few for each thread ahead of the first
//! that is not counted yet, so that what waits for its turn is bounded; counts as well; and passes on
//! what was counted, in order.

use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use memchr::memchr;
use stage::process::helpers::Helpers;
use stage::stream::regular::Regular;

use super::counter::{Counted, Counter};
use super::gate::Gate;
use super::order::InOrder;
use crate::accumulator::Accumulator;
use crate::input::jobs::PIECE;
use crate::plan::Plan;

/// Pieces ahead for each thread: one that it counts, and some for whoever is faster.
const AHEAD: usize = 4;

/// What takes the pieces that were counted.
pub(in crate::count) trait Join {
    /// Why it takes no more.
    type Error;

    /// Whether more pieces are wanted.
    fn wants_more(&mut self) -> Result<bool, Self::Error>;

    /// Takes the next piece; whether those behind it count.
    fn join(&mut self, counted: Counted) -> Result<ControlFlow<()>, Self::Error>;
}

/// A part of a file.
#[derive(Debug)]
struct Piece {
    file: Arc<Regular>,
    gate: Arc<Gate>,
    number: u64,
    position: u64,
}

impl Piece {
    fn count(&self, counter: &mut Counter, buffer: &mut [u8]) -> Counted {
        let (bytes, error) = self.file.read_at(buffer, self.position);
        let piece = &buffer[..bytes];
        match self.gate.admits(self.number, memchr(b'\t', piece).is_some()) {
            true => Counted { error, ..counter.count(piece) },
            // As if the file ended here.
            false => Counted::default(),
        }
    }
}

/// Threads that count.
#[derive(Debug)]
pub(in crate::count) struct Crew {
    pieces: Supply,
    counted: Receiver<(u64, Counted)>,
    /// What each helper knows at its end.
    results: Receiver<Accumulator>,
    counter: Counter,
    buffer: Vec<u8>,
    ahead: u64,
}

impl Crew {
    /// The stage's own thread and its `helpers`.
    pub(in crate::count) fn new(helpers: &Helpers, plan: &Plan) -> Crew {
        let pieces = Arc::<Pieces>::default();
        let ((to_counted, counted), (to_results, results)) = (channel(), channel());
        helpers.give_each(|| {
            let (pieces, counter) = (Arc::clone(&pieces), Counter::new(plan));
            let (counted, result) = (to_counted.clone(), to_results.clone());
            Box::new(move || help(&pieces, counter, &counted, &result))
        });
        let pieces = Supply(pieces);
        let ahead = (AHEAD * (helpers.count() + 1)) as u64;
        let counter = Counter::new(plan);
        Crew { pieces, counted, results, counter, buffer: vec![0; PIECE], ahead }
    }

    /// Counts `count` pieces of `file`, of which each line has one number, from `position` on, and lets
    /// `join` take them in order, up to one behind which none counts, or as long as more are wanted. Returns whether pieces that do not
    /// count were not empty.
    pub(in crate::count) fn count<J: Join>(
        &mut self,
        file: &Arc<Regular>,
        position: u64,
        count: u64,
        join: &mut J,
    ) -> Result<bool, J::Error> {
        let (mut handed_out, mut order) = (0, InOrder::new());
        let gate = Arc::<Gate>::default();
        loop {
            let end = if join.wants_more()? { count.min(order.next() + self.ahead) } else { 0 };
            for number in handed_out..end {
                let position = position + number * PIECE as u64;
                let (file, gate) = (Arc::clone(file), Arc::clone(&gate));
                self.pieces.0.push(Piece { file, gate, number, position });
            }
            handed_out = handed_out.max(end);
            if order.next() == handed_out {
                return Ok(false);
            }
            self.count_or_wait(&mut order);
            while let Some(counted) = order.take() {
                if join.join(counted)?.is_break() {
                    return Ok(self.drop_rest(handed_out, order));
                }
            }
        }
    }

    /// Counts a piece, or waits for one that another thread counts; puts all that have been counted in
    /// order.
    fn count_or_wait(&mut self, order: &mut InOrder<Counted>) {
        match self.pieces.0.pop() {
            Some(piece) => {
                order.put(piece.number, piece.count(&mut self.counter, &mut self.buffer));
            }
            None => self.counted.recv().into_iter().for_each(|(at, it)| order.put(at, it)),
        }
        self.counted.try_iter().for_each(|(number, counted)| order.put(number, counted));
    }

    /// Drops the pieces that were handed out and not joined; whether any was not empty.
    fn drop_rest(&mut self, handed_out: u64, order: InOrder<Counted>) -> bool {
        let outstanding = handed_out - order.next();
        let waiting: Vec<Counted> = order.into_waiting().collect();
        let in_work = outstanding - waiting.len() as u64 - self.pieces.0.clear();
        let in_work = self.counted.iter().take(in_work as usize).map(|(_, counted)| counted);
        waiting.into_iter().chain(in_work).filter(|counted| counted.bytes > 0).count() > 0
    }

    /// What all threads know of their pieces' samples.
    pub(in crate::count) fn finish(self) -> impl Iterator<Item = Accumulator> {
        drop(self.pieces);
        std::iter::once(self.counter.into_accumulator()).chain(self.results)
    }
}

/// A helper's task.
fn help(
    pieces: &Pieces,
    mut counter: Counter,
    counted: &Sender<(u64, Counted)>,
    result: &Sender<Accumulator>,
) {
    let mut buffer = vec![0; PIECE];
    while let Some(piece) = pieces.wait() {
        let _ = counted.send((piece.number, piece.count(&mut counter, &mut buffer)));
    }
    let _ = result.send(counter.into_accumulator());
}

/// Pieces that nobody counts yet.
#[derive(Debug, Default)]
struct Pieces {
    queue: Mutex<Queue>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Queue {
    pieces: VecDeque<Piece>,
    is_closed: bool,
}

impl Pieces {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, piece: Piece) {
        self.queue().pieces.push_back(piece);
        self.changed.notify_one();
    }

    fn pop(&self) -> Option<Piece> {
        self.queue().pieces.pop_front()
    }

    /// Waits for the next; `None` if no more will come.
    fn wait(&self) -> Option<Piece> {
        let is_idle = |queue: &mut Queue| queue.pieces.is_empty() && !queue.is_closed;
        let queue = self.changed.wait_while(self.queue(), is_idle);
        queue.unwrap_or_else(PoisonError::into_inner).pieces.pop_front()
    }

    /// Drops all; returns how many there were.
    fn clear(&self) -> u64 {
        self.queue().pieces.drain(..).count() as u64
    }
}

/// The side of the queue that adds to it. Without it, no more pieces come.
#[derive(Debug)]
struct Supply(Arc<Pieces>);

impl Drop for Supply {
    fn drop(&mut self) {
        self.0.queue().is_closed = true;
        self.0.changed.notify_all();
    }
}
