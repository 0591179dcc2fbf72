//! What a base does to the mean of a neighbourhood, and a base in other shares of tone and detail
//! ([`super::super::balance`]): `O' = I + d·f + (t − d)·D`, all of which folds into its coefficients.

use super::super::Planes;
use super::super::balance::Balance;
use super::cells::{averaged, size};
use super::fold::Folded;

/// Standard deviation of the neighbourhood in cells: as wide as the box of three cells that is the
/// window of the paper's layers.
const NEIGHBOURHOOD: f64 = 0.8;

/// D in every cell: means of what the base adds to the photo's sample.
///
/// # Panics
/// When the two differ in size.
pub fn change(before: &Planes, after: &Planes) -> Planes {
    assert_eq!(before.data.len(), after.data.len(), "the sample before and after");
    let (height, width) = size(before.height, before.width);
    let mut means = Planes::zeros(before.channels, height, width);
    let area = means.area();
    for (channel, out) in means.data.chunks_exact_mut(area).enumerate() {
        let values = after.plane(channel).iter().zip(before.plane(channel));
        let off: Vec<f64> = values.map(|(o, i)| f64::from(*o) - f64::from(*i)).collect();
        let from = [before.height, before.width];
        let mean = averaged(&off, from, [height, width]).blurred(NEIGHBOURHOOD);
        out.iter_mut().zip(mean.data).for_each(|(out, mean)| *out = mean as f32);
    }
    means
}

impl Folded {
    /// The same with another tone and detail. A colour base has cells then, as D has.
    ///
    /// # Panics
    /// When `change` has other cells than a base with local values.
    #[must_use]
    pub fn balanced(&self, change: &Planes, balance: Balance) -> Self {
        let Balance { tone, detail } = balance;
        let scaled = |values: [f32; 3]| values.map(|value| detail * value);
        let (width, height) = (change.width, change.height);
        assert!(self.cells.len() == 1 || self.cells.len() == change.area(), "cells of D");
        let cell = |at: usize| {
            let mut terms = self.cells[at.min(self.cells.len() - 1)].map(scaled);
            for (channel, term) in terms[0].iter_mut().enumerate() {
                *term += (tone - detail) * change.plane(channel)[at];
            }
            terms
        };
        Self::new(
            self.cubic.map(scaled),
            self.bends.map(|bends| bends.map(scaled)),
            [width, height],
            (0..change.area()).map(cell).collect(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::super::fold;
    use super::*;
    use crate::operator::{Operator, Variant};

    #[test]
    fn what_is_the_same_everywhere_is_all_mean() {
        let before = Planes { data: vec![0.25; 3 * 20 * 30], ..Planes::zeros(3, 20, 30) };
        let after = Planes { data: vec![0.375; 3 * 20 * 30], ..before.clone() };
        let got = change(&before, &after);
        assert_eq!((got.height, got.width), (64, 96));
        assert!(got.data.iter().all(|mean| (mean - 0.125).abs() < 1e-6));
    }

    #[test]
    fn nothing_of_both_adds_nothing_and_a_colour_base_gets_cells() {
        let sample = Planes { data: vec![0.25; 3 * 20 * 30], ..Planes::zeros(3, 20, 30) };
        let mut base = Operator::untrained(Variant::Base, 4).base.unwrap();
        base.local = false;
        base.weights
            .truncate(3 * crate::operator::Base::features(base.statistics.axes.len(), false));
        let folded = fold(&base, &sample, 1.0);
        let d = Planes { data: vec![0.5; 3 * 64 * 96], ..Planes::zeros(3, 64, 96) };
        let nothing = folded.balanced(&d, Balance { tone: 0.0, detail: 0.0 });
        assert_eq!((nothing.width, nothing.height, nothing.cells.len()), (96, 64, 64 * 96));
        assert!(nothing.cells.iter().flatten().flatten().all(|term| *term == 0.0));
        assert!(nothing.cubic.iter().flatten().all(|term| *term == 0.0));
        let tone = folded.balanced(&d, Balance { tone: 1.0, detail: 0.0 });
        assert!(tone.cells.iter().all(|cell| cell[0] == [0.5; 3] && cell[1] == [0.0; 3]));
        let even = folded.balanced(&d, Balance::EVEN);
        assert!(even.cells.iter().all(|cell| *cell == folded.cells[0]));
    }
}
