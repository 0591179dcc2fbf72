//! What a solved filter thinks of a photo, as small pictures: what it looks at, and what it makes of it.

use super::balanced::Balanced;
use super::pixels::sample_of_stages;
use super::{Solver, Source};
use crate::edit::Edit;
use crate::kernel::render::Stage;
use crate::kernel::sample::Sites;
use crate::kernel::{Planes, base};
use crate::operator::{GuidedLayer, OperatorError, Settings};

/// One of the pictures.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    /// What it shows.
    pub of: Inside,
    /// Width and height.
    pub size: [usize; 2],
    /// Opaque pixels, row by row. Where a sheet is no picture, middle grey is what changes nothing.
    pub pixels: Vec<[u8; 4]>,
}

/// What is inside a filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inside {
    /// Il, the copy of the photo that the network looks at.
    Analysis,
    /// Ol, what the network makes of it.
    Answer,
    /// What the network of `dgf-x` adds to the guide.
    Added,
    /// G at Il's size: F of it, or what a base makes of it.
    Guide,
    /// A: bright where contrast is raised, dark where it is lowered.
    Contrast,
    /// b: bright where light is added, dark where it is taken.
    Light,
    /// A base's local mean of luminance.
    Near,
    /// The same of a wide neighbourhood.
    Wide,
    /// How much haze a base sees.
    Veil,
    /// What a base does to the means of neighbourhoods.
    Change,
}

/// Channels of the base's local values: luminance over 3 and 10 cells, the veil.
const LOCALS: [(Inside, usize); 3] = [(Inside::Near, 1), (Inside::Wide, 2), (Inside::Veil, 7)];

impl Solver {
    /// What is inside the filter at a place of an edit; nothing where there is none.
    ///
    /// # Errors
    /// A sentence for a tuning that a filter does not have.
    pub fn xray(
        &mut self,
        source: &Source,
        edit: &Edit,
        place: usize,
    ) -> Result<Vec<Sheet>, OperatorError> {
        let Some(layer) = edit.layers.get(place) else { return Ok(Vec::new()) };
        let edit = Edit { layers: edit.layers[..=place].to_vec() };
        let stages = self.solve(source, &edit)?;
        let before = &stages[..place];
        let Some(kept) = self.last() else { return Ok(Vec::new()) };
        let settings = layer.operator.settings(&layer.tuning)?;
        let mut sheets = Vec::new();
        if let Some(low) = &kept.low {
            let il = sample_of_stages(source, before, &sites(source, &settings));
            sheets.push(Sheet::new(Inside::Analysis, &il, |value| value));
            if layer.operator.guide.is_some() || layer.operator.base.is_some() {
                sheets.push(Sheet::new(Inside::Guide, &low.gl, |value| value));
            }
            sheets.push(match layer.operator.layer {
                GuidedLayer::Residual { .. } => Sheet::new(Inside::Added, &low.ol, signed),
                _ => Sheet::new(Inside::Answer, &low.ol, |value| value),
            });
        }
        if let Some((_, grids)) = &kept.solved {
            sheets.push(Sheet::new(Inside::Contrast, &diagonal(&grids.a), factor));
            sheets.push(Sheet::new(Inside::Light, &grids.b, |value| 0.5 + value));
        }
        if let Some(base) = &layer.operator.base {
            let (width, height) = (source.image().width, source.image().height);
            let sample = sample_of_stages(source, before, &base::sites(width, height));
            if base.local {
                let locals = base::locals(&sample, settings.scale);
                for (of, channel) in LOCALS {
                    let scale = if of == Inside::Veil { 1.2 } else { 1.0 };
                    let data = locals.plane(channel).repeat(3);
                    let grey = Planes { channels: 3, data, ..locals };
                    sheets.push(Sheet::new(of, &grey, |value| value / scale));
                }
            }
            let alone = Stage {
                base: kept.base.clone(),
                guide: None,
                grids: None,
                own: 0.0,
                clamp: false,
                strength: 1.0,
                mask: None,
            };
            let operator = &layer.operator;
            let change = Balanced::change_of(source, before, &alone, operator, settings, None);
            sheets.push(Sheet::new(Inside::Change, &change, signed));
        }
        Ok(sheets)
    }
}

fn sites(source: &Source, settings: &Settings) -> Sites {
    Sites::new(source.image().width, source.image().height, settings.short_side)
}

/// Middle grey is nothing added, the ends are a quarter.
fn signed(value: f32) -> f32 {
    0.5 + 2.0 * value
}

/// Middle grey is a factor of 1, the ends are 4 and a quarter.
fn factor(value: f32) -> f32 {
    0.5 + 0.25 * value.max(1e-6).log2()
}

/// What A multiplies each channel with by itself.
fn diagonal(a: &Planes) -> Planes {
    if a.channels == 3 {
        return a.clone();
    }
    let data = [0, 4, 8].map(|channel| a.plane(channel)).concat();
    Planes { channels: 3, data, ..*a }
}

impl Sheet {
    fn new(of: Inside, planes: &Planes, shown: impl Fn(f32) -> f32) -> Self {
        let code = |value: f32| (shown(value) * 255.0).round().clamp(0.0, 255.0) as u8;
        let pixel = |at: usize| {
            let [r, g, b] = [0, 1, 2].map(|channel| code(planes.plane(channel)[at]));
            [r, g, b, 255]
        };
        let size = [planes.width, planes.height];
        Self { of, size, pixels: (0..planes.area()).map(pixel).collect() }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::edit::Layer;
    use crate::operator::{Layer as NetworkLayer, Operator, Variant};
    use crate::photo::{Image, Photo};

    fn xray(variant: Variant) -> Vec<Sheet> {
        xray_of(Operator::untrained(variant, 5))
    }

    fn xray_of(operator: Operator) -> Vec<Sheet> {
        let pixels = (0..120 * 90).map(|i| [(i % 120) as u8 * 2, (i / 120) as u8, 99, 255]);
        let photo = Photo::from_image(Image::eight(120, 90, pixels.collect()));
        let source = Source::new(Arc::new(photo));
        let layer = Layer::new(Arc::new(operator));
        let edit = Edit { layers: vec![layer.clone(), layer] };
        let mut solver = Solver::default();
        assert!(solver.xray(&source, &edit, 2).unwrap().is_empty());
        solver.xray(&source, &edit, 1).unwrap()
    }

    #[test]
    fn every_variant_shows_what_it_has() {
        use Inside::{Added, Analysis, Answer, Change, Contrast, Guide, Light, Near, Veil, Wide};
        let inside = |variant| xray(variant).iter().map(|sheet| sheet.of).collect::<Vec<_>>();
        assert_eq!(inside(Variant::DgfB), [Analysis, Answer, Contrast, Light]);
        assert_eq!(inside(Variant::DgfC), [Analysis, Guide, Answer, Contrast, Light]);
        assert_eq!(inside(Variant::Base), [Near, Wide, Veil, Change]);
        let all = [Analysis, Guide, Added, Contrast, Light, Near, Wide, Veil, Change];
        assert_eq!(inside(Variant::DgfX), all);
        for sheet in xray(Variant::DgfX) {
            assert_eq!(sheet.pixels.len(), sheet.size[0] * sheet.size[1], "{:?}", sheet.of);
        }
    }

    #[test]
    fn what_changes_nothing_is_middle_grey() {
        let mut operator = Operator::untrained(Variant::DgfX, 5);
        operator.base.as_mut().unwrap().weights.fill(0.0);
        let last = operator.network.layers.pop();
        let Some(NetworkLayer::Conv(mut last)) = last else { panic!("it ends with a convolution") };
        last.weight.fill(0.0);
        last.bias.iter_mut().for_each(|bias| bias.fill(0.0));
        operator.network.layers.push(NetworkLayer::Conv(last));
        for sheet in xray_of(operator) {
            if matches!(sheet.of, Inside::Contrast | Inside::Added | Inside::Light | Inside::Change)
            {
                let grey = |pixel: &[u8; 4]| pixel[..3].iter().all(|code| code.abs_diff(128) < 2);
                assert!(sheet.pixels.iter().all(grey), "{:?}", sheet.of);
            }
        }
        assert!(factor(4.0) > 0.99 && factor(0.25) < 0.01 && factor(-3.0) < 0.0);
    }
}
