//! The photo that the program is started with, decoded while the window is still being made.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, OnceLock};
use std::thread;

use eframe::egui::Context;

use super::glimpse;
use crate::engine::{Event, Ticket};
use crate::photo;

/// A photo on its way, without an engine.
pub struct Early {
    path: PathBuf,
    /// The request that it answers, once somebody asks for it.
    ticket: Option<Ticket>,
    news: Receiver<News>,
    window: Arc<OnceLock<Context>>,
}

enum News {
    Glimpse(Box<photo::Glimpse>),
    Opened(Box<Result<photo::Photo, String>>),
}

impl Early {
    /// Starts to decode a file; None where it is none, or the system gives no thread.
    pub fn start(path: &Path) -> Option<Self> {
        if !path.is_file() {
            return None;
        }
        let (sender, news) = mpsc::channel();
        let window = Arc::new(OnceLock::<Context>::new());
        let spawn = |make: fn(&Path) -> Option<News>| {
            let (path, sender, window) = (path.to_owned(), sender.clone(), Arc::clone(&window));
            let work = move || {
                // A window that is gone needs nothing.
                if let Some(news) = make(&path)
                    && sender.send(news).is_ok()
                    && let Some(ctx) = window.get()
                {
                    ctx.request_repaint();
                }
            };
            thread::Builder::new().name("first photo".to_owned()).spawn(work).ok()
        };
        spawn(|path| {
            let open = || photo::open(path).map_err(|error| error.to_string());
            Some(News::Opened(Box::new(open())))
        })?;
        // Without it the photo is seen when it is open.
        spawn(|path| {
            let glimpse = photo::glimpse(path, glimpse::SIDE).ok().flatten();
            glimpse.map(|glimpse| News::Glimpse(Box::new(glimpse)))
        });
        Some(Self { path: path.to_owned(), ticket: None, news, window })
    }

    /// The window is there: it is woken from now on.
    pub fn wake(&self, ctx: &Context) {
        drop(self.window.set(ctx.clone()));
    }

    /// Whether it answers the request to open a file; for the first one that is about its file.
    pub fn answers(&mut self, ticket: Ticket, path: &Path) -> bool {
        let is_it = self.ticket.is_none() && self.path == path;
        if is_it {
            self.ticket = Some(ticket);
        }
        is_it
    }

    /// What there is to tell, as the engine would.
    pub fn next(&self) -> Option<Event> {
        let ticket = self.ticket?;
        Some(match self.news.try_recv().ok()? {
            News::Glimpse(glimpse) => Event::Glimpsed(ticket, glimpse),
            News::Opened(opened) => match *opened {
                Ok(photo) => Event::Opened(ticket, Arc::new(photo)),
                Err(sentence) => Event::Failed(ticket, sentence),
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_request_for_its_file_is_answered_and_no_other() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Early::start(folder.path()).is_none(), "a folder is no photo");
        let path = folder.path().join("a.png");
        image::RgbImage::new(30, 20).save(&path).unwrap();
        let mut early = Early::start(&path).unwrap();
        early.wake(&Context::default());
        assert!(!early.answers(Ticket(1), &folder.path().join("b.png")));
        assert!(early.next().is_none());
        assert!(early.answers(Ticket(2), &path) && !early.answers(Ticket(3), &path));
        let event = loop {
            if let Some(event) = early.next() {
                break event;
            }
            thread::yield_now();
        };
        assert!(matches!(event, Event::Opened(Ticket(2), photo) if photo.image.width == 30));
    }
}
