//! The engine's thread: drains the inbox, renders the newest panes, starts the long jobs.

use std::any::Any;
use std::collections::{HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, TryRecvError};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use super::evidence::Evidence;
use super::halt::Halt;
use super::log::Log;
use super::trace::Trace;
use super::viewer::{Asked, Refinement, Times, Trouble, Viewer};
use super::{
    Backend, Command, Event, Export, Exported, Frame, Kept, Processor, Study, Ticket, Wall, export,
};
use crate::photo::{self, Photo, PhotoError};
use crate::render::Source;

/// The photo that comes with the program.
const BUNDLED: &[u8] = include_bytes!("../../assets/first-photo.jpg");
/// The path of the photo that comes with the program, which leads nowhere.
pub const BUNDLED_NAME: &str = "first-photo.jpg";

/// Photos that are still being decoded though their exports were stopped: with more than these, the
/// next export waits for the oldest, so that memory has a limit.
const LEFT_MAX: usize = 2;

/// Where events go; wakes the window after each.
#[derive(Clone)]
pub(super) struct Outbox {
    pub events: Sender<Event>,
    pub wake: Arc<dyn Fn() + Send + Sync>,
}

impl Outbox {
    /// A window that is gone needs no events.
    pub(super) fn send(&self, event: Event) {
        if self.events.send(event).is_ok() {
            (self.wake)();
        }
    }
}

/// Runs until the window drops its end of the inbox.
pub(super) fn run(
    viewer: Viewer,
    inbox: &Receiver<(Instant, Command)>,
    outbox: Outbox,
    kept: &Kept,
) {
    let processor = viewer.processor();
    outbox.send(Event::Ready(processor.clone()));
    let mut worker = Worker {
        viewer,
        outbox,
        processor,
        log: Log::default(),
        trace: None,
        panes: VecDeque::new(),
        study: None,
        evidence: None,
        wall: None,
        inexact: VecDeque::new(),
        refinement: None,
        exports: HashMap::new(),
        left: Vec::new(),
    };
    loop {
        let first = if worker.is_idle() {
            inbox.recv().map_err(|_| TryRecvError::Disconnected)
        } else {
            inbox.try_recv()
        };
        if matches!(first, Err(TryRecvError::Disconnected)) {
            break;
        }
        // What waits replaces what waited before it: of several scenes only the newest is rendered.
        let commands = first.into_iter().chain(inbox.try_iter());
        commands.for_each(|(sent, command)| worker.obey(sent, command));
        worker.render_next(kept);
    }
    worker.stop();
}

struct Worker {
    viewer: Viewer,
    outbox: Outbox,
    /// What the window was told that is computed with.
    processor: Processor,
    log: Log,
    trace: Option<Trace>,
    /// Panes that are still to be rendered.
    panes: VecDeque<Asked>,
    /// What is to be studied.
    study: Option<(Ticket, Study)>,
    /// The thread that weighs tunings, once it was asked.
    evidence: Option<Evidence>,
    /// The wall, and the thumbnail that is next.
    wall: Option<(Ticket, Wall, usize)>,
    /// Panes whose pictures are not exact yet, with the times of these.
    inexact: VecDeque<(Asked, Times)>,
    /// The exact pictures that are being made.
    refinement: Option<(Ticket, Refinement)>,
    exports: HashMap<Ticket, Running>,
    /// Threads whose exports were stopped while they decode.
    left: Vec<JoinHandle<()>>,
}

/// An export that is on its way.
struct Running {
    halt: Arc<Halt>,
    thread: Option<JoinHandle<()>>,
}

impl Worker {
    fn obey(&mut self, sent: Instant, command: Command) {
        match command {
            Command::Open(ticket, path) => {
                self.open(ticket, move || photo::open(&path).map_err(|error| error.to_string()));
            }
            Command::Glimpse(ticket, path, side) => {
                // What is wrong with the file is said where it is opened.
                self.job(ticket, move |_| {
                    let glimpse = photo::glimpse(&path, side).ok().flatten()?;
                    Some(Event::Glimpsed(ticket, Box::new(glimpse)))
                });
            }
            Command::OpenBundled(ticket) => self.open(ticket, bundled),
            Command::Show(ticket, scenes) => {
                let panes = scenes.into_iter().enumerate();
                self.panes =
                    panes.map(|(pane, scene)| Asked { ticket, pane, scene, sent }).collect();
                self.inexact.clear();
                self.refinement = None;
                self.viewer.begin();
                if let Some(trace) = &mut self.trace {
                    trace.asked(ticket, sent);
                }
            }
            Command::Study(ticket, study) => self.study = Some((ticket, study)),
            Command::Weigh(ticket, question) => {
                let outbox = &self.outbox;
                let start = || Evidence::start(outbox.clone());
                self.evidence.get_or_insert_with(start).ask(ticket, question);
            }
            Command::Thumbnails(ticket, wall) => self.wall = Some((ticket, wall, 0)),
            Command::Export(ticket, order) => self.export(ticket, order),
            Command::Budget(bytes) => self.viewer.set_budget(bytes),
            Command::Compute(choice) => {
                self.viewer.choose(choice);
                self.tell_processor();
            }
            Command::Log(file) => {
                self.log.open(file);
                self.log.write(&self.processor.to_string());
            }
            Command::Trace(file) => match Trace::create(&file) {
                Ok(trace) => self.trace = Some(trace),
                Err(error) => {
                    self.log.write(&format!("no record in {}: {error}", file.display()));
                }
            },
            Command::Cancel(ticket) => self.cancel(ticket),
        }
    }

    fn open(&self, ticket: Ticket, open: impl FnOnce() -> Result<Photo, String> + Send + 'static) {
        self.job(ticket, move |_| {
            Some(match open() {
                Ok(photo) => Event::Opened(ticket, Arc::new(photo)),
                Err(sentence) => Event::Failed(ticket, sentence),
            })
        });
    }

    fn is_idle(&self) -> bool {
        self.panes.is_empty()
            && self.study.is_none()
            && self.wall.is_none()
            && self.inexact.is_empty()
            && self.refinement.is_none()
    }

    /// Renders the next pane; where none waits, studies what is to be studied, then the next thumbnail;
    /// where none waits either, a piece of what is shown, exactly.
    fn render_next(&mut self, kept: &Kept) {
        let event = if let Some(asked) = self.panes.pop_front() {
            Some(self.show(&asked))
        } else if let Some((ticket, study)) = self.study.take() {
            let find = AssertUnwindSafe(|| self.viewer.study(&study));
            let studied = catch_unwind(find).ok().flatten();
            studied.map(|studied| Event::Studied(ticket, Box::new(studied)))
        } else if let Some((ticket, wall, index)) = self.wall.take() {
            // A filter that fails here fails where it is chosen, with a sentence.
            let render = AssertUnwindSafe(|| self.viewer.thumbnail(&wall, index));
            let thumbnail = catch_unwind(render).ok().flatten();
            if index + 1 < wall.edits.len() {
                self.wall = Some((ticket, wall, index + 1));
            }
            thumbnail.map(|thumbnail| Event::Thumbnail(ticket, thumbnail))
        } else {
            self.refine_next()
        };
        kept.tell(self.viewer.forget());
        if let Some(event) = event {
            self.outbox.send(event);
        }
    }

    /// Makes a piece of exact pictures. What fails here failed when it was shown first.
    fn refine_next(&mut self) -> Option<Event> {
        if let Some((ticket, mut refinement)) = self.refinement.take() {
            match catch_unwind(AssertUnwindSafe(|| refinement.exact.advance())) {
                Ok(true) => {
                    let frame = self.viewer.refined(refinement);
                    return Some(Event::Shown(ticket, Box::new(frame)));
                }
                Ok(false) => self.refinement = Some((ticket, refinement)),
                Err(_) => {}
            }
        } else if let Some((asked, times)) = self.inexact.pop_front() {
            let ticket = asked.ticket;
            let begin = AssertUnwindSafe(|| self.viewer.refine(asked, times));
            let refinement = catch_unwind(begin).ok().flatten();
            self.refinement = refinement.map(|refinement| (ticket, refinement));
        }
        None
    }

    fn show(&mut self, asked: &Asked) -> Event {
        let ticket = asked.ticket;
        let attempt = |viewer: &mut Viewer| {
            catch_unwind(AssertUnwindSafe(|| viewer.render(asked.clone())))
                .unwrap_or_else(|panic| Err(Trouble::Refused(sentence_of(&*panic))))
        };
        let mut result = attempt(&mut self.viewer);
        if let Err(Trouble::Gpu(reason)) = &result {
            // Whatever the graphics card could not do, the twin does.
            self.viewer.compute_with(Backend::Cpu { reason: reason.clone() });
            result = attempt(&mut self.viewer);
        }
        if self.panes.is_empty() && self.viewer.processor() != self.processor {
            self.tell_processor();
        }
        match result {
            Ok(frame) => {
                let Frame { time, latency, .. } = frame;
                if !frame.exact {
                    self.inexact.push_back((asked.clone(), Times { time, latency }));
                }
                if let Some(trace) = self.trace.as_mut().filter(|_| self.panes.is_empty()) {
                    trace.shown(ticket, time, self.processor.engine());
                }
                Event::Shown(ticket, Box::new(frame))
            }
            Err(Trouble::Refused(sentence) | Trouble::Gpu(sentence)) => {
                self.log.write(&sentence);
                Event::Failed(ticket, sentence)
            }
        }
    }

    /// Tells the window, and the log, what is computed with now.
    fn tell_processor(&mut self) {
        self.processor = self.viewer.processor();
        self.log.write(&self.processor.to_string());
        self.outbox.send(Event::Ready(self.processor.clone()));
    }

    fn export(&mut self, ticket: Ticket, order: Export) {
        let halt = Arc::new(Halt::default());
        let seen = Arc::clone(&halt);
        let backend = self.viewer.backend.clone();
        let open = match &order.photo {
            Exported::Open(photo) => Some(self.viewer.source(photo)),
            Exported::File(_) | Exported::Bundled => None,
        };
        self.left.retain(|thread| !thread.is_finished());
        let surplus = self.left.len().saturating_sub(LEFT_MAX - 1);
        let before: Vec<_> = self.left.drain(..surplus).collect();
        let thread = self.job(ticket, move |outbox| {
            for thread in before {
                // A panic there is nobody's any more.
                drop(thread.join());
            }
            let mut progress = |done| outbox.send(Event::Progress(ticket, done));
            let Export { photo, edit, target, options } = order;
            let source = match (open, photo) {
                (Some(source), _) => Ok(source),
                (None, Exported::Open(photo)) => Ok(Arc::new(Source::new(photo))),
                (None, Exported::File(path)) => opened(photo::open(&path)),
                (None, Exported::Bundled) => opened(bundled()),
            };
            if !seen.pass() {
                return None;
            }
            let write = |source: Arc<Source>| {
                let stopped = seen.stopped();
                export(&backend, &source, &edit, &target, &options, &mut progress, stopped)
            };
            Some(match source.map(write) {
                Ok(Ok(())) => Event::Exported(ticket, target),
                Ok(Err(PhotoError::Cancelled)) => Event::Cancelled(ticket),
                Ok(Err(error)) => Event::Failed(ticket, error.to_string()),
                Err(sentence) => Event::Failed(ticket, sentence),
            })
        });
        self.exports
            .retain(|_, export| export.thread.as_ref().is_some_and(|thread| !thread.is_finished()));
        self.exports.insert(ticket, Running { halt, thread });
    }

    /// Stops an export. While it decodes, which nothing interrupts, its thread is left to itself.
    fn cancel(&mut self, ticket: Ticket) {
        let Some(export) = self.exports.get(&ticket) else { return };
        if export.halt.stop() {
            let thread = self.exports.remove(&ticket).and_then(|export| export.thread);
            self.left.extend(thread);
            self.outbox.send(Event::Cancelled(ticket));
        }
    }

    /// Cancels what is being written and waits until its drafts are removed.
    fn stop(self) {
        let writing: Vec<_> =
            self.exports.into_values().filter(|export| !export.halt.stop()).collect();
        for export in writing {
            // A panic in an export was its event already.
            drop(export.thread.map(JoinHandle::join));
        }
    }

    /// Runs a long job beside the views; one that answers nothing has nobody waiting. A panic in it
    /// becomes an event.
    fn job(
        &self,
        ticket: Ticket,
        job: impl FnOnce(&Outbox) -> Option<Event> + Send + 'static,
    ) -> Option<JoinHandle<()>> {
        let outbox = self.outbox.clone();
        let spawned = thread::Builder::new().name("job".to_owned()).spawn(move || {
            let event = catch_unwind(AssertUnwindSafe(|| job(&outbox)))
                .unwrap_or_else(|panic| Some(Event::Failed(ticket, sentence_of(&*panic))));
            if let Some(event) = event {
                outbox.send(event);
            }
        });
        if let Err(error) = &spawned {
            let sentence = format!(
                "The system gave no thread for this ({error}). Close something and try again."
            );
            self.outbox.send(Event::Failed(ticket, sentence));
        }
        spawned.ok()
    }
}

fn opened(photo: Result<Photo, impl std::fmt::Display>) -> Result<Arc<Source>, String> {
    let photo = photo.map_err(|error| error.to_string())?;
    Ok(Arc::new(Source::new(Arc::new(photo))))
}

fn bundled() -> Result<Photo, String> {
    let failed =
        |error: std::io::Error| format!("The sample photo could not be unpacked: {error}.");
    let folder = tempfile::tempdir().map_err(failed)?;
    let path = folder.path().join(BUNDLED_NAME);
    std::fs::write(&path, BUNDLED).map_err(failed)?;
    let photo = photo::open(&path).map_err(|error| error.to_string())?;
    Ok(Photo { path: PathBuf::from(Path::new(BUNDLED_NAME)), ..photo })
}

/// What a panic said, as a sentence for the user.
fn sentence_of(panic: &(dyn Any + Send)) -> String {
    let text = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no reason was given".to_owned());
    let first = text.lines().next().unwrap_or_default();
    format!("Something went wrong inside the program ({first}). Your photo and your edit are safe.")
}
