//! Why a pair is no example.

use std::path::Path;

use super::align::Misfit;
use super::names::name;
use super::pairing::Pair;
use crate::photo::PhotoError;

/// Why a pair was left out. Each message is meant for the user as it is: what happened and what to
/// do. The files stay as they are.
#[derive(Debug, thiserror::Error)]
pub enum Reason {
    /// One of the files could not be opened.
    #[error(transparent)]
    Unopened(#[from] PhotoError),
    /// One of the pictures is too small to learn from.
    #[error(
        "“{file}” is {width}x{height} pixels, too small to learn from: both sides need at least 32. Export it larger."
    )]
    TooSmall {
        /// The file's name.
        file: String,
        /// Columns.
        width: usize,
        /// Rows.
        height: usize,
    },
    /// The edit shows another photo.
    #[error(
        "“{after}” does not show the same photo as “{before}”. Check whether it was swapped with another one."
    )]
    AnotherPhoto {
        /// The photo's name.
        before: String,
        /// The edit's name.
        after: String,
    },
    /// There is nothing to compare, and the sizes differ.
    #[error(
        "“{before}” and “{after}” differ in size and have too little detail to be laid on each other. Export the edit uncropped and at full size."
    )]
    NoDetail {
        /// The photo's name.
        before: String,
        /// The edit's name.
        after: String,
    },
    /// The edit is bent against the photo.
    #[error(
        "“{after}” is bent against “{before}” by up to {pixels:.0} pixels, as by a lens or perspective correction. Export both with it or both without."
    )]
    Warped {
        /// The photo's name.
        before: String,
        /// The edit's name.
        after: String,
        /// How far the two are apart where it is worst, in pixels of the photo.
        pixels: f64,
    },
    /// The edit shows too small a part of the photo.
    #[error(
        "“{after}” shows only {percent:.0} % of “{before}”. Export the edit with less cropped away."
    )]
    LittleOverlap {
        /// The photo's name.
        before: String,
        /// The edit's name.
        after: String,
        /// Share of the photo in per cent.
        percent: f64,
    },
    /// Too much of the edit is painted, removed or written.
    #[error(
        "{percent:.0} % of “{after}” cannot be expressed as light and contrast of “{before}”: something was added, removed or painted over. Choose a pair without that."
    )]
    Repainted {
        /// The photo's name.
        before: String,
        /// The edit's name.
        after: String,
        /// Share of the common part in per cent.
        percent: f64,
    },
    /// The other pairs change colours the opposite way.
    #[error(
        "“{before}” and “{after}” seem to be the wrong way round: the other pairs change colours the opposite way. Exchange the two files."
    )]
    Exchanged {
        /// What was given as the photo.
        before: String,
        /// What was given as the edit.
        after: String,
    },
}

impl Reason {
    /// A picture of this size is too small.
    pub(super) fn too_small(file: &Path, (width, height): (usize, usize)) -> Self {
        Self::TooSmall { file: name(file), width, height }
    }

    /// The two do not lie on each other.
    pub(super) fn misfit(pair: &Pair, misfit: Misfit) -> Self {
        let (before, after) = (name(&pair.before), name(&pair.after));
        match misfit {
            Misfit::Another => Self::AnotherPhoto { before, after },
            Misfit::NoDetail => Self::NoDetail { before, after },
            Misfit::Warped(pixels) => Self::Warped { before, after, pixels },
            Misfit::LittleOverlap(share) => {
                Self::LittleOverlap { before, after, percent: 100.0 * share }
            }
        }
    }

    /// What was given as the edit is the photo.
    pub fn exchanged(pair: &Pair) -> Self {
        Self::Exchanged { before: name(&pair.before), after: name(&pair.after) }
    }

    /// This share of the common part was painted over.
    pub(super) fn repainted(pair: &Pair, share: f64) -> Self {
        let (before, after) = (name(&pair.before), name(&pair.after));
        Self::Repainted { before, after, percent: 100.0 * share }
    }
}
