//! What a synthetic edit works on: pixels, each with the smoothed colours that local operations
//! read. An operation changes both alike, so that a local operation after a pointwise one finds
//! about the means that it would have found in the picture so far.

use super::scene::{Rgb, Scene, luminance};

/// Pixels with their smoothed colours, in the middle of an edit.
pub(super) struct Stack<'a> {
    /// The photo.
    pub scene: &'a Scene,
    /// Which smoothings stand behind each pixel.
    slots: &'a [usize],
    colours: Vec<Rgb>,
}

impl<'a> Stack<'a> {
    /// The photo's own pixels with the smoothings `slots`.
    pub fn new(scene: &'a Scene, slots: &'a [usize]) -> Self {
        let mut colours = Vec::with_capacity(scene.pixels.len() * (1 + slots.len()));
        for (index, pixel) in scene.pixels.iter().enumerate() {
            colours.push(*pixel);
            colours.extend(slots.iter().map(|slot| scene.smooth[*slot][index]));
        }
        Self { scene, slots, colours }
    }

    /// Changes every colour by itself.
    pub fn pointwise(&mut self, change: impl Fn(Rgb) -> Rgb) {
        for colour in &mut self.colours {
            *colour = change(*colour);
        }
    }

    /// Changes every colour, knowing the smoothed one around it; `index` counts pixels.
    pub fn local(&mut self, smoothing: usize, change: impl Fn(usize, Rgb, Rgb) -> Rgb) {
        let slot = self.slot(smoothing);
        for (index, colours) in self.colours.chunks_exact_mut(1 + self.slots.len()).enumerate() {
            let smooth = colours[slot];
            for colour in colours {
                *colour = change(index, *colour, smooth);
            }
        }
    }

    /// Changes every colour, knowing which pixel it belongs to.
    pub fn indexed(&mut self, change: impl Fn(usize, Rgb) -> Rgb) {
        for (index, colours) in self.colours.chunks_exact_mut(1 + self.slots.len()).enumerate() {
            for colour in colours {
                *colour = change(index, *colour);
            }
        }
    }

    /// The smoothed colours around the pixels.
    pub fn smoothed(&self, smoothing: usize) -> impl Iterator<Item = Rgb> + '_ {
        let slot = self.slot(smoothing);
        self.colours.iter().skip(slot).step_by(1 + self.slots.len()).copied()
    }

    /// The pixels, without what stands behind them.
    pub fn pixels(&self) -> impl Iterator<Item = Rgb> + '_ {
        self.colours.iter().step_by(1 + self.slots.len()).copied()
    }

    fn slot(&self, smoothing: usize) -> usize {
        1 + self.slots.iter().position(|slot| *slot == smoothing).unwrap_or(0)
    }
}

/// A step of an edit.
pub(super) struct Operation {
    /// The smoothings that it reads.
    pub reads: Vec<usize>,
    /// What it does.
    pub act: Box<dyn Fn(&mut Stack<'_>) + Send + Sync>,
}

impl Operation {
    /// A step that changes every colour by itself, the same in every photo.
    pub fn pointwise(change: impl Fn(Rgb) -> Rgb + Send + Sync + 'static) -> Self {
        Self { reads: Vec::new(), act: Box::new(move |stack| stack.pointwise(&change)) }
    }

    /// A step that follows from what is measured of the photo.
    pub fn adaptive<F: Fn(Rgb) -> Rgb>(
        measure: impl Fn(&Scene) -> F + Send + Sync + 'static,
    ) -> Self {
        let act = move |stack: &mut Stack<'_>| {
            let change = measure(stack.scene);
            stack.pointwise(change);
        };
        Self { reads: Vec::new(), act: Box::new(act) }
    }

    /// A step that reads the smoothed colour around each pixel.
    pub fn local(
        smoothing: usize,
        change: impl Fn(&Scene, Rgb, Rgb) -> Rgb + Send + Sync + 'static,
    ) -> Self {
        let act = move |stack: &mut Stack<'_>| {
            let scene = stack.scene;
            stack.local(smoothing, |_, colour, smooth| change(scene, colour, smooth));
        };
        Self { reads: vec![smoothing], act: Box::new(act) }
    }
}

/// `f` of every channel.
pub(super) fn map(colour: Rgb, f: impl Fn(f32) -> f32) -> Rgb {
    colour.map(f)
}

/// `from + share·(to − from)`.
pub(super) fn mix(from: Rgb, to: Rgb, share: f32) -> Rgb {
    [0, 1, 2].map(|c| from[c] + share * (to[c] - from[c]))
}

/// How a change of the luminance reaches the channels.
#[derive(Clone, Copy)]
pub(super) enum Carry {
    /// The same is added to all.
    Difference,
    /// All are multiplied alike.
    Ratio,
}

/// A colour with another luminance.
pub(super) fn with_luminance(colour: Rgb, to: f32, carry: Carry) -> Rgb {
    let from = luminance(colour);
    match carry {
        Carry::Difference => colour.map(|v| v + (to - from)),
        Carry::Ratio => {
            let ratio = ((to + 0.01) / (from + 0.01)).clamp(0.0, 6.0);
            colour.map(|v| v * ratio)
        }
    }
}

/// sRGB-encoded to linear light.
pub(super) fn linear(v: f32) -> f32 {
    if v <= 0.040_45 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
}

/// Linear light to sRGB-encoded.
pub(super) fn encoded(v: f32) -> f32 {
    if v <= 0.003_130_8 { v * 12.92 } else { 1.055 * v.powf(1.0 / 2.4) - 0.055 }
}
