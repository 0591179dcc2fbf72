//! The engine: a thread with an inbox. Commands go in, events come out; it knows no window.
//!
//! Panes are rendered on the engine's thread, the newest only, and thumbnails when no pane waits.
//! When nothing waits at all, what is shown is rendered once more, exactly: as the export is, scaled to
//! the screen. Opening and exporting run beside it, so that the view never waits for them. Dropping the
//! [`Engine`] cancels exports and ends the thread.

mod ahead;
mod backend;
mod card;
mod evidence;
mod export;
mod halt;
mod log;
mod memory;
mod message;
mod study;
mod trace;
mod viewer;
mod worker;

pub use backend::{Backend, Choice, WindowDevice};
pub use evidence::{Question, Weighed};
pub use export::{Strips, export};
pub use memory::Memory;
pub use message::{
    Command, Event, Export, Exported, Frame, Picture, Processor, Scene, Thumbnail, Ticket, Wall,
};
pub use study::{Studied, Study};
pub use trace::Latencies;
pub use worker::BUNDLED_NAME;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, JoinHandle};
use std::time::Instant;

/// The window's end of the engine.
#[derive(Debug)]
pub struct Engine {
    /// None once it is being dropped.
    inbox: Option<Sender<(Instant, Command)>>,
    events: Receiver<Event>,
    memory: Arc<Kept>,
    thread: Option<JoinHandle<()>>,
}

/// [`Memory`] as the thread tells it.
#[derive(Debug)]
struct Kept {
    used: AtomicUsize,
    graphics: AtomicUsize,
    budget: AtomicUsize,
}

impl Engine {
    /// Starts the thread, for a program without a window. `wake` is called after every event, from
    /// other threads.
    ///
    /// # Panics
    /// When the system gives no thread.
    pub fn start(backend: Backend, wake: Box<dyn Fn() + Send + Sync>) -> Self {
        Self::begin(backend, None, wake)
    }

    /// Starts the thread, for a window that draws with this device. `wake` is called after every event,
    /// from other threads.
    ///
    /// # Panics
    /// When the system gives no thread.
    pub fn start_in(
        window: WindowDevice,
        choice: Choice,
        wake: Box<dyn Fn() + Send + Sync>,
    ) -> Self {
        Self::begin(Backend::for_window(choice, &window), Some(window), wake)
    }

    fn begin(
        backend: Backend,
        window: Option<WindowDevice>,
        wake: Box<dyn Fn() + Send + Sync>,
    ) -> Self {
        let (inbox, commands) = mpsc::channel();
        let (sender, events) = mpsc::channel();
        let budget = Memory::default_budget();
        let memory = Arc::new(Kept {
            used: AtomicUsize::new(0),
            graphics: AtomicUsize::new(0),
            budget: AtomicUsize::new(budget),
        });
        let kept = Arc::clone(&memory);
        let viewer = viewer::Viewer::new(backend, window, budget);
        let outbox = worker::Outbox { events: sender, wake: Arc::from(wake) };
        let thread = thread::Builder::new()
            .name("engine".to_owned())
            .spawn(move || worker::run(viewer, &commands, outbox, &kept))
            .expect("a system that gives no thread can run no window either");
        Self { inbox: Some(inbox), events, memory, thread: Some(thread) }
    }

    /// Asks for something.
    pub fn send(&self, command: Command) {
        if let Some(inbox) = &self.inbox {
            // The thread outlives this end: it stops when the inbox is dropped.
            drop(inbox.send((Instant::now(), command)));
        }
    }

    /// What the engine keeps and may keep ([`Command::Budget`]).
    pub fn memory(&self) -> Memory {
        let Kept { used, graphics, budget } = &*self.memory;
        Memory {
            used: used.load(Ordering::Relaxed),
            graphics: graphics.load(Ordering::Relaxed),
            budget: budget.load(Ordering::Relaxed),
        }
    }

    /// The next event, if there is one.
    pub fn try_recv(&self) -> Option<Event> {
        self.events.try_recv().ok()
    }

    /// Waits for the next event, for programs without a window.
    pub fn recv_timeout(&self, timeout: std::time::Duration) -> Option<Event> {
        self.events.recv_timeout(timeout).ok()
    }
}

impl Kept {
    fn tell(&self, memory: Memory) {
        self.used.store(memory.used, Ordering::Relaxed);
        self.graphics.store(memory.graphics, Ordering::Relaxed);
        self.budget.store(memory.budget, Ordering::Relaxed);
    }
}

impl Drop for Engine {
    /// Stops the thread: what is being written is cancelled and leaves nothing behind.
    fn drop(&mut self) {
        self.inbox = None;
        if let Some(thread) = self.thread.take() {
            // A panic there ended the events already.
            drop(thread.join());
        }
    }
}
