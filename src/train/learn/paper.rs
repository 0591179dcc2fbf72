//! The paper's networks by the paper's recipe, for those with many pairs and for comparison.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::rung::Rung;
use super::{LearnError, Outcome, Session};
use crate::kernel::Planes;
use crate::operator::{Operator, Variant};
use crate::photo::{Coding, Image, Photo};
use crate::train::examples::{Example, pictures};
use crate::train::judge::judge;
use crate::train::lesson::{Lesson, Lessons};
use crate::train::recipe::Recipe;
use crate::train::trainer::Trainer;

/// How often the user hears of progress.
const PROGRESS: Duration = Duration::from_millis(500);
/// How often the state is kept: a crash loses less than ten seconds.
const KEEP: Duration = Duration::from_secs(5);
/// Short side of the photos that unseen closeness is measured on while training.
const CHECK_SIDE: usize = 320;
/// One of so many examples, at least one, is held back to watch for memorising.
const HELD_BACK: usize = 5;
/// Memory for pairs that are asked for again and again, in bytes.
const LESSONS_BYTES: usize = 256 << 20;

/// The examples' pictures, read again from their files, those of one size kept.
struct Pictures<'a> {
    examples: Vec<&'a Example>,
    kept: Mutex<BTreeMap<(usize, usize), Arc<Lesson>>>,
    usual: usize,
}

impl Lessons for Pictures<'_> {
    fn len(&self) -> usize {
        self.examples.len()
    }

    fn lesson(&self, index: usize, short_side: usize) -> Result<Arc<Lesson>, String> {
        let kept = || self.kept.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(lesson) = kept().get(&(index, short_side)) {
            return Ok(Arc::clone(lesson));
        }
        let example = self.examples[index];
        let (before, after) = pictures(&example.pair, &example.alignment, Some(short_side))
            .map_err(|error| error.to_string())?;
        let bytes = 8 * before.data.len();
        let lesson = Arc::new(Lesson::new(before, after).map_err(|error| error.to_string())?);
        let mut kept = kept();
        if short_side == self.usual && (kept.len() + 1) * bytes <= LESSONS_BYTES {
            kept.insert((index, short_side), Arc::clone(&lesson));
        }
        Ok(lesson)
    }
}

/// An example that is held back, small.
struct Unseen {
    before: Arc<Photo>,
    after: Image,
}

impl Unseen {
    fn new(example: &Example) -> Result<Self, LearnError> {
        let (before, after) = pictures(&example.pair, &example.alignment, Some(CHECK_SIDE))
            .map_err(|error| LearnError::Photo(error.to_string()))?;
        Ok(Self { before: Arc::new(Photo::from_image(image(&before))), after: image(&after) })
    }
}

fn psnr(operator: &Arc<Operator>, unseen: &[Unseen]) -> Result<Option<f64>, LearnError> {
    let mut sum = 0.0;
    for it in unseen {
        let judged =
            judge(operator, Arc::clone(&it.before), &it.after).map_err(LearnError::Photo)?;
        sum += judged.map_or(0.0, |judged| judged.closeness.psnr);
    }
    Ok((!unseen.is_empty()).then(|| sum / unseen.len() as f64))
}

/// A picture of 16 bits.
fn image(planes: &Planes) -> Image {
    let code = |value: f32| (value.clamp(0.0, 1.0) * 65535.0).round() as u16;
    let [r, g, b] = [0, 1, 2].map(|c| planes.plane(c));
    let pixels = (0..planes.area()).map(|i| [code(r[i]), code(g[i]), code(b[i]), u16::MAX]);
    Image::sixteen(planes.width, planes.height, pixels.collect(), Coding::SIXTEEN)
}

/// Trains a network of the paper's from its usual start.
pub(super) fn learn(session: &mut Session<'_>, variant: Variant) -> Result<Outcome, LearnError> {
    let task = session.task;
    let mut recipe = Recipe::paper(task.seed);
    if let Some(budget) = task.budget {
        recipe.budget = budget;
    }
    let sides = session.examples.iter().map(|it| it.width.min(it.height));
    let largest = sides.max().unwrap_or(recipe.first_side);
    recipe.second_sides = within(recipe.second_sides, largest);
    let (examples, groups) = (session.examples.clone(), session.groups.clone());
    let last = *groups.iter().max().unwrap_or(&0);
    let held_back = if last == 0 { 0 } else { ((last + 1) / HELD_BACK).max(1) };
    let is_held_back = |group: usize| group + held_back > last;
    let (unseen, seen): (Vec<_>, Vec<_>) =
        examples.iter().zip(&groups).partition(|(_, group)| held_back > 0 && is_held_back(**group));
    let unseen: Vec<Unseen> =
        unseen.into_iter().map(|(example, _)| Unseen::new(example)).collect::<Result<_, _>>()?;
    let pictures = Pictures {
        examples: seen.into_iter().map(|(example, _)| example).collect(),
        kept: Mutex::default(),
        usual: recipe.first_side,
    };
    let mut start = Operator::untrained(variant, task.seed);
    start.title.clone_from(&task.title);
    start.provenance = session.provenance();
    let mut trainer = Trainer::on_cpu(&start, recipe)?;
    if let Some(state) = session.run.state() {
        trainer.resume(&state)?;
    }
    let rung = Rung::Paper(variant);
    let (mut told, mut kept) = (Instant::now() - PROGRESS, Instant::now());
    let mut losses = Vec::new();
    while let Some(step) = trainer.step(&pictures)? {
        losses.push(step.loss);
        let steps = trainer.progress().steps;
        // Versions after 16, 32, 64 … steps: on a log schedule, the same however often it resumes.
        if steps >= 16 && steps.is_power_of_two() {
            let operator = trainer.operator()?;
            session.keep(&operator, version(steps))?;
        }
        if kept.elapsed() >= KEEP {
            session.run.keep_state(&trainer.state()?)?;
            kept = Instant::now();
        }
        if told.elapsed() >= PROGRESS {
            let operator = Arc::new(trainer.operator()?);
            let loss: f64 = losses.iter().sum::<f64>() / losses.len() as f64;
            let said = session.progress(
                rung,
                steps,
                Some(-10.0 * loss.max(1e-12).log10()),
                psnr(&operator, &unseen)?,
            );
            if let Err(stopped) = said {
                session.run.keep_state(&trainer.state()?)?;
                return Err(stopped);
            }
            losses.clear();
            told = Instant::now();
        }
    }
    let operator = trainer.operator()?;
    session.keep(&operator, version(trainer.progress().steps) + 1)?;
    let psnr_unseen = psnr(&Arc::new(operator.clone()), &unseen)?;
    let notes = vec![format!(
        "{} learned from {} photos by the paper's recipe.",
        variant.name(),
        pictures.examples.len()
    )];
    let steps = trainer.progress().steps;
    Ok(Outcome { operator, steps, psnr_unseen, notes, worst: None })
}

/// The number of the version after so many steps: 1 after 16, 2 after 32 and so on.
fn version(steps: u64) -> usize {
    (steps / 8).max(1).ilog2() as usize
}

/// The sizes that the photos have.
fn within(sides: RangeInclusive<usize>, largest: usize) -> RangeInclusive<usize> {
    let end = (*sides.end()).min(largest);
    (*sides.start()).min(end)..=end
}
