//! The command line: the same engine without a window, a file per command.
//!
//! Exit 0; 1 with a sentence that names the file and the remedy; 2 for wrong usage. With `--json`
//! standard output holds one JSON object a line and nothing else; sentences go to standard error.

mod apply;
mod bench;
mod check;
mod filters;
mod import;
mod inspect;
mod learn;
mod prior;
mod report;

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::builder::PossibleValuesParser;
use clap::builder::TypedValueParser;
use clap::{Parser, Subcommand};

use crate::engine::Choice;
use crate::heap;

/// A photo editor that applies learned filters at full resolution.
#[derive(Debug, Parser)]
#[command(version, about, args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// Photos, a folder of them, or filters to open in the window
    photos: Vec<PathBuf>,
    /// What renders
    #[arg(long, value_parser = engine(), default_value = "auto")]
    engine: Choice,
    /// Open a window of its own, also where there is one already
    #[arg(long)]
    new_window: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Apply a filter to photos, at full resolution
    Apply(apply::Arguments),
    /// List the filters that there are
    Filters(filters::Arguments),
    /// Say what a filter is and where it comes from
    Inspect(inspect::Arguments),
    /// Make a filter of a PyTorch checkpoint; nothing in it is executed
    Import(import::Arguments),
    /// Learn a filter from before/after pairs
    Learn(learn::Arguments),
    /// Say how close a filter comes to edits that somebody made
    Check(check::Arguments),
    /// Make the prior of edits from photos, by editing them synthetically
    Prior(prior::Arguments),
    /// Measure how well filters are learnt, from pairs whose edits are known
    LearningReport(report::Arguments),
    /// Measure how fast filters are on this machine
    Bench(bench::Arguments),
}

/// Runs the program with the process's arguments.
pub fn main() -> ExitCode {
    heap::keep_some();
    quiet_drivers();
    let arguments = Arguments::parse();
    let result = match arguments.command {
        Some(Command::Apply(arguments)) => apply::run(&arguments),
        Some(Command::Filters(arguments)) => filters::run(&arguments),
        Some(Command::Inspect(arguments)) => inspect::run(&arguments),
        Some(Command::Import(arguments)) => import::run(arguments),
        Some(Command::Learn(arguments)) => learn::run(arguments),
        Some(Command::Check(arguments)) => check::run(&arguments),
        Some(Command::Prior(arguments)) => prior::run(&arguments),
        Some(Command::LearningReport(arguments)) => report::run(&arguments),
        Some(Command::Bench(arguments)) => bench::run(&arguments),
        None => window(arguments.photos, arguments.engine, arguments.new_window),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            complain(&sentence);
            ExitCode::FAILURE
        }
    }
}

/// Opens the window, unless what was meant was no photo.
fn window(photos: Vec<PathBuf>, engine: Choice, alone: bool) -> Result<(), String> {
    if let Some(missing) = photos.iter().find(|photo| !photo.exists()) {
        return Err(format!(
            "There is no photo “{}”, and no command of that name. `understudy --help` lists the commands.",
            missing.display()
        ));
    }
    crate::app::run(photos, engine, alone)
}

/// Reads what `--engine` says.
fn engine() -> impl TypedValueParser<Value = Choice> {
    PossibleValuesParser::new(Choice::ALL.map(Choice::name)).map(|word| {
        Choice::ALL.into_iter().find(|choice| choice.name() == word).unwrap_or_default()
    })
}

/// Keeps Mesa's device selection, which looks for a compositor, from complaining on standard error
/// where there is no desktop session.
fn quiet_drivers() {
    if std::env::var_os("XDG_RUNTIME_DIR").is_none() {
        // SAFETY: the process has only this thread yet.
        unsafe { std::env::set_var("NODEVICE_SELECT", "1") };
    }
}

/// A flag that Ctrl+C and the system's wish to end the program set, so that work ends in order and
/// leaves no drafts.
fn stopped_by_signals() -> Arc<AtomicBool> {
    let stopped = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stopped);
    // Where signals cannot be caught they end the program at once, as ever.
    drop(ctrlc::set_handler(move || flag.store(true, Ordering::Relaxed)));
    stopped
}

/// A line on standard output. A reader that has gone away gets no more lines; the work goes on.
fn say(line: &str) {
    match writeln!(io::stdout(), "{line}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            complain(&format!("The report could not be written: {error}."));
            std::process::exit(1);
        }
        _ => {}
    }
}

/// A sentence on standard error.
fn complain(sentence: &str) {
    // Where it cannot be said there is nobody to say it to.
    drop(writeln!(io::stderr(), "{sentence}"));
}
