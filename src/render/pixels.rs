//! The render on the CPU: rows of a lattice, mixed from the photo, shaded, packed.

use std::ops::Range;

use rayon::prelude::*;

use super::{Axis, Lattice, Source, Tap};
use crate::kernel::moments::Moments;
use crate::kernel::render::{Scratch, Shader, Stage, aligned};
use crate::kernel::sample::{Sites, sample};
use crate::kernel::{Planes, moments};
use crate::photo::{Image, Pixels};

/// Rows `rows` of the photo at full size, in the photo's own depth and coding.
///
/// # Panics
/// When `rows` reaches beyond the photo.
pub fn strip(source: &Source, stages: &[Stage], rows: Range<usize>) -> Image {
    let image = source.image();
    let (width, height) = (image.width, rows.len());
    let first = rows.start * width..rows.end * width;
    let lattice = Lattice::strip(rows, width, image.height);
    match &image.pixels {
        Pixels::Eight(pixels) => {
            let mut out = pixels[first].to_vec();
            shade_rows(image, stages, &lattice, &mut out, |pixel, rgb| {
                for (code, value) in pixel.iter_mut().zip(rgb) {
                    *code = (value * 255.0 + 0.5) as u8;
                }
            });
            Image::eight(width, height, out)
        }
        Pixels::Sixteen(pixels) => {
            let mut out = pixels[first].to_vec();
            let coding = image.coding;
            shade_rows(image, stages, &lattice, &mut out, |pixel, rgb| {
                for (code, value) in pixel.iter_mut().zip(rgb) {
                    *code = ((value - coding.offset) / coding.scale + 0.5) as u16;
                }
            });
            Image::sixteen(width, height, out, coding)
        }
    }
}

/// What a view shows: packed, premultiplied, transparent beside the photo.
pub fn view(source: &Source, stages: &[Stage], lattice: &Lattice) -> Vec<[u8; 4]> {
    let image = source.level(lattice.level);
    let (rows, columns) = (lattice.rows.inside(), lattice.columns.inside());
    let width = lattice.columns.taps.len();
    let mut out = vec![[0; 4]; width * lattice.rows.taps.len()];
    let inside = Lattice {
        level: lattice.level,
        rows: Axis { taps: lattice.rows.taps[rows.clone()].to_vec() },
        columns: Axis { taps: lattice.columns.taps[columns.clone()].to_vec() },
    };
    let mut shaded = vec![[0; 4]; rows.len() * columns.len()];
    if shaded.is_empty() {
        return out;
    }
    shade_rows(image, stages, &inside, &mut shaded, |pixel, [r, g, b]| {
        *pixel = [r, g, b, 1.0].map(|value| (value * 255.0 + 0.5) as u8);
    });
    if source.photo().has_alpha {
        premultiply(image, &inside, &mut shaded);
    }
    for (y, row) in shaded.chunks_exact(columns.len()).enumerate() {
        out[(rows.start + y) * width + columns.start..][..columns.len()].copy_from_slice(row);
    }
    out
}

/// Il of a filter behind `stages`: they are rendered at the sites alone.
pub(super) fn sample_of_stages(source: &Source, stages: &[Stage], short_side: usize) -> Planes {
    let image = source.image();
    let sites = Sites::new(image.width, image.height, short_side);
    let mut il = sample(image, &sites);
    let across: Vec<f32> =
        sites.columns.iter().map(|x| aligned(f64::from(*x), image.width)).collect();
    let shader = Shader::new(stages, &across);
    let mut scratch = Scratch::default();
    let (area, width) = (il.area(), il.width);
    let (red, rest) = il.data.split_at_mut(area);
    let (green, blue) = rest.split_at_mut(area);
    let rows = red.chunks_exact_mut(width).zip(green.chunks_exact_mut(width));
    for (((r, g), b), y) in rows.zip(blue.chunks_exact_mut(width)).zip(&sites.rows) {
        shader.row(aligned(f64::from(*y), image.height), [r, g, b], &mut scratch);
    }
    il
}

/// Moments of what `stages` render of the whole photo.
pub(super) fn moments_of_stages(source: &Source, stages: &[Stage]) -> Moments {
    /// Rows rendered at once; a strip's moments are added in f64.
    const ROWS: usize = 64;
    let image = source.image();
    let mut sum = moments::CodeSums::default();
    // What a photo's pixels are rounded to is what the next filter would be given from a file.
    for first in (0..image.height).step_by(ROWS) {
        let rows = first..(first + ROWS).min(image.height);
        sum = sum.plus(&moments::code_sums(&strip(source, stages, rows)));
    }
    sum.moments(image.coding)
}

/// Shades the rows of a lattice in parallel and hands every pixel to `pack`, in place.
fn shade_rows<P: Send>(
    image: &Image,
    stages: &[Stage],
    lattice: &Lattice,
    out: &mut [P],
    pack: impl Fn(&mut P, [f32; 3]) + Sync,
) {
    let width = lattice.columns.taps.len();
    let across: Vec<f32> = lattice.columns.taps.iter().map(|tap| tap.position).collect();
    let shader = Shader::new(stages, &across);
    out.par_chunks_exact_mut(width).zip(&lattice.rows.taps).for_each_init(
        || (Scratch::default(), [(); 3].map(|()| vec![0.0_f32; width])),
        |(scratch, planes), (row, tap)| {
            mix_row(image, tap, &lattice.columns, planes);
            let [r, g, b] = planes;
            shader.row(tap.position, [r, g, b], scratch);
            for (((pixel, r), g), b) in row.iter_mut().zip(r).zip(g).zip(b) {
                pack(pixel, [*r, *g, *b]);
            }
        },
    );
}

/// I along one row of the lattice.
fn mix_row(image: &Image, row: &Tap, columns: &Axis, planes: &mut [Vec<f32>; 3]) {
    let is_exact = row.count == 1 && columns.taps.iter().all(|tap| tap.count == 1);
    let [r, g, b] = planes;
    let out = r.iter_mut().zip(g).zip(b).zip(&columns.taps);
    if is_exact {
        let start = row.first as usize * image.width;
        for (((r, g), b), tap) in out {
            [*r, *g, *b] = image.rgb(start + tap.first as usize);
        }
        return;
    }
    for (((r, g), b), tap) in out {
        let mut sum = [0.0; 3];
        for (y, row_weight) in row.weights.iter().enumerate().take(row.count as usize) {
            let start = (row.first as usize + y) * image.width + tap.first as usize;
            for (x, weight) in tap.weights.iter().enumerate().take(tap.count as usize) {
                for (sum, value) in sum.iter_mut().zip(image.rgb(start + x)) {
                    *sum += row_weight * weight * value;
                }
            }
        }
        [*r, *g, *b] = sum;
    }
}

fn premultiply(image: &Image, lattice: &Lattice, shaded: &mut [[u8; 4]]) {
    let alpha = |index: usize| match &image.pixels {
        Pixels::Eight(pixels) => f32::from(pixels[index][3]) / 255.0,
        Pixels::Sixteen(pixels) => f32::from(pixels[index][3]) / 65535.0,
    };
    let mut out = shaded.iter_mut();
    for row in &lattice.rows.taps {
        for (tap, pixel) in lattice.columns.taps.iter().zip(&mut out) {
            let cover = alpha(row.first as usize * image.width + tap.first as usize);
            *pixel = pixel.map(|code| (f32::from(code) * cover + 0.5) as u8);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::moments::of_planes;

    #[test]
    fn moments_are_those_of_the_planes_without_stages() {
        let pixels = (0..200_u8).map(|i| [i, 255 - i, i / 2, 255]).collect();
        let photo = crate::photo::Photo::from_image(Image::eight(20, 10, pixels));
        let source = Source::new(std::sync::Arc::new(photo));
        let il = sample_of_stages(&source, &[], 10);
        assert_eq!((il.width, il.height), (20, 10));
        let (got, want) = (moments_of_stages(&source, &[]), of_planes(&il));
        assert!((got.mean[0] - want.mean[0]).abs() < 1e-7);
        assert!((got.covariance[0][1] - want.covariance[0][1]).abs() < 1e-7);
    }
}
