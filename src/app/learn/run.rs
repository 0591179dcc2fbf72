//! A run as the window sees it: under way, or over.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use eframe::egui::Context;

use super::Effort;
use super::look::Looking;
use super::runner::{Ended, News, Runner, Wish};
use super::strings;
use super::versions::Version;
use crate::train::learn::{Event, Progress, Rung};

/// A point of the chart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Since the start, pauses left out.
    pub seconds: f64,
    /// Mean PSNR in dB of photos that it learns from.
    pub learn: Option<f64>,
    /// Mean PSNR in dB of photos that it has not seen.
    pub unseen: Option<f64>,
    /// Whether a network is trained. It is judged by a few photos that are held back, what is fitted
    /// in closed form by all of them in turn: the two do not lie on one line.
    pub is_training: bool,
}

/// A run.
pub struct Run {
    /// What the filter is called.
    pub title: String,
    /// The filter's file, once it is learned.
    pub file: PathBuf,
    /// How thoroughly it is learned.
    pub effort: Effort,
    /// How many pairs are read, of how many.
    pub reading: Option<[usize; 2]>,
    /// What was told of closeness.
    pub told: Vec<Progress>,
    /// The same for the chart, without doing nothing.
    pub points: Vec<Point>,
    /// How close doing nothing comes, in dB.
    pub nothing: Option<f64>,
    /// The versions so far.
    pub versions: Vec<Version>,
    /// The version that the user wants to see; None is the usual one.
    chosen: Option<usize>,
    /// Pairs that were left out, and what should be known of others; sentences.
    pub notes: Vec<String>,
    /// How it ended.
    pub end: Option<End>,
    /// The photo that comes out worst.
    pub worst: Option<Looking>,
    /// The thread; None once it is over.
    runner: Option<Runner>,
    is_paused: bool,
    /// Time before the last pause, and since when it runs.
    spent: Duration,
    since: Option<Instant>,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq)]
pub enum End {
    /// There is a filter.
    Learned {
        /// How close it is, in a word.
        word: &'static str,
        /// Mean PSNR in dB of photos that it has not seen.
        psnr: Option<f64>,
        /// The same for doing nothing.
        nothing: Option<f64>,
        /// What to know of it; sentences.
        verdict: String,
    },
    /// There is none; a sentence.
    Failed(String),
    /// The user wanted none, and nothing is left.
    Cancelled,
}

impl Run {
    /// A run that was just started on a thread.
    pub fn new(title: String, file: PathBuf, effort: Effort, runner: Option<Runner>) -> Self {
        Self {
            title,
            file,
            effort,
            reading: None,
            told: Vec::new(),
            points: Vec::new(),
            nothing: None,
            versions: Vec::new(),
            chosen: None,
            notes: Vec::new(),
            end: None,
            worst: None,
            runner,
            is_paused: false,
            spent: Duration::ZERO,
            since: Some(Instant::now()),
        }
    }

    /// The next piece of news of the thread.
    pub fn next(&self) -> Option<News> {
        self.runner.as_ref()?.next()
    }

    /// Asks the thread for something.
    pub fn wish(&self, wish: Wish) {
        if let Some(runner) = &self.runner {
            runner.wish(wish);
        }
    }

    /// What the thread was asked for; None once it is over.
    pub fn wished(&self) -> Option<Wish> {
        self.runner.as_ref().map(Runner::wished)
    }

    /// Whether it is not over.
    pub fn is_under_way(&self) -> bool {
        self.runner.is_some()
    }

    /// Whether it waits.
    pub fn is_paused(&self) -> bool {
        self.is_paused
    }

    /// How long it has learned, pauses left out.
    pub fn seconds(&self) -> f64 {
        let now = self.since.map_or(Duration::ZERO, |since| since.elapsed());
        (self.spent + now).as_secs_f64()
    }

    /// Mean PSNR in dB of unseen photos as told last.
    pub fn closeness(&self) -> Option<f64> {
        self.points.last()?.unseen
    }

    /// The version that is to be seen.
    pub fn shown(&self) -> Option<&Version> {
        self.versions.get(self.shown_place()?)
    }

    /// Its place among the versions.
    pub fn shown_place(&self) -> Option<usize> {
        self.chosen.or_else(|| self.usual_place())
    }

    /// The version that comes closest to photos that it has not seen, if that is known of several.
    pub fn best_place(&self) -> Option<usize> {
        let known = self.versions.iter().enumerate();
        let known: Vec<(usize, f64)> =
            known.filter_map(|(place, version)| Some((place, version.psnr()?))).collect();
        let best = known.iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
        (known.len() > 1).then_some(best.0)
    }

    /// The version that is seen where the user has chosen none: what the filter is, once it is there,
    /// else the newest.
    fn usual_place(&self) -> Option<usize> {
        let of_filter = self.versions.iter().position(|version| version.file == self.file);
        of_filter.or(self.versions.len().checked_sub(1))
    }

    /// Shows the version at a place.
    pub fn choose(&mut self, place: usize) {
        self.chosen = (Some(place) != self.usual_place()).then_some(place);
    }

    /// Takes a piece of news.
    pub fn take(&mut self, news: News, ctx: &Context) {
        match news {
            News::Event(Event::Reading { done, of }) => self.reading = Some([done, of]),
            News::Event(Event::LeftOut(sentence) | Event::Note(sentence)) => {
                self.notes.push(sentence);
            }
            News::Event(Event::Progress(progress)) => self.take_progress(progress),
            // Told with its filter.
            News::Event(Event::Version(_) | Event::AtWork) => {}
            News::Version(version) => {
                self.reading = None;
                self.versions.push(version);
            }
            News::Paused => {
                self.is_paused = true;
                self.stop_clock();
            }
            News::GoesOn => {
                self.is_paused = false;
                self.since = Some(Instant::now());
            }
            News::Ended(ended) => {
                self.stop_clock();
                self.runner = None;
                self.is_paused = false;
                self.take_end(ended, ctx);
            }
        }
    }

    fn take_end(&mut self, ended: Ended, ctx: &Context) {
        match ended {
            Ended::Learned(learned) => {
                let psnr = learned.psnr_check;
                let check = learned.operator.provenance.check.as_ref();
                let nothing = check.map(|check| check.psnr_nothing).or(self.nothing);
                let word = match psnr {
                    _ if learned.rung == Rung::Identity => strings::CHANGES_NOTHING,
                    Some(psnr) => strings::closeness(psnr),
                    None => strings::A_GUESS,
                };
                self.end = Some(End::Learned { word, psnr, nothing, verdict: learned.verdict });
                self.worst = learned.worst.map(|worst| Looking::at_worst(worst, ctx));
                self.take_filter(Version { file: learned.file, operator: learned.operator });
            }
            Ended::Finished(version) => {
                let is_training = self.points.last().is_some_and(|last| last.is_training);
                let verdict = match Rung::of(&version.operator) {
                    Rung::DgfX => strings::FINISHED_WITH_NETWORK,
                    _ if is_training => strings::FINISHED_WITHOUT_NETWORK,
                    _ => strings::FINISHED_EARLY,
                };
                let psnr = version.psnr();
                self.end = Some(End::Learned {
                    word: psnr.map_or(strings::A_GUESS, strings::closeness),
                    psnr,
                    nothing: self.nothing,
                    verdict: verdict.to_owned(),
                });
                self.take_filter(version);
            }
            Ended::Failed(sentence) => self.end = Some(End::Failed(sentence)),
            Ended::Cancelled => self.end = Some(End::Cancelled),
        }
    }

    /// The filter itself is one of its versions, written once more: the newest, or, where the
    /// networks that came after it did not help enough, the closed form.
    fn take_filter(&mut self, filter: Version) {
        let is_same = |version: &Version| {
            version.operator.base == filter.operator.base
                && version.operator.network == filter.operator.network
        };
        match self.versions.iter().rposition(is_same) {
            Some(place) => self.versions[place] = filter,
            None => self.versions.push(filter),
        }
    }

    fn take_progress(&mut self, progress: Progress) {
        self.reading = None;
        self.told.push(progress);
        let Progress { rung, psnr_learn, psnr_check, .. } = progress;
        if rung == Rung::Identity {
            self.nothing = psnr_check.or(psnr_learn);
        } else {
            // By the window's clock: the learner's goes on in pauses.
            let seconds = self.seconds();
            let is_training = progress.step > 0;
            // Alone, the figure on photos that it learns from would promise too much.
            let psnr_learn = psnr_learn.filter(|_| psnr_check.is_some());
            let point = Point { seconds, learn: psnr_learn, unseen: psnr_check, is_training };
            // What is fitted in closed form comes all at once: of these the best stays.
            match self.points.last_mut().filter(|last| !is_training && !last.is_training) {
                Some(best) if best.unseen >= point.unseen => {}
                Some(best) => *best = point,
                None => self.points.push(point),
            }
        }
    }

    fn stop_clock(&mut self) {
        if let Some(since) = self.since.take() {
            self.spent += since.elapsed();
        }
    }
}
