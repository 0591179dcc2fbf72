//! The ten numbers that a base knows of the whole photo, from its sample.

use super::super::Planes;
use super::{clamped, darkest, luminance};
use crate::operator::STATISTICS;

/// Mean and standard deviation of luminance, its percentiles 1, 10, 50, 90 and 99, means of red,
/// green and blue; values clamped to 0..1.
pub fn statistics(sample: &Planes) -> [f64; STATISTICS] {
    let rgb = clamped(sample);
    let mut light = luminance(&rgb);
    let mean = mean_of(&light);
    let squares: f64 = light.iter().map(|value| (value - mean).powi(2)).sum();
    let deviation = (squares / light.len() as f64).sqrt();
    light.sort_unstable_by(f64::total_cmp);
    let percentile = |percent| percentile_of_sorted(&light, percent);
    let [r, g, b] = rgb.each_ref().map(|plane| mean_of(plane));
    let [p1, p10, p50, p90, p99] = [1.0, 10.0, 50.0, 90.0, 99.0].map(percentile);
    [mean, deviation, p1, p10, p50, p90, p99, r, g, b]
}

/// How bright the darkest channel is where it is brightest: its 99th percentile, at least 1e-3.
pub(super) fn veil_of(rgb: &[Vec<f64>; 3]) -> f64 {
    let mut values = darkest(rgb);
    values.sort_unstable_by(f64::total_cmp);
    percentile_of_sorted(&values, 99.0).max(1e-3)
}

fn mean_of(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Interpolated between the two values around it, as NumPy does.
fn percentile_of_sorted(values: &[f64], percent: f64) -> f64 {
    let place = percent / 100.0 * (values.len() - 1) as f64;
    let (below, above) = (place.floor(), place.ceil());
    let [low, high] = [below, above].map(|at| values[at as usize]);
    low + (place - below) * (high - low)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_interpolated() {
        let values = [0.0, 1.0, 2.0, 10.0];
        assert_eq!(percentile_of_sorted(&values, 50.0), 1.5);
        assert_eq!(percentile_of_sorted(&values, 100.0), 10.0);
        assert!((percentile_of_sorted(&values, 90.0) - 7.6).abs() < 1e-12);
    }

    #[test]
    fn a_flat_photo_has_no_deviation_and_clipped_values_count_as_clipped() {
        let sample =
            Planes { channels: 3, height: 1, width: 2, data: vec![1.5, 1.5, 0.5, 0.5, -1.0, -1.0] };
        let got = statistics(&sample);
        let light = 0.2126 + 0.7152 * 0.5;
        assert!((got[0] - light).abs() < 1e-12 && got[1] < 1e-12);
        assert!((got[4] - light).abs() < 1e-12);
        assert_eq!(got[7..], [1.0, 0.5, 0.0]);
    }
}
