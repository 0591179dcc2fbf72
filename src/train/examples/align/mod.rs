//! Laying an edit on its photo, whatever was done to light and contrast.
//!
//! ```text
//! as it lies (same size, or all of it at another size) ─┐
//! search: every size, turn and shift, coarse ───────────┴→ follow, coarse to fine → the simplest
//!         the other seven ways to lay a picture down          by single patches      transform that
//!                                                                                    explains them
//! ```

mod corners;
mod fit;
mod grey;
mod patches;
mod search;

use self::corners::corners;
use self::fit::{Fit, Form};
use self::grey::{Grey, Plane};
use self::patches::{Comparison, Found, MARGIN, SIDE};
use self::search::{Candidate, Search, WAYS};
use super::alignment::Alignment;
use super::cells::Cells;
use crate::photo::Image;

/// Why an edit does not lie on its photo.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Misfit {
    /// They show different things.
    Another,
    /// There is nothing to compare, and the sizes differ.
    NoDetail,
    /// They show the same, bent by this many pixels of the photo where it is worst.
    Warped(f64),
    /// The edit shows this share of the photo only.
    LittleOverlap(f64),
}

/// Columns and rows of the raster from which a patch each is compared.
const PATCHES: (usize, usize) = (12, 9);
/// Fewer patches than this say nothing.
const PATCHES_MIN: usize = 8;
/// A transform that is borne out less than this is none: measured are 0.19 to 0.95 where the edit
/// lies as it should.
const TRUST_MIN: f64 = 0.14;
/// The same for one that was searched for, since many were tried: measured are 0.28 and more for
/// right ones.
const TRUST_MIN_SEARCHED: f64 = 0.22;
/// What lies as it lies and is this like is the same photo: measured are 0.74 to 1.00 for eight edits
/// of 38 photos, and at most 0.30 for other photos' edits.
const LIKENESS_MIN: f64 = 0.7;
/// Below this share of the photo an edit shows too little of it.
const OVERLAP_MIN: f64 = 0.15;

/// Both pictures as they are compared.
struct Scene<'a> {
    before: Grey<'a>,
    after: Grey<'a>,
    before_size: (usize, usize),
    after_size: (usize, usize),
    /// Corners of both, and the factor of those planes.
    corners: [(usize, Plane); 2],
}

/// A transform on its way from coarse to fine, as of its last comparison.
#[derive(Clone, Debug)]
struct Track {
    /// What was compared.
    compared: Alignment,
    /// The level of the photo at which it was.
    factor: usize,
    /// The patches that were found.
    found: Vec<Found>,
    /// Share of the patches that lie where they should.
    share: f64,
    /// How much better they agree there than around it, in the mean of all patches, 0 to 1.
    contrast: f64,
    /// What the patches make of the transform.
    fit: Fit,
}

/// Where each position of `before` lies in `after`.
///
/// # Errors
/// When nothing says that they show the same, or when they do and cannot be laid on each other.
pub fn align(before: &Image, after: &Image) -> Result<Alignment, Misfit> {
    let scene = Scene::new(before, after);
    if let Some(start) = scene.as_it_lies() {
        if !scene.has_detail() {
            return Ok(start);
        }
        if let Some(track) = scene.follow(start, 1)? {
            return scene.settle(track);
        }
    }
    if !scene.has_detail() {
        return Err(Misfit::NoDetail);
    }
    let search = Search::new(&scene.before, &scene.after, scene.before_size, scene.after_size);
    let others = WAYS[1..].iter().filter_map(|way| search.same_size(*way));
    let found = match scene.best(search.everywhere(WAYS[0])) {
        Err(Misfit::Another) => scene.best(others),
        result => result,
    };
    match (found, scene.as_it_lies()) {
        (Ok(track), _) => scene.settle(track),
        // Soft pictures have too few corners for patches, and still are like no other ones.
        (Err(Misfit::Another), Some(start))
            if Cells::new(before, after, &start).likeness() > LIKENESS_MIN =>
        {
            Ok(start)
        }
        (Err(misfit), _) => Err(misfit),
    }
}

/// A small grey copy of a picture, for [`resemblance`].
pub(super) fn thumbnail(image: &Image) -> Image {
    Grey::new(image).thumbnail()
}

/// How sure it is that `after` shows at least half of what `before` does, whatever was done to light
/// and contrast: 0 where it is not, up to 1. For thumbnails.
pub(super) fn resemblance(before: &Image, after: &Image) -> f64 {
    let scene = Scene::new(before, after);
    if !scene.has_detail() {
        return 0.0;
    }
    let search = Search::new(&scene.before, &scene.after, scene.before_size, scene.after_size);
    scene.best(search.roughly()).map_or(0.0, |track| track.trust())
}

impl<'a> Scene<'a> {
    fn new(before: &'a Image, after: &'a Image) -> Self {
        let (before_size, after_size) =
            ((before.width, before.height), (after.width, after.height));
        let (before, after) = (Grey::new(before), Grey::new(after));
        let corners = [&before, &after].map(|grey| {
            let factor = grey.factors().take(2).last().unwrap_or(1);
            let plane = grey.level(factor).map(corners);
            (factor, plane.unwrap_or_else(|| Plane::new(1, 1, |_, _| 0.0)))
        });
        Self { before, after, before_size, after_size, corners }
    }

    /// The transform that needs no search: pixel by pixel, or all of it at another size.
    fn as_it_lies(&self) -> Option<Alignment> {
        let (before, after) = (self.before_size, self.after_size);
        let across = after.0 as f64 / before.0 as f64;
        let down = after.1 as f64 / before.1 as f64;
        // Of one scale: a stretch of less than a pixel is told from one by the patches.
        let middle = |side: usize| (side as f64 - 1.0) / 2.0;
        let scale = (across * down).sqrt();
        let row = |a: f64, b: f64, after: usize| {
            [a, b, middle(after) - a * middle(before.0) - b * middle(before.1)]
        };
        let matrix = [row(scale, 0.0, after.0), row(0.0, scale, after.1)];
        ((across / down - 1.0).abs() < 0.02).then_some(Alignment { matrix, before, after })
    }

    /// True where one of the pictures has something to compare: two blank ones are not told apart.
    fn has_detail(&self) -> bool {
        /// Share of a picture that structure covers at least.
        const SHARE: f64 = 0.002;
        self.corners.iter().any(|(_, plane)| {
            let strong = plane.data.iter().filter(|value| **value > CORNER_WEAK).count();
            strong as f64 > SHARE * plane.data.len() as f64
        })
    }

    /// The candidate that patches bear out best.
    fn best(&self, candidates: impl IntoIterator<Item = Candidate>) -> Result<Track, Misfit> {
        /// Nothing wrong comes near this.
        const BEYOND_DOUBT: f64 = 0.25;
        let (mut best, mut misfit): (Option<Track>, _) = (None, Misfit::Another);
        for candidate in candidates {
            match self.follow(candidate.transform, 0) {
                Ok(Some(track)) if track.trust() > BEYOND_DOUBT => return Ok(track),
                Ok(Some(track)) if track.trust() > TRUST_MIN_SEARCHED => {
                    if best.as_ref().is_none_or(|best| track.trust() > best.trust()) {
                        best = Some(track);
                    }
                }
                Ok(_) => {}
                Err(bent) => misfit = bent,
            }
        }
        best.ok_or(misfit)
    }

    /// Follows a transform from the level `start` (0 is the coarsest) to the finest stored one.
    /// None where the patches do not bear it out.
    ///
    /// # Errors
    /// When they do, but bent.
    fn follow(&self, start: Alignment, level: usize) -> Result<Option<Track>, Misfit> {
        let factors: Vec<usize> = self.before.factors().rev().collect();
        let (mut transform, mut last) = (start, None);
        for factor in &factors[level.min(factors.len() - 1)..] {
            // The first comparison has furthest to go.
            let passes = if last.is_none() { 3 } else { 2 };
            for pass in 0..passes {
                let reach = if last.is_none() && pass == 0 { 4 } else { 3 };
                let Some(track) = self.step(&transform, *factor, reach) else { break };
                if track.share < 0.2 || track.contrast < 0.03 {
                    return Ok(None);
                }
                transform = track.corrected();
                let is_there = track.correction() < 0.1;
                last = Some(track);
                if is_there {
                    break;
                }
            }
            if let Some(bend) = last.as_ref().and_then(|track| track.bend(self.before_size)) {
                return Err(Misfit::Warped(bend));
            }
        }
        Ok(last.filter(|track| track.trust() > TRUST_MIN))
    }

    /// Compares patches at a level of the photo. None where there are too few.
    fn step(&self, transform: &Alignment, factor: usize, reach: usize) -> Option<Track> {
        let comparison = Comparison { before: &self.before, after: &self.after, factor, reach };
        let places = self.places(transform, factor, reach);
        let count = places.len() as f64;
        let found: Vec<Found> =
            places.into_iter().filter_map(|at| comparison.find(transform, at)).collect();
        if found.len() < PATCHES_MIN {
            return None;
        }
        let fit = Fit::new(&found, factor, self.before_size, Form::Turn, 0.5 * factor as f64)?;
        let near = |it: &&Found| fit.residual(it, factor) < factor as f64;
        let share = found.iter().filter(near).count() as f64 / count;
        let contrast =
            found.iter().filter(near).map(|it| it.peak - it.typical).sum::<f64>() / count;
        Some(Track { compared: *transform, factor, found, share, contrast, fit })
    }

    /// The best place for a patch in each cell of a raster, in values of a level of the photo.
    fn places(&self, transform: &Alignment, factor: usize, reach: usize) -> Vec<(usize, usize)> {
        let Some(part) = transform.common() else { return Vec::new() };
        let [(unit, ours), (their_unit, theirs)] = &self.corners;
        let (unit, their_unit) = (*unit as f64, *their_unit as f64);
        // What a patch needs around it, in the photo's pixels.
        let margin = ((SIDE / 2 + MARGIN + 1 + reach) * factor) as f64;
        let (left, top) = (part.x as f64 + margin, part.y as f64 + margin);
        let width = part.width as f64 - 2.0 * margin;
        let height = part.height as f64 - 2.0 * margin;
        if width < 1.0 || height < 1.0 {
            return Vec::new();
        }
        let mut best = vec![(CORNER_WEAK, (0.0, 0.0)); PATCHES.0 * PATCHES.1];
        let range = |from: f64, len: f64| (from / unit) as usize..=((from + len) / unit) as usize;
        let cell = |at: f64, from: f64, len: f64, cells: usize| {
            (((at - from) / len * cells as f64).max(0.0) as usize).min(cells - 1)
        };
        for y in range(top, height).filter(|y| *y < ours.height) {
            for x in range(left, width).filter(|x| *x < ours.width) {
                let at = ((x as f64 + 0.5) * unit - 0.5, (y as f64 + 0.5) * unit - 0.5);
                let cell = cell(at.1, top, height, PATCHES.1) * PATCHES.0
                    + cell(at.0, left, width, PATCHES.0);
                let value = ours.get(x, y);
                if value <= best[cell].0 {
                    continue;
                }
                let (u, v) = transform.after_from_before(at.0, at.1);
                let level = |at: f64| (at + 0.5) / their_unit - 0.5;
                let value = value.min(theirs.at(level(u), level(v)));
                if value > best[cell].0 {
                    best[cell] = (value, at);
                }
            }
        }
        best.retain(|(value, _)| *value > CORNER_WEAK);
        let strong = best.iter().filter(|(value, _)| *value > CORNER_STRONG).count();
        if strong >= 2 * PATCHES_MIN {
            best.retain(|(value, _)| *value > CORNER_STRONG);
        }
        let value = |at: f64| ((at + 0.5) / factor as f64) as usize;
        best.into_iter().map(|(_, (x, y))| (value(x), value(y))).collect()
    }

    /// The transform to the last: at full resolution, and as simple as the patches allow.
    fn settle(&self, mut track: Track) -> Result<Alignment, Misfit> {
        // The finest level at which the edit has as many pixels.
        let finest = ((1.0 / track.compared.scale() + 0.3) as usize).max(1);
        if finest < track.factor {
            for _ in 0..2 {
                let Some(finer) = self.step(&track.corrected(), finest, 3) else { break };
                // Noise can hide at full resolution what was clear at a fraction of it.
                if finer.share < 0.3 {
                    break;
                }
                let is_there = finer.correction() < 0.1;
                track = finer;
                if is_there {
                    break;
                }
            }
            if let Some(bend) = track.bend(self.before_size) {
                return Err(Misfit::Warped(bend));
            }
        }
        let alignment = track.simplest();
        match alignment.overlap() {
            overlap if overlap < OVERLAP_MIN => Err(Misfit::LittleOverlap(overlap)),
            _ => Ok(alignment),
        }
    }
}

/// Structure, 0 to 1, from which on a place is worth comparing.
const CORNER_STRONG: f32 = 0.2;
/// And where there is little of that.
const CORNER_WEAK: f32 = 0.03;

impl Track {
    /// How well the patches bear it out, 0 to 1.
    fn trust(&self) -> f64 {
        self.share * self.contrast
    }

    /// The transform as the patches correct it.
    fn corrected(&self) -> Alignment {
        self.fit.applied(&self.compared)
    }

    /// How far that moves a corner of the photo, in values of the level.
    fn correction(&self) -> f64 {
        let (right, bottom) = (self.compared.before.0 as f64, self.compared.before.1 as f64);
        let corners = [(0.0, 0.0), (right, 0.0), (0.0, bottom), (right, bottom)];
        let moved = corners.map(|corner| self.fit.at(corner)).map(|(x, y)| x.hypot(y));
        moved.into_iter().fold(0.0, f64::max) / self.factor as f64
    }

    /// By how many pixels of the photo the edit is bent, where that is too much to be ignored.
    fn bend(&self, size: (usize, usize)) -> Option<f64> {
        /// Patches that a bend needs.
        const ENOUGH: usize = 30;
        /// Of the photo's diagonal: less is not seen in what is learned.
        const HARMLESS: f64 = 1.0 / 3000.0;
        let factor = self.factor as f64;
        if self.found.len() < ENOUGH {
            return None;
        }
        let fit = Fit::new(&self.found, self.factor, size, Form::Bend, 0.5 * factor)?;
        let bent = |it: &&Found| fit.residual(it, self.factor) < 0.5 * factor;
        let bent: Vec<&Found> = self.found.iter().filter(bent).collect();
        let apart = fit.apart_from_a_turn(&bent, size)?;
        let cost = |fit: &Fit| fit.cost(&self.found, self.factor, 0.3 * factor);
        let limit = (size.0 as f64).hypot(size.1 as f64) * HARMLESS;
        let is_clear = apart > limit.max(1.0).max(0.25 * factor)
            && cost(&fit) < 0.75 * cost(&self.fit)
            && bent.iter().map(|it| it.peak - it.typical).sum::<f64>()
                > TRUST_MIN * self.found.len() as f64;
        is_clear.then_some(apart)
    }

    /// The simplest transform that explains the patches about as well as any: a whole shift, all of
    /// the photo at another size, or what was fitted.
    fn simplest(&self) -> Alignment {
        let fitted = self.corrected();
        let (best, factor) = (self.misplaced(&fitted), self.factor as f64);
        let limit = 1.2 * best + 0.1 * factor;
        // Strong local contrast moves edges by as much as 0.3, and a whole shift is not by chance.
        let simple = [(whole_shift(&fitted), limit.max(0.3 * factor)), (all_of_it(&fitted), limit)];
        let placed = simple.into_iter().filter_map(|(simple, limit)| {
            let misplaced = self.misplaced(&simple?);
            (misplaced < limit).then_some((misplaced, simple?))
        });
        placed.min_by(|a, b| a.0.total_cmp(&b.0)).map_or(fitted, |(_, simple)| simple)
    }

    /// How far the patches lie from where a transform has them, in pixels of the photo, in the mean;
    /// each counts for one value of the level at most.
    fn misplaced(&self, transform: &Alignment) -> f64 {
        let factor = self.factor as f64;
        let distance = |it: &Found| {
            let (x, y) = transform.after_from_before(it.at.0, it.at.1);
            let (x, y) = self.compared.before_from_after(x, y);
            let off = (x - it.at.0 - it.off.0 * factor, y - it.at.1 - it.off.1 * factor);
            it.distance(off).min(factor)
        };
        self.found.iter().map(distance).sum::<f64>() / self.found.len() as f64
    }
}

/// All of the photo at the edit's size, in one of the eight ways.
fn whole(way: [[f64; 2]; 2], before: (usize, usize), after: (usize, usize)) -> Alignment {
    let row = |way: [f64; 2], side: usize| {
        let across = way[0].abs() * before.0 as f64 + way[1].abs() * before.1 as f64;
        let scale = side as f64 / across;
        let [a, b] = way.map(|way| way * scale);
        let middle = |side: usize| (side as f64 - 1.0) / 2.0;
        [a, b, middle(side) - a * middle(before.0) - b * middle(before.1)]
    };
    Alignment { matrix: [row(way[0], after.0), row(way[1], after.1)], before, after }
}

/// The way in which a transform lies, if it is turned little against it.
fn way(of: &Alignment) -> Option<[[f64; 2]; 2]> {
    let scale = of.scale();
    let distance = |way: &&[[f64; 2]; 2]| {
        let parts = (0..4).map(|i| (of.matrix[i / 2][i % 2] / scale - way[i / 2][i % 2]).abs());
        parts.sum::<f64>()
    };
    WAYS.iter().min_by(|a, b| distance(a).total_cmp(&distance(b))).copied()
}

/// The whole shift, in one of the eight ways, that is nearest to a transform.
fn whole_shift(of: &Alignment) -> Option<Alignment> {
    let way = way(of)?;
    // Nearest in the middle of what both show.
    let part = of.common()?;
    let x = (part.x + part.width / 2) as f64;
    let y = (part.y + part.height / 2) as f64;
    let (u, v) = of.after_from_before(x, y);
    let row = |way: [f64; 2], at: f64| [way[0], way[1], (at - way[0] * x - way[1] * y).round()];
    Some(Alignment { matrix: [row(way[0], u), row(way[1], v)], ..*of })
}

/// All of the photo at the edit's size, lying as a transform does.
fn all_of_it(of: &Alignment) -> Option<Alignment> {
    Some(whole(way(of)?, of.before, of.after))
}
