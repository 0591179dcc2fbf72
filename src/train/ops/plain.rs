//! The guided layer's solve, plain (the paper's Algorithm 1), and its gradient, in f64.
//!
//! In every window of radius r, per channel: `A = cov(Gl, Ol) / (var(Gl) + ε)`,
//! `b = mean(Ol) − A·mean(Gl)`. With ε = 1e-8, f32 would give gradients that are noise
//! wherever the guide is flat.

use candle_core::{CpuStorage, CustomOp2, DType, Layout, Result, Shape, Tensor, WithDType as _};
use rayon::prelude::*;

use super::{Real, compose, copied, size_of_planes, values};
use crate::kernel::plain::box_mean;

/// A then b, `[6, height, width]`, from Gl and Ol, `[3, height, width]` each.
///
/// # Errors
/// When shapes or types do not fit.
pub fn solve(guide: &Tensor, target: &Tensor, radius: usize, epsilon: f64) -> Result<Tensor> {
    if !guide.device().is_cpu() {
        return compose::plain(guide, target, radius, epsilon);
    }
    let node = Node { radius, epsilon };
    guide.contiguous()?.apply_op2(&target.contiguous()?, node)
}

struct Node {
    radius: usize,
    epsilon: f64,
}

impl Node {
    fn forward<T: Real>(&self, x: &[T], y: &[T], size: [usize; 2]) -> Vec<T> {
        let area = size[0] * size[1];
        let planes = x.par_chunks_exact(area).zip(y.par_chunks_exact(area));
        let (a, b): (Vec<Vec<T>>, Vec<Vec<T>>) =
            planes.map(|(x, y)| self.channel(x, y, size).grids()).unzip();
        [a, b].concat().concat()
    }

    fn channel<T: Real>(&self, x: &[T], y: &[T], [height, width]: [usize; 2]) -> Channel {
        let x: Vec<f64> = x.iter().map(|x| x.wide()).collect();
        let y: Vec<f64> = y.iter().map(|y| y.wide()).collect();
        let mean = |values: &[f64]| box_mean(values, height, width, self.radius);
        let product =
            |x: &[f64], y: &[f64]| -> Vec<f64> { x.iter().zip(y).map(|(x, y)| x * y).collect() };
        let (mean_x, mean_y) = (mean(&x), mean(&y));
        let (mean_xy, mean_xx) = (mean(&product(&x, &y)), mean(&product(&x, &x)));
        let windows = mean_xy.iter().zip(&mean_xx).zip(mean_x.iter().zip(&mean_y));
        let (a, inverse) = windows
            .map(|((xy, xx), (x, y))| {
                let inverse = 1.0 / ((xx - x * x).max(0.0) + self.epsilon);
                ((xy - x * y) * inverse, inverse)
            })
            .unzip();
        Channel { x, y, mean_x, mean_y, a, inverse }
    }

    /// Gradients of a channel of Gl and of Ol from those of A and b.
    fn channel_gradients<T: Real>(
        &self,
        channel: &Channel,
        to_a: &[T],
        to_b: &[T],
        [height, width]: [usize; 2],
    ) -> (Vec<T>, Vec<T>) {
        let count = to_a.len();
        let mut to_means = [const { Vec::new() }; 4].map(|_: Vec<f64>| vec![0.0; count]);
        let [to_x, to_y, to_xy, to_xx] = &mut to_means;
        for i in 0..count {
            let (mean_x, mean_y, a) = (channel.mean_x[i], channel.mean_y[i], channel.a[i]);
            let (to_a, to_b) = (to_a[i].wide(), to_b[i].wide());
            let to_covariance = (to_a - to_b * mean_x) * channel.inverse[i];
            let to_variance = -to_covariance * a;
            to_xy[i] = to_covariance;
            to_xx[i] = to_variance;
            to_x[i] = -to_b * a - to_covariance * mean_y - 2.0 * to_variance * mean_x;
            to_y[i] = to_b - to_covariance * mean_x;
        }
        let [to_x, to_y, to_xy, to_xx] =
            to_means.map(|values| box_mean_adjoint(values, height, width, self.radius));
        let gradient = |i: usize| {
            let (x, y) = (channel.x[i], channel.y[i]);
            let to_guide = to_x[i] + to_xy[i] * y + 2.0 * to_xx[i] * x;
            (T::of(to_guide), T::of(to_y[i] + to_xy[i] * x))
        };
        (0..count).map(gradient).unzip()
    }

    fn backward<T: Real>(
        &self,
        guide: &Tensor,
        target: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let (channels, height, width) = target.dims3()?;
        let (size, area) = ([height, width], height * width);
        let (x, y, gradient) = (copied::<T>(guide)?, copied::<T>(target)?, copied::<T>(gradient)?);
        let (to_a, to_b) = gradient.split_at(channels * area);
        let gradients: (Vec<Vec<T>>, Vec<Vec<T>>) = (0..channels)
            .into_par_iter()
            .map(|i| {
                let plane = i * area..(i + 1) * area;
                let channel = self.channel(&x[plane.clone()], &y[plane.clone()], size);
                self.channel_gradients(&channel, &to_a[plane.clone()], &to_b[plane], size)
            })
            .unzip();
        let tensor = |planes: Vec<Vec<T>>| {
            Tensor::from_vec(planes.concat(), target.shape(), target.device())
        };
        Ok((Some(tensor(gradients.0)?), Some(tensor(gradients.1)?)))
    }
}

/// A channel's values and window statistics.
struct Channel {
    x: Vec<f64>,
    y: Vec<f64>,
    mean_x: Vec<f64>,
    mean_y: Vec<f64>,
    a: Vec<f64>,
    /// `1 / (var + ε)`.
    inverse: Vec<f64>,
}

impl Channel {
    fn grids<T: Real>(&self) -> (Vec<T>, Vec<T>) {
        let means = self.mean_x.iter().zip(&self.mean_y);
        let terms = self.a.iter().zip(means).map(|(a, (x, y))| T::of(y - a * x));
        (self.a.iter().map(|a| T::of(*a)).collect(), terms.collect())
    }
}

/// The adjoint of [`box_mean`]: every value is spread evenly over its window.
pub(super) fn box_mean_adjoint(
    mut values: Vec<f64>,
    height: usize,
    width: usize,
    radius: usize,
) -> Vec<f64> {
    // mean = sum / count, and the sum is its own adjoint: adjoint = count · mean of (value / count).
    let span =
        |at: usize, len: usize| ((at + radius + 1).min(len) - at.saturating_sub(radius)) as f64;
    let across: Vec<f64> = (0..width).map(|x| span(x, width)).collect();
    for (y, row) in values.chunks_exact_mut(width).enumerate() {
        let down = span(y, height);
        for (value, across) in row.iter_mut().zip(&across) {
            *value /= down * across;
        }
    }
    let mut sums = box_mean(&values, height, width, radius);
    for (y, row) in sums.chunks_exact_mut(width).enumerate() {
        let down = span(y, height);
        for (value, across) in row.iter_mut().zip(&across) {
            *value *= down * across;
        }
    }
    sums
}

impl CustomOp2 for Node {
    fn name(&self) -> &'static str {
        "plain guided layer"
    }

    fn cpu_fwd(
        &self,
        guide: &CpuStorage,
        guide_layout: &Layout,
        target: &CpuStorage,
        target_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let size = size_of_planes(guide_layout, 3)?;
        if guide_layout.dims() != target_layout.dims() {
            candle_core::bail!("Gl and Ol differ in size");
        }
        let storage = match guide {
            CpuStorage::F64(_) => f64::to_cpu_storage_owned(self.forward::<f64>(
                values(guide, guide_layout)?,
                values(target, target_layout)?,
                size,
            )),
            _ => f32::to_cpu_storage_owned(self.forward::<f32>(
                values(guide, guide_layout)?,
                values(target, target_layout)?,
                size,
            )),
        };
        Ok((storage, (6, size[0], size[1]).into()))
    }

    fn bwd(
        &self,
        guide: &Tensor,
        target: &Tensor,
        _grids: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        match guide.dtype() {
            DType::F64 => self.backward::<f64>(guide, target, gradient),
            _ => self.backward::<f32>(guide, target, gradient),
        }
    }
}
