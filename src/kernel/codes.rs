//! Packed pixels to planes of values, and back.
//!
//! Rounding is to the nearest code; values beyond the codes' range take its end.

use std::mem::MaybeUninit;

use super::wide::{Wide, fma, wide};
use crate::photo::{Coding, Image, Pixels};

/// A pixel as one integer, which vectors take apart by shifts.
trait Packed: Copy {
    /// Bits of a code.
    const BITS: u32;

    /// The codes of red, green and blue.
    fn codes(self) -> [u32; 3];

    /// A pixel of these codes, with the alpha of `self`.
    fn with(self, codes: [u32; 3]) -> Self;
}

impl Packed for [u8; 4] {
    const BITS: u32 = 8;

    #[inline(always)]
    fn codes(self) -> [u32; 3] {
        let word = u32::from_le_bytes(self);
        [word & 0xff, word >> 8 & 0xff, word >> 16 & 0xff]
    }

    #[inline(always)]
    fn with(self, [r, g, b]: [u32; 3]) -> Self {
        (u32::from_le_bytes(self) & 0xff00_0000 | r | g << 8 | b << 16).to_le_bytes()
    }
}

impl Packed for [u16; 4] {
    const BITS: u32 = 16;

    #[inline(always)]
    fn codes(self) -> [u32; 3] {
        [self[0], self[1], self[2]].map(u32::from)
    }

    #[inline(always)]
    fn with(self, codes: [u32; 3]) -> Self {
        let [r, g, b] = codes.map(|code| code as u16);
        [r, g, b, self[3]]
    }
}

/// The sRGB-encoded values of the pixels from `start` on, as many as the planes are long.
///
/// # Panics
/// When the image ends before the planes do.
pub fn unpack(image: &Image, start: usize, planes: [&mut [f32]; 3]) {
    let coding = image.coding;
    let len = planes[0].len();
    match &image.pixels {
        Pixels::Eight(pixels) => {
            wide(Unpack { pixels: &pixels[start..start + len], coding, planes });
        }
        Pixels::Sixteen(pixels) => {
            wide(Unpack { pixels: &pixels[start..start + len], coding, planes });
        }
    }
}

/// Asks the memory for `len` pixels from `start` on, as far as the image has them, which are unpacked
/// soon. A processor foresees what is read from end to end; pieces of rows, which lie far apart, it does
/// not, and would wait for each.
pub fn ask_for(image: &Image, start: usize, len: usize) {
    match &image.pixels {
        Pixels::Eight(pixels) => fetch(pixels.get(start..start + len).unwrap_or_default()),
        Pixels::Sixteen(pixels) => fetch(pixels.get(start..start + len).unwrap_or_default()),
    }
}

fn fetch<T>(pixels: &[T]) {
    /// Bytes that come at once.
    const LINE: usize = 64;
    for line in pixels.chunks(LINE / size_of::<T>()) {
        let _line = line.as_ptr();
        #[cfg(target_arch = "x86_64")]
        // SAFETY: every processor of this kind has the instruction, and it changes no value.
        unsafe {
            use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
            _mm_prefetch::<_MM_HINT_T0>(_line.cast());
        }
        #[cfg(target_arch = "aarch64")]
        // SAFETY: as above.
        unsafe {
            std::arch::asm!("prfm pldl1keep, [{}]", in(reg) _line, options(nostack, readonly));
        }
    }
}

/// 8-bit codes of `planes`; alpha is that of `from`. All of `out` is written.
///
/// # Panics
/// When `planes` or `from` end before `out` does.
pub fn pack_eight(planes: [&[f32]; 3], from: &[[u8; 4]], out: &mut [MaybeUninit<[u8; 4]>]) {
    wide(Pack { planes, scale: 255.0, offset: 0.0, from, out });
}

/// 16-bit codes of `planes`; alpha is that of `from`. All of `out` is written.
///
/// # Panics
/// When `planes` or `from` end before `out` does.
pub fn pack_sixteen(
    planes: [&[f32]; 3],
    coding: Coding,
    from: &[[u16; 4]],
    out: &mut [MaybeUninit<[u16; 4]>],
) {
    let (scale, offset) = (1.0 / coding.scale, -coding.offset / coding.scale);
    wide(Pack { planes, scale, offset, from, out });
}

struct Unpack<'a, 'b, T> {
    pixels: &'a [T],
    coding: Coding,
    planes: [&'b mut [f32]; 3],
}

impl<T: Packed> Wide for Unpack<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let Coding { scale, offset } = self.coding;
        let [r, g, b] = self.planes;
        for (((pixel, r), g), b) in self.pixels.iter().zip(r).zip(g).zip(b) {
            // Through i32, for which there is an instruction everywhere.
            let value = |code: u32| fma::<FMA>(code as i32 as f32, scale, offset);
            let codes = pixel.codes();
            (*r, *g, *b) = (value(codes[0]), value(codes[1]), value(codes[2]));
        }
    }
}

struct Pack<'a, 'b, T> {
    planes: [&'a [f32]; 3],
    scale: f32,
    offset: f32,
    from: &'a [T],
    out: &'b mut [MaybeUninit<T>],
}

impl<T: Packed> Wide for Pack<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let len = self.out.len();
        let [r, g, b] = self.planes.map(|plane| &plane[..len]);
        let from = &self.from[..len];
        let max = ((1 << T::BITS) - 1) as f32;
        for ((((pixel, r), g), b), from) in self.out.iter_mut().zip(r).zip(g).zip(b).zip(from) {
            let code = |value: f32| {
                let code = fma::<FMA>(value, self.scale, self.offset + 0.5).max(0.0).min(max);
                // SAFETY: the line above leaves 0..=65535, and 0 of what is no number.
                unsafe { code.to_int_unchecked::<i32>() as u32 }
            };
            pixel.write(from.with([code(*r), code(*g), code(*b)]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::wide::tests::at_all_levels;

    fn written<T: Copy>(out: &[MaybeUninit<T>]) -> Vec<T> {
        // SAFETY: they began as values.
        out.iter().map(|pixel| unsafe { pixel.assume_init() }).collect()
    }

    #[test]
    fn every_code_survives() {
        let pixels: Vec<[u8; 4]> = (0..=255).map(|v| [v, 255 - v, v / 2, v]).collect();
        let image = Image::eight(256, 1, pixels.clone());
        for (level, out) in at_all_levels(|| {
            let mut planes = [const { [0.0; 256] }; 3];
            let [r, g, b] = &mut planes;
            unpack(&image, 0, [r, g, b]);
            let mut out = vec![MaybeUninit::new([0; 4]); 256];
            pack_eight([&planes[0], &planes[1], &planes[2]], &pixels, &mut out);
            written(&out)
        }) {
            assert_eq!(out, pixels, "{level:?}");
        }
    }

    #[test]
    fn every_deep_code_survives_any_coding() {
        for coding in [Coding::SIXTEEN, Coding { scale: 1.7 / 65535.0, offset: -0.4 }] {
            let pixels: Vec<[u16; 4]> = (0..=65535).map(|v| [v, 65535 - v, v, v]).collect();
            let image = Image::sixteen(65536, 1, pixels.clone(), coding);
            for (level, out) in at_all_levels(|| {
                let mut planes = [0, 1, 2].map(|_| vec![0.0; 65536]);
                let [r, g, b] = &mut planes;
                unpack(&image, 0, [r, g, b]);
                let mut out = vec![MaybeUninit::new([0; 4]); 65536];
                pack_sixteen([&planes[0], &planes[1], &planes[2]], coding, &pixels, &mut out);
                written(&out)
            }) {
                assert_eq!(out, pixels, "{level:?}");
            }
        }
    }

    #[test]
    fn values_out_of_range_take_its_end() {
        let values = [f32::NAN, -3.0, f32::NEG_INFINITY, 1.7, f32::INFINITY, 0.5];
        for (level, out) in at_all_levels(|| {
            let mut out = vec![MaybeUninit::new([0; 4]); 6];
            pack_eight([&values; 3], &[[0, 0, 0, 9]; 6], &mut out);
            written(&out)
        }) {
            let reds: Vec<u8> = out.iter().map(|pixel| pixel[0]).collect();
            assert_eq!(reds, [0, 0, 0, 255, 255, 128], "{level:?}");
            assert!(out.iter().all(|pixel| pixel[3] == 9));
        }
    }
}
