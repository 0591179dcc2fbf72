//! The same operations put together from candle's own, for graphics cards.
//!
//! Nothing here is written for speed on a processor, nor has a gradient written by hand: tests hold
//! the fused operations to these, in value and in gradient.

use std::sync::Arc;

use candle_core::{DType, Device, Result, Tensor};

use super::bilinear;
use super::convolutional::Layer;
use super::head::Target;
use super::network::{Plan, Step};
use crate::operator::AdaptiveNorm;

/// [`super::network::network`].
///
/// # Errors
/// When shapes or types do not fit.
pub fn network(x: &Tensor, weights: &Tensor, plan: &Arc<Plan>) -> Result<Tensor> {
    let mut x = x.unsqueeze(0)?;
    for step in &plan.steps {
        let shape = step.shape;
        let kernel = weights.narrow(0, step.weight, shape.weights())?.reshape((
            shape.outputs,
            shape.inputs,
            shape.kernel,
            shape.kernel,
        ))?;
        x = x.conv2d(&kernel, shape.reach(), 1, shape.dilation, 1)?;
        if let Some(at) = step.bias {
            x = x.broadcast_add(&channels(weights, at, shape.outputs)?)?;
        }
        x = leaky(&normed(&x, weights, step, None)?, step.slope)?;
    }
    x.squeeze(0)
}

/// Adaptive normalisation of `[1, channels, height, width]`; `known` is mean and variance, `[1,
/// channels, 1, 1]`, where they are not taken from x itself.
fn normed(
    x: &Tensor,
    weights: &Tensor,
    step: &Step,
    known: Option<(Tensor, Tensor)>,
) -> Result<Tensor> {
    let Some(norm) = &step.norm else { return Ok(x.clone()) };
    let count = norm.channels;
    let (mean, variance) = match (&norm.frozen, known) {
        (Some(fixed), _) => {
            let (mean, variance): (Vec<f64>, Vec<f64>) = fixed.iter().copied().unzip();
            let tensor = |values: Vec<f64>| {
                Tensor::from_vec(values, (1, count, 1, 1), x.device())?.to_dtype(x.dtype())
            };
            (tensor(mean)?, tensor(variance)?)
        }
        (None, Some(known)) => known,
        (None, None) => {
            let mean = x.mean_keepdim((2, 3))?;
            let variance = x.broadcast_sub(&mean)?.sqr()?.mean_keepdim((2, 3))?;
            (mean, variance)
        }
    };
    let inverse = (variance + AdaptiveNorm::EPSILON)?.sqrt()?.recip()?;
    let scale = channels(weights, norm.at + 2, count)?;
    let shift = channels(weights, norm.at + 2 + count, count)?;
    let whitened = x.broadcast_sub(&mean)?.broadcast_mul(&inverse)?;
    let batch = whitened.broadcast_mul(&scale)?.broadcast_add(&shift)?;
    let [w0, w1] = [norm.at, norm.at + 1].map(|at| channels(weights, at, 1));
    x.broadcast_mul(&w0?)? + batch.broadcast_mul(&w1?)?
}

/// Weights of `count` channels, `[1, count, 1, 1]`.
fn channels(weights: &Tensor, at: usize, count: usize) -> Result<Tensor> {
    weights.narrow(0, at, count)?.reshape((1, count, 1, 1))
}

/// `max(x, slope·x)`, whose derivative at 0 is the slope, as PyTorch's.
fn leaky(x: &Tensor, slope: f64) -> Result<Tensor> {
    let positive = x.gt(0.0)?.to_dtype(x.dtype())?.detach();
    x * ((positive * (1.0 - slope))? + slope)?
}

/// [`super::plain::solve`].
///
/// # Errors
/// When shapes or types do not fit.
pub fn plain(guide: &Tensor, target: &Tensor, radius: usize, epsilon: f64) -> Result<Tensor> {
    let device = guide.device();
    if device.is_metal() {
        // It has no f64; the planes are small.
        let (guide, target) = (guide.to_device(&Device::Cpu)?, target.to_device(&Device::Cpu)?);
        return super::plain::solve(&guide, &target, radius, epsilon)?.to_device(device);
    }
    let (_, height, width) = guide.dims3()?;
    let (x, y) = (guide.to_dtype(DType::F64)?, target.to_dtype(DType::F64)?);
    let down = band(height, radius, device)?;
    let across = band(width, radius, device)?.t()?;
    let sum = |x: &Tensor| down.broadcast_matmul(&x.broadcast_matmul(&across)?);
    let count = sum(&x.ones_like()?)?;
    let mean = |x: &Tensor| sum(x)? / &count;
    let (mean_x, mean_y) = (mean(&x)?, mean(&y)?);
    let covariance = (mean(&(&x * &y)?)? - (&mean_x * &mean_y)?)?;
    let variance = (mean(&x.sqr()?)? - mean_x.sqr()?)?;
    let a = (covariance / (variance + epsilon)?)?;
    let b = (mean_y - (&a * mean_x)?)?;
    Tensor::cat(&[a, b], 0)?.to_dtype(guide.dtype())
}

/// The sum of every window as a matrix, `[len, len]`.
fn band(len: usize, radius: usize, device: &Device) -> Result<Tensor> {
    let mut rows = vec![0.0; len * len];
    for (at, row) in rows.chunks_exact_mut(len).enumerate() {
        row[at.saturating_sub(radius)..(at + radius + 1).min(len)].fill(1.0);
    }
    Tensor::from_vec(rows, (len, len), device)
}

/// [`super::convolutional::solve`].
///
/// # Errors
/// When shapes or types do not fit.
pub fn convolutional(guide: &Tensor, target: &Tensor, layer: Layer<'_>) -> Result<Tensor> {
    let windows = windows(guide, target, layer.mean, layer.dilation)?;
    let part = |first: usize, count: usize| windows.narrow(0, first, count);
    let a = network(&part(0, 6)?, layer.pointwise, layer.plan)?;
    let b = (part(9, 3)? - (&a * part(6, 3)?)?)?;
    Tensor::cat(&[a, b], 0)
}

/// `[cov(Gl, Ol); var(Gl); mean(Gl); mean(Ol)]`, `[12, height, width]`.
fn windows(guide: &Tensor, target: &Tensor, mean: &Tensor, dilation: usize) -> Result<Tensor> {
    let device = guide.device();
    if device.is_metal() {
        // It has no f64; the planes are small.
        let to_cpu = |tensor: &Tensor| tensor.to_device(&Device::Cpu);
        let (guide, target, mean) = (to_cpu(guide)?, to_cpu(target)?, to_cpu(mean)?);
        return windows(&guide, &target, &mean, dilation)?.to_device(device);
    }
    let wide = |tensor: &Tensor| tensor.to_dtype(DType::F64)?.unsqueeze(0);
    let (x, y) = (wide(guide)?, wide(target)?);
    let kernel = mean.to_dtype(DType::F64)?.reshape((3, 1, 3, 3))?;
    let sum = |x: &Tensor| x.conv2d(&kernel, dilation, 1, dilation, 3);
    let count = sum(&x.ones_like()?)?;
    let (mean_x, mean_y) = ((sum(&x)? / &count)?, (sum(&y)? / &count)?);
    let covariance = ((sum(&(&x * &y)?)? / &count)? - (&mean_x * &mean_y)?)?;
    let variance = ((sum(&x.sqr()?)? / &count)? - mean_x.sqr()?)?;
    Tensor::cat(&[covariance, variance, mean_x, mean_y], 1)?.squeeze(0)?.to_dtype(guide.dtype())
}

/// [`super::head::loss`].
///
/// # Errors
/// When shapes or types do not fit.
pub fn loss(
    grids: &Tensor,
    guide: Option<(&Tensor, &Arc<Plan>)>,
    target: &Target,
    clamp: bool,
) -> Result<Tensor> {
    let output = output(grids, guide, target, clamp)?;
    let after = chosen(&target.after, target)?;
    (output - after)?.sqr()?.mean_all()
}

/// O of the pixels that count: `[3, height, width]`, or `[3, count]` of sampled ones.
///
/// # Errors
/// When shapes or types do not fit.
pub fn output(
    grids: &Tensor,
    guide: Option<(&Tensor, &Arc<Plan>)>,
    target: &Target,
    clamp: bool,
) -> Result<Tensor> {
    let before = chosen(&target.before, target)?;
    let g = match guide {
        Some((weights, plan)) => guidance(&before, weights, plan, target)?,
        None => before,
    };
    let maps = match &target.sites {
        None => upsample(grids, target.before.dim(1)?, target.before.dim(2)?)?,
        Some(sites) => sampled(grids, sites, target)?,
    };
    let raw = ((maps.narrow(0, 0, 3)? * g)? + maps.narrow(0, 3, 3)?)?;
    if !clamp {
        return Ok(raw);
    }
    // Not candle's clamp: its derivative at the very bounds is half of PyTorch's.
    let inside = (raw.ge(0.0)? * raw.le(1.0)?)?.to_dtype(raw.dtype())?.detach();
    let above = raw.gt(1.0)?.to_dtype(raw.dtype())?.detach();
    (raw * inside)? + above
}

/// The pixels that count, of planes.
fn chosen(planes: &Tensor, target: &Target) -> Result<Tensor> {
    let Some(sites) = &target.sites else { return Ok(planes.clone()) };
    let width = planes.dim(2)? as u32;
    let at: Vec<u32> = sites.iter().map(|[y, x]| y * width + x).collect();
    let at = Tensor::from_vec(at, sites.len(), planes.device())?;
    planes.flatten_from(1)?.index_select(&at, 1)
}

/// F of some pixels, its statistics those of the whole photo.
fn guidance(
    pixels: &Tensor,
    weights: &Tensor,
    plan: &Arc<Plan>,
    target: &Target,
) -> Result<Tensor> {
    let [first, last] = plan.steps.as_slice() else { candle_core::bail!("F has two blocks") };
    let (hidden, device, kind) = (first.shape.outputs, pixels.device(), pixels.dtype());
    let flat = pixels.flatten_from(1)?;
    let kernel = weights.narrow(0, first.weight, 3 * hidden)?.reshape((hidden, 3))?;
    let constant = |values: Vec<f64>, shape: (usize, usize)| {
        Tensor::from_vec(values, shape, device)?.to_dtype(kind)
    };
    let mean = kernel.matmul(&constant(target.moments.mean.to_vec(), (3, 1))?)?;
    let covariance = constant(target.moments.covariance.concat(), (3, 3))?;
    let variance = (kernel.matmul(&covariance)? * &kernel)?.sum_keepdim(1)?;
    let four = |x: &Tensor| x.reshape((1, hidden, x.dim(1)?, 1));
    let known = (four(&mean)?, four(&variance)?);
    let h = normed(&four(&kernel.matmul(&flat)?)?, weights, first, Some(known))?;
    let h = leaky(&h, first.slope)?.reshape((hidden, flat.dim(1)?))?;
    let kernel = weights.narrow(0, last.weight, 3 * hidden)?.reshape((3, hidden))?;
    let mut g = kernel.matmul(&h)?;
    if let Some(at) = last.bias {
        g = g.broadcast_add(&weights.narrow(0, at, 3)?.reshape((3, 1))?)?;
    }
    g.reshape(pixels.shape())
}

/// Grids read at every pixel, as two matrix products.
///
/// # Errors
/// When shapes or types do not fit.
pub fn upsample(grids: &Tensor, height: usize, width: usize) -> Result<Tensor> {
    let (_, rows, columns) = grids.dims3()?;
    let matrix = |len: usize, cells: usize| {
        let values = bilinear::matrix::<f64>(len, cells);
        Tensor::from_vec(values, (len, cells), grids.device())?.to_dtype(grids.dtype())
    };
    let down = matrix(height, rows)?;
    let across = matrix(width, columns)?.t()?;
    down.broadcast_matmul(&grids.broadcast_matmul(&across)?)
}

/// Grids read at some pixels, `[planes, count]`.
fn sampled(grids: &Tensor, sites: &[[u32; 2]], target: &Target) -> Result<Tensor> {
    let (_, rows, columns) = grids.dims3()?;
    let (_, height, width) = target.before.dims3()?;
    let flat = grids.flatten_from(1)?;
    let down: Vec<_> =
        sites.iter().map(|[y, _]| bilinear::place::<f64>(*y as usize, height, rows)).collect();
    let across: Vec<_> =
        sites.iter().map(|[_, x]| bilinear::place::<f64>(*x as usize, width, columns)).collect();
    let mut sum: Option<Tensor> = None;
    for corner in 0..4 {
        let (is_below, is_right) = (corner / 2 == 1, corner % 2 == 1);
        let part = |is_second: bool, place: &bilinear::Place<f64>| {
            if is_second {
                (place.next, place.fraction)
            } else {
                (place.cell, 1.0 - place.fraction)
            }
        };
        let corners = down.iter().zip(&across).map(|(down, across)| {
            let ((y, v), (x, u)) = (part(is_below, down), part(is_right, across));
            ((y * columns + x) as u32, u * v)
        });
        let (at, weight): (Vec<u32>, Vec<f64>) = corners.unzip();
        let at = Tensor::from_vec(at, sites.len(), grids.device())?;
        let weight = Tensor::from_vec(weight, (1, sites.len()), grids.device())?;
        let read = flat.index_select(&at, 1)?.broadcast_mul(&weight.to_dtype(grids.dtype())?)?;
        sum = Some(match sum {
            None => read,
            Some(sum) => (sum + read)?,
        });
    }
    sum.ok_or_else(|| candle_core::Error::Msg("there are four corners".to_owned()))
}
