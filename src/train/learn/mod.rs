//! Learning a filter: up the ladder of LEARNING.md section 3, each rung judged on photos that it has
//! not seen, the simplest of the best kept.
//!
//! [`learn()`] runs on the caller's thread and asks `watch` at every event whether to go on; a
//! `watch` that does not return pauses it in place.

mod check;
mod direction;
mod doubts;
mod ladder;
mod looked;
mod paper;
mod residual;
mod run;
mod rung;
mod verdict;
mod worst;

pub use doubts::{Asks, Doubts, doubts};
pub use ladder::{Ladder, Standing, isotropic, operator};
pub use run::{give_up, is_interrupted, run_folder, versions};
pub use rung::Rung;
pub use worst::Worst;

use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use check::Checked;
use residual::{Gains, Trained};
use run::{Record, Run};

use super::base::Prior;
use super::examples::{self, Example, Known, LeftOut, Options, Pair, Reason};
use super::recipe::Budget;
use super::trainer::TrainError;
use crate::operator::{Operator, OperatorError, Provenance, write};

/// What is to be learnt.
#[derive(Clone, Debug)]
pub struct Task {
    /// The pairs to learn from.
    pub pairs: Vec<Pair>,
    /// Pairs to judge the result by; they play no part in it.
    pub check: Vec<Pair>,
    /// Whether the filter's file carries small copies of some of them.
    pub carries_check: bool,
    /// Pairs that were read before, by [`reading`]: they are not read again.
    pub known: Vec<Known>,
    /// What the filter is called.
    pub title: String,
    /// The edit in the user's words, and the photos' licence, for the file.
    pub provenance: Provenance,
    /// The rung; None is the simplest of the best.
    pub rung: Option<Rung>,
    /// How long networks train; None is the usual.
    pub budget: Option<Budget>,
    /// What random numbers follow from.
    pub seed: u64,
    /// The file to write.
    pub file: PathBuf,
}

/// What happens while learning.
#[derive(Clone, Debug)]
pub enum Event {
    /// Pairs are being read.
    Reading {
        /// How many are done.
        done: usize,
        /// How many there are.
        of: usize,
    },
    /// A pair was left out; a sentence.
    LeftOut(String),
    /// Something that the user should know; a sentence.
    Note(String),
    /// How far learning is.
    Progress(Progress),
    /// A version was kept; it can be used at once.
    Version(PathBuf),
    /// There is nothing new, but whoever watches may want to pause or stop.
    AtWork,
}

/// How far learning is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// Since learning began.
    pub seconds: f64,
    /// Steps of training; 0 for what is fitted in closed form.
    pub step: u64,
    /// The rung.
    pub rung: Rung,
    /// Mean PSNR in dB of photos that it learns from.
    pub psnr_learn: Option<f64>,
    /// Mean PSNR in dB of photos that it has not seen.
    pub psnr_check: Option<f64>,
}

/// What was learnt.
#[derive(Clone, Debug)]
pub struct Learned {
    /// The filter.
    pub operator: Arc<Operator>,
    /// Its rung.
    pub rung: Rung,
    /// How long it took.
    pub seconds: f64,
    /// Steps of training.
    pub steps: u64,
    /// Mean PSNR in dB of photos that it has not seen: the check pairs, or the examples, each
    /// without itself.
    pub psnr_check: Option<f64>,
    /// The file.
    pub file: PathBuf,
    /// What a photographer should know of it; sentences.
    pub verdict: String,
    /// The photo that it comes least close to, of those that it has not seen.
    pub worst: Option<Worst>,
}

/// Why nothing was learnt. Every message is a sentence.
#[derive(Debug, thiserror::Error)]
pub enum LearnError {
    /// The filter is there already.
    #[error("{0} is there already. Nothing was learnt; choose another name.")]
    Exists(PathBuf),
    /// None of the pairs is an example.
    #[error("None of the pairs can be learnt from. Nothing was written.")]
    NoExamples,
    /// A run of that filter was interrupted.
    #[error(
        "Learning this filter was interrupted before. --resume goes on with it; to start anew, remove the folder {0}."
    )]
    Interrupted(PathBuf),
    /// The interrupted run was another one.
    #[error(
        "The run in {0} learnt from other photos or with other settings. Give those again, or remove that folder to start anew."
    )]
    OtherRun(PathBuf),
    /// A folder or file could not be written.
    #[error("The run's folder {path} could not be used: {reason}. Choose another place.")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// The user stopped it.
    #[error("Learning was stopped. --resume goes on where it was.")]
    Stopped,
    /// A filter could not be written.
    #[error(transparent)]
    Operator(#[from] OperatorError),
    /// Training failed.
    #[error(transparent)]
    Train(#[from] TrainError),
    /// A photo could not be read again.
    #[error("{0}")]
    Photo(String),
    /// The rung needs more examples.
    #[error("{0}")]
    Rung(String),
}

impl LearnError {
    fn folder(path: &Path, error: &io::Error) -> Self {
        Self::Folder { path: path.to_owned(), reason: error.to_string() }
    }
}

/// Asked at every event whether to go on. Unless [`learn()`] is called on a worker of rayon's it is never
/// asked on one: while it waits, others can compute.
pub type Watch<'a> = dyn Fn(Event) -> ControlFlow<()> + Sync + 'a;

/// A run in progress, as its rungs see it.
struct Session<'a> {
    task: &'a Task,
    examples: Vec<Example>,
    groups: Vec<usize>,
    run: Run,
    started: Instant,
    watch: &'a Watch<'a>,
}

/// What a rung came to.
struct Outcome {
    operator: Operator,
    steps: u64,
    psnr_unseen: Option<f64>,
    notes: Vec<String>,
    worst: Option<Worst>,
}

/// Learns a filter and writes it. With `resume` an interrupted run goes on, to the same result.
///
/// # Errors
/// A sentence; an existing file is never touched, and what was kept so far stays.
pub fn learn(task: &Task, resume: bool, watch: &Watch<'_>) -> Result<Learned, LearnError> {
    let started = Instant::now();
    if task.file.exists() {
        return Err(LearnError::Exists(task.file.clone()));
    }
    if !resume && Run::folder(&task.file).join("run.json").exists() {
        return Err(LearnError::Interrupted(Run::folder(&task.file)));
    }
    let examples = read(task, watch)?;
    let groups = examples::groups(&examples);
    let hashes = |it: &Example| [it.before_sha256.clone(), it.after_sha256.clone()];
    let record = Record {
        format: 1,
        examples: examples.iter().map(hashes).collect(),
        rung: task.rung.map_or("auto", Rung::name).to_owned(),
        budget: format!("{:?}", task.budget),
        seed: task.seed,
    };
    let run = Run::open(&task.file, &record, resume)?;
    let mut session = Session { task, examples, groups, run, started, watch };
    let outcome = match task.rung {
        Some(Rung::Paper(variant)) => paper::learn(&mut session, variant)?,
        rung => session.climb(rung)?,
    };
    session.finish(outcome)
}

/// How pairs are read for a run with this seed.
pub fn reading(seed: u64) -> Options {
    Options { pixels: 16_384, seed }
}

fn read(task: &Task, watch: &Watch<'_>) -> Result<Vec<Example>, LearnError> {
    let mut report = examples::read(&task.pairs, &reading(task.seed), &task.known, |progress| {
        watch(Event::Reading { done: progress.done, of: progress.of })
    })
    .map_err(|_| LearnError::Stopped)?;
    let asks: Vec<Asks> = report.read.iter().map(|it| Asks::new(&it.pixels)).collect();
    let Doubts { mut exchanged, opposed } = doubts(&asks.iter().collect::<Vec<_>>());
    let name = |index: usize| report.read[index].pair.name.as_str();
    let opposed: Vec<String> =
        opposed.into_iter().map(|[a, b]| verdict::opposed(name(a), name(b))).collect();
    exchanged.sort_unstable();
    for index in exchanged.into_iter().rev() {
        let pair = report.read.remove(index).pair;
        report.left_out.push(LeftOut { reason: Reason::exchanged(&pair), pair });
    }
    let left_out = report.left_out.iter().map(|it| Event::LeftOut(it.reason.to_string()));
    let remarks = report.read.iter().filter_map(Example::remark).map(Event::Note);
    let opposed = opposed.into_iter().map(Event::Note);
    for event in left_out.chain(remarks).chain(opposed) {
        if watch(event).is_break() {
            return Err(LearnError::Stopped);
        }
    }
    if report.read.is_empty() {
        return Err(LearnError::NoExamples);
    }
    Ok(report.read)
}

impl Session<'_> {
    fn say(&self, event: Event) -> Result<(), LearnError> {
        match (self.watch)(event) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(LearnError::Stopped),
        }
    }

    /// Asks whether to go on.
    fn at_work(&self) -> Result<(), LearnError> {
        self.say(Event::AtWork)
    }

    fn progress(
        &self,
        rung: Rung,
        step: u64,
        psnr_learn: Option<f64>,
        psnr_check: Option<f64>,
    ) -> Result<(), LearnError> {
        let seconds = self.started.elapsed().as_secs_f64();
        self.say(Event::Progress(Progress { seconds, step, rung, psnr_learn, psnr_check }))
    }

    fn keep(&mut self, operator: &Operator, number: usize) -> Result<(), LearnError> {
        match self.run.keep(operator, number)? {
            Some(file) => self.say(Event::Version(file)),
            None => Ok(()),
        }
    }

    fn provenance(&self) -> Provenance {
        let name = |example: &Example| {
            let name = example.pair.before.file_name().unwrap_or_default();
            name.to_string_lossy().into_owned()
        };
        Provenance {
            learned_from: self.examples.iter().map(name).collect(),
            examples: self
                .examples
                .iter()
                .map(|it| [it.before_sha256.clone(), it.after_sha256.clone()])
                .collect(),
            seed: Some(self.task.seed),
            ..self.task.provenance.clone()
        }
    }

    /// The rungs in closed form, and a network where it is worth trying.
    fn climb(&mut self, rung: Option<Rung>) -> Result<Outcome, LearnError> {
        let keep_going = || self.at_work().is_ok();
        let ladder = Ladder::climb(&self.examples, &self.groups, Prior::shipped(), &keep_going)
            .ok_or(LearnError::Stopped)?;
        let chosen = match rung {
            None | Some(Rung::DgfX) => ladder.chosen(),
            Some(rung) => ladder.standing(rung).ok_or_else(|| {
                LearnError::Rung(format!(
                    "A {} filter needs at least two photos to be judged by. Give more pairs, or leave --rung out.",
                    rung.name()
                ))
            })?,
        };
        for standing in &ladder.standings {
            let Standing { rung, psnr_learn, psnr_unseen, .. } = *standing;
            self.progress(rung, 0, Some(psnr_learn), psnr_unseen)?;
        }
        let mut operator = operator(chosen.base.clone(), &self.task.title, self.provenance());
        operator.provenance.psnr_unseen = chosen.psnr_unseen;
        self.keep(&operator, 1)?;
        let mut notes = verdict::ladder(&ladder, chosen, self.examples.len());
        let asked = rung == Some(Rung::DgfX);
        let worth_trying = rung.is_none()
            && chosen.rung == Rung::Base
            && self.examples.len() >= residual::EXAMPLES_MIN;
        let base = ladder.standing(Rung::Base).unwrap_or(chosen);
        let trained =
            if asked || worth_trying { residual::learn(self, &ladder, base)? } else { None };
        if asked && trained.is_none() {
            return Err(LearnError::Rung(
                "A dgf-x filter needs at least two photos to be judged by. Give more pairs, or leave --rung out."
                    .to_owned(),
            ));
        }
        if let Some(trained) = trained {
            let Gains { with, without, .. } = trained.gains;
            if asked || trained.gains.are_real() {
                // After the closed form and the networks on the way.
                self.keep(&trained.operator, 2 + trained.versions)?;
                notes.push(verdict::network(with, without));
                let Trained { operator, steps, .. } = trained;
                let psnr_unseen = operator.provenance.psnr_unseen;
                // No network was trained without each example in turn.
                return Ok(Outcome { operator, steps, psnr_unseen, notes, worst: None });
            }
        }
        let worst = Worst::of_examples(self, &ladder, chosen);
        Ok(Outcome { operator, steps: 0, psnr_unseen: chosen.psnr_unseen, notes, worst })
    }

    /// Judges the filter by the check pairs, writes it and says how it is.
    fn finish(self, outcome: Outcome) -> Result<Learned, LearnError> {
        let Outcome { mut operator, steps, psnr_unseen, mut notes, worst } = outcome;
        let rung = Rung::of(&operator);
        let checked = self.check(&Arc::new(operator.clone()))?;
        let seconds = self.started.elapsed().as_secs_f64();
        operator.provenance.seconds = Some((seconds * 10.0).round() / 10.0);
        operator.provenance.steps = (steps > 0).then_some(steps);
        operator.provenance.psnr_unseen = psnr_unseen;
        let mut worst_of_all = worst;
        if let Some(Checked { check, carried, worst }) = checked {
            notes.push(verdict::check(&check));
            operator.provenance.check = Some(check);
            if self.task.carries_check {
                notes.extend(verdict::carried(&carried));
                operator.provenance.check_pairs = carried;
            }
            worst_of_all = Some(worst);
        }
        let psnr_check = operator.provenance.check.as_ref().map(|it| it.psnr).or(psnr_unseen);
        write(&operator, &self.task.file, false)?;
        self.run.finish();
        Ok(Learned {
            operator: Arc::new(operator),
            rung,
            seconds,
            steps,
            psnr_check,
            file: self.task.file.clone(),
            verdict: notes.join(" "),
            worst: worst_of_all,
        })
    }
}
