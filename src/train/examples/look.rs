//! A pair as somebody looks at it: the two halves laid on each other, small, and what no filter can
//! express of the edit.

use rayon::prelude::*;

use super::align::align;
use super::alignment::{Alignment, Rectangle};
use super::cells::Cells;
use super::example::Mask;
use super::pairing::Pair;
use super::pictures::reduced;
use super::repainted::repainted;
use crate::kernel::Planes;
use crate::photo::{self, Image, Photo, PhotoError};

/// Both halves of a pair.
#[derive(Debug)]
pub struct Look {
    /// The photo itself.
    pub photo: Photo,
    /// The photo, reduced.
    pub before: Packed,
    /// The edit where it lies on the photo, transparent where it has nothing; as it is where it does
    /// not lie on the photo at all.
    pub after: Packed,
    /// Whether it lies on the photo.
    pub is_laid: bool,
    /// What no filter can express.
    pub mask: Mask,
}

/// Pixels for the screen, `[r, g, b, a]` row by row, sRGB-encoded.
#[derive(Clone, Debug)]
pub struct Packed {
    /// Columns and rows.
    pub size: [usize; 2],
    /// The pixels.
    pub pixels: Vec<[u8; 4]>,
}

/// Reads a pair to be looked at, its pictures no larger than `size_max`. Unlike an example it need not
/// be of use.
///
/// # Errors
/// When one of the files cannot be opened.
pub fn look(pair: &Pair, size_max: [usize; 2]) -> Result<Look, PhotoError> {
    let photo = photo::open(&pair.before)?;
    let edit = photo::open(&pair.after)?.image;
    let before = as_it_is(&photo.image, size_max);
    let Ok(alignment) = align(&photo.image, &edit) else {
        let after = as_it_is(&edit, size_max);
        return Ok(Look { photo, before, after, is_laid: false, mask: Mask::none() });
    };
    let mask = repainted(&Cells::new(&photo.image, &edit, &alignment));
    let after = laid(&edit, &alignment, before.size);
    Ok(Look { photo, before, after, is_laid: true, mask })
}

/// The largest size of a picture's proportions within another, never enlarged.
pub fn size_within([width, height]: [usize; 2], size_max: [usize; 2]) -> [usize; 2] {
    let scale =
        (size_max[0] as f64 / width as f64).min(size_max[1] as f64 / height as f64).min(1.0);
    [width, height].map(|side| ((side as f64 * scale).round() as usize).max(1))
}

fn as_it_is(image: &Image, size_max: [usize; 2]) -> Packed {
    let whole = (image.width, image.height);
    let size = size_within([image.width, image.height], size_max);
    laid(image, &Alignment::identity(whole, whole), size)
}

/// An edit at every place of its photo, in so many columns and rows.
fn laid(edit: &Image, alignment: &Alignment, size: [usize; 2]) -> Packed {
    let (width, height) = alignment.before;
    let whole = Rectangle { x: 0, y: 0, width, height };
    let planes = reduced(edit, alignment, whole, (size[0], size[1]));
    let place =
        |at: usize, of: usize, side: usize| (at as f64 + 0.5) / of as f64 * side as f64 - 0.5;
    let pixel = |i: usize| {
        let (column, row) = (i % size[0], i / size[0]);
        let is_known = alignment.covers(place(column, size[0], width), place(row, size[1], height));
        if is_known { packed(&planes, i) } else { [0; 4] }
    };
    Packed { size, pixels: (0..planes.area()).into_par_iter().map(pixel).collect() }
}

fn packed(planes: &Planes, i: usize) -> [u8; 4] {
    let [r, g, b] = [0, 1, 2].map(|c| (planes.plane(c)[i] * 255.0 + 0.5).clamp(0.0, 255.0) as u8);
    [r, g, b, 255]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    fn save(path: &std::path::Path, width: u32, height: u32, at: [u32; 2]) {
        // Random values at a grid, and between them in proportion: no two places are alike.
        let node = |x: u32, y: u32| Random::stream(u64::from(x), u64::from(y)).uniform(0.1, 0.9);
        let value = |x: u32, y: u32| {
            let [(x, across), (y, down)] = [x, y].map(|at| (at / 10, f64::from(at % 10) / 10.0));
            let row = |y| node(x, y) * (1.0 - across) + node(x + 1, y) * across;
            ((row(y) * (1.0 - down) + row(y + 1) * down) * 255.0) as u8
        };
        let value = |x: u32, y: u32| value(x + at[0], y + at[1]);
        let pixel = |x, y| image::Rgb([value(x, y), value(x + 9, y), value(x, y + 9)]);
        image::RgbImage::from_fn(width, height, pixel).save(path).unwrap();
    }

    #[test]
    fn a_cropped_edit_lies_where_it_belongs_and_another_photo_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let [before, after] = ["a.png", "b.png"].map(|name| folder.path().join(name));
        save(&before, 480, 320, [0, 0]);
        save(&after, 384, 320, [96, 0]);
        let seen = look(&Pair::given(&before, &after), [240, 240]).unwrap();
        assert!(seen.is_laid && seen.before.size == [240, 160] && seen.after.size == [240, 160]);
        let at = |packed: &Packed, x: usize| packed.pixels[80 * 240 + x];
        assert_eq!(at(&seen.after, 20)[3], 0, "nothing is known of the left fifth");
        for x in [60, 150, 230] {
            let (one, other) = (at(&seen.before, x), at(&seen.after, x));
            assert!((0..4).all(|c| one[c].abs_diff(other[c]) <= 2), "{x}: {one:?} {other:?}");
        }
        image::RgbImage::from_fn(300, 400, |x, y| image::Rgb([(x * y % 251) as u8, 9, 200]))
            .save(&after)
            .unwrap();
        let seen = look(&Pair::given(&before, &after), [240, 240]).unwrap();
        assert!(!seen.is_laid && seen.after.size == [180, 240]);
        assert!(seen.after.pixels.iter().all(|pixel| pixel[3] == 255));
    }
}
