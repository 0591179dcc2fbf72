//! Learning on a thread of its own. What the user wishes is asked for at every event.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::mpsc::{self, Receiver, Sender, TryRecvError};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use eframe::egui::Context;

use super::versions::Version;
use super::{saved, strings};
use crate::app::background;
use crate::operator::{read, write};
use crate::train::learn::{self, Event, LearnError, Learned, Task};

/// What the user wishes of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Learn.
    GoOn,
    /// Wait where you are.
    Pause,
    /// End with the newest version.
    Finish,
    /// End, and leave nothing.
    Cancel,
    /// End, and leave what is needed to go on later.
    Leave,
}

/// What the thread tells.
pub enum News {
    /// What happened while learning, except for versions.
    Event(Event),
    /// A version was kept.
    Version(Version),
    /// It waits.
    Paused,
    /// It goes on after a pause.
    GoesOn,
    /// It is over.
    Ended(Ended),
}

/// How a run ended.
pub enum Ended {
    /// To its end.
    Learned(Learned),
    /// Early, with its newest version.
    Finished(Version),
    /// Without a filter.
    Cancelled,
    /// With an error, a sentence.
    Failed(String),
}

/// A run. Dropping it ends it so that it can go on later.
pub struct Runner {
    news: Receiver<News>,
    control: Arc<Control>,
}

struct Control {
    wish: Mutex<Wish>,
    changed: Condvar,
}

impl Control {
    fn wish(&self) -> Wish {
        *self.wish.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, wish: Wish) {
        *self.wish.lock().unwrap_or_else(PoisonError::into_inner) = wish;
        self.changed.notify_all();
    }

    /// Returns when the wish is another than to wait.
    fn wait(&self) -> Wish {
        let wish = self.wish.lock().unwrap_or_else(PoisonError::into_inner);
        let wish = self.changed.wait_while(wish, |wish| *wish == Wish::Pause);
        *wish.unwrap_or_else(PoisonError::into_inner)
    }
}

impl Runner {
    /// Starts, or goes on with a run that was interrupted.
    pub fn start(task: Task, resume: bool, ctx: &Context) -> Self {
        let (sender, news) = mpsc::channel();
        let control = Arc::new(Control { wish: Mutex::new(Wish::GoOn), changed: Condvar::new() });
        let work = Work { task, control: Arc::clone(&control), sender, ctx: ctx.clone() };
        background::spawn("learn", move || work.run(resume));
        Self { news, control }
    }

    /// Asks for something; it is done at the next event.
    pub fn wish(&self, wish: Wish) {
        self.control.set(wish);
    }

    /// What is asked for at present.
    pub fn wished(&self) -> Wish {
        self.control.wish()
    }

    /// The next piece of news.
    pub fn next(&self) -> Option<News> {
        match self.news.try_recv() {
            Ok(news) => Some(news),
            Err(TryRecvError::Empty) => None,
            // The last news is always how it ended, unless the thread panicked.
            Err(TryRecvError::Disconnected) => {
                Some(News::Ended(Ended::Failed(strings::BROKEN_OFF.to_owned())))
            }
        }
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        if matches!(self.control.wish(), Wish::GoOn | Wish::Pause) {
            self.control.set(Wish::Leave);
        }
    }
}

/// The thread's own.
struct Work {
    task: Task,
    control: Arc<Control>,
    sender: Sender<News>,
    ctx: Context,
}

impl Work {
    fn run(&self, resume: bool) {
        let earlier = learn::versions(&self.task.file);
        let heard = Mutex::new(Vec::new());
        if resume {
            // Versions that the interrupted run kept are not told again.
            for file in &earlier {
                self.take_version(file, &heard);
            }
        }
        let result = learn::learn(&self.task, resume, &|event| self.watch(event, &heard));
        let heard = heard.into_inner().unwrap_or_else(PoisonError::into_inner);
        let ended = match (result, self.control.wish()) {
            (Ok(learned), Wish::Cancel) => {
                // It came to its end before it heard: the filter is the one just written.
                drop(std::fs::remove_file(&learned.file));
                self.remove(&heard);
                Some(Ended::Cancelled)
            }
            (Ok(learned), _) => {
                saved::forget(&self.task.file);
                Some(Ended::Learned(learned))
            }
            (Err(LearnError::Stopped), Wish::Finish) => Some(self.finish(&heard)),
            (Err(LearnError::Stopped), Wish::Leave) => None,
            (Err(LearnError::Stopped), _) => {
                self.remove(&heard);
                Some(Ended::Cancelled)
            }
            (Err(error), _) => {
                let is_other = matches!(
                    error,
                    LearnError::Exists(_) | LearnError::Interrupted(_) | LearnError::OtherRun(_)
                );
                // What was interrupted stays: perhaps its photos are there again tomorrow.
                if !is_other && !resume {
                    self.remove(&heard);
                }
                Some(Ended::Failed(error.to_string()))
            }
        };
        if let Some(ended) = ended {
            self.say(News::Ended(ended));
        }
    }

    fn watch(&self, event: Event, heard: &Mutex<Vec<Version>>) -> ControlFlow<()> {
        match event {
            Event::Version(file) => self.take_version(&file, heard),
            Event::AtWork => {}
            event => self.say(News::Event(event)),
        }
        if self.control.wish() == Wish::Pause {
            self.say(News::Paused);
            if self.control.wait() == Wish::GoOn {
                self.say(News::GoesOn);
            }
        }
        match self.control.wish() {
            Wish::GoOn | Wish::Pause => ControlFlow::Continue(()),
            Wish::Finish | Wish::Cancel | Wish::Leave => ControlFlow::Break(()),
        }
    }

    fn take_version(&self, file: &Path, heard: &Mutex<Vec<Version>>) {
        // One that cannot be read is none; the run goes on without showing it.
        let Ok(operator) = read(file) else { return };
        let version = Version { file: file.to_owned(), operator: Arc::new(operator) };
        heard.lock().unwrap_or_else(PoisonError::into_inner).push(version.clone());
        self.say(News::Version(version));
    }

    /// Makes the newest version the filter.
    fn finish(&self, heard: &[Version]) -> Ended {
        let Some(newest) = heard.last() else {
            self.remove(heard);
            return Ended::Cancelled;
        };
        match write(&newest.operator, &self.task.file, false) {
            Ok(()) => {
                learn::give_up(&self.task.file);
                saved::forget(&self.task.file);
                let operator = Arc::clone(&newest.operator);
                Ended::Finished(Version { file: self.task.file.clone(), operator })
            }
            Err(error) => Ended::Failed(error.to_string()),
        }
    }

    /// Removes what this run has left.
    fn remove(&self, versions: &[Version]) {
        learn::give_up(&self.task.file);
        saved::forget(&self.task.file);
        for version in versions {
            // What cannot be removed does no harm: it is a filter like any other.
            drop(std::fs::remove_file(&version.file));
        }
        // Versions of earlier runs keep their folder.
        drop(std::fs::remove_dir(learn::run_folder(&self.task.file)));
    }

    fn say(&self, news: News) {
        // Nobody listens once the window is closed.
        self.sender.send(news).ok();
        self.ctx.request_repaint();
    }
}
