//! A pointwise map of the means over the whole of Il, added to every pixel, so that a network of
//! finite reach knows the whole photo. It runs on the CPU alone: filters that have it are solved
//! there, and rendered anywhere.
//!
//! `y[o](p) = x[o](p) + bias[o] + Σ_i weight[o][i]·mean(x[i])`

use super::Planes;
use super::norm::mean_and_variance;

/// Adds the map to `planes`; `weight` is `[channels][channels]`, `bias` `[channels]`.
///
/// # Panics
/// When the weights are not as many.
pub fn add(planes: &mut Planes, weight: &[f32], bias: &[f32]) {
    let (channels, area) = (planes.channels, planes.area());
    assert_eq!((weight.len(), bias.len()), (channels * channels, channels), "weights of a mean");
    let means: Vec<f64> =
        (0..channels).map(|channel| mean_and_variance(planes.plane(channel)).0).collect();
    let rows = weight.chunks_exact(channels).zip(bias);
    for (plane, (row, bias)) in planes.data.chunks_exact_mut(area).zip(rows) {
        let sum: f64 = row.iter().zip(&means).map(|(w, mean)| f64::from(*w) * mean).sum();
        let shift = (f64::from(*bias) + sum) as f32;
        plane.iter_mut().for_each(|value| *value += shift);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pixel_is_shifted_by_what_the_means_come_to() {
        let mut planes =
            Planes { channels: 2, height: 1, width: 2, data: vec![1.0, 3.0, -1.0, 5.0] };
        add(&mut planes, &[1.0, 0.5, 0.0, -2.0], &[0.25, 1.0]);
        assert_eq!(planes.data, [4.25, 6.25, -4.0, 2.0]);
    }
}
