//! Writes what is kept on a thread of its own: a disk may take its time. Of what waits only the newest
//! is written.

use std::sync::mpsc::{self, Sender};
use std::thread::{self, JoinHandle};

/// The thread. Dropping it waits until the last is written.
pub struct Writer<T> {
    /// None once it is being dropped.
    inbox: Option<Sender<T>>,
    thread: Option<JoinHandle<()>>,
}

impl<T: Send + 'static> Writer<T> {
    /// Starts the thread; the name is what a debugger shows. A system that gives no thread keeps
    /// nothing.
    pub fn start(name: &str, mut write: impl FnMut(T) + Send + 'static) -> Self {
        let (inbox, values) = mpsc::channel::<T>();
        let work = move || {
            while let Ok(value) = values.recv() {
                write(values.try_iter().last().unwrap_or(value));
            }
        };
        let thread = thread::Builder::new().name(name.to_owned()).spawn(work).ok();
        Self { inbox: Some(inbox), thread }
    }

    /// Writes a value soon, unless a newer one comes before.
    pub fn write(&self, value: T) {
        if let Some(inbox) = &self.inbox {
            // A thread that is gone writes nothing.
            drop(inbox.send(value));
        }
    }
}

impl<T> Drop for Writer<T> {
    fn drop(&mut self) {
        self.inbox = None;
        if let Some(thread) = self.thread.take() {
            // A panic there has ended it already.
            drop(thread.join());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[test]
    fn the_last_value_is_written_before_the_writer_is_gone() {
        let written = Arc::new(Mutex::new(Vec::new()));
        let list = Arc::clone(&written);
        let writer = Writer::start("test", move |value: u32| list.lock().unwrap().push(value));
        (1..=100).for_each(|value| writer.write(value));
        drop(writer);
        let written = written.lock().unwrap();
        assert_eq!(written.last(), Some(&100));
        assert!(written.is_sorted(), "{written:?}");
    }
}
