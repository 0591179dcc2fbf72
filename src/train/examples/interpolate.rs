//! Colours of a picture between its pixels, and means over parts of pixels.

use crate::photo::Image;

/// The colour at a position: the pixel itself at whole numbers, between them cubic (Catmull–Rom).
/// Beyond the border, the border's pixels go on.
pub(super) fn at(image: &Image, x: f64, y: f64) -> [f32; 3] {
    let (column, row) = (x.floor(), y.floor());
    let (across, down) = ((x - column) as f32, (y - row) as f32);
    let pixel = |dx: i64, dy: i64| {
        let x = (column as i64 + dx).clamp(0, image.width as i64 - 1) as usize;
        let y = (row as i64 + dy).clamp(0, image.height as i64 - 1) as usize;
        image.rgb(y * image.width + x)
    };
    if across == 0.0 && down == 0.0 {
        return pixel(0, 0);
    }
    let (across, down) = (cubic(across), cubic(down));
    let mut sum = [0.0; 3];
    for (dy, weight_y) in down.into_iter().enumerate() {
        for (dx, weight_x) in across.into_iter().enumerate() {
            let colour = pixel(dx as i64 - 1, dy as i64 - 1);
            for (sum, value) in sum.iter_mut().zip(colour) {
                *sum += weight_x * weight_y * value;
            }
        }
    }
    sum
}

/// The mean colour of a square of `side` pixels around a position; the colour there where that is
/// one pixel or less.
pub(super) fn mean(image: &Image, x: f64, y: f64, side: f64) -> [f32; 3] {
    if side <= 1.0 {
        return at(image, x, y);
    }
    let probes = side.ceil() as usize;
    let offset = |i: usize| ((i as f64 + 0.5) / probes as f64 - 0.5) * side;
    let mut sum = [0.0; 3];
    for i in 0..probes * probes {
        let colour = linear(image, x + offset(i % probes), y + offset(i / probes));
        for (sum, value) in sum.iter_mut().zip(colour) {
            *sum += value / (probes * probes) as f32;
        }
    }
    sum
}

/// The colour at a position, bilinear: half the reads of [`at`] a side, enough inside a mean.
fn linear(image: &Image, x: f64, y: f64) -> [f32; 3] {
    let (x, y) = (x.clamp(0.0, image.width as f64 - 1.0), y.clamp(0.0, image.height as f64 - 1.0));
    let (left, top) = (x as usize, y as usize);
    let (right, bottom) = ((left + 1).min(image.width - 1), (top + 1).min(image.height - 1));
    let (across, down) = ((x - left as f64) as f32, (y - top as f64) as f32);
    let pixel = |x: usize, y: usize| image.rgb(y * image.width + x);
    let row = |y: usize| -> [f32; 3] {
        let (left, right) = (pixel(left, y), pixel(right, y));
        std::array::from_fn(|i| left[i] + across * (right[i] - left[i]))
    };
    let (upper, lower) = (row(top), row(bottom));
    std::array::from_fn(|i| upper[i] + down * (lower[i] - upper[i]))
}

/// Catmull–Rom weights of the four pixels around a position, which lies `t` behind the second.
fn cubic(t: f32) -> [f32; 4] {
    let (t2, t3) = (t * t, t * t * t);
    [
        0.5 * (-t3 + 2.0 * t2 - t),
        0.5 * (3.0 * t3 - 5.0 * t2 + 2.0),
        0.5 * (-3.0 * t3 + 4.0 * t2 + t),
        0.5 * (t3 - t2),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ramp_is_read_exactly() {
        let pixels = (0..64).map(|i| [(i % 8) * 10, (i / 8) * 20, 7, 255]).collect();
        let image = Image::eight(8, 8, pixels);
        for (x, y) in [(3.0, 4.0), (2.5, 3.25), (4.75, 5.0)] {
            let want = [x * 10.0 / 255.0, y * 20.0 / 255.0, 7.0 / 255.0];
            for got in [at(&image, x, y), mean(&image, x, y, 2.0), mean(&image, x, y, 2.6)] {
                for (got, want) in got.iter().zip(want) {
                    assert!((f64::from(*got) - want).abs() < 1e-5, "{got} {want}");
                }
            }
        }
        assert_eq!(at(&image, -3.0, 90.0), image.rgb(56));
    }
}
