//! Reading pairs: what is an example, and why the others are none.

use std::ops::ControlFlow;

use super::align::align;
use super::at_once::{Cancelled, Progress, two_at_once};
use super::cells::Cells;
use super::example::Example;
use super::gather::Halves;
use super::known::Known;
use super::pairing::Pair;
use super::reason::Reason;
use super::repainted::repainted;
use crate::hash::sha256;
use crate::kernel::moments::code_sums;
use crate::kernel::sample::{Sites, sample};
use crate::photo;
use crate::photo::PhotoError;

/// Pictures need this many pixels a side.
const SIDE_MIN: usize = 32;

/// The networks' usual analysis size.
const ANALYSIS: usize = 64;

/// A larger share of an edit that no filter can express makes it useless.
const REPAINTED_MAX: f64 = 0.2;

/// What is wanted of each pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Pixels of [`Example::pixels`]; a pair with fewer gives all it has.
    pub pixels: usize,
    /// Where the random positions start from. The same seed, pair and count give the same pixels.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { pixels: 65_536, seed: 0 }
    }
}

/// What came of the pairs, in their order.
#[derive(Debug, Default)]
pub struct Report {
    /// The pairs that are examples.
    pub read: Vec<Example>,
    /// The pairs that are none, and why.
    pub left_out: Vec<LeftOut>,
}

/// A pair that is no example.
#[derive(Debug)]
pub struct LeftOut {
    /// The pair.
    pub pair: Pair,
    /// Why, a sentence.
    pub reason: Reason,
}

/// Reads pairs that are not among the known ones, two at a time; `watch` hears of each one that is done and may break off. Decoded
/// photos are dropped at once; what is kept of each pair is about 32 bytes for each of its pixels
/// and 3 MiB.
///
/// # Errors
/// When `watch` broke off.
pub fn read(
    pairs: &[Pair],
    options: &Options,
    known: &[Known],
    watch: impl Fn(Progress) -> ControlFlow<()> + Sync,
) -> Result<Report, Cancelled> {
    let one = |pair: &Pair| match known.iter().find_map(|it| it.again(pair, options)) {
        Some(example) => Ok(example),
        None => read_one(pair, options),
    };
    let results = two_at_once(pairs, one, watch)?;
    let mut report = Report::default();
    for (pair, result) in pairs.iter().zip(results) {
        match result {
            Ok(example) => report.read.push(example),
            Err(reason) => report.left_out.push(LeftOut { pair: pair.clone(), reason }),
        }
    }
    Ok(report)
}

/// Reads one pair.
///
/// # Errors
/// When it is no example; the reason says why.
pub fn read_one(pair: &Pair, options: &Options) -> Result<Example, Reason> {
    let before = photo::open(&pair.before)?;
    let after = photo::open(&pair.after)?;
    for (file, image) in [(&pair.before, &before.image), (&pair.after, &after.image)] {
        if image.width.min(image.height) < SIDE_MIN {
            return Err(Reason::too_small(file, (image.width, image.height)));
        }
    }
    let alignment =
        align(&before.image, &after.image).map_err(|misfit| Reason::misfit(pair, misfit))?;
    let mask = repainted(&Cells::new(&before.image, &after.image, &alignment));
    let painted = mask.share() / alignment.overlap().max(mask.share());
    if painted > REPAINTED_MAX {
        return Err(Reason::repainted(pair, painted));
    }
    let halves =
        Halves { before: &before.image, after: &after.image, alignment: &alignment, mask: &mask };
    let samples = halves.samples();
    let hash = |path| sha256(path).map_err(|error| PhotoError::unreadable(path, &error));
    let before_sha256 = hash(&pair.before)?;
    // Of its own for each photo, whatever the order of the pairs.
    let own = u64::from_str_radix(&before_sha256[..16], 16).unwrap_or(0);
    let pixels = halves.pixels(options.pixels, options.seed ^ own);
    let il_sites = Sites::new(before.image.width, before.image.height, ANALYSIS);
    Ok(Example {
        pair: pair.clone(),
        before_sha256,
        after_sha256: hash(&pair.after)?,
        width: before.image.width,
        height: before.image.height,
        capture: before.metadata.capture(),
        alignment,
        sample: samples.sample,
        il: sample(&before.image, &il_sites),
        il_sites,
        edited: samples.edited,
        known: samples.known,
        moments: code_sums(&before.image).moments(before.image.coding),
        pixels,
        mask,
    })
}
