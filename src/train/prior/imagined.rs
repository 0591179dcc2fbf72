//! Photos that nobody took: pieces of photos in another light, some of them two side by side. Edits
//! that are seen through a few photos alone fit these photos too well.

use super::scene::{Rgb, luminance};
use super::stack::{encoded, linear, mix};
use crate::photo::{Coding, Image};
use crate::random::Random;

/// How often a photo is made of two.
const OF_TWO: f64 = 0.25;
/// How often a piece is not much smaller than its photo; else its sides are half of them at least.
const WHOLE: f64 = 0.3;
/// How often haze lies over it.
const HAZY: f64 = 0.3;

struct Picture {
    width: usize,
    height: usize,
    pixels: Vec<Rgb>,
}

/// A photo made of `photos`, of which there is at least one.
pub(super) fn imagined(photos: &[Image], random: &mut Random) -> Image {
    let first = lit(piece(photos, random), random);
    let picture = if random.chance(OF_TWO) {
        let second = lit(piece(photos, random), random);
        beside(&first, &second, random.uniform(0.3, 1.0))
    } else {
        first
    };
    let code = |v: f32| (v.clamp(0.0, 1.0) * 65535.0).round() as u16;
    let pixels = picture.pixels.iter().map(|v| [code(v[0]), code(v[1]), code(v[2]), u16::MAX]);
    Image::sixteen(picture.width, picture.height, pixels.collect(), Coding::SIXTEEN)
}

/// A rectangle of one of the photos.
fn piece(photos: &[Image], random: &mut Random) -> Picture {
    let photo = &photos[random.below(photos.len())];
    let share = if random.chance(WHOLE) { 1.0 } else { random.uniform(0.5, 1.0) };
    let aspect = random.uniform(-0.2, 0.2).exp();
    let part = |side: usize, share: f64| ((side as f64 * share.min(1.0)) as usize).max(1);
    let (width, height) = (part(photo.width, share * aspect), part(photo.height, share / aspect));
    let left = random.below(photo.width - width + 1);
    let top = random.below(photo.height - height + 1);
    let pixel = |i: usize| photo.rgb((top + i / width) * photo.width + left + i % width);
    Picture { width, height, pixels: (0..width * height).map(pixel).collect() }
}

/// The picture as it might have been taken at another hour, by another camera.
fn lit(mut picture: Picture, random: &mut Random) -> Picture {
    let exposure = random.normal(0.0, 0.6).exp2();
    let gain = [0, 1, 2].map(|_| (exposure * random.normal(0.0, 0.18).exp2()) as f32);
    let gamma = random.normal(0.0, 0.2).exp() as f32;
    let contrast = random.normal(0.0, 0.2).exp() as f32;
    let saturation = random.normal(0.0, 0.3).exp() as f32;
    let haze = if random.chance(HAZY) { random.normal(0.0, 0.08).abs() as f32 } else { 0.0 };
    let airlight = [0, 1, 2].map(|_| random.uniform(0.6, 1.0) as f32);
    let tone = |v: f32| {
        let v = v.clamp(0.0, 1.0).powf(gamma) - 0.5;
        // More of it bends, so that nothing clips; less of it is straight.
        let more = 4.0 * (contrast - 1.0).max(0.0) * v * (0.25 - v * v);
        0.5 + v * contrast.min(1.0) + more
    };
    for pixel in &mut picture.pixels {
        let v = [0, 1, 2].map(|c| tone(encoded(linear(pixel[c]) * gain[c])));
        let l = luminance(v);
        *pixel = mix(v.map(|v| l + saturation * (v - l)), airlight, haze);
    }
    picture
}

/// The left part of one picture beside the left part of another; `share` is how much of the first.
fn beside(first: &Picture, second: &Picture, share: f64) -> Picture {
    let part = |side: usize, share: f64| ((side as f64 * share.min(1.0)) as usize).max(1);
    let height = first.height.min(second.height);
    let (left, right) = (part(first.width, share), part(second.width, 1.3 - share));
    let rows = first.pixels.chunks_exact(first.width).zip(second.pixels.chunks_exact(second.width));
    let pixels =
        rows.take(height).flat_map(|(one, two)| [&one[..left], &two[..right]].concat()).collect();
    Picture { width: left + right, height, pixels }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two photos, one dark and one light, whose pixels tell where they were.
    fn photos() -> [Image; 2] {
        [20, 120].map(|level| {
            let pixel = |i: usize| [level + (i % 80) as u8, level + (i / 80) as u8, level, 255];
            Image::eight(80, 60, (0..80 * 60).map(pixel).collect())
        })
    }

    #[test]
    fn photos_that_nobody_took_differ_from_those_that_they_are_made_of() {
        let photos = photos();
        let make = |index: u64| imagined(&photos, &mut Random::stream(3, index));
        let all: Vec<Image> = (0..24).map(make).collect();
        let mean = |image: &Image| {
            let count = image.width * image.height;
            (0..count).map(|i| luminance(image.rgb(i))).sum::<f32>() / count as f32
        };
        for (index, image) in all.iter().enumerate() {
            assert_eq!(image, &make(index as u64), "the same from the same numbers");
            assert!(image.width.min(image.height) >= 20, "{} {}", image.width, image.height);
        }
        let means: Vec<f32> = all.iter().map(mean).collect();
        let [dark, light] = photos.each_ref().map(mean);
        let beyond = means.iter().filter(|mean| **mean < dark - 0.02 || **mean > light + 0.02);
        assert!(beyond.count() >= 3, "{means:?}");
    }

    #[test]
    fn two_pictures_lie_side_by_side() {
        let of = |width, height, v| Picture { width, height, pixels: vec![[v; 3]; width * height] };
        let both = beside(&of(10, 6, 0.25), &of(20, 4, 0.75), 0.5);
        assert_eq!((both.width, both.height), (21, 4));
        let row = [vec![[0.25; 3]; 5], vec![[0.75; 3]; 16]].concat();
        assert!(both.pixels.chunks_exact(21).all(|it| it == row));
    }
}
