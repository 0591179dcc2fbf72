//! Adam, and the clipping of gradients, both as PyTorch's.

/// Adam (Kingma and Ba): `w −= rate · m̂ / (√v̂ + ε)`, without weight decay.
#[derive(Clone, Debug, PartialEq)]
pub struct Adam {
    /// Updates so far.
    pub steps: u64,
    /// The running means, a vector for each vector of weights.
    pub moments: Vec<Moments>,
}

/// Running means for a vector of weights.
#[derive(Clone, Debug, PartialEq)]
pub struct Moments {
    /// Of the gradient, β = 0.9.
    pub first: Vec<f32>,
    /// Of its square, β = 0.999.
    pub second: Vec<f32>,
}

const BETA_FIRST: f64 = 0.9;
const BETA_SECOND: f64 = 0.999;
const EPSILON: f32 = 1e-8;

impl Adam {
    /// Fresh, for vectors of these lengths.
    pub fn new(lengths: impl IntoIterator<Item = usize>) -> Self {
        let zeros = |len: usize| Moments { first: vec![0.0; len], second: vec![0.0; len] };
        Self { steps: 0, moments: lengths.into_iter().map(zeros).collect() }
    }

    /// One update of all weights.
    pub fn update(&mut self, weights: &mut [Vec<f32>], gradients: &[Vec<f32>], rate: f64) {
        self.steps += 1;
        let steps = self.steps as f64;
        let rate = (rate / (1.0 - BETA_FIRST.powf(steps))) as f32;
        let root = (1.0 - BETA_SECOND.powf(steps)).sqrt() as f32;
        let (keep, add) = (BETA_SECOND as f32, (1.0 - BETA_SECOND) as f32);
        let step = (1.0 - BETA_FIRST) as f32;
        for ((weights, gradients), moments) in
            weights.iter_mut().zip(gradients).zip(&mut self.moments)
        {
            let moments = moments.first.iter_mut().zip(&mut moments.second);
            for ((weight, gradient), (first, second)) in
                weights.iter_mut().zip(gradients).zip(moments)
            {
                *first += (gradient - *first) * step;
                *second = *second * keep + gradient * gradient * add;
                *weight -= rate * (*first / (second.sqrt() / root + EPSILON));
            }
        }
    }
}

/// Scales all gradients down together where their norm is above `norm_max`, as `clip_grad_norm_`.
/// Returns the norm before.
pub fn clip(gradients: &mut [Vec<f32>], norm_max: Option<f64>) -> f64 {
    let squares = gradients.iter().flatten().map(|g| f64::from(*g) * f64::from(*g));
    let norm = squares.sum::<f64>().sqrt();
    if let Some(norm_max) = norm_max {
        let factor = norm_max / (norm + 1e-6);
        if factor < 1.0 {
            gradients.iter_mut().flatten().for_each(|gradient| *gradient *= factor as f32);
        }
    }
    norm
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_step_is_the_rate_toward_the_gradients_sign() {
        let mut weights = vec![vec![1.0, 1.0, 1.0]];
        Adam::new([3]).update(&mut weights, &[vec![1e-3, -20.0, 0.0]], 0.1);
        for (got, want) in weights[0].iter().zip([0.9, 1.1, 1.0]) {
            assert!((got - want).abs() < 1e-5, "{got} {want}");
        }
    }

    #[test]
    fn only_long_gradients_are_clipped() {
        let mut gradients = vec![vec![3.0], vec![4.0]];
        assert!((clip(&mut gradients, Some(6.0)) - 5.0).abs() < 1e-12);
        assert_eq!(gradients, [[3.0], [4.0]]);
        clip(&mut gradients, Some(0.5));
        assert!((gradients[1][0] - 0.4).abs() < 1e-6);
    }
}
