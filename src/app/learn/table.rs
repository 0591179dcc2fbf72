//! The examples: pairs, what is known of each, and what the user wants with it.

use eframe::egui::TextureHandle;

use super::reader::{Reading, Seen};
use crate::train::examples::{Confidence, Known, Pair};
use crate::train::learn::{Asks, doubts};

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

/// What speaks against a pair among the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// It seems to be the wrong way round.
    Exchanged,
    /// It asks for the opposite of another pair, whose name this is.
    Opposes(String),
}

/// A pair in the table.
pub struct Row {
    /// The pair.
    pub pair: Pair,
    /// What reading it came to.
    pub status: Status,
    /// Share of the edit that no filter can express and that is ignored, 0 to 1.
    pub ignored: f64,
    /// What it asks for by itself, once it is read.
    asks: Option<Asks>,
    /// Itself, once it is read.
    known: Option<Known>,
    /// What speaks against it.
    pub doubt: Option<Doubt>,
    /// The photo and its edit, small, once they are read.
    pub thumbnails: Seen<TextureHandle>,
    /// Whether the user leaves it out.
    pub is_skipped: bool,
    /// Whether the user has looked at it and found it right.
    is_accepted: bool,
    /// What it is for.
    pub purpose: Purpose,
}

impl Row {
    fn new(pair: Pair) -> Self {
        Self {
            pair,
            status: Status::Waiting,
            ignored: 0.0,
            asks: None,
            known: None,
            doubt: None,
            thumbnails: [None, None],
            is_skipped: false,
            is_accepted: false,
            purpose: Purpose::Learn,
        }
    }

    /// Whether it can be learned from at all.
    pub fn is_usable(&self) -> bool {
        self.status.is_usable()
    }

    /// Whether it takes part.
    pub fn is_used(&self) -> bool {
        self.is_usable() && !self.is_skipped
    }

    /// Whether the user should look at it.
    pub fn asks_to_be_accepted(&self) -> bool {
        let moved = matches!(self.status, Status::Shifted(_) | Status::Cropped(_));
        let is_unsure = self.pair.confidence == Confidence::Unsure;
        let doubtful = moved || is_unsure || self.ignored > 0.0 || self.doubt.is_some();
        self.is_used() && !self.is_accepted && doubtful
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
                self.rows.push(Row::new(pair));
            }
        }
        self.assign();
        added
    }

    /// Takes what reading a pair came to, if it is still there, with its thumbnails.
    pub fn take(&mut self, pair: &Pair, reading: Reading, thumbnails: Seen<TextureHandle>) {
        let Some(place) = self.place_of(pair) else { return };
        let row = &mut self.rows[place];
        (row.status, row.ignored, row.asks) = (reading.status, reading.ignored, reading.asks);
        row.known = reading.known;
        row.thumbnails = thumbnails;
        if !row.is_usable() {
            self.assign();
        }
        self.doubt();
    }

    /// Where a pair is.
    pub fn place_of(&self, pair: &Pair) -> Option<usize> {
        let is_it = |row: &Row| (&row.pair.before, &row.pair.after) == (&pair.before, &pair.after);
        self.rows.iter().position(is_it)
    }

    /// The user has looked at a pair and found it right.
    pub fn accept(&mut self, index: usize) {
        if let Some(row) = self.rows.get_mut(index) {
            row.is_accepted = true;
        }
    }

    /// Leaves a pair out, or takes it in again.
    pub fn toggle_skip(&mut self, index: usize) {
        if let Some(row) = self.rows.get_mut(index) {
            row.is_skipped = !row.is_skipped;
            self.assign();
            self.doubt();
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

    /// Learns from a pair that was checked with.
    pub fn learn_from(&mut self, pair: &Pair) {
        if let Some(place) = self.place_of(pair) {
            self.rows[place].purpose = Purpose::Learn;
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
        self.unpaired.clear();
        (0..self.rows.len()).filter_map(|index| self.swap_pair(index)).collect()
    }

    /// The same for one pair.
    pub fn swap_pair(&mut self, index: usize) -> Option<Pair> {
        let row = self.rows.get_mut(index)?;
        std::mem::swap(&mut row.pair.before, &mut row.pair.after);
        row.thumbnails.swap(0, 1);
        (row.status, row.asks, row.doubt) = (Status::Waiting, None, None);
        row.known = None;
        (row.ignored, row.is_accepted) = (0.0, false);
        Some(row.pair.clone())
    }

    /// The pairs of a purpose that take part.
    pub fn pairs(&self, purpose: Purpose) -> Vec<Pair> {
        let of = |row: &&Row| row.is_used() && row.purpose == purpose;
        self.rows.iter().filter(of).map(|row| row.pair.clone()).collect()
    }

    /// What was read so far of the pairs that take part.
    pub fn known(&self) -> Vec<Known> {
        self.rows.iter().filter(|row| row.is_used()).filter_map(|row| row.known.clone()).collect()
    }

    /// How many there are.
    pub fn counts(&self) -> Counts {
        let count = |is: &dyn Fn(&Row) -> bool| self.rows.iter().filter(|row| is(row)).count();
        Counts {
            found: self.rows.len(),
            waiting: count(&|row| row.status == Status::Waiting),
            need_a_look: count(&Row::asks_to_be_accepted),
            ignored: count(&|row| !row.is_used()) + self.unpaired.len(),
            learn: count(&|row| row.is_used() && row.purpose == Purpose::Learn),
            check: count(&|row| row.is_used() && row.purpose == Purpose::Check),
        }
    }

    /// Finds out which pairs speak against each other, of those that take part.
    fn doubt(&mut self) {
        self.rows.iter_mut().for_each(|row| row.doubt = None);
        if self.rows.iter().any(|row| row.status == Status::Waiting) {
            // Each that comes could change it.
            return;
        }
        let rows = self.rows.iter().enumerate().filter(|(_, row)| row.is_used());
        let (places, asks): (Vec<usize>, Vec<&Asks>) =
            rows.filter_map(|(place, row)| Some((place, row.asks.as_ref()?))).unzip();
        let found = doubts(&asks);
        for index in found.exchanged {
            self.rows[places[index]].doubt = Some(Doubt::Exchanged);
        }
        for [a, b] in found.opposed.into_iter().map(|pair| pair.map(|index| places[index])) {
            for (one, other) in [(a, b), (b, a)] {
                let name = self.rows[other].pair.name.clone();
                self.rows[one].doubt = Some(Doubt::Opposes(name));
            }
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
    use std::path::Path;

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
        let reading = Reading { status, ignored: 0.0, asks: None, known: None, seen: [None, None] };
        let pair = table.rows[1].pair.clone();
        table.take(&pair, reading, [None, None]);
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
