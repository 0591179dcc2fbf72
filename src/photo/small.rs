//! Small pictures that other files carry: JPEG in memory, without metadata.

use std::path::Path;

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use super::Image;
use super::decode_jpeg;

/// Quality: what is lost is 40 dB below the picture.
const QUALITY: u8 = 95;

/// Most pixels a side that are read.
pub const SMALL_SIDE_MAX: usize = 1024;

impl Image {
    /// The picture reduced to `side` pixels on its long side by means over what each covers, 8 bits a
    /// channel; smaller ones keep their size.
    #[must_use]
    pub fn reduced(&self, side: usize) -> Self {
        let scale = (side as f64 / self.width.max(self.height) as f64).min(1.0);
        let sides = [self.width, self.height];
        let [width, height] = sides.map(|it| ((it as f64 * scale).round() as usize).max(1));
        let span = |at: usize, of: usize, len: usize| at * len / of..(at + 1) * len / of;
        let mut pixels = Vec::with_capacity(width * height);
        for y in 0..height {
            for x in 0..width {
                let (rows, columns) = (span(y, height, self.height), span(x, width, self.width));
                let count = (rows.len() * columns.len()) as f64;
                let mut sum = [0.0; 3];
                for index in rows.flat_map(|row| columns.clone().map(move |x| (row, x))) {
                    let rgb = self.rgb(index.0 * self.width + index.1);
                    sum.iter_mut().zip(rgb).for_each(|(sum, value)| *sum += f64::from(value));
                }
                let [r, g, b] =
                    sum.map(|sum| (sum / count * 255.0).round().clamp(0.0, 255.0) as u8);
                pixels.push([r, g, b, 255]);
            }
        }
        Self::eight(width, height, pixels)
    }

    /// The picture as a JPEG, 8 bits a channel; empty for one that no JPEG can hold.
    pub fn to_jpeg(&self) -> Vec<u8> {
        let area = self.width * self.height;
        let code = |value: f32| (value * 255.0).round().clamp(0.0, 255.0) as u8;
        let rgb: Vec<u8> = (0..area).flat_map(|index| self.rgb(index).map(code)).collect();
        let mut bytes = Vec::new();
        let mut encoder = Encoder::new(&mut bytes, QUALITY);
        encoder.set_sampling_factor(SamplingFactor::F_1_1);
        let sides = (u16::try_from(self.width), u16::try_from(self.height));
        if let (Ok(width), Ok(height)) = sides
            && encoder.encode(&rgb, width, height, ColorType::Rgb).is_err()
        {
            return Vec::new();
        }
        bytes
    }

    /// A picture that [`Image::to_jpeg`] wrote, or somebody who pretends so.
    ///
    /// # Errors
    /// What is wrong with it, the end of a sentence.
    pub fn from_jpeg(bytes: &[u8]) -> Result<Self, String> {
        let [width, height] = decode_jpeg::size(bytes).ok_or("it is no JPEG")?;
        if width.max(height) > SMALL_SIDE_MAX {
            return Err(format!("it has {width} × {height} pixels"));
        }
        let decoded = decode_jpeg::decode_whole(Path::new("small.jpg"), bytes)
            .map_err(|error| error.to_string())?;
        match (decoded.raster, decoded.notices.first()) {
            (_, Some(notice)) => Err(notice.clone()),
            (super::decoded::Raster::Eight(pixels), None) => Ok(Self::eight(width, height, pixels)),
            (_, None) => Err("it has no 8 bits".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ramp(width: usize, height: usize) -> Image {
        let pixel = |i: usize| [(i % width) as u8, (i / width) as u8 * 2, 90, 255];
        Image::eight(width, height, (0..width * height).map(pixel).collect())
    }

    #[test]
    fn reducing_takes_means_and_never_enlarges() {
        let small = ramp(200, 100).reduced(50);
        assert_eq!((small.width, small.height), (50, 25));
        // Columns 0 to 3, rows 0 to 3 in steps of two.
        assert_eq!(small.rgb(0).map(|value| (value * 255.0).round()), [2.0, 3.0, 90.0]);
        assert_eq!(ramp(30, 20).reduced(50), ramp(30, 20));
        let line = ramp(200, 1).reduced(20);
        assert_eq!((line.width, line.height), (20, 1));
    }

    #[test]
    fn what_is_written_is_read_again_nearly() {
        let image = ramp(120, 80);
        let bytes = image.to_jpeg();
        let again = Image::from_jpeg(&bytes).unwrap();
        assert_eq!((again.width, again.height), (120, 80));
        for index in 0..120 * 80 {
            for (a, b) in image.rgb(index).into_iter().zip(again.rgb(index)) {
                assert!((a - b).abs() < 4.0 / 255.0);
            }
        }
        assert_eq!(image.to_jpeg(), bytes);
    }

    #[test]
    fn what_is_no_small_picture_is_refused() {
        assert!(Image::from_jpeg(b"no").is_err());
        let large = Image::eight(1100, 1, vec![[0; 4]; 1100]).to_jpeg();
        assert!(Image::from_jpeg(&large).unwrap_err().contains("1100"));
        let mut short = ramp(120, 80).to_jpeg();
        short.truncate(short.len() / 2);
        assert!(Image::from_jpeg(&short).is_err());
    }
}
