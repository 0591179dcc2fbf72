//! The difference view: how far two pictures are apart, pixel by pixel, |a − b| · amplification.

use super::combined::Recipe;

/// The first parameter is the amplification.
pub const DIFFERENCE: Recipe =
    Recipe { name: "difference", in_memory: differences, shader: include_str!("difference.wgsl") };

/// As opaque as the more opaque of the two.
fn differences([a, b]: [&[[u8; 4]]; 2], _: usize, [amplification, ..]: [f32; 4]) -> Vec<[u8; 4]> {
    let amplification = amplification as u8;
    let pixel = |(a, b): (&[u8; 4], &[u8; 4])| {
        let alpha = a[3].max(b[3]);
        let apart = |at: usize| a[at].abs_diff(b[at]).saturating_mul(amplification).min(alpha);
        [apart(0), apart(1), apart(2), alpha]
    };
    a.iter().zip(b).map(pixel).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_amplified_and_end_at_white() {
        let (a, b) = ([[10, 200, 30, 255]], [[12, 100, 30, 255]]);
        let of = |a, b, by| differences([a, b], 1, [by, 0.0, 0.0, 0.0]);
        assert_eq!(of(&a, &b, 1.0), [[2, 100, 0, 255]]);
        assert_eq!(of(&a, &b, 4.0), [[8, 255, 0, 255]]);
        assert_eq!(of(&b, &a, 4.0), of(&a, &b, 4.0));
        // Beside the photo nothing is drawn.
        assert_eq!(of(&[[0; 4]], &[[0; 4]], 16.0), [[0; 4]]);
    }
}
