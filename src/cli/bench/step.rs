//! One training step, on the processor: of the paper's variants over all pixels of a photo, of dgf-x
//! over 8192 sampled ones.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::clock::{Time, time};
use crate::kernel::Planes;
use crate::kernel::sample::{Sites, sample};
use crate::operator::{Operator, Variant};
use crate::photo::Image;
use crate::random::Random;
use crate::train::ops::samples::Samples;
use crate::train::{
    Budget, Lesson, Lessons, Recipe, ResidualLesson, ResidualNet, ResidualTrainer, Trainer,
};

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
    let lessons = One(Arc::new(Lesson::new(before, after).map_err(failed)?));
    let recipe = Recipe { budget: Budget::Epochs([u64::MAX, 0]), ..Recipe::paper(1) };
    let mut trainer = Trainer::on_cpu(&Operator::untrained(variant, 1), recipe).map_err(failed)?;
    time(repeat, || trainer.step(&lessons).map(drop).map_err(failed))
}

/// Sampled pixels of a step of dgf-x.
const SAMPLES: usize = 8192;

/// A network that learns for as long as it may, beside what is measured.
pub struct Learning {
    lesson: ResidualLesson,
}

impl Learning {
    /// A run of dgf-x.
    pub fn new() -> Self {
        Self { lesson: residual_lesson(&super::cases::picture(SIZE)) }
    }

    /// Takes steps until it is told to stop.
    pub fn learn_until(&self, stop: &AtomicBool) -> Result<(), String> {
        let mut trainer = ResidualTrainer::new(&ResidualNet::untrained(1), 1);
        while !stop.load(Ordering::Relaxed) {
            trainer.step(&self.lesson, 0.1).map_err(failed)?;
        }
        Ok(())
    }
}

/// The time of a step of dgf-x on `photo` and a darker copy of it, the photo itself its base.
pub fn residual_time(photo: &Image, repeat: usize) -> Result<Time, String> {
    let lesson = residual_lesson(photo);
    let mut trainer = ResidualTrainer::new(&ResidualNet::untrained(1), 1);
    time(repeat, || trainer.step(&lesson, 0.1).map(drop)).map_err(failed)
}

fn failed(error: impl std::fmt::Display) -> String {
    format!("A training step failed: {error}.")
}

fn residual_lesson(photo: &Image) -> ResidualLesson {
    let il = sample(photo, &Sites::new(photo.width, photo.height, 64));
    let mut random = Random::stream(1, 0);
    let mut samples = Samples { size: [photo.height, photo.width], ..Samples::default() };
    for _ in 0..SAMPLES {
        let (y, x) = (random.below(photo.height), random.below(photo.width));
        let rgb = photo.rgb(y * photo.width + x);
        samples.sites.push([y as u32, x as u32]);
        samples.guide.push(rgb);
        samples.after.push(rgb.map(|value| 0.8 * value));
    }
    ResidualLesson { gl: il.clone(), il, samples }
}
