//! EXIF orientation: turning stored pixels upright.
//!
//! | value | stored picture must be |
//! |---|---|
//! | 1 | left as it is |
//! | 2 | mirrored left to right |
//! | 3 | turned by 180° |
//! | 4 | mirrored top to bottom |
//! | 5 | transposed |
//! | 6 | turned clockwise |
//! | 7 | transposed along the other diagonal |
//! | 8 | turned counter-clockwise |

use rayon::prelude::*;

/// Turns `pixels` (`width` · height of them) upright and returns the new width and height. Values
/// that are not 1..=8 mean 1. Orientations 5 to 8 need a second copy of the picture for a moment.
pub(super) fn upright<T: Copy + Default + Send + Sync>(
    pixels: &mut Vec<T>,
    width: usize,
    orientation: u16,
) -> (usize, usize) {
    let height = pixels.len() / width;
    match orientation {
        2 => pixels.par_chunks_exact_mut(width).for_each(<[T]>::reverse),
        3 => pixels.reverse(),
        4 => flip(pixels, width),
        5..=8 => {
            *pixels = transposed(pixels, width, orientation);
            return (height, width);
        }
        _ => {}
    }
    (width, height)
}

/// Mirrors top to bottom, in place.
fn flip<T: Copy>(pixels: &mut [T], width: usize) {
    let height = pixels.len() / width;
    let (top, bottom) = pixels.split_at_mut((height / 2) * width);
    let bottom = &mut bottom[(height % 2) * width..];
    for (a, b) in top.chunks_exact_mut(width).zip(bottom.chunks_exact_mut(width).rev()) {
        a.swap_with_slice(b);
    }
}

/// Orientations 5 to 8: the stored columns become rows. A band of rows at a time, so that one
/// stored row's reads stay within a few cache lines.
fn transposed<T: Copy + Default + Send + Sync>(
    pixels: &[T],
    width: usize,
    orientation: u16,
) -> Vec<T> {
    const BAND: usize = 16;
    let height = pixels.len() / width;
    let last_first = matches!(orientation, 7 | 8);
    let bottom_first = matches!(orientation, 6 | 7);
    let mut turned = vec![T::default(); pixels.len()];
    turned.par_chunks_mut(height * BAND).enumerate().for_each(|(band, rows)| {
        for column in 0..height {
            let stored_row = if bottom_first { height - 1 - column } else { column };
            let stored = &pixels[stored_row * width..][..width];
            for (i, row) in rows.chunks_exact_mut(height).enumerate() {
                let y = band * BAND + i;
                row[column] = stored[if last_first { width - 1 - y } else { y }];
            }
        }
    });
    turned
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Stored 3x2:  a b c
    ///              d e f
    fn check(orientation: u16, expect: &str) {
        let mut pixels: Vec<u8> = b"abcdef".to_vec();
        let (width, height) = upright(&mut pixels, 3, orientation);
        let rows: Vec<_> = pixels.chunks(width).map(|r| String::from_utf8_lossy(r)).collect();
        assert_eq!(rows.join("/"), expect, "orientation {orientation}");
        assert_eq!(width * height, 6);
    }

    #[test]
    fn all_eight() {
        check(1, "abc/def");
        check(2, "cba/fed");
        check(3, "fed/cba");
        check(4, "def/abc");
        check(5, "ad/be/cf");
        check(6, "da/eb/fc");
        check(7, "fc/eb/da");
        check(8, "cf/be/ad");
        check(0, "abc/def");
        check(9, "abc/def");
    }

    #[test]
    fn larger_than_a_band() {
        let (width, height) = (37, 53);
        let start: Vec<u32> = (0..width * height).map(|i| i as u32).collect();
        for (turn, turn_back) in [(2, 2), (3, 3), (4, 4), (5, 5), (6, 8), (7, 7), (8, 6)] {
            let mut pixels = start.clone();
            let (w, _) = upright(&mut pixels, width, turn);
            assert_ne!(pixels, start);
            let size = upright(&mut pixels, w, turn_back);
            assert_eq!((pixels, size), (start.clone(), (width, height)));
        }
    }
}
