//! `understudy learn`: a filter from before/after pairs.

use std::fs;
use std::io::IsTerminal as _;
use std::io::Write as _;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use clap::builder::PossibleValuesParser;
use serde_json::json;

use super::import::file_of;
use super::{complain, say, stopped_by_signals};
use crate::operator::{Provenance, title_from_name, today};
use crate::train::Budget;
use crate::train::examples;
use crate::train::examples::Pair;
use crate::train::learn::{Event, Rung, Task, learn};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The folder of photos
    #[arg(long, value_name = "DIR")]
    before: PathBuf,
    /// The folder of their edits
    #[arg(long, value_name = "DIR")]
    after: PathBuf,
    /// The filter to write: a file, or a name to have it in the library
    #[arg(short, long)]
    out: PathBuf,
    /// What the filter is called in the window
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
    /// A file that names the photos in the order in which they are taken
    #[arg(long, value_name = "FILE")]
    order: Option<PathBuf>,
    /// Learn from this many pairs at most
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// A folder of photos to judge the result by; they are not learnt from
    #[arg(long, value_name = "DIR", requires = "check_after")]
    check_before: Option<PathBuf>,
    /// The folder of their edits
    #[arg(long, value_name = "DIR", requires = "check_before")]
    check_after: Option<PathBuf>,
    /// Leave small copies of these pairs out of the filter's file; it is tuned without them
    #[arg(long)]
    no_check_copies: bool,
    /// How long networks train, in minutes
    #[arg(long, value_name = "M", conflicts_with = "steps", value_parser = minutes)]
    minutes: Option<f64>,
    /// How long networks train, in steps
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    steps: Option<u64>,
    /// What random numbers follow from
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// What kind of filter; auto is the simplest of the best
    #[arg(long, default_value = "auto", value_parser = PossibleValuesParser::new(rungs()))]
    rung: String,
    /// Go on with a run that was interrupted
    #[arg(long)]
    resume: bool,
    /// Report in JSON
    #[arg(long)]
    json: bool,
    /// The edit in your words, for the filter's file
    #[arg(long, value_name = "TEXT")]
    edit: Option<String>,
    /// The photos' licence, for the filter's file
    #[arg(long, value_name = "TEXT")]
    license: Option<String>,
}

fn rungs() -> Vec<&'static str> {
    std::iter::once("auto").chain(Rung::ALL.map(Rung::name)).collect()
}

fn minutes(text: &str) -> Result<f64, String> {
    let minutes: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if minutes > 0.0 && minutes.is_finite() {
        Ok(minutes)
    } else {
        Err("not a time; give minutes above 0".to_owned())
    }
}

pub(super) fn run(arguments: Arguments) -> Result<(), String> {
    let file = file_of(&arguments.out)?;
    let stopped = stopped_by_signals();
    let mut pairs = paired(&arguments.before, &arguments.after, &stopped)?;
    if let Some(order) = &arguments.order {
        let names = fs::read_to_string(order).map_err(|error| {
            format!("{} could not be read: {error}. Nothing was learnt.", order.display())
        })?;
        let names: Vec<&str> = names.lines().filter(|line| !line.trim().is_empty()).collect();
        pairs = examples::ordered(pairs, &names);
    }
    pairs.truncate(arguments.limit.unwrap_or(usize::MAX));
    let check = match (&arguments.check_before, &arguments.check_after) {
        (Some(before), Some(after)) => paired(before, after, &stopped)?,
        _ => Vec::new(),
    };
    let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let task = Task {
        pairs,
        check,
        carries_check: !arguments.no_check_copies,
        known: Vec::new(),
        title: arguments.name.unwrap_or_else(|| title_from_name(&name)),
        provenance: Provenance {
            made: Some("Learned by Understudy.".to_owned()),
            date: Some(today()),
            edit: arguments.edit,
            license: arguments.license,
            ..Provenance::default()
        },
        rung: Rung::ALL.into_iter().find(|rung| rung.name() == arguments.rung),
        budget: match (arguments.minutes, arguments.steps) {
            (Some(minutes), _) => Some(Budget::Seconds(60.0 * minutes)),
            (_, Some(steps)) => Some(Budget::Steps(steps)),
            _ => None,
        },
        seed: arguments.seed,
        file,
    };
    let json = arguments.json;
    let learned = learn(&task, arguments.resume, &|event| {
        tell(&event, json);
        goes_on(&stopped)
    });
    bar("");
    let learned = learned.map_err(|error| error.to_string())?;
    if json {
        say(&json!({
            "what": "learned",
            "rung": learned.rung.name(),
            "seconds": learned.seconds,
            "steps": learned.steps,
            "psnr_check": learned.psnr_check,
            "file": learned.file,
        })
        .to_string());
    }
    complain(&learned.verdict);
    complain(&format!(
        "Wrote “{}” to {} after {:.1} s.",
        learned.operator.title,
        learned.file.display(),
        learned.seconds
    ));
    Ok(())
}

/// The pairs of two folders; what has no partner is said, and which pairs to look at.
fn paired(before: &Path, after: &Path, stopped: &AtomicBool) -> Result<Vec<Pair>, String> {
    let pairing = examples::pair_folders(before, after, |progress| {
        bar(&format!("Comparing files of other names: {} of {}", progress.done, progress.of));
        goes_on(stopped)
    });
    bar("");
    let pairing = pairing.map_err(|error| error.to_string())?;
    for file in &pairing.unpaired {
        complain(&file.why);
    }
    for remark in pairing.pairs.iter().filter_map(Pair::remark) {
        complain(&remark);
    }
    Ok(pairing.pairs)
}

fn goes_on(stopped: &AtomicBool) -> ControlFlow<()> {
    if stopped.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
}

fn tell(event: &Event, json: bool) {
    match event {
        Event::Reading { done, of } => bar(&format!("Reading the pairs: {done} of {of}")),
        Event::LeftOut(sentence) | Event::Note(sentence) => {
            bar("");
            complain(sentence);
        }
        Event::Progress(progress) => {
            let closeness =
                |psnr: Option<f64>| psnr.map_or("–".to_owned(), |it| format!("{it:.1} dB"));
            bar(&format!(
                "{:5.0} s  {:8}  step {:<6}  learning {}  unseen {}",
                progress.seconds,
                progress.rung.name(),
                progress.step,
                closeness(progress.psnr_learn),
                closeness(progress.psnr_check)
            ));
            if json {
                say(&json!({
                    "what": "progress",
                    "seconds": progress.seconds,
                    "step": progress.step,
                    "rung": progress.rung.name(),
                    "psnr_learn": progress.psnr_learn,
                    "psnr_check": progress.psnr_check,
                })
                .to_string());
            }
        }
        Event::Version(_) | Event::AtWork => {}
    }
}

/// The line that progress is shown in; only where somebody sees it.
fn bar(line: &str) {
    let mut out = std::io::stderr();
    if out.is_terminal() {
        // A terminal that has gone away shows nothing any more.
        drop(write!(out, "\r\x1b[K{line}").and_then(|()| out.flush()));
    }
}
