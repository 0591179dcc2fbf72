//! Stopping an export, also while its photo is being decoded, which nothing can interrupt.

use std::sync::atomic::{AtomicBool, Ordering};

/// The wish to stop, and whether the photo is decoded.
#[derive(Debug, Default)]
pub(super) struct Halt {
    is_stopped: AtomicBool,
    /// Taken by whoever comes first: the export once its photo is there, or who stops it before.
    is_taken: AtomicBool,
}

impl Halt {
    /// Stops the export. Returns whether it has written nothing and will not: whoever stops it answers
    /// for it. Else the export itself does.
    pub fn stop(&self) -> bool {
        self.is_stopped.store(true, Ordering::Relaxed);
        !self.is_taken.swap(true, Ordering::Relaxed)
    }

    /// The photo is there. Returns whether the export goes on.
    pub fn pass(&self) -> bool {
        !self.is_taken.swap(true, Ordering::Relaxed)
    }

    /// True once the export is to stop.
    pub fn stopped(&self) -> &AtomicBool {
        &self.is_stopped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_side_answers() {
        let halt = Halt::default();
        assert!(halt.stop() && !halt.pass() && !halt.stop());
        let halt = Halt::default();
        assert!(halt.pass() && !halt.stop());
        assert!(halt.stopped().load(Ordering::Relaxed));
    }
}
