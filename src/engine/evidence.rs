//! Evidence for tuning: what a filter with some settings costs, and how close it comes to the check
//! pairs that it carries. It is found on a thread of its own, on one processor, so that the view and
//! learning go on; of several questions only the newest is answered.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::worker::Outbox;
use super::{Event, Ticket};
use crate::edit::{Edit, Layer};
use crate::operator::{Operator, Tuning};
use crate::photo::{Image, Photo};
use crate::render::{Solver, Source, strip};
use crate::train::metrics::psnr;

/// A question that another follows sooner is not begun: a slider that is dragged needs the processor.
const REST: Duration = Duration::from_millis(150);

/// What is to be weighed.
#[derive(Clone, Debug)]
pub struct Question {
    /// The photo that costs are of.
    pub photo: Arc<Photo>,
    /// The filter.
    pub operator: Arc<Operator>,
    /// Its tunings, in the order in which they are wanted.
    pub tunings: Vec<Tuning>,
}

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weighed {
    /// The tuning.
    pub tuning: Tuning,
    /// Processor time to solve the photo anew: what is spent before its pixels.
    pub cost: Duration,
    /// Mean PSNR in dB on the check pairs; None where there are none, or their small copies are
    /// smaller than what the filter would look at.
    pub psnr: Option<f64>,
}

/// The thread. Dropping it ends it after the tuning at hand.
pub(super) struct Evidence {
    slot: Arc<Slot>,
}

/// Where the newest question waits.
#[derive(Default)]
struct Slot {
    waiting: Mutex<Waiting>,
    news: Condvar,
}

#[derive(Default)]
struct Waiting {
    question: Option<(Ticket, Question)>,
    is_over: bool,
}

impl Evidence {
    /// Starts the thread.
    pub fn start(outbox: Outbox) -> Self {
        let slot = Arc::new(Slot::default());
        let seen = Arc::clone(&slot);
        // Without a thread nothing is answered, and nothing else is lost.
        drop(thread::Builder::new().name("evidence".to_owned()).spawn(move || {
            // What is parallel elsewhere stays on this thread here.
            let pool = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build();
            if pool.is_ok() {
                run(&seen, &outbox);
            }
        }));
        Self { slot }
    }

    /// Asks; what was asked before is given up.
    pub fn ask(&self, ticket: Ticket, question: Question) {
        self.slot.lock().question = Some((ticket, question));
        self.slot.news.notify_one();
    }
}

impl Drop for Evidence {
    fn drop(&mut self) {
        self.slot.lock().is_over = true;
        self.slot.news.notify_one();
    }
}

impl Slot {
    fn lock(&self) -> std::sync::MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next question, once there is one and none follows it at once; None when it is over.
    fn next(&self) -> Option<(Ticket, Question)> {
        let mut waiting = self.lock();
        loop {
            if waiting.is_over {
                return None;
            }
            let Some(question) = waiting.question.take() else {
                waiting = self.news.wait(waiting).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let rest = self.news.wait_timeout(waiting, REST);
            waiting = rest.unwrap_or_else(PoisonError::into_inner).0;
            if waiting.question.is_none() && !waiting.is_over {
                return Some(question);
            }
        }
    }

    fn has_news(&self) -> bool {
        let waiting = self.lock();
        waiting.is_over || waiting.question.is_some()
    }
}

fn run(slot: &Slot, outbox: &Outbox) {
    let mut scales: Option<Scales> = None;
    while let Some((ticket, question)) = slot.next() {
        if !scales.as_ref().is_some_and(|it| it.are_for(&question)) {
            scales = Some(Scales::new(&question));
        }
        let Some(scales) = &scales else { continue };
        for tuning in &question.tunings {
            if slot.has_news() {
                break;
            }
            // A filter that fails here fails where it is chosen, with a sentence.
            let weighed = catch_unwind(AssertUnwindSafe(|| scales.weigh(*tuning)));
            if let Ok(Some(weighed)) = weighed {
                outbox.send(Event::Weighed(ticket, weighed));
            }
        }
    }
}

/// A filter with what it is weighed by.
struct Scales {
    operator: Arc<Operator>,
    source: Source,
    /// Photos and their edits, as far as they can be read.
    checks: Vec<(Source, Image)>,
}

impl Scales {
    fn new(question: &Question) -> Self {
        let operator = Arc::clone(&question.operator);
        let pairs = operator.provenance.check_pairs.iter();
        let source = |image| Source::new(Arc::new(Photo::from_image(image)));
        let checks = pairs
            .filter_map(|pair| pair.pictures().ok())
            .map(|[before, after]| (source(before), after))
            .collect();
        Self { operator, source: Source::new(Arc::clone(&question.photo)), checks }
    }

    fn are_for(&self, question: &Question) -> bool {
        Arc::ptr_eq(&self.operator, &question.operator)
            && Arc::ptr_eq(self.source.photo(), &question.photo)
    }

    /// None for a tuning that the filter does not have.
    fn weigh(&self, tuning: Tuning) -> Option<Weighed> {
        let operator = Arc::clone(&self.operator);
        let settings = operator.settings(&tuning).ok()?;
        if operator.guide.is_some() {
            // Once for the photo: no setting costs it again.
            self.source.moments();
        }
        let layer = Layer { tuning, ..Layer::whole(Arc::clone(&operator)) };
        let edit = Edit { layers: vec![layer] };
        let clock = Clock::start();
        Solver::default().solve(&self.source, &edit).ok()?;
        let cost = clock.elapsed();
        let looks = if operator.network.layers.is_empty() { 0 } else { settings.short_side };
        let is_seen = |(source, _): &(Source, Image)| {
            let image = source.image();
            looks <= image.width.min(image.height)
        };
        let close = |(source, after): &(Source, Image)| {
            let stages = Solver::default().solve(source, &edit).ok()?;
            psnr(&strip(source, &stages, 0..after.height), after)
        };
        let all_seen = !self.checks.is_empty() && self.checks.iter().all(is_seen);
        let each: Option<Vec<f64>> =
            if all_seen { self.checks.iter().map(close).collect() } else { None };
        let psnr = each.map(|each| each.iter().sum::<f64>() / each.len() as f64);
        Some(Weighed { tuning, cost, psnr })
    }
}

/// Time that this thread had a processor, where the system tells; else time that went by.
struct Clock {
    busy: Option<Duration>,
    started: Instant,
}

impl Clock {
    fn start() -> Self {
        Self { busy: Self::busy(), started: Instant::now() }
    }

    fn elapsed(&self) -> Duration {
        match (self.busy, Self::busy()) {
            (Some(before), Some(after)) if after > before => after - before,
            _ => self.started.elapsed(),
        }
    }

    /// Linux tells it in nanoseconds.
    fn busy() -> Option<Duration> {
        let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
        Some(Duration::from_nanos(text.split_whitespace().next()?.parse().ok()?))
    }
}
