//! Pairing what names do not pair: by when and with what a photo was taken, then by what it shows.

use std::ops::ControlFlow;
use std::path::PathBuf;

use rayon::prelude::*;

use super::align::{resemblance, thumbnail};
use super::at_once::{Cancelled, Progress, two_at_once};
use super::names;
use super::pairing::{Confidence, Half, Pair, Pairing, Rule, Unpaired, finish};
use crate::photo;
use crate::photo::{Capture, Image};

/// Two pictures that are as sure as this to show the same do.
const SURE: f64 = 0.4;

/// A file as it is compared.
struct Look {
    file: PathBuf,
    half: Half,
    capture: Capture,
    thumbnail: Image,
}

/// A photo and an edit that may belong together.
struct Match {
    before: usize,
    after: usize,
    /// How sure it is, 0 to 1.
    trust: f64,
}

/// Pairs what a pairing by name left over, where files are left on both sides.
pub(super) fn by_content(
    mut pairing: Pairing,
    watch: impl Fn(Progress) -> ControlFlow<()> + Sync,
) -> Result<Pairing, Cancelled> {
    let is_left = |half| pairing.unpaired.iter().any(|file| file.half == half);
    if !is_left(Half::Before) || !is_left(Half::After) {
        return Ok(pairing);
    }
    let left = std::mem::take(&mut pairing.unpaired);
    let (mut befores, mut afters) = (Vec::new(), Vec::new());
    for result in two_at_once(&left, look, watch)? {
        match result {
            Ok(look) if look.half == Half::Before => befores.push(look),
            Ok(look) => afters.push(look),
            Err(unpaired) => pairing.unpaired.push(unpaired),
        }
    }
    let matches = by_capture(&befores, &afters);
    take(matches, Rule::Capture, &mut befores, &mut afters, &mut pairing);
    let matches = by_looks(&befores, &afters);
    take(matches, Rule::Looks, &mut befores, &mut afters, &mut pairing);
    let rest = befores.into_iter().chain(afters);
    pairing.unpaired.extend(rest.map(|look| Unpaired::new(look.file, look.half)));
    finish(&mut pairing);
    Ok(pairing)
}

fn look(file: &Unpaired) -> Result<Look, Unpaired> {
    let photo = photo::open(&file.file)
        .map_err(|error| Unpaired { why: error.to_string(), ..file.clone() })?;
    Ok(Look {
        file: file.file.clone(),
        half: file.half,
        capture: photo.metadata.capture(),
        thumbnail: thumbnail(&photo.image),
    })
}

/// Those that were taken at one moment with one camera, where no other was.
fn by_capture(befores: &[Look], afters: &[Look]) -> Vec<Match> {
    let differ = |a: &Option<String>, b: &Option<String>| a.is_some() && b.is_some() && a != b;
    let is_same = |a: &Capture, b: &Capture| {
        a.time.is_some() && a.time == b.time && a.model == b.model && !differ(&a.serial, &b.serial)
    };
    let only = |one: &Look, others: &[Look]| {
        let mut same = (0..others.len()).filter(|i| is_same(&one.capture, &others[*i].capture));
        same.next().filter(|_| same.next().is_none())
    };
    let pair = |(before, look): (usize, &Look)| {
        let after = only(look, afters)?;
        let trust = if look.capture.serial.is_some() { 1.0 } else { 0.0 };
        (only(&afters[after], befores)? == before).then_some(Match { before, after, trust })
    };
    befores.iter().enumerate().filter_map(pair).collect()
}

/// Those that show the same, the surest first.
fn by_looks(befores: &[Look], afters: &[Look]) -> Vec<Match> {
    let all = (0..befores.len() * afters.len()).into_par_iter();
    let pair = |i: usize| {
        let (before, after) = (i / afters.len(), i % afters.len());
        let trust = resemblance(&befores[before].thumbnail, &afters[after].thumbnail);
        Match { before, after, trust }
    };
    let mut matches: Vec<Match> = all.map(pair).filter(|it| it.trust > 0.0).collect();
    matches.sort_by(|a, b| b.trust.total_cmp(&a.trust));
    matches
}

/// Makes pairs of matches, the first ones first, each file once. One that others rival is unsure.
fn take(
    matches: Vec<Match>,
    rule: Rule,
    befores: &mut Vec<Look>,
    afters: &mut Vec<Look>,
    pairing: &mut Pairing,
) {
    let mut taken: Vec<Match> = Vec::new();
    let mut rivalled = Vec::new();
    for it in matches {
        let rival = |other: &Match| other.before == it.before || other.after == it.after;
        match taken.iter().position(rival) {
            Some(place) => rivalled.push(place),
            None => taken.push(it),
        }
    }
    for (place, it) in taken.iter().enumerate() {
        let confidence = match it.trust {
            _ if rivalled.contains(&place) => Confidence::Unsure,
            trust if trust > SURE => Confidence::Sure,
            _ => Confidence::Likely,
        };
        let (before, after) = (befores[it.before].file.clone(), afters[it.after].file.clone());
        let name = names::stem(&before);
        pairing.pairs.push(Pair { name, before, after, rule, confidence });
    }
    let pairs = &pairing.pairs;
    befores.retain(|look| pairs.iter().all(|pair| pair.before != look.file));
    afters.retain(|look| pairs.iter().all(|pair| pair.after != look.file));
}
