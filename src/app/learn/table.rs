//! The examples: pairs, what is known of each, and what the user wants with it.

use std::path::Path;

use eframe::egui::TextureHandle;

use super::reader::Seen;
use crate::train::examples::{Confidence, Pair};

/// From so many usable pairs on, the last ones are kept to check with.
const CHECK_FROM: usize = 6;
/// One of so many is.
const CHECK_ONE_OF: usize = 5;

/// What a pair is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The filter is learned from it.
    Learn,
    /// The filter is judged by it.
    Check,
}

/// What reading a pair came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// Not read yet.
    Waiting,
    /// The edit lies on its photo; perhaps with a remark.
    Good(Option<String>),
    /// It is shifted, turned or mirrored; a sentence.
    Shifted(String),
    /// It shows a part of the photo; a sentence.
    Cropped(String),
    /// It shows another photo; a sentence.
    Different(String),
    /// It cannot be learned from for another reason; a sentence.
    Unusable(String),
}

impl Status {
    /// What is to be read about it.
    pub fn sentence(&self) -> Option<&str> {
        match self {
            Self::Waiting => None,
            Self::Good(remark) => remark.as_deref(),
            Self::Shifted(it) | Self::Cropped(it) | Self::Different(it) | Self::Unusable(it) => {
                Some(it)
            }
        }
    }

    fn is_usable(&self) -> bool {
        !matches!(self, Self::Different(_) | Self::Unusable(_))
    }
}

/// A pair in the table.
pub struct Row {
    /// The pair.
    pub pair: Pair,
    /// What reading it came to.
    pub status: Status,
    /// The photo and its edit, small, once they are read.
    pub thumbnails: [Option<TextureHandle>; 2],
    /// Whether the user leaves it out.
    pub is_skipped: bool,
    /// What it is for.
    pub purpose: Purpose,
}

impl Row {
    /// Whether it can be learned from at all.
    pub fn is_usable(&self) -> bool {
        self.status.is_usable()
    }

    /// Whether it takes part.
    pub fn is_used(&self) -> bool {
        self.is_usable() && !self.is_skipped
    }

    /// Whether the user should look at it.
    fn needs_a_look(&self) -> bool {
        let moved = matches!(self.status, Status::Shifted(_) | Status::Cropped(_));
        self.is_used() && (moved || self.pair.confidence == Confidence::Unsure)
    }
}

/// How many pairs there are of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub found: usize,
    /// Not read yet.
    pub waiting: usize,
    pub need_a_look: usize,
    pub ignored: usize,
    /// To be learned from.
    pub learn: usize,
    /// To check with.
    pub check: usize,
}

/// The examples.
#[derive(Default)]
pub struct Table {
    /// The pairs.
    pub rows: Vec<Row>,
    /// Files without a partner; a sentence each.
    pub unpaired: Vec<String>,
    /// Whether the user said what a pair is for: from then on nobody else does.
    is_tagged: bool,
}

impl Table {
    /// Adds pairs that are not there yet and returns them.
    pub fn add(&mut self, pairs: Vec<Pair>) -> Vec<Pair> {
        let is_new = |rows: &[Row], pair: &Pair| {
            rows.iter()
                .all(|row| (&row.pair.before, &row.pair.after) != (&pair.before, &pair.after))
        };
        let mut added = Vec::new();
        for pair in pairs {
            if is_new(&self.rows, &pair) {
                added.push(pair.clone());
                self.rows.push(Row {
                    pair,
                    status: Status::Waiting,
                    thumbnails: [None, None],
                    is_skipped: false,
                    purpose: Purpose::Learn,
                });
            }
        }
        self.assign();
        added
    }

    /// Takes what was seen of a pair, if it is still there.
    pub fn take(&mut self, before: &Path, after: &Path, status: Status, seen: Seen<TextureHandle>) {
        let is_it = |row: &&mut Row| row.pair.before == before && row.pair.after == after;
        if let Some(row) = self.rows.iter_mut().find(is_it) {
            row.status = status;
            row.thumbnails = seen;
            if !row.is_usable() {
                self.assign();
            }
        }
    }

    /// Leaves a pair out, or takes it in again.
    pub fn toggle_skip(&mut self, index: usize) {
        if let Some(row) = self.rows.get_mut(index) {
            row.is_skipped = !row.is_skipped;
            self.assign();
        }
    }

    /// Learns from a pair or checks with it, the other way round than now.
    pub fn toggle_purpose(&mut self, index: usize) {
        if let Some(row) = self.rows.get_mut(index) {
            row.purpose = match row.purpose {
                Purpose::Learn => Purpose::Check,
                Purpose::Check => Purpose::Learn,
            };
            self.is_tagged = true;
        }
    }

    /// Sets the pairs to check with aside.
    pub fn set_check(&mut self, is_check: impl Fn(&Pair) -> bool) {
        for row in &mut self.rows {
            row.purpose = if is_check(&row.pair) { Purpose::Check } else { Purpose::Learn };
        }
        self.is_tagged = true;
    }

    /// Exchanges photos and edits, and returns the pairs, which have to be read again.
    pub fn swap(&mut self) -> Vec<Pair> {
        for row in &mut self.rows {
            std::mem::swap(&mut row.pair.before, &mut row.pair.after);
            row.thumbnails.swap(0, 1);
            row.status = Status::Waiting;
        }
        self.unpaired.clear();
        self.rows.iter().map(|row| row.pair.clone()).collect()
    }

    /// The pairs of a purpose that take part.
    pub fn pairs(&self, purpose: Purpose) -> Vec<Pair> {
        let of = |row: &&Row| row.is_used() && row.purpose == purpose;
        self.rows.iter().filter(of).map(|row| row.pair.clone()).collect()
    }

    /// How many there are.
    pub fn counts(&self) -> Counts {
        let count = |is: &dyn Fn(&Row) -> bool| self.rows.iter().filter(|row| is(row)).count();
        Counts {
            found: self.rows.len(),
            waiting: count(&|row| row.status == Status::Waiting),
            need_a_look: count(&Row::needs_a_look),
            ignored: count(&|row| !row.is_used()) + self.unpaired.len(),
            learn: count(&|row| row.is_used() && row.purpose == Purpose::Learn),
            check: count(&|row| row.is_used() && row.purpose == Purpose::Check),
        }
    }

    /// Sets the last of the pairs that take part aside to check with, unless the user has chosen.
    fn assign(&mut self) {
        if self.is_tagged {
            return;
        }
        let mut used: Vec<&mut Row> = self.rows.iter_mut().filter(|row| row.is_used()).collect();
        let check = if used.len() < CHECK_FROM { 0 } else { used.len() / CHECK_ONE_OF };
        let first = used.len() - check;
        for (index, row) in used.iter_mut().enumerate() {
            row.purpose = if index < first { Purpose::Learn } else { Purpose::Check };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(count: usize) -> Table {
        let mut table = Table::default();
        let pair = |i: usize| {
            let [before, after] = ["b", "a"].map(|half| format!("{half}/{i}.jpg"));
            Pair::given(Path::new(&before), Path::new(&after))
        };
        let added = table.add((0..count).map(pair).collect());
        assert_eq!(added.len(), count);
        assert!(table.add(added).is_empty(), "the same pairs are not added again");
        table
    }

    #[test]
    fn the_last_fifth_checks_from_six_on() {
        for (count, check) in [(1, 0), (5, 0), (6, 1), (10, 2), (28, 5)] {
            let table = table(count);
            assert_eq!(table.counts().check, check, "{count}");
            assert_eq!(table.counts().learn, count - check, "{count}");
            let last = table.rows[count - 1].purpose;
            assert_eq!(last == Purpose::Check, check > 0, "{count}");
        }
    }

    #[test]
    fn what_cannot_be_used_takes_no_part() {
        let mut table = table(6);
        let status = Status::Different("another".to_owned());
        table.take(Path::new("b/1.jpg"), Path::new("a/1.jpg"), status, [None, None]);
        let counts = table.counts();
        assert_eq!((counts.ignored, counts.learn, counts.check), (1, 5, 0));
        table.toggle_skip(0);
        assert_eq!((table.counts().ignored, table.counts().learn), (2, 4));
        table.toggle_purpose(3);
        assert_eq!((table.counts().learn, table.counts().check), (3, 1));
        table.toggle_skip(0);
        assert_eq!((table.counts().learn, table.counts().check), (4, 1));
    }
}
