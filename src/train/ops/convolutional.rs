//! The convolutional guided layer (section III-C) as one node: [`super::windows`], then A by a
//! pointwise network, then `b = mean(Ol) − A·mean(Gl)`.

use std::sync::{Arc, Mutex, PoisonError};

use candle_core::{CpuStorage, CustomOp3, DType, Layout, Result, Shape, Tensor};

use super::network::{self, Plan, Tape};
use super::windows::{Gradients, Windows};
use super::{Real, compose, copied, size_of_planes, values};

/// The trained values of a convolutional layer, and its dilation.
#[derive(Clone, Copy, Debug)]
pub struct Layer<'a> {
    /// A 3x3 kernel a channel, `[27]`.
    pub mean: &'a Tensor,
    /// The pointwise network's.
    pub pointwise: &'a Tensor,
    /// The pointwise network, 6 → 3 channels.
    pub plan: &'a Arc<Plan>,
    /// Distance in cells between the taps of the mean.
    pub dilation: usize,
}

/// A then b, `[6, height, width]`, from Gl and Ol, `[3, height, width]` each.
///
/// # Errors
/// When shapes or types do not fit.
pub fn solve(guide: &Tensor, target: &Tensor, layer: Layer<'_>) -> Result<Tensor> {
    if !guide.device().is_cpu() {
        return compose::convolutional(guide, target, layer);
    }
    // A node has three inputs at most.
    let weights = Tensor::cat(&[layer.mean, layer.pointwise], 0)?;
    let (guide, target) = (guide.contiguous()?, target.contiguous()?);
    let (plan, windows) = (Arc::clone(layer.plan), Windows { dilation: layer.dilation });
    match guide.dtype() {
        DType::F64 => {
            let node = Node::<f64> { plan, windows, kept: Mutex::new(None) };
            guide.apply_op3(&target, &weights, node)
        }
        _ => {
            let node = Node::<f32> { plan, windows, kept: Mutex::new(None) };
            guide.apply_op3(&target, &weights, node)
        }
    }
}

/// Weights of the mean, which are before the network's.
const MEAN: usize = 27;

struct Node<T: Real> {
    plan: Arc<Plan>,
    windows: Windows,
    kept: Mutex<Option<Kept<T>>>,
}

/// What the gradient needs of the forward pass.
struct Kept<T: Real> {
    windows: Vec<T>,
    a: Vec<T>,
    tape: Tape<T>,
}

impl<T: Real> CustomOp3 for Node<T> {
    fn name(&self) -> &'static str {
        "convolutional guided layer"
    }

    fn cpu_fwd(
        &self,
        guide: &CpuStorage,
        guide_layout: &Layout,
        target: &CpuStorage,
        target_layout: &Layout,
        weights: &CpuStorage,
        weights_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let size = size_of_planes(guide_layout, 3)?;
        let weights = values::<T>(weights, weights_layout)?;
        if guide_layout.dims() != target_layout.dims()
            || weights.len() != MEAN + self.plan.parameters()
            || [self.plan.inputs(), self.plan.outputs()] != [6, 3]
        {
            candle_core::bail!("Gl, Ol and the weights of the layer do not fit");
        }
        let (x, y) = (values::<T>(guide, guide_layout)?, values::<T>(target, target_layout)?);
        let (mean, pointwise) = weights.split_at(MEAN);
        let windows = self.windows.forward(x, y, mean, size);
        let six = windows.len() / 2;
        let (a, tape) = network::forward(&self.plan, &windows[..six], pointwise, size);
        let (mean_x, mean_y) = windows[six..].split_at(six / 2);
        let terms = a.iter().zip(mean_x.iter().zip(mean_y)).map(|(a, (x, y))| *y - *a * *x);
        let grids = a.iter().copied().chain(terms).collect();
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(Kept { windows, a, tape });
        Ok((T::to_cpu_storage_owned(grids), (6, size[0], size[1]).into()))
    }

    fn bwd(
        &self,
        guide: &Tensor,
        target: &Tensor,
        weights: &Tensor,
        _grids: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(Kept { windows, a, tape }) = kept else {
            candle_core::bail!("a layer's gradient was asked for twice");
        };
        let (_, height, width) = guide.dims3()?;
        let size = [height, width];
        let (values, gradient) = (copied::<T>(weights)?, copied::<T>(gradient)?);
        let (mean, pointwise) = values.split_at(MEAN);
        let (to_a, to_b) = gradient.split_at(a.len());
        let mean_x = &windows[2 * a.len()..][..a.len()];
        // b = mean(Ol) − A·mean(Gl)
        let through = to_a.iter().zip(to_b.iter().zip(mean_x));
        let to_a: Vec<T> = through.map(|(to_a, (to_b, x))| *to_a - *to_b * *x).collect();
        let (to_windows, to_pointwise) =
            network::backward(&self.plan, &tape, pointwise, &to_a, true);
        let mut to_windows = to_windows.unwrap_or_default();
        to_windows.extend(to_b.iter().zip(&a).map(|(to_b, a)| -*to_b * *a));
        to_windows.extend_from_slice(to_b);
        let (x, y) = (copied::<T>(guide)?, copied::<T>(target)?);
        let Gradients { guide: to_guide, target: to_target, mean: mut to_weights } =
            self.windows.backward(&x, &y, mean, &to_windows, size);
        to_weights.extend(to_pointwise);
        let tensor = |values: Vec<T>, like: &Tensor| {
            Tensor::from_vec(values, like.shape(), like.device()).map(Some)
        };
        Ok((tensor(to_guide, guide)?, tensor(to_target, target)?, tensor(to_weights, weights)?))
    }
}
