//! Which examples show nearly the same, so that they must not judge each other.

use rayon::prelude::*;

use super::align::{resemblance, thumbnail};
use super::example::Example;
use crate::kernel::Planes;
use crate::photo::{Capture, Image};

/// Photos of one camera within this many seconds are a burst.
const BURST_SECONDS: f64 = 2.0;
/// Photos with less of their colours in common, 0 to 1, are not crops of one another.
const COLOURS_MIN: f64 = 0.35;
/// Shades of each channel that are told apart for that.
const SHADES: usize = 4;

/// A number for each example, the same for those that show nearly the same: one photo twice, crops
/// and exports of one another, shots of one burst. A group's number is the place of its first
/// example. All of a group belong on one side of a held-out split.
pub fn groups(examples: &[Example]) -> Vec<usize> {
    let looks: Vec<Look<'_>> = examples.par_iter().map(Look::new).collect();
    let pairs: Vec<(usize, usize)> =
        (0..looks.len()).flat_map(|b| (0..b).map(move |a| (a, b))).collect();
    let alike: Vec<(usize, usize)> =
        pairs.into_par_iter().filter(|(a, b)| looks[*a].is_like(&looks[*b])).collect();
    let mut groups: Vec<usize> = (0..looks.len()).collect();
    for (a, b) in alike {
        // The first of both groups gives its number to all of them.
        let (low, high) = (groups[a].min(groups[b]), groups[a].max(groups[b]));
        for group in groups.iter_mut().filter(|group| **group == high) {
            *group = low;
        }
    }
    groups
}

/// What is compared of an example.
struct Look<'a> {
    example: &'a Example,
    thumbnail: Image,
    /// Shares of the colours, summing to 1.
    colours: Vec<f64>,
}

impl<'a> Look<'a> {
    fn new(example: &'a Example) -> Self {
        let sample = &example.sample;
        let code = |value: f32| (value * 255.0 + 0.5) as u8;
        let pixel = |i: usize| {
            let [r, g, b] = [0, 1, 2].map(|channel| code(sample.plane(channel)[i]));
            [r, g, b, 255]
        };
        let pixels = (0..sample.area()).map(pixel).collect();
        let image = Image::eight(sample.width, sample.height, pixels);
        Self { example, thumbnail: thumbnail(&image), colours: colours(sample) }
    }

    fn is_like(&self, other: &Self) -> bool {
        if self.example.before_sha256 == other.example.before_sha256
            || is_burst(&self.example.capture, &other.example.capture)
        {
            return true;
        }
        let common: f64 = self.colours.iter().zip(&other.colours).map(|(a, b)| a.min(*b)).sum();
        common > COLOURS_MIN
            && (resemblance(&self.thumbnail, &other.thumbnail) > 0.0
                || resemblance(&other.thumbnail, &self.thumbnail) > 0.0)
    }
}

/// True for photos that one camera took one right after the other.
fn is_burst(a: &Capture, b: &Capture) -> bool {
    let (Some(one), Some(other)) = (a.seconds(), b.seconds()) else { return false };
    a.model.is_some()
        && (&a.model, &a.serial) == (&b.model, &b.serial)
        && (one - other).abs() <= BURST_SECONDS
}

fn colours(sample: &Planes) -> Vec<f64> {
    let mut shares = vec![0.0; SHADES.pow(3)];
    let shade = |value: f32| ((value * SHADES as f32) as usize).min(SHADES - 1);
    for i in 0..sample.area() {
        let [r, g, b] = [0, 1, 2].map(|channel| shade(sample.plane(channel)[i]));
        shares[(r * SHADES + g) * SHADES + b] += 1.0 / sample.area() as f64;
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_of_one_camera_and_moment() {
        let capture = |time: &str, model: &str| Capture {
            time: Some(time.to_owned()),
            model: Some(model.to_owned()),
            serial: None,
        };
        let first = capture("2026:05:09 20:58:24", "X100");
        assert!(is_burst(&first, &capture("2026:05:09 20:58:25.5", "X100")));
        assert!(!is_burst(&first, &capture("2026:05:09 20:58:34", "X100")));
        assert!(!is_burst(&first, &capture("2026:05:09 20:58:24", "D850")));
        assert!(!is_burst(&Capture::default(), &Capture::default()));
    }
}
