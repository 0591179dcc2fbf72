//! The ten numbers that a base knows of the whole photo, from its sample.

use super::super::Planes;
use super::{Seen, clamped};
use crate::operator::STATISTICS;

/// Mean and standard deviation of luminance, its percentiles 1, 10, 50, 90 and 99, means of red,
/// green and blue; values clamped to 0..1.
pub fn statistics(sample: &Planes) -> [f64; STATISTICS] {
    of_seen(&Seen::new(sample))
}

pub(super) fn of_seen(seen: &Seen<'_>) -> [f64; STATISTICS] {
    let light = &seen.luminance;
    let mean = mean_of(light, |value| *value);
    let deviation = mean_of(light, |value| (value - mean).powi(2)).sqrt();
    let [r, g, b] =
        [0, 1, 2].map(|channel| mean_of(seen.sample.plane(channel), |value| clamped(*value)));
    let [p1, p10, p50, p90, p99] = percentiles(light, [1.0, 10.0, 50.0, 90.0, 99.0]);
    [mean, deviation, p1, p10, p50, p90, p99, r, g, b]
}

/// How bright the darkest channel is where it is brightest: its 99th percentile, at least 1e-3.
pub(super) fn veil(seen: &Seen<'_>) -> f64 {
    percentiles(&seen.darkest, [99.0])[0].max(1e-3)
}

fn mean_of<T>(values: &[T], value: impl Fn(&T) -> f64) -> f64 {
    /// Sums that are taken side by side: an addition need not wait for the one before.
    const SUMS: usize = 16;
    let mut sums = [0.0; SUMS];
    let (chunks, rest) = values.as_chunks::<SUMS>();
    for chunk in chunks {
        sums.iter_mut().zip(chunk).for_each(|(sum, it)| *sum += value(it));
    }
    sums.iter_mut().zip(rest).for_each(|(sum, it)| *sum += value(it));
    sums.iter().sum::<f64>() / values.len() as f64
}

/// Percentiles of values of 0..1, interpolated between the two values around each place, as NumPy does.
/// Only what lies near a place is sorted.
fn percentiles<const N: usize>(values: &[f64], percents: [f64; N]) -> [f64; N] {
    const BUCKETS: usize = 2048;
    let bucket = |value: f64| ((value * BUCKETS as f64) as usize).min(BUCKETS - 1);
    let mut counts = [0; BUCKETS];
    values.iter().for_each(|value| counts[bucket(*value)] += 1);
    let places = percents.map(|percent| percent / 100.0 * (values.len() - 1) as f64);
    // Where in order the values of the buckets lie that a place is in, and how many before them do not
    // have to be sorted.
    let (mut near, mut is_near) = (Vec::new(), [false; BUCKETS]);
    let (mut start, mut skipped) = (0, 0);
    for (count, is_near) in counts.into_iter().zip(&mut is_near) {
        let range = start..start + count;
        let mut ends = places.iter().flat_map(|place| [place.floor(), place.ceil()]);
        *is_near = ends.any(|end| range.contains(&(end as usize)));
        start += count;
        if *is_near {
            near.push((range, skipped));
        } else {
            skipped += count;
        }
    }
    let mut sorted: Vec<f64> =
        values.iter().copied().filter(|value| is_near[bucket(*value)]).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let at = |end: f64| {
        let end = end as usize;
        let of = near.iter().find(|(range, _)| range.contains(&end));
        of.map_or(0.0, |(_, skipped)| sorted[end - skipped])
    };
    places.map(|place| {
        let (low, high) = (at(place.floor()), at(place.ceil()));
        low + (place - place.floor()) * (high - low)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_interpolated() {
        let values = [0.2, 0.0, 1.0, 0.1];
        let [p50, p90, p100] = percentiles(&values, [50.0, 90.0, 100.0]);
        assert!((p50 - 0.15).abs() < 1e-12 && (p90 - 0.76).abs() < 1e-12, "{p50} {p90}");
        assert_eq!(p100, 1.0);
        assert_eq!(percentiles(&[0.25], [1.0, 50.0]), [0.25; 2]);
    }

    #[test]
    fn percentiles_are_those_of_all_values_in_order() {
        for levels in [1, 7, 256, 100_003] {
            let value = |i: usize| (i * 7919 % levels) as f64 / levels as f64;
            let values: Vec<f64> = (0..5000).map(value).collect();
            let mut sorted = values.clone();
            sorted.sort_unstable_by(f64::total_cmp);
            let percents = [0.0, 1.0, 10.0, 33.0, 99.0, 99.99, 100.0];
            for (percent, got) in percents.into_iter().zip(percentiles(&values, percents)) {
                let place = percent / 100.0 * 4999.0_f64;
                let [low, high] = [place.floor(), place.ceil()].map(|at| sorted[at as usize]);
                assert_eq!(got, low + (place - place.floor()) * (high - low), "{percent}");
            }
        }
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
