//! One edit for many photos: each is known by its content, which is read on a thread of its own.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::thread;

use eframe::egui::Context;

use crate::app::memory::{Memory, SavedStep};
use crate::app::sidecar;
use crate::operator::Entry;

/// An edit on its way to many photos. Dropping it ends the work after the photo at hand.
pub struct Sharing {
    done: Receiver<(PathBuf, Done)>,
    stop: Arc<AtomicBool>,
    /// How many it is for.
    pub all: usize,
    /// How many have it.
    pub shared: usize,
    /// How many could not be given it, and why the last one.
    pub failed: Option<(usize, String)>,
    /// Edits beside photos that could not be read and were put aside.
    pub aside: Vec<PathBuf>,
}

/// What became of a photo: what was put aside, or why it could not be given the edit.
type Done = Result<Option<PathBuf>, String>;

impl Sharing {
    /// Starts; None where the system gives no thread. With `beside`, the entries of the library, the
    /// edits are kept beside their photos too.
    pub fn start(
        memory: Memory,
        step: SavedStep,
        photos: Vec<PathBuf>,
        beside: Option<Vec<Entry>>,
        ctx: &Context,
    ) -> Option<Self> {
        let (sender, done) = mpsc::channel();
        let stop = Arc::new(AtomicBool::new(false));
        let (seen, ctx, all) = (Arc::clone(&stop), ctx.clone(), photos.len());
        let work = move || {
            for photo in photos {
                if seen.load(Ordering::Relaxed) {
                    return;
                }
                let result = give(&memory, &photo, &step, beside.as_deref());
                if sender.send((photo, result)).is_err() {
                    return;
                }
                ctx.request_repaint();
            }
        };
        thread::Builder::new().name("sharing".to_owned()).spawn(work).ok()?;
        Some(Self { done, stop, all, shared: 0, failed: None, aside: Vec::new() })
    }

    /// The next photo that has the edit now.
    pub fn next(&mut self) -> Option<PathBuf> {
        while let Ok((photo, result)) = self.done.try_recv() {
            match result {
                Ok(aside) => {
                    self.aside.extend(aside);
                    self.shared += 1;
                    return Some(photo);
                }
                Err(reason) => {
                    let count = self.failed.take().map_or(1, |(count, _)| count + 1);
                    self.failed = Some((count, reason));
                }
            }
        }
        None
    }

    /// Whether all are done.
    pub fn is_over(&self) -> bool {
        self.shared + self.failed.as_ref().map_or(0, |(count, _)| *count) == self.all
    }
}

/// Gives a photo the edit.
fn give(memory: &Memory, photo: &Path, step: &SavedStep, beside: Option<&[Entry]>) -> Done {
    let Some(entries) = beside else { return memory.add_step(photo, step).map(|()| None) };
    let mut aside = None;
    memory.change(photo, |kept| {
        let (edit, damaged) = sidecar::add_step(photo, kept, step, entries)?;
        aside = damaged;
        Ok(edit)
    })?;
    Ok(aside)
}

impl Drop for Sharing {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}
