//! The rung above the base: dgf-x on what the base leaves (LEARNING.md section 4).
//!
//! It learns from bases that have not seen the photo at hand, fold by fold, or it would learn to
//! correct errors that a base only makes on new photos; and it stays only if photos that it has not
//! seen itself come out clearly closer.

use std::time::{Duration, Instant};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::ladder::{Ladder, Standing};
use super::looked::mean;
use super::rung::Rung;
use super::{LearnError, Session};
use crate::kernel::Planes;
use crate::operator::{Base, Conv, GuidedLayer, Layer, Operator, Variant};
use crate::random::Random;
use crate::train::base::View;
use crate::train::examples::Example;
use crate::train::ops::samples::Samples;
use crate::train::recipe::Budget;
use crate::train::{ResidualLesson, ResidualNet, ResidualTrainer};

/// From fewer examples it memorises.
pub(super) const EXAMPLES_MIN: usize = 10;
/// Steps of the usual run.
const STEPS: u64 = 1200;
/// Pixels that a step looks at.
const PIXELS: usize = 8192;
/// Steps between looks at the photos that are held back.
const LOOK: u64 = 25;
/// A run ends when these have not come closer for this share of it.
const PATIENCE: f64 = 1.0 / 3.0;
/// One of so many examples is held back.
const HELD_BACK: usize = 5;
/// How often the state is kept: a crash loses less than ten seconds.
const KEEP: Duration = Duration::from_secs(5);
/// How often the user hears of progress.
const PROGRESS: Duration = Duration::from_millis(500);
/// Names of streams of random numbers.
const ORDER: u64 = 1 << 40;

/// What a network came to.
pub(super) struct Trained {
    /// The filter, base and network.
    pub operator: Operator,
    pub steps: u64,
    /// What it brings on the photos that were held back.
    pub gains: Gains,
    /// How many versions were kept on the way.
    pub versions: usize,
}

/// Where a run is; with the trainer's state all that is needed to go on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Place {
    /// Whether the number of steps is known and all examples are learnt from.
    refitting: bool,
    /// PSNR in dB of each photo that is held back.
    best_psnr: Vec<f64>,
    best_steps: u64,
    /// Steps of the version that was kept last; 0 before the first.
    kept_steps: u64,
    /// How many versions were kept: their numbers follow from it, so a resumed run counts on.
    versions: usize,
    /// Steps of the run that looks for the best.
    searched: u64,
    seconds: f64,
}

/// Trains dgf-x. None where its pairs are too few or all of one kind.
pub(super) fn learn(
    session: &mut Session<'_>,
    ladder: &Ladder,
    base: &Standing,
) -> Result<Option<Trained>, LearnError> {
    let folds = ladder.folds.iter().max().map_or(1, |last| last + 1);
    let groups = session.groups.iter().max().map_or(0, |last| last + 1);
    if folds < 2 {
        return Ok(None);
    }
    let lessons: Vec<ResidualLesson> = session
        .examples
        .iter()
        .zip(&ladder.folds)
        .map(|(example, fold)| {
            session.at_work()?;
            Ok(lesson(example, &base.without[*fold]))
        })
        .collect::<Result<_, LearnError>>()?;
    let held_back = (groups / HELD_BACK).max(1);
    let is_unseen = |index: usize| session.groups[index] + held_back >= groups;
    let (unseen, seen): (Vec<usize>, Vec<usize>) =
        (0..lessons.len()).partition(|index| is_unseen(*index));
    let look = |net: Option<&ResidualNet>, which: &[usize]| -> Vec<f64> {
        which.par_iter().map(|index| psnr(net, &lessons[*index])).collect()
    };
    let alone = look(None, &unseen);
    // Enough of the others to see memorising.
    let shown_of: Vec<usize> = seen.iter().copied().take(unseen.len()).collect();
    let seed = session.task.seed;
    let start = ResidualNet::untrained(seed);
    let mut trainer = ResidualTrainer::new(&start, seed);
    let mut place = Place {
        refitting: false,
        best_psnr: alone.clone(),
        best_steps: 0,
        kept_steps: 0,
        versions: 0,
        searched: 0,
        seconds: 0.0,
    };
    // The network of the best look, until a version of it is kept.
    let mut best: Option<ResidualNet> = None;
    if let Some(saved) = session.run.state().as_deref().and_then(unpacked) {
        trainer.resume(saved.state)?;
        place = saved.place;
        best = (saved.best.len() == start.weights().len()).then(|| start.with_weights(&saved.best));
    }
    let budget = session.task.budget.unwrap_or(Budget::Steps(STEPS));
    let (mut told, mut kept) = (Instant::now() - PROGRESS, Instant::now());
    loop {
        let steps = trainer.steps();
        let done = match budget {
            Budget::Seconds(all) => place.seconds / all,
            Budget::Steps(all) => steps as f64 / all as f64,
            Budget::Epochs([first, second]) => {
                steps as f64 / ((first + second) * lessons.len() as u64) as f64
            }
        };
        let (over, pool) = if place.refitting {
            (steps >= place.best_steps, (0..lessons.len()).collect())
        } else {
            let waited = steps.saturating_sub(place.best_steps.max(10 * LOOK)) as f64;
            (done >= 1.0 || waited > PATIENCE * steps as f64 + 4.0 * LOOK as f64, seen.clone())
        };
        if over && (place.refitting || place.best_steps == 0) {
            break;
        }
        if over {
            if let Some(net) = best.take() {
                keep_version(session, base, &mut place, &net, &alone)?;
            }
            // Again with all examples, for as many steps as were best.
            place = Place { refitting: true, searched: steps, ..place };
            trainer = ResidualTrainer::new(&start, seed);
            continue;
        }
        let started = Instant::now();
        trainer.step(&drawn(&lessons, &pool, seed, steps), done.min(1.0))?;
        place.seconds += started.elapsed().as_secs_f64();
        let steps = trainer.steps();
        if !place.refitting && steps.is_multiple_of(LOOK) {
            let psnr = look(Some(&trainer.net()), &unseen);
            if mean(&psnr) > mean(&place.best_psnr) {
                (place.best_psnr, place.best_steps) = (psnr, steps);
                let net = trainer.net();
                if steps >= 2 * place.kept_steps {
                    best = None;
                    let kept = keep_version(session, base, &mut place, &net, &alone);
                    if matches!(kept, Err(LearnError::Stopped)) {
                        session.run.keep_state(&packed(&place, None, &trainer.state()?))?;
                    }
                    kept?;
                } else {
                    best = Some(net);
                }
            }
        }
        if kept.elapsed() >= KEEP {
            session.run.keep_state(&packed(&place, best.as_ref(), &trainer.state()?))?;
            kept = Instant::now();
        }
        if told.elapsed() >= PROGRESS {
            let net = trainer.net();
            let said = session.progress(
                Rung::DgfX,
                steps,
                Some(mean(&look(Some(&net), &shown_of))),
                Some(mean(&look(Some(&net), &unseen))),
            );
            if let Err(stopped) = said {
                session.run.keep_state(&packed(&place, best.as_ref(), &trainer.state()?))?;
                return Err(stopped);
            }
            told = Instant::now();
        }
    }
    let net = if place.best_steps == 0 { start } else { trainer.net() };
    let steps = place.searched + place.best_steps;
    let gains = Gains::new(&place.best_psnr, &alone);
    let operator = filter(session, base, &net, steps, gains);
    Ok(Some(Trained { operator, steps, gains, versions: place.versions }))
}

/// Keeps the network of the best look as a version.
fn keep_version(
    session: &mut Session<'_>,
    base: &Standing,
    place: &mut Place,
    net: &ResidualNet,
    alone: &[f64],
) -> Result<(), LearnError> {
    let gains = Gains::new(&place.best_psnr, alone);
    let operator = filter(session, base, net, place.best_steps, gains);
    place.kept_steps = place.best_steps;
    place.versions += 1;
    // The closed form is the first.
    session.keep(&operator, 1 + place.versions)
}

/// A filter of base and network.
fn filter(
    session: &Session<'_>,
    base: &Standing,
    net: &ResidualNet,
    steps: u64,
    gains: Gains,
) -> Operator {
    let ResidualNet { body, whole, out, ridge } = net.clone();
    let mut operator =
        super::ladder::operator(base.base.clone(), &session.task.title, session.provenance());
    operator.variant = Variant::DgfX;
    operator.network = body;
    let Conv { weight, bias, .. } = whole;
    operator.network.layers.push(Layer::GlobalMean { weight, bias: bias.unwrap_or_default() });
    operator.network.layers.push(Layer::Conv(out));
    operator.layer = GuidedLayer::Residual { radius: 1, epsilon: ridge };
    operator.provenance.steps = Some(steps);
    // What the network gained on the photos that were held back, on top of the base's.
    operator.provenance.psnr_unseen =
        base.psnr_unseen.map(|psnr| psnr + gains.with - gains.without);
    operator
}

/// What a network brings on photos that were held back.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gains {
    /// Mean PSNR in dB with the network.
    pub with: f64,
    /// Mean PSNR in dB by the base alone.
    pub without: f64,
    /// Standard error of the difference.
    pub error: f64,
}

impl Gains {
    fn new(with: &[f64], without: &[f64]) -> Self {
        let gains: Vec<f64> =
            with.iter().zip(without).map(|(with, without)| with - without).collect();
        let (count, gain) = (gains.len() as f64, mean(&gains));
        let squares: Vec<f64> = gains.iter().map(|it| (it - gain).powi(2)).collect();
        // From one photo nothing is known of the error: as large as the gain.
        let error = if count < 2.0 { gain } else { (mean(&squares) / (count - 1.0)).sqrt() };
        Self { with: mean(with), without: mean(without), error }
    }

    /// Whether the gain is more than the simpler filter's bonus, and no accident of a few photos:
    /// the best of many looks is too good, so two standard errors come off.
    pub fn are_real(&self) -> bool {
        self.with - self.without - 2.0 * self.error > super::ladder::TOLERANCE_DB
    }
}

/// The pixels of an example, seen through a base.
fn lesson(example: &Example, base: &Base) -> ResidualLesson {
    let pool = &example.pixels;
    let (width, height) = (example.width, example.height);
    let site = |share: f32, len: usize| (f64::from(share) * (len - 1) as f64).round() as usize;
    let share = |at: usize, len: usize| (at as f64 + 0.5) / len as f64;
    let sites: Vec<[u32; 2]> = (0..pool.len())
        .map(|i| [site(pool.y[i], height) as u32, site(pool.x[i], width) as u32])
        .collect();
    let places: Vec<[f64; 2]> = sites
        .iter()
        .map(|[row, column]| [share(*column as usize, width), share(*row as usize, height)])
        .collect();
    let rgb = |planes: &[Vec<f32>; 3], i: usize| planes.each_ref().map(|plane| plane[i]);
    let colours: Vec<[f32; 3]> = (0..pool.len()).map(|i| rgb(&pool.before, i)).collect();
    let guide = shown(base, &View { sample: &example.sample, places: &places, colours: &colours });
    let il = example.il.clone();
    let area = il.area();
    let low_places: Vec<[f64; 2]> = example
        .il_sites
        .rows
        .iter()
        .flat_map(|row| example.il_sites.columns.iter().map(move |column| (*row, *column)))
        .map(|(row, column)| [share(column as usize, width), share(row as usize, height)])
        .collect();
    let low: Vec<[f32; 3]> = (0..area).map(|i| [0, 1, 2].map(|c| il.data[c * area + i])).collect();
    let low = shown(base, &View { sample: &example.sample, places: &low_places, colours: &low });
    let mut gl = Planes::zeros(3, il.height, il.width);
    for (i, rgb) in low.iter().enumerate() {
        (0..3).for_each(|c| gl.data[c * area + i] = rgb[c]);
    }
    let after = (0..pool.len()).map(|i| rgb(&pool.after, i)).collect();
    ResidualLesson { il, gl, samples: Samples { size: [height, width], sites, guide, after } }
}

/// What a base makes of some pixels.
fn shown(base: &Base, view: &View<'_>) -> Vec<[f32; 3]> {
    let features = view.features(&base.statistics);
    let count = features.len() / view.colours.len();
    features
        .chunks_exact(count)
        .zip(view.colours)
        .map(|(row, colour)| {
            let mut rgb = colour.map(f64::from);
            for (value, weights) in row.iter().zip(base.weights.as_chunks::<3>().0) {
                (0..3).for_each(|c| rgb[c] += value * f64::from(weights[c]));
            }
            rgb.map(|v| v as f32)
        })
        .collect()
}

/// The lesson of a step: an example, each once an epoch, and some of its pixels.
fn drawn(lessons: &[ResidualLesson], pool: &[usize], seed: u64, steps: u64) -> ResidualLesson {
    let (epoch, at) = (steps / pool.len() as u64, (steps % pool.len() as u64) as usize);
    let mut order = pool.to_vec();
    Random::stream(seed, ORDER | epoch).shuffle(&mut order);
    let lesson = &lessons[order[at]];
    let from = &lesson.samples;
    let mut random = Random::stream(seed, steps);
    let chosen: Vec<usize> =
        (0..PIXELS.min(from.sites.len())).map(|_| random.below(from.sites.len())).collect();
    let samples = Samples {
        size: from.size,
        sites: chosen.iter().map(|i| from.sites[*i]).collect(),
        guide: chosen.iter().map(|i| from.guide[*i]).collect(),
        after: chosen.iter().map(|i| beyond(from.after[*i], from.guide[*i])).collect(),
    };
    ResidualLesson { il: lesson.il.clone(), gl: lesson.gl.clone(), samples }
}

/// An edited colour that goes beyond black and white as far as the base does, which is no error that a
/// network should undo.
fn beyond(after: [f32; 3], base: [f32; 3]) -> [f32; 3] {
    [0, 1, 2].map(|c| after[c] + base[c] - base[c].clamp(0.0, 1.0))
}

/// PSNR in dB of a lesson's pixels, by the base alone or with a network.
fn psnr(net: Option<&ResidualNet>, lesson: &ResidualLesson) -> f64 {
    let maps = net.map(|net| net.maps(&lesson.il, &lesson.gl));
    let Samples { size, sites, guide, after } = &lesson.samples;
    let mut sum = 0.0;
    for ((site, guide), after) in sites.iter().zip(guide).zip(after) {
        let shown = maps.as_ref().map_or(*guide, |maps| {
            let m = read(maps, *site, *size);
            [0, 1, 2].map(|c| {
                let row = &m[3 * c..3 * c + 3];
                guide[c] + m[9 + c] + row[0] * guide[0] + row[1] * guide[1] + row[2] * guide[2]
            })
        });
        sum += (0..3).map(|c| f64::from(shown[c].clamp(0.0, 1.0) - after[c]).powi(2)).sum::<f64>();
    }
    -10.0 * (sum / (3 * sites.len()) as f64).max(1e-12).log10()
}

/// The twelve maps at a pixel, bilinear with aligned corners.
fn read(maps: &Planes, site: [u32; 2], size: [usize; 2]) -> [f32; 12] {
    let tap = |at: u32, len: usize, cells: usize| {
        let at = f64::from(at) * (cells - 1) as f64 / (len.max(2) - 1) as f64;
        let first = (at as usize).min(cells.saturating_sub(2));
        (first, (first + 1).min(cells - 1), (at - first as f64) as f32)
    };
    let (top, bottom, y) = tap(site[0], size[0], maps.height);
    let (left, right, x) = tap(site[1], size[1], maps.width);
    std::array::from_fn(|channel| {
        let plane = maps.plane(channel);
        let row = |row: usize| {
            let [a, b] = [left, right].map(|column| plane[row * maps.width + column]);
            a + x * (b - a)
        };
        let (above, below) = (row(top), row(bottom));
        above + y * (below - above)
    })
}

/// Place, the best network's weights, if it is still to be kept, and the trainer's state as one file:
/// before each of the first two its length.
fn packed(place: &Place, best: Option<&ResidualNet>, state: &[u8]) -> Vec<u8> {
    let place = serde_json::to_vec(place).unwrap_or_default();
    let weights = best.map(ResidualNet::weights).unwrap_or_default();
    let weights: Vec<u8> = weights.iter().flat_map(|value| value.to_le_bytes()).collect();
    let length = |bytes: &[u8]| (bytes.len() as u64).to_le_bytes();
    [&length(&place)[..], &place, &length(&weights), &weights, state].concat()
}

/// What [`packed`] puts together.
struct Unpacked<'a> {
    place: Place,
    best: Vec<f32>,
    state: &'a [u8],
}

fn unpacked(bytes: &[u8]) -> Option<Unpacked<'_>> {
    let length = |bytes: &[u8]| -> Option<usize> {
        usize::try_from(u64::from_le_bytes(*bytes.first_chunk::<8>()?)).ok()
    };
    let (place, rest) = bytes.get(8..)?.split_at_checked(length(bytes)?)?;
    let (best, state) = rest.get(8..)?.split_at_checked(length(rest)?)?;
    let best = best.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
    Some(Unpacked { place: serde_json::from_slice(place).ok()?, best, state })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_to_go_on_comes_back_as_it_was() {
        let place = Place {
            refitting: false,
            best_psnr: vec![30.123_456_789_012_345, 0.1 + 0.2],
            best_steps: 75,
            kept_steps: 50,
            versions: 2,
            searched: 0,
            seconds: 1.0 / 3.0,
        };
        let net = ResidualNet::untrained(7);
        let bytes = packed(&place, Some(&net), b"state");
        let back = unpacked(&bytes).unwrap();
        assert_eq!((back.place, back.best, back.state), (place, net.weights(), &b"state"[..]));
        for length in [0, 7, 8, 100, bytes.len() - b"state".len() - 1] {
            assert!(unpacked(&bytes[..length]).is_none(), "cut off after {length} bytes");
        }
    }
}
