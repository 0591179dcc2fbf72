//! Where a picture has structure that pins a patch down in both directions.

use super::grey::Plane;

/// Half a side of the square over which structure is summed, in values of the plane.
const RADIUS: usize = 4;

/// Structure weaker than this many levels of 255 a pixel is noise.
const NOISE: f32 = 1.5 / 255.0;

/// For each value of a plane how well a patch around it can be found again, 0 to 1: the smaller
/// eigenvalue of its structure tensor (Shi and Tomasi 1994), and a little of the larger one, so
/// that a picture of edges alone has its best places too.
pub(super) fn corners(plane: &Plane) -> Plane {
    let (width, height) = (plane.width, plane.height);
    let gradient = |x: usize, y: usize| {
        let (left, right) = (x.saturating_sub(1), (x + 1).min(width - 1));
        let (top, bottom) = (y.saturating_sub(1), (y + 1).min(height - 1));
        let across = plane.get(right, y) - plane.get(left, y);
        (0.5 * across, 0.5 * (plane.get(x, bottom) - plane.get(x, top)))
    };
    let product = |of: fn((f32, f32)) -> f32| {
        box_mean(&Plane::new(width, height, |x, y| of(gradient(x, y))), RADIUS)
    };
    let (xx, xy, yy) = (product(|g| g.0 * g.0), product(|g| g.0 * g.1), product(|g| g.1 * g.1));
    Plane::new(width, height, |x, y| {
        let (xx, xy, yy) = (xx.get(x, y), xy.get(x, y), yy.get(x, y));
        let (middle, half) = (0.5 * (xx + yy), (0.25 * (xx - yy) * (xx - yy) + xy * xy).sqrt());
        let strength = (middle - half).max(0.0) + 0.02 * (middle + half);
        strength / (strength + NOISE * NOISE)
    })
}

/// Means over squares of `2 · radius + 1` values a side; at the border, over what is inside.
pub(super) fn box_mean(plane: &Plane, radius: usize) -> Plane {
    let (width, height) = (plane.width, plane.height);
    let mut rows = vec![0.0; width * height];
    for (row, out) in plane.data.chunks_exact(width).zip(rows.chunks_exact_mut(width)) {
        line_mean(|i| row[i], width, radius, |i, mean| out[i] = mean);
    }
    let mut data = vec![0.0; width * height];
    for x in 0..width {
        line_mean(|i| rows[i * width + x], height, radius, |i, mean| data[i * width + x] = mean);
    }
    Plane { width, height, data }
}

fn line_mean(
    value: impl Fn(usize) -> f32,
    len: usize,
    radius: usize,
    mut put: impl FnMut(usize, f32),
) {
    // In f64: what is added and taken away again should leave nothing behind.
    let (mut sum, mut count) = (0.0_f64, 0_usize);
    for i in 0..len + radius {
        if i < len {
            sum += f64::from(value(i));
            count += 1;
        }
        if i > 2 * radius {
            sum -= f64::from(value(i - 2 * radius - 1));
            count -= 1;
        }
        if i >= radius {
            put(i - radius, (sum / count as f64) as f32);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn box_means_count_what_is_inside() {
        let plane = Plane::new(5, 4, |x, y| (x * 10 + y) as f32);
        let mean = box_mean(&plane, 1);
        assert!((mean.get(0, 0) - 5.5).abs() < 1e-5);
        assert!((mean.get(2, 2) - 22.0).abs() < 1e-5);
        assert!((box_mean(&plane, 9).get(4, 3) - 21.5).abs() < 1e-5);
    }

    #[test]
    fn a_corner_is_better_than_an_edge_and_an_edge_than_nothing() {
        let plane = Plane::new(60, 60, |x, y| if x > 30 && y > 30 { 1.0 } else { 0.0 });
        let corners = corners(&plane);
        assert!(corners.get(31, 31) > corners.get(31, 50) && corners.get(31, 50) > 0.5);
        assert_eq!(corners.get(10, 10), 0.0);
    }
}
