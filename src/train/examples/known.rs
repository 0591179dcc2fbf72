//! Pairs that were read before, so that nobody waits for the same files twice.

use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use super::example::Example;
use super::pairing::Pair;
use super::read::{Options, read_one};
use super::reason::Reason;

/// A pair that was read, and what its files were like then.
#[derive(Clone, Debug)]
pub struct Known {
    example: Arc<Example>,
    options: Options,
    files: [File; 2],
}

/// What tells a file from what it is after a change: its length, and when it was written.
type File = Option<(u64, SystemTime)>;

impl Known {
    /// Reads a pair.
    ///
    /// # Errors
    /// When it is no example; the reason says why.
    pub fn read(pair: &Pair, options: &Options) -> Result<Self, Reason> {
        // Before reading: what changes meanwhile is another file.
        let files = files(pair);
        Ok(Self { example: Arc::new(read_one(pair, options)?), options: *options, files })
    }

    /// What was read.
    pub fn example(&self) -> &Example {
        &self.example
    }

    /// The example that reading `pair` anew would give; None where that may be another one.
    pub(super) fn again(&self, pair: &Pair, options: &Options) -> Option<Example> {
        let of = &self.example.pair;
        let is_same = (&of.before, &of.after, &self.options)
            == (&pair.before, &pair.after, options)
            && self.files.iter().all(Option::is_some)
            && self.files == files(pair);
        is_same.then(|| Example { pair: pair.clone(), ..Example::clone(&self.example) })
    }
}

fn files(pair: &Pair) -> [File; 2] {
    let file = |path: &Path| {
        let metadata = path.metadata().ok()?;
        Some((metadata.len(), metadata.modified().ok()?))
    };
    [file(&pair.before), file(&pair.after)]
}
