//! A smaller export: the export, scaled, as it is scaled to be shown.

use std::ops::Range;

use rayon::prelude::*;

use super::Span;
use super::mix::mix_row;
use crate::photo::{Coding, Image};

/// Pixels of the photo that are rendered at once.
const PIXELS: usize = 1 << 21;

/// How a picture is made smaller: a pixel is the mean over the area that it covers.
#[derive(Debug)]
pub struct Scaling {
    rows: Vec<Span>,
    columns: Vec<Span>,
}

impl Scaling {
    /// From a width and height to a smaller one.
    pub fn new(from: [usize; 2], to: [usize; 2]) -> Self {
        Self { rows: Span::scaled(from[1], to[1]), columns: Span::scaled(from[0], to[0]) }
    }

    /// Rows `rows` of the smaller picture, in 16 bits. `render` gives whole rows of the photo.
    ///
    /// # Errors
    /// Those of `render`.
    pub fn strip<E>(
        &self,
        rows: Range<usize>,
        has_alpha: bool,
        render: &mut dyn FnMut(Range<usize>) -> Result<Image, E>,
    ) -> Result<Image, E> {
        let width = self.columns.len();
        let most = (PIXELS / self.columns[width - 1].pixels().end).max(1);
        let mut pixels = vec![[u16::MAX; 4]; rows.len() * width];
        let mut coding = Coding::SIXTEEN;
        let mut next = rows.start;
        while next < rows.end {
            let first = next;
            let top = self.rows[first].first;
            next += 1;
            while next < rows.end && self.rows[next].pixels().end - top <= most {
                next += 1;
            }
            let image = render(top..self.rows[next - 1].pixels().end)?;
            if image.coding != Coding::EIGHT {
                coding = image.coding;
            }
            let code = |value: f32| ((value - coding.offset) / coding.scale + 0.5) as u16;
            let out = &mut pixels[(first - rows.start) * width..(next - rows.start) * width];
            let lines = out.par_chunks_exact_mut(width).zip(&self.rows[first..next]);
            lines.for_each(|(out, row)| {
                mix_row(&image, [top, 0], row, &self.columns, has_alpha, |place, color, alpha| {
                    let [r, g, b] = color.map(code);
                    out[place] = [r, g, b, (alpha * 65535.0 + 0.5) as u16];
                });
            });
        }
        Ok(Image::sixteen(width, rows.len(), pixels, coding))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::photo::Pixels;

    #[test]
    fn strips_of_any_height_are_the_same_means() {
        let pixel = |i: usize| [(i % 7 * 30) as u8, (i / 7 * 9) as u8, (i % 256) as u8, 255];
        let image = Image::eight(7, 21, (0..7 * 21).map(pixel).collect());
        let scaling = Scaling::new([7, 21], [3, 8]);
        let strip = |rows: Range<usize>| {
            let mut render = |rows: Range<usize>| Ok::<_, ()>(image.rows(rows));
            scaling.strip(rows, false, &mut render).unwrap()
        };
        let Pixels::Sixteen(whole) = strip(0..8).pixels else { panic!() };
        let Pixels::Sixteen(parts) = strip(3..6).pixels else { panic!() };
        assert_eq!(whole[9..18], parts[..]);
        // The mean of the whole stays; 16 bits hold each pixel's to 1/65535.
        let mean = |pixels: &mut dyn Iterator<Item = f64>, count: usize| {
            pixels.sum::<f64>() / count as f64
        };
        let Pixels::Eight(from) = &image.pixels else { panic!() };
        for channel in 0..3 {
            let before = mean(&mut from.iter().map(|p| f64::from(p[channel]) / 255.0), 7 * 21);
            let after = mean(&mut whole.iter().map(|p| f64::from(p[channel]) / 65535.0), 24);
            assert!((before - after).abs() < 2e-5, "{before} {after}");
        }
    }

    #[test]
    fn one_pixel_of_all() {
        let image = Image::eight(2, 2, vec![[0; 4], [0; 4], [255; 4], [255; 4]]);
        let mut render = |rows: Range<usize>| Ok::<_, ()>(image.rows(rows));
        let one = Scaling::new([2, 2], [1, 1]).strip(0..1, true, &mut render).unwrap();
        assert_eq!(one.pixels, Pixels::Sixteen(vec![[32768; 4]]));
    }
}
