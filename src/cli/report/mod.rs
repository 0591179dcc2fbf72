//! `understudy learning-report`: how well filters are learnt, on pairs whose edits are known.

mod filters;
mod firsts;
mod photos;
mod splits;
mod text;

use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

use photos::Photos;

use crate::train::examples::{Pair, ordered, pairs_by_name};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The folder with `before`, the edits and `order.txt`
    #[arg(long)]
    pairs: PathBuf,
    /// A folder for what is done already
    #[arg(long)]
    work: PathBuf,
    /// The report to write
    #[arg(short, long)]
    out: PathBuf,
}

/// The edits of the pairs.
const EDITS: [&str; 8] = [
    "retouch",
    "local-contrast",
    "dehaze",
    "tone-map",
    "bw-drama",
    "cross-process",
    "l0",
    "detail",
];
/// Numbers of pairs.
const PAIRS: [usize; 4] = [1, 3, 10, 28];

/// All that was measured.
#[derive(Default)]
struct Figures {
    filters: Vec<filters::Outcome>,
    splits: Vec<splits::Outcome>,
    firsts: Vec<firsts::Outcome>,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), String> {
    fs::create_dir_all(&arguments.work).map_err(|error| {
        format!("The folder {} could not be made: {error}.", arguments.work.display())
    })?;
    let mut figures = Figures::default();
    for edit in EDITS {
        figures.filters.extend(filters::measured(arguments, edit)?);
        let photos = Photos::new(arguments, edit)?;
        figures.splits.extend(splits::measured(arguments, &photos)?);
        figures.firsts.push(firsts::measured(arguments, &photos)?);
    }
    fs::write(&arguments.out, text::report(&figures))
        .map_err(|error| format!("{} could not be written: {error}.", arguments.out.display()))
}

/// What is in `file`, where a report that was interrupted left it; else what `measure` comes to, which
/// is left there.
fn kept<T: Serialize + DeserializeOwned>(
    file: &Path,
    measure: impl FnOnce() -> Result<T, String>,
) -> Result<T, String> {
    let done = fs::read_to_string(file).ok();
    if let Some(done) = done.and_then(|text| serde_json::from_str(&text).ok()) {
        return Ok(done);
    }
    let measured = measure()?;
    let text = serde_json::to_string(&measured).map_err(|error| error.to_string())?;
    fs::write(file, text)
        .map_err(|error| format!("{} could not be written: {error}.", file.display()))?;
    Ok(measured)
}

/// The pairs of an edit to learn from, in the order in which few are taken.
fn pairs_to_learn_from(arguments: &Arguments, edit: &str) -> Result<Vec<Pair>, String> {
    let order = arguments.pairs.join("order.txt");
    let names = fs::read_to_string(&order)
        .map_err(|error| format!("{} could not be read: {error}.", order.display()))?;
    let names: Vec<&str> = names.lines().collect();
    Ok(ordered(pairs(arguments, edit, "train")?, &names))
}

/// The pairs of an edit that are held out.
fn pairs_held_out(arguments: &Arguments, edit: &str) -> Result<Vec<Pair>, String> {
    pairs(arguments, edit, "holdout")
}

fn pairs(arguments: &Arguments, edit: &str, part: &str) -> Result<Vec<Pair>, String> {
    let folder = |which: &str| arguments.pairs.join(which).join(part);
    pairs_by_name(&folder("before"), &folder(edit)).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_measured_is_not_measured_again() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("figures.json");
        let refused = kept(&file, || Err::<Vec<f64>, _>("It failed.".to_owned()));
        assert_eq!(refused.unwrap_err(), "It failed.");
        assert!(!file.exists(), "what failed is tried again");
        assert_eq!(kept(&file, || Ok(vec![1.5, 2.5])).unwrap(), [1.5, 2.5]);
        assert_eq!(kept(&file, || Ok(vec![0.0])).unwrap(), [1.5, 2.5]);
        fs::write(&file, "[1.5, 2").unwrap();
        assert_eq!(kept(&file, || Ok(vec![4.0])).unwrap(), [4.0], "half a file is none");
    }
}
