//! One training step of a variant, on the processor: gradients of all pixels, clip, Adam.

use std::sync::Arc;

use super::clock::{Time, time};
use crate::kernel::Planes;
use crate::operator::{Operator, Variant};
use crate::photo::Image;
use crate::train::{Budget, Lesson, Lessons, Recipe, Trainer};

/// Size of the photo: with an analysis size of 64, Il has 64x96 pixels.
pub const SIZE: [usize; 2] = [512, 768];

struct One(Arc<Lesson>);

impl Lessons for One {
    fn len(&self) -> usize {
        1
    }

    fn lesson(&self, _index: usize, _short_side: usize) -> Result<Arc<Lesson>, String> {
        Ok(Arc::clone(&self.0))
    }
}

/// The time of a step on `photo` and a darker copy of it.
pub fn step_time(variant: Variant, photo: &Image, repeat: usize) -> Result<Time, String> {
    let mut before = Planes::zeros(3, photo.height, photo.width);
    let area = before.area();
    for at in 0..area {
        for (channel, value) in photo.rgb(at).into_iter().enumerate() {
            before.data[channel * area + at] = value;
        }
    }
    let mut after = before.clone();
    after.data.iter_mut().for_each(|value| *value *= 0.8);
    let failed = |error: &dyn std::fmt::Display| format!("A training step failed: {error}.");
    let lessons = One(Arc::new(Lesson::new(before, after).map_err(|error| failed(&error))?));
    let recipe = Recipe { budget: Budget::Epochs([u64::MAX, 0]), ..Recipe::paper(1) };
    let mut trainer = Trainer::on_cpu(&Operator::untrained(variant, 1), recipe)
        .map_err(|error| failed(&error))?;
    time(repeat, || trainer.step(&lessons).map(drop).map_err(|error| failed(&error)))
}
