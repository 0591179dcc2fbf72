//! Window statistics of the convolutional guided layer (section III-C), and their gradient, in f64.
//!
//! Means are a learnt 3x3 depthwise kernel with dilation r, zero padded, divided by the same kernel
//! run over ones: `mean(x) = (k∗x)/N`, `N = k∗1`. The gradient of k goes through N too.

use std::ops::Range;

use rayon::prelude::*;

use super::Real;

/// Means under kernels whose taps are `dilation` cells apart.
#[derive(Clone, Copy, Debug)]
pub(super) struct Windows {
    pub dilation: usize,
}

/// Gradients of Gl, of Ol, and of the kernels.
pub(super) struct Gradients<T> {
    pub guide: Vec<T>,
    pub target: Vec<T>,
    pub mean: Vec<T>,
}

/// x, y, x·y and x² of a channel, their means, and 1/N.
struct Channel {
    fields: [Vec<f64>; 4],
    means: [Vec<f64>; 4],
    inverse: Vec<f64>,
}

impl Windows {
    /// Calls `visit` with each tap's index and, row by row, the cells that see it and what they see.
    fn taps(&self, [height, width]: [usize; 2], mut visit: impl FnMut(usize, Range<usize>, usize)) {
        // Cells `from` on whose tap, `shift` away, is inside.
        let inside = |tap: usize, len: usize| {
            let reach = self.dilation.min(len);
            match tap {
                0 => (reach..len, 0),
                1 => (0..len, 0),
                _ => (0..len - reach, reach),
            }
        };
        for tap in 0..9 {
            let (rows, row_shift) = inside(tap / 3, height);
            let (columns, column_shift) = inside(tap % 3, width);
            if columns.is_empty() {
                continue;
            }
            for row in rows {
                // The first two kinds of taps look back, the last ahead.
                let seen = if tap / 3 == 0 { row - self.dilation } else { row + row_shift };
                let column = if tap % 3 == 0 { 0 } else { columns.start + column_shift };
                let cells = row * width + columns.start..row * width + columns.end;
                visit(tap, cells, seen * width + column);
            }
        }
    }

    /// The sum of each cell's taps.
    fn correlate(&self, values: &[f64], kernel: &[f64], size: [usize; 2]) -> Vec<f64> {
        let mut sums = vec![0.0; values.len()];
        self.taps(size, |tap, cells, seen| {
            let from = &values[seen..][..cells.len()];
            let weight = kernel[tap];
            sums[cells].iter_mut().zip(from).for_each(|(sum, value)| *sum += weight * value);
        });
        sums
    }

    /// The adjoint: each cell's value is given to what its taps see.
    fn spread(&self, values: &[f64], kernel: &[f64], size: [usize; 2]) -> Vec<f64> {
        let mut sums = vec![0.0; values.len()];
        self.taps(size, |tap, cells, seen| {
            let to = &mut sums[seen..][..cells.len()];
            let weight = kernel[tap];
            to.iter_mut().zip(&values[cells]).for_each(|(sum, value)| *sum += weight * value);
        });
        sums
    }

    fn channel<T: Real>(&self, x: &[T], y: &[T], kernel: &[f64], size: [usize; 2]) -> Channel {
        let x: Vec<f64> = x.iter().map(|x| x.wide()).collect();
        let y: Vec<f64> = y.iter().map(|y| y.wide()).collect();
        let xy = x.iter().zip(&y).map(|(x, y)| x * y).collect();
        let xx = x.iter().map(|x| x * x).collect();
        let fields = [x, y, xy, xx];
        let count = self.correlate(&vec![1.0; fields[0].len()], kernel, size);
        let inverse: Vec<f64> = count.iter().map(|count| 1.0 / count).collect();
        let means = fields.each_ref().map(|field| {
            let mut sums = self.correlate(field, kernel, size);
            sums.iter_mut().zip(&inverse).for_each(|(sum, inverse)| *sum *= inverse);
            sums
        });
        Channel { fields, means, inverse }
    }

    /// `[cov(Gl, Ol); var(Gl); mean(Gl); mean(Ol)]`, 12 planes, from three planes of Gl and of Ol
    /// and a kernel a channel, `[27]`.
    pub fn forward<T: Real>(&self, x: &[T], y: &[T], mean: &[T], size: [usize; 2]) -> Vec<T> {
        let area = size[0] * size[1];
        let planes = x.par_chunks_exact(area).zip(y.par_chunks_exact(area));
        let channels: Vec<[Vec<T>; 4]> = planes
            .enumerate()
            .map(|(i, (x, y))| self.channel(x, y, &kernel_of(mean, i), size).statistics())
            .collect();
        let mut out = Vec::with_capacity(12 * area);
        for part in 0..4 {
            for channel in &channels {
                out.extend_from_slice(&channel[part]);
            }
        }
        out
    }

    /// Gradients of a channel of Gl, of Ol, and of its kernel, from those of the four statistics.
    fn channel_gradients(
        &self,
        channel: &Channel,
        gradient: [&[f64]; 4],
        kernel: &[f64],
        size: [usize; 2],
    ) -> (Vec<f64>, Vec<f64>, [f64; 9]) {
        let [x, y, ..] = &channel.fields;
        let [mean_x, mean_y, ..] = &channel.means;
        let [to_covariance, to_variance, to_mean_x, to_mean_y] = gradient;
        let count = x.len();
        // Gradients of the four sums k∗field and of N.
        let mut to_sums = [const { Vec::new() }; 4].map(|_: Vec<f64>| vec![0.0; count]);
        let mut to_count = vec![0.0; count];
        for i in 0..count {
            let to_means = [
                to_mean_x[i] - to_covariance[i] * mean_y[i] - 2.0 * to_variance[i] * mean_x[i],
                to_mean_y[i] - to_covariance[i] * mean_x[i],
                to_covariance[i],
                to_variance[i],
            ];
            let inverse = channel.inverse[i];
            for ((to_sum, to_mean), mean) in to_sums.iter_mut().zip(to_means).zip(&channel.means) {
                to_sum[i] = to_mean * inverse;
                to_count[i] -= to_mean * inverse * mean[i];
            }
        }
        let mut to_kernel = [0.0; 9];
        self.taps(size, |tap, cells, seen| {
            let mut sum: f64 = to_count[cells.clone()].iter().sum();
            for (to_sum, field) in to_sums.iter().zip(&channel.fields) {
                let products = to_sum[cells.clone()].iter().zip(&field[seen..]);
                sum += products.map(|(gradient, value)| gradient * value).sum::<f64>();
            }
            to_kernel[tap] += sum;
        });
        let [to_x, to_y, to_xy, to_xx] = to_sums.map(|to_sum| self.spread(&to_sum, kernel, size));
        let to_guide = (0..count).map(|i| to_x[i] + to_xy[i] * y[i] + 2.0 * to_xx[i] * x[i]);
        let to_target = (0..count).map(|i| to_y[i] + to_xy[i] * x[i]);
        (to_guide.collect(), to_target.collect(), to_kernel)
    }

    /// Gradients of what [`Windows::forward`] took, from that of what it gave.
    pub fn backward<T: Real>(
        &self,
        x: &[T],
        y: &[T],
        mean: &[T],
        gradient: &[T],
        size: [usize; 2],
    ) -> Gradients<T> {
        let area = size[0] * size[1];
        let gradient: Vec<f64> = gradient.iter().map(|value| value.wide()).collect();
        let parts: Vec<_> = (0..3)
            .into_par_iter()
            .map(|i| {
                let plane = i * area..(i + 1) * area;
                let kernel = kernel_of(mean, i);
                let channel = self.channel(&x[plane.clone()], &y[plane], &kernel, size);
                let gradient = [0, 3, 6, 9].map(|part| &gradient[(part + i) * area..][..area]);
                self.channel_gradients(&channel, gradient, &kernel, size)
            })
            .collect();
        let mut all = Gradients { guide: Vec::new(), target: Vec::new(), mean: Vec::new() };
        for (guide, target, mean) in parts {
            all.guide.extend(guide.into_iter().map(T::of));
            all.target.extend(target.into_iter().map(T::of));
            all.mean.extend(mean.map(T::of));
        }
        all
    }
}

impl Channel {
    /// Covariance, variance, mean of Gl, mean of Ol.
    fn statistics<T: Real>(&self) -> [Vec<T>; 4] {
        let [x, y, xy, xx] = &self.means;
        let centred = |product: &[f64], x: &[f64], y: &[f64]| {
            product
                .iter()
                .zip(x.iter().zip(y))
                .map(|(product, (x, y))| T::of(product - x * y))
                .collect()
        };
        let plain = |values: &[f64]| values.iter().map(|value| T::of(*value)).collect();
        [centred(xy, x, y), centred(xx, x, x), plain(x), plain(y)]
    }
}

/// A channel's kernel.
fn kernel_of<T: Real>(mean: &[T], channel: usize) -> Vec<f64> {
    mean[9 * channel..][..9].iter().map(|weight| weight.wide()).collect()
}
