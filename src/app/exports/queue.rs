//! The queue of exports: one photo after the other, each with a state of its own.

use std::path::{Path, PathBuf};

use crate::edit::Edit;
use crate::engine::{Export, Exported, Ticket};
use crate::photo::ExportOptions;

/// All exports since the queue was last empty.
#[derive(Debug, Default)]
pub struct Queue {
    rows: Vec<Row>,
    /// What the engine writes: it ends before the next begins, so that one photo is in memory.
    running: Option<(Ticket, u64)>,
    last: u64,
    /// Counts what changes rows, but for how much is written.
    changes: u64,
}

/// An export with its state.
#[derive(Debug)]
pub struct Row {
    /// Names it while it is in the queue.
    pub id: u64,
    order: Order,
    /// Where it stands.
    pub state: State,
}

/// What is to be written.
#[derive(Clone, Debug)]
pub struct Order {
    /// The photo.
    pub photo: Exported,
    /// What is done to it.
    pub edit: Edit,
    /// The file to write.
    pub target: PathBuf,
    /// How.
    pub options: ExportOptions,
}

/// Where an export stands.
#[derive(Clone, Debug, PartialEq)]
pub enum State {
    /// Others are before it.
    Waiting,
    /// How much is written, 0..1.
    Running(f32),
    /// On disk.
    Saved,
    /// The sentence says why not.
    Failed {
        /// Why.
        sentence: String,
        /// A file of that name is in the way.
        exists: bool,
    },
    /// Stopped by the user; nothing of it is left.
    Cancelled,
}

impl State {
    fn is_over(&self) -> bool {
        !matches!(self, Self::Waiting | Self::Running(_))
    }
}

/// How many there are of each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// All of them.
    pub all: usize,
    /// On disk.
    pub saved: usize,
    /// Not on disk, for a reason.
    pub failed: usize,
    /// Stopped.
    pub cancelled: usize,
}

impl Counts {
    /// Those that are over: it never falls while there is something to do.
    pub fn over(self) -> usize {
        self.saved + self.failed + self.cancelled
    }
}

impl Row {
    /// The file to write.
    pub fn target(&self) -> &Path {
        &self.order.target
    }
}

impl Queue {
    /// The exports, the first first.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Another number after every change, but for how much is written.
    pub fn changes(&self) -> u64 {
        self.changes
    }

    /// What is to be written, with the state of each.
    pub fn orders(&self) -> impl Iterator<Item = (&Order, &State)> {
        self.rows.iter().map(|row| (&row.order, &row.state))
    }

    /// How many there are of each.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts { all: self.rows.len(), ..Counts::default() };
        for row in &self.rows {
            match row.state {
                State::Saved => counts.saved += 1,
                State::Failed { .. } => counts.failed += 1,
                State::Cancelled => counts.cancelled += 1,
                State::Waiting | State::Running(_) => {}
            }
        }
        counts
    }

    /// Whether anything is still to be written.
    pub fn is_busy(&self) -> bool {
        self.running.is_some() || self.rows.iter().any(|row| !row.state.is_over())
    }

    /// The export that is being written.
    pub fn running(&self) -> Option<&Row> {
        self.rows.iter().find(|row| matches!(row.state, State::Running(_)))
    }

    /// Whether an export to this file is still to come: its name is taken.
    pub fn will_write(&self, target: &Path) -> bool {
        self.rows.iter().any(|row| !row.state.is_over() && row.order.target == target)
    }

    /// Adds an export. Where all others are over, what is saved or cancelled goes first.
    pub fn add(&mut self, order: Order) {
        if !self.is_busy() {
            self.rows.retain(|row| matches!(row.state, State::Failed { .. }));
        }
        self.push(order, State::Waiting);
    }

    /// Adds exports of the last time, as they were.
    pub fn restore(&mut self, exports: Vec<(Order, State)>) {
        exports.into_iter().for_each(|(order, state)| self.push(order, state));
    }

    fn push(&mut self, order: Order, state: State) {
        self.changes += 1;
        self.last += 1;
        self.rows.push(Row { id: self.last, order, state });
    }

    /// The next export, if none is being written.
    pub fn start(&mut self, ticket: impl FnOnce() -> Ticket) -> Option<(Ticket, Export)> {
        if self.running.is_some() {
            return None;
        }
        let row = self.rows.iter_mut().find(|row| row.state == State::Waiting)?;
        row.state = State::Running(0.0);
        self.changes += 1;
        let ticket = ticket();
        self.running = Some((ticket, row.id));
        let Order { photo, edit, target, options } = row.order.clone();
        Some((ticket, Export { photo, edit, target, options }))
    }

    /// Takes note of how much is written.
    pub fn progress(&mut self, ticket: Ticket, done: f32) {
        if let Some(Row { state: State::Running(progress), .. }) = self.row_of(ticket) {
            *progress = progress.max(done);
        }
    }

    /// Whether this is the ticket of what is being written.
    pub fn writes(&self, ticket: Ticket) -> bool {
        self.running.is_some_and(|(running, _)| running == ticket)
    }

    /// An export has ended.
    pub fn end(&mut self, ticket: Ticket, state: State) {
        if !self.writes(ticket) {
            return;
        }
        if let Some(row) = self.row_of(ticket) {
            // One that was cancelled too late is on disk all the same.
            let stays = row.state == State::Cancelled && state != State::Saved;
            if !stays {
                row.state = state;
            }
        }
        self.running = None;
        self.changes += 1;
    }

    /// Stops an export; the ticket that the engine is to stop, if it is that one.
    pub fn cancel(&mut self, id: u64) -> Option<Ticket> {
        let row = self.rows.iter_mut().find(|row| row.id == id && !row.state.is_over())?;
        row.state = State::Cancelled;
        self.changes += 1;
        self.running.filter(|(_, running)| *running == id).map(|(ticket, _)| ticket)
    }

    /// Stops all that is not over.
    pub fn cancel_all(&mut self) -> Option<Ticket> {
        let ids: Vec<u64> = self.rows.iter().map(|row| row.id).collect();
        ids.into_iter().filter_map(|id| self.cancel(id)).last()
    }

    /// Tries an export once more, replacing what is in the way if that is wanted.
    pub fn retry(&mut self, id: u64, overwrite: bool) {
        if let Some(row) = self.rows.iter_mut().find(|row| row.id == id && row.state.is_over()) {
            row.order.options.overwrite |= overwrite;
            row.state = State::Waiting;
            self.changes += 1;
        }
    }

    /// Forgets what is over.
    pub fn dismiss(&mut self) {
        self.rows.retain(|row| !row.state.is_over());
        self.changes += 1;
    }

    fn row_of(&mut self, ticket: Ticket) -> Option<&mut Row> {
        let (_, id) = self.running.filter(|(running, _)| *running == ticket)?;
        self.rows.iter_mut().find(|row| row.id == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue(count: usize) -> Queue {
        let mut queue = Queue::default();
        for i in 0..count {
            queue.add(Order {
                photo: Exported::File(PathBuf::from(format!("{i}.jpg"))),
                edit: Edit::default(),
                target: PathBuf::from(format!("{i}.png")),
                options: ExportOptions::DEFAULT,
            });
        }
        queue
    }

    fn start(queue: &mut Queue, ticket: u64) -> Option<PathBuf> {
        queue.start(|| Ticket(ticket)).map(|(_, export)| export.target)
    }

    #[test]
    fn one_after_the_other_and_a_failed_one_is_passed_over() {
        let mut queue = queue(3);
        assert_eq!(start(&mut queue, 1), Some("0.png".into()));
        assert_eq!(start(&mut queue, 2), None);
        queue.progress(Ticket(1), 0.5);
        queue.progress(Ticket(1), 0.3);
        assert_eq!(queue.running().unwrap().state, State::Running(0.5));
        let failed = State::Failed { sentence: "No.".to_owned(), exists: false };
        queue.end(Ticket(1), failed);
        queue.end(Ticket(1), State::Saved);
        assert_eq!(start(&mut queue, 2), Some("1.png".into()));
        queue.end(Ticket(2), State::Saved);
        assert_eq!((queue.counts().over(), queue.counts().failed), (2, 1));
        queue.retry(1, false);
        // It is the first that waits again.
        assert_eq!(start(&mut queue, 3), Some("0.png".into()));
        assert!(queue.is_busy());
    }

    #[test]
    fn what_is_cancelled_lets_the_next_begin_once_the_engine_has_stopped() {
        let mut queue = queue(3);
        assert!(start(&mut queue, 1).is_some());
        assert_eq!(queue.cancel(2), None);
        assert_eq!(queue.cancel(1), Some(Ticket(1)));
        assert_eq!(start(&mut queue, 2), None);
        queue.end(Ticket(1), State::Cancelled);
        assert_eq!(start(&mut queue, 2), Some("2.png".into()));
        assert_eq!(queue.cancel_all(), Some(Ticket(2)));
        // It was done already when it was cancelled.
        queue.end(Ticket(2), State::Saved);
        let counts = queue.counts();
        assert_eq!((counts.saved, counts.cancelled, counts.all), (1, 2, 3));
        queue.dismiss();
        assert!(queue.rows().is_empty() && !queue.is_busy());
    }

    #[test]
    fn a_new_batch_begins_where_all_is_over_and_keeps_what_failed() {
        let mut queue = queue(2);
        for ticket in 1..=2 {
            start(&mut queue, ticket);
            let state = match ticket {
                1 => State::Saved,
                _ => State::Failed { sentence: String::new(), exists: true },
            };
            queue.end(Ticket(ticket), state);
        }
        let order = queue.rows()[0].order.clone();
        queue.add(order);
        assert_eq!(queue.rows().len(), 2);
        queue.retry(2, true);
        let (_, export) = queue.start(|| Ticket(9)).unwrap();
        assert!(export.options.overwrite);
        assert!(queue.will_write(Path::new("0.png")) && !queue.will_write(Path::new("9.png")));
    }
}
