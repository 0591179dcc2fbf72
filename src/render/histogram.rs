//! How often each value occurs in what an edit makes of a photo, and what clips.

use super::Source;
use super::pixels::sample_of_stages;
use crate::kernel::Planes;
use crate::kernel::base::{LUMINANCE, sites};
use crate::kernel::render::Stage;

/// Values of a channel.
pub const LEVELS: usize = 256;

/// How often each value occurs, and what clips: counted in a sample of the whole photo, 256 pixels on
/// its short side.
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram {
    /// Counts of red, green, blue and luminance, dark to bright.
    pub counts: [[u32; LEVELS]; 4],
    /// Pixels that were counted.
    pub pixels: u32,
    /// Of them, those with a channel at 0.
    pub shadows: Clipped,
    /// Those with a channel at its end.
    pub highlights: Clipped,
}

/// Pixels that have no more room at one end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Clipped {
    /// The edit took the room.
    pub by_edit: u32,
    /// There was none in the photo.
    pub before: u32,
}

/// Code of a value on the screen.
fn code(value: f32) -> usize {
    (value * 255.0 + 0.5).clamp(0.0, 255.0) as usize
}

impl Histogram {
    /// Of a photo under the stages of its edit.
    pub fn new(source: &Source, stages: &[Stage]) -> Self {
        let sites = sites(source.image().width, source.image().height);
        let before = sample_of_stages(source, &[], &sites);
        Self::of(&before, &sample_of_stages(source, stages, &sites))
    }

    fn of(before: &Planes, after: &Planes) -> Self {
        let area = after.area();
        let mut it = Self {
            counts: [[0; LEVELS]; 4],
            pixels: area as u32,
            shadows: Clipped::default(),
            highlights: Clipped::default(),
        };
        for at in 0..area {
            let [was, is] = [before, after].map(|planes| [0, 1, 2].map(|i| planes.plane(i)[at]));
            let (was, codes) = (was.map(code), is.map(code));
            let light = (0..3).map(|i| LUMINANCE[i] as f32 * is[i].clamp(0.0, 1.0)).sum();
            for (counts, code) in it.counts.iter_mut().zip(codes.into_iter().chain([code(light)])) {
                counts[code] += 1;
            }
            it.shadows.count(was, codes, 0);
            it.highlights.count(was, codes, LEVELS - 1);
        }
        it
    }
}

impl Clipped {
    /// Counts a pixel whose channels had and have these codes.
    fn count(&mut self, was: [usize; 3], is: [usize; 3], end: usize) {
        let clips = |channel: &usize| is[*channel] == end;
        if (0..3).filter(clips).any(|channel| was[channel] != end) {
            self.by_edit += 1;
        } else if (0..3).any(|channel| clips(&channel)) {
            self.before += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_edit_clips_is_told_from_what_was_clipped() {
        let planes = |pixels: [[f32; 3]; 4]| Planes {
            channels: 3,
            height: 1,
            width: 4,
            data: (0..3).flat_map(|channel| pixels.map(|pixel| pixel[channel])).collect(),
        };
        let before = planes([[1.0, 0.5, 0.5], [0.9, 0.5, 0.5], [0.0, 0.2, 0.3], [0.5; 3]]);
        let after = planes([[1.2, 0.6, 0.5], [1.0, 1.3, 0.5], [0.0, -0.1, 0.3], [0.25; 3]]);
        let got = Histogram::of(&before, &after);
        assert_eq!(got.highlights, Clipped { by_edit: 1, before: 1 });
        assert_eq!(got.shadows, Clipped { by_edit: 1, before: 0 });
        assert_eq!((got.pixels, got.counts[0][255], got.counts[1][0]), (4, 2, 1));
        assert_eq!(got.counts[3][64], 1, "the luminance of the last pixel");
        assert!(got.counts.iter().all(|counts| counts.iter().sum::<u32>() == 4));
        let same = Histogram::of(&before, &before);
        assert_eq!(same.highlights, Clipped { by_edit: 0, before: 1 });
    }
}
