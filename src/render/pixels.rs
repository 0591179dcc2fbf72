//! The render on the CPU: rows of a lattice, mixed from the photo, shaded, packed.

use std::mem::MaybeUninit;
use std::ops::Range;

use rayon::prelude::*;

use super::mixer::Mixer;
use super::{Axis, Lattice, Source};
use crate::kernel::moments::Moments;
use crate::kernel::reach::aligned;
use crate::kernel::render::{Block, Shader, Stage};
use crate::kernel::sample::{Sites, sample};
use crate::kernel::{Planes, codes, moments};
use crate::photo::{Coding, Image, Pixels};

/// Rows `rows` of the photo at full size, in the photo's own depth and coding.
///
/// # Panics
/// When `rows` reaches beyond the photo.
pub fn strip(source: &Source, stages: &[Stage], rows: Range<usize>) -> Image {
    part(source, stages, rows, 0..source.image().width)
}

/// The same in 16 bits, also of a photo of 8 bits.
///
/// # Panics
/// When `rows` reaches beyond the photo.
pub fn deep_strip(source: &Source, stages: &[Stage], rows: Range<usize>) -> Image {
    let image = source.image();
    let Pixels::Eight(pixels) = &image.pixels else { return strip(source, stages, rows) };
    let width = image.width;
    let lattice = Lattice::strip(rows.clone(), width, image.height);
    let pixels = &pixels[rows.start * width..rows.end * width];
    let out = shade(image, stages, &lattice, by_planes, |place, planes, out| {
        let mut from = [[0; 4]; BLOCK];
        for (from, pixel) in from.iter_mut().zip(&pixels[place..][..out.len()]) {
            from[3] = u16::from(pixel[3]) * 257;
        }
        codes::pack_sixteen(planes, Coding::SIXTEEN, &from, out);
    });
    Image::sixteen(width, rows.len(), out, Coding::SIXTEEN)
}

/// Rows `rows` and columns `columns` of the photo at full size, in its own depth and coding.
pub(super) fn part(
    source: &Source,
    stages: &[Stage],
    rows: Range<usize>,
    columns: Range<usize>,
) -> Image {
    let image = source.image();
    let (width, height) = (columns.len(), rows.len());
    let at =
        |place: usize| (rows.start + place / width) * image.width + columns.start + place % width;
    let lattice = Lattice::part(rows.clone(), columns.clone(), [image.width, image.height]);
    match &image.pixels {
        Pixels::Eight(pixels) => {
            let out = shade(image, stages, &lattice, directly(image), |place, planes, out| {
                codes::pack_eight(planes, &pixels[at(place)..], out);
            });
            Image::eight(width, height, out)
        }
        Pixels::Sixteen(pixels) => {
            let out = shade(image, stages, &lattice, by_planes, |place, planes, out| {
                codes::pack_sixteen(planes, image.coding, &pixels[at(place)..], out);
            });
            Image::sixteen(width, height, out, image.coding)
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
    if rows.is_empty() || columns.is_empty() {
        return out;
    }
    const OPAQUE: [[u8; 4]; BLOCK] = [[255; 4]; BLOCK];
    let pack = |_, planes: [&[f32]; 3], out: &mut [MaybeUninit<[u8; 4]>]| {
        codes::pack_eight(planes, &OPAQUE, out);
    };
    let shaded = if source.photo().has_alpha {
        let mut shaded = shade(image, stages, &inside, by_planes, pack);
        premultiply(image, &inside, &mut shaded);
        shaded
    } else {
        shade(image, stages, &inside, directly(image), pack)
    };
    for (y, row) in shaded.chunks_exact(columns.len()).enumerate() {
        out[(rows.start + y) * width + columns.start..][..columns.len()].copy_from_slice(row);
    }
    out
}

/// What `stages` make of the photo at some sites: they are rendered there alone.
pub(super) fn sample_of_stages(source: &Source, stages: &[Stage], sites: &Sites) -> Planes {
    let image = source.image();
    let mut il = sample(image, sites);
    let across: Vec<f32> =
        sites.columns.iter().map(|x| aligned(f64::from(*x), image.width)).collect();
    let shader = Shader::new(stages, &across);
    let mut block = shader.block(0..across.len());
    let (area, width) = (il.area(), il.width);
    let (red, rest) = il.data.split_at_mut(area);
    let (green, blue) = rest.split_at_mut(area);
    let rows = red.chunks_exact_mut(width).zip(green.chunks_exact_mut(width));
    for (((r, g), b), y) in rows.zip(blue.chunks_exact_mut(width)).zip(&sites.rows) {
        block.row(aligned(f64::from(*y), image.height), [r, g, b]);
    }
    il
}

/// Moments of what `stages` render of the whole photo.
pub(super) fn moments_of_stages(source: &Source, stages: &[Stage]) -> Moments {
    /// Rows rendered at once, so that no second picture is in memory.
    const STRIP: usize = 64;
    let image = source.image();
    let mut sum = moments::CodeSums::default();
    // What a photo's pixels are rounded to is what the next filter would be given from a file.
    for first in (0..image.height).step_by(STRIP) {
        let rows = first..(first + STRIP).min(image.height);
        sum = sum.plus(&moments::code_sums(&strip(source, stages, rows)));
    }
    sum.moments(image.coding)
}

/// Columns that are rendered at once: their planes stay in the nearest cache.
const BLOCK: usize = 512;
/// Rows that are rendered by one job; they share what is expanded of the grids.
const ROWS: usize = 32;

/// Pixels from `start` on that are wanted as they are, in a block whose row is at `down`: false where
/// they have to take the way through planes.
fn by_planes<P>(_: &mut Block<'_>, _down: f32, _start: usize, _: &mut [MaybeUninit<P>]) -> bool {
    false
}

/// The same for 8-bit pixels, where the filter can do without planes.
fn directly(
    image: &Image,
) -> impl Fn(&mut Block<'_>, f32, usize, &mut [MaybeUninit<[u8; 4]>]) -> bool {
    |block, down, start, out| match &image.pixels {
        Pixels::Eight(pixels) => block.direct(down, &pixels[start..start + out.len()], out),
        Pixels::Sixteen(_) => false,
    }
}

/// Shades a lattice in parallel. Rows of a block whose pixels are wanted as they are go to `direct`; of
/// others, and of those that it does not take, `pack` is given the place among all pixels, the planes,
/// and where the pixels are to be written. Both have to write all that they are given.
fn shade<P: Copy + Send>(
    image: &Image,
    stages: &[Stage],
    lattice: &Lattice,
    direct: impl Fn(&mut Block<'_>, f32, usize, &mut [MaybeUninit<P>]) -> bool + Sync,
    pack: impl Fn(usize, [&[f32]; 3], &mut [MaybeUninit<P>]) + Sync,
) -> Vec<P> {
    let width = lattice.columns.taps.len();
    let len = width * lattice.rows.taps.len();
    // Filling them first would cost as much as a fifth of the quickest filter.
    let mut pixels = Vec::with_capacity(len);
    let out = &mut pixels.spare_capacity_mut()[..len];
    let across: Vec<f32> = lattice.columns.taps.iter().map(|tap| tap.position).collect();
    let shader = Shader::new(stages, &across);
    let jobs = out.par_chunks_mut(ROWS * width).zip(lattice.rows.taps.par_chunks(ROWS)).enumerate();
    jobs.for_each_init(Mixer::default, |mixer, (job, (out, rows))| {
        for first in (0..width).step_by(BLOCK) {
            let columns = first..(first + BLOCK).min(width);
            let mut block = shader.block(columns.clone());
            let taps = &lattice.columns.taps[columns];
            // An export, or a view at 100 %: column follows column, each one pixel.
            let mut followers = taps.iter().zip(taps[0].first..);
            let is_plain = followers.all(|(tap, next)| tap.count == 1 && tap.first == next);
            for (y, row) in rows.iter().enumerate() {
                let place = y * width + first;
                let out = &mut out[place..place + taps.len()];
                if is_plain && row.count == 1 {
                    let start = row.first as usize * image.width + taps[0].first as usize;
                    codes::ask_for(image, start + image.width, taps.len());
                    if direct(&mut block, row.position, start, out) {
                        continue;
                    }
                    codes::unpack(image, start, block.input());
                } else {
                    mixer.mix(image, row, taps, block.input());
                }
                pack(job * ROWS * width + place, block.shade(row.position), out);
            }
        }
    });
    // SAFETY: every row of every block is a part of `out`, and was written.
    unsafe { pixels.set_len(len) };
    pixels
}

/// Multiplies with the photo's alpha, mixed as its colours are.
fn premultiply(image: &Image, lattice: &Lattice, shaded: &mut [[u8; 4]]) {
    let alpha = |index: usize| match &image.pixels {
        Pixels::Eight(pixels) => f32::from(pixels[index][3]) / 255.0,
        Pixels::Sixteen(pixels) => f32::from(pixels[index][3]) / 65535.0,
    };
    let mut out = shaded.iter_mut();
    for row in &lattice.rows.taps {
        for (tap, pixel) in lattice.columns.taps.iter().zip(&mut out) {
            let mut cover = 0.0;
            for (y, down) in (0..).zip(&row.weights[..row.count as usize]) {
                let start = (row.first as usize + y) * image.width + tap.first as usize;
                for (x, across) in (0..).zip(&tap.weights[..tap.count as usize]) {
                    cover += down * across * alpha(start + x);
                }
            }
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
        let il = sample_of_stages(&source, &[], &Sites::new(20, 10, 10));
        assert_eq!((il.width, il.height), (20, 10));
        let (got, want) = (moments_of_stages(&source, &[]), of_planes(&il));
        assert!((got.mean[0] - want.mean[0]).abs() < 1e-7);
        assert!((got.covariance[0][1] - want.covariance[0][1]).abs() < 1e-7);
    }
}
