//! The engine: a thread with an inbox. Commands go in, events come out; it knows no window.
//!
//! Panes are rendered on the engine's thread, the newest only, and thumbnails when no pane waits.
//! Opening and exporting run beside it, so that the view never waits for them. Dropping the [`Engine`] cancels exports and ends the
//! thread.

mod backend;
mod export;
mod message;
mod viewer;
mod worker;

pub use backend::{Backend, Choice};
pub use export::{Strips, export};
pub use message::{
    Command, Event, Export, Frame, Picture, Processor, Scene, Thumbnail, Ticket, Wall,
};

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, JoinHandle};

/// The window's end of the engine.
#[derive(Debug)]
pub struct Engine {
    /// None once it is being dropped.
    inbox: Option<Sender<Command>>,
    events: Receiver<Event>,
    thread: Option<JoinHandle<()>>,
}

impl Engine {
    /// Starts the thread. `wake` is called after every event, from other threads.
    ///
    /// # Panics
    /// When the system gives no thread.
    pub fn start(backend: Backend, wake: Box<dyn Fn() + Send + Sync>) -> Self {
        let (inbox, commands) = mpsc::channel();
        let (sender, events) = mpsc::channel();
        let outbox = worker::Outbox { events: sender, wake: Arc::from(wake) };
        let thread = thread::Builder::new()
            .name("engine".to_owned())
            .spawn(move || worker::run(backend, &commands, outbox))
            .expect("a system that gives no thread can run no window either");
        Self { inbox: Some(inbox), events, thread: Some(thread) }
    }

    /// Asks for something.
    pub fn send(&self, command: Command) {
        if let Some(inbox) = &self.inbox {
            // The thread outlives this end: it stops when the inbox is dropped.
            drop(inbox.send(command));
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
