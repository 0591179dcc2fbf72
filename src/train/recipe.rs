//! How a filter is trained: the paper's numbers, and how they scale to the user's time.

use std::ops::RangeInclusive;

/// What a training run is to do.
#[derive(Clone, Debug, PartialEq)]
pub struct Recipe {
    /// Orders and sizes follow from it.
    pub seed: u64,
    /// How long to train.
    pub budget: Budget,
    /// Adam's rate.
    pub rate: f64,
    /// Longest norm of the gradient.
    pub norm_max: Option<f64>,
    /// Short side of the photos of the first stage, in pixels.
    pub first_side: usize,
    /// Short sides of the second, drawn anew at every step.
    pub second_sides: RangeInclusive<usize>,
    /// Pixels of a photo that a step looks at, drawn anew; None is all of them.
    pub sites: Option<usize>,
}

/// How long a run lasts. The first stage has five sixths of it, as in the paper (150 of 180 epochs).
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Budget {
    /// That many epochs in each stage.
    Epochs([u64; 2]),
    /// That many steps in all.
    Steps(u64),
    /// That many seconds of steps in all. Where a stage ends then depends on the machine.
    Seconds(f64),
}

/// A stage of training.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// At one size.
    First,
    /// At random sizes.
    Second,
}

impl Recipe {
    /// The paper's (section V-A): Adam 1e-4, 150 epochs at 512 pixels and 30 at random sizes,
    /// batch 1; the authors' code clips gradients at 0.01 (network trained alone: not).
    pub fn paper(seed: u64) -> Self {
        Self {
            seed,
            budget: Budget::Epochs([150, 30]),
            rate: 1e-4,
            norm_max: Some(0.01),
            first_side: 512,
            second_sides: 512..=1672,
            sites: None,
        }
    }
}

impl Budget {
    /// The stage after `steps` steps, which took `seconds`, with `pairs` pairs; None when all is
    /// done.
    pub fn stage(self, steps: u64, seconds: f64, pairs: usize) -> Option<Stage> {
        let (done, first, all) = match self {
            Self::Epochs([first, second]) => {
                let pairs = pairs as f64;
                (steps as f64, first as f64 * pairs, (first as f64 + second as f64) * pairs)
            }
            Self::Steps(all) => (steps as f64, (5 * all).div_ceil(6) as f64, all as f64),
            Self::Seconds(all) => (seconds, all * 5.0 / 6.0, all),
        };
        if done >= all {
            None
        } else if done < first {
            Some(Stage::First)
        } else {
            Some(Stage::Second)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_stage_has_five_sixths() {
        let stages = |budget: Budget| {
            let count = |stage| {
                (0..2000).filter(|step| budget.stage(*step, *step as f64, 4) == Some(stage)).count()
            };
            [count(Stage::First), count(Stage::Second)]
        };
        assert_eq!(stages(Budget::Epochs([150, 30])), [600, 120]);
        assert_eq!(stages(Budget::Steps(60)), [50, 10]);
        assert_eq!(stages(Budget::Steps(1)), [1, 0]);
        assert_eq!(stages(Budget::Seconds(600.0)), [500, 100]);
    }
}
