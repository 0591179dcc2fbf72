//! Where a picture has no more room at one end: a pattern on the picture. What the filter clipped is
//! striped, what was clipped in the photo already is dotted, so that neither needs its colour.

use super::combined::Recipe;

/// Which ends are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Clipping {
    /// Where a channel is at 0.
    pub shadows: bool,
    /// Where a channel is at its end.
    pub highlights: bool,
}

/// Before and after. Parameters: whether shadows and highlights are shown, 0 or 1, and physical pixels
/// a point.
pub const CLIPPING: Recipe =
    Recipe { name: "clipping", in_memory: pattern, shader: include_str!("clipping.wgsl") };

/// Points of a stripe, and of a dot with the room around it.
const PERIOD: usize = 6;
/// Stripes and dots of shadows, and what is between the stripes: light on dark.
const SHADOWS: [[u8; 4]; 2] = [[40, 110, 255, 255], [235, 240, 250, 255]];
/// The same of highlights: dark on light.
const HIGHLIGHTS: [[u8; 4]; 2] = [[255, 70, 30, 255], [30, 20, 20, 255]];

impl Clipping {
    /// Whether anything is shown.
    pub fn is_on(self) -> bool {
        self.shadows || self.highlights
    }

    /// The recipe's parameters on a screen of so many physical pixels a point.
    pub fn parameters(self, scale: f32) -> [f32; 4] {
        [f32::from(self.shadows), f32::from(self.highlights), scale.round().max(1.0), 0.0]
    }
}

/// The pattern, transparent elsewhere.
fn pattern(
    [before, after]: [&[[u8; 4]]; 2],
    width: usize,
    [shadows, highlights, unit, _]: [f32; 4],
) -> Vec<[u8; 4]> {
    let unit = (unit as usize).max(1);
    let pixel = |(at, (before, after)): (usize, (&[u8; 4], &[u8; 4]))| {
        let end = after[3];
        // Most pixels by far, quickly.
        if end == 0 || after[..3].iter().all(|code| (1..end).contains(code)) {
            return [0; 4];
        }
        let (x, y) = (at % width / unit, at / width / unit);
        let is_at = |pixel: &[u8; 4], channel: usize, end: u8| pixel[channel] == end;
        let ends = [
            (highlights, end, before[3], x + y, HIGHLIGHTS),
            (shadows, 0, 0, x + PERIOD * y - y, SHADOWS),
        ];
        for (shown, end, end_before, along, colours) in ends {
            let clips = |channel: &usize| is_at(after, *channel, end);
            if shown == 0.0 || !(0..3).any(|channel| clips(&channel)) {
                continue;
            }
            if (0..3).filter(clips).any(|channel| !is_at(before, channel, end_before)) {
                return colours[usize::from(along % PERIOD >= PERIOD / 2)];
            }
            if x % PERIOD < 2 && y % PERIOD < 2 {
                return colours[0];
            }
        }
        [0; 4]
    };
    before.iter().zip(after).enumerate().map(pixel).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: [f32; 4] = [1.0, 1.0, 1.0, 0.0];

    fn of(before: [u8; 4], after: [u8; 4], parameters: [f32; 4]) -> Vec<[u8; 4]> {
        pattern([&[before; 36], &[after; 36]], 6, parameters)
    }

    fn count(pixels: &[[u8; 4]], colour: [u8; 4]) -> usize {
        pixels.iter().filter(|pixel| **pixel == colour).count()
    }

    #[test]
    fn what_the_filter_clips_is_striped_and_what_was_clipped_is_dotted() {
        let grey = [90, 90, 90, 255];
        let striped = of(grey, [255, 90, 90, 255], BOTH);
        assert_eq!((count(&striped, HIGHLIGHTS[0]), count(&striped, HIGHLIGHTS[1])), (18, 18));
        let dotted = of([255, 90, 90, 255], [255, 90, 90, 255], BOTH);
        assert_eq!((count(&dotted, HIGHLIGHTS[0]), count(&dotted, [0; 4])), (4, 32));
        let dark = of(grey, [90, 0, 90, 255], BOTH);
        assert_eq!((count(&dark, SHADOWS[0]), count(&dark, SHADOWS[1])), (18, 18));
        assert_ne!(dark[1] == SHADOWS[0], dark[4] == SHADOWS[0]);
        // The stripes lean the other way.
        assert!(striped[1] == striped[6] && dark[0] == dark[7]);
        assert_eq!(count(&of(grey, grey, BOTH), [0; 4]), 36);
    }

    #[test]
    fn only_what_is_asked_for_is_shown_and_nothing_beside_the_photo() {
        let (grey, white) = ([90, 90, 90, 255], [255, 255, 255, 255]);
        assert_eq!(count(&of(grey, white, [1.0, 0.0, 1.0, 0.0]), [0; 4]), 36);
        assert_eq!(count(&of([0; 4], [0; 4], BOTH), [0; 4]), 36);
        assert!(!Clipping::default().is_on());
    }
}
