//! An operator whose weights can be trained: its forward pass and its loss.

use std::sync::Arc;

use candle_core::backprop::GradStore;
use candle_core::{DType, Device, Result, Tensor, Var};

use super::ops::convolutional::{self, Layer};
use super::ops::head::{self, Target};
use super::ops::network::{Plan, network};
use super::ops::{compose, plain};
use super::weights::{flatten, restore};
use crate::operator::GuidedLayer;
use crate::operator::Network;
use crate::operator::Operator;
use crate::operator::Variant;

/// A trainable copy of an operator. Its weights are a few vectors in a fixed order.
#[derive(Clone, Debug)]
pub struct Model {
    operator: Operator,
    parts: Vec<Part>,
    network: Arc<Plan>,
    guide: Option<Arc<Plan>>,
    pointwise: Option<Arc<Plan>>,
    is_composed: bool,
}

/// Weights that belong together: `network`, `guide`, `layer.mean` or `layer.pointwise`, as the
/// filter file names them; a network's are in the order of [`flatten`].
#[derive(Clone, Debug)]
pub struct Part {
    /// The name.
    pub name: &'static str,
    /// The values, one vector.
    pub var: Var,
}

impl Model {
    /// A copy of `operator` on a device, in f32 to train or f64 to check.
    ///
    /// # Errors
    /// When the device cannot take it.
    pub fn new(operator: &Operator, device: &Device, kind: DType) -> Result<Self> {
        let plan = |network: &Network| Arc::new(Plan::new(network, operator.statistics));
        let pointwise = match &operator.layer {
            GuidedLayer::Convolutional { pointwise, .. } => Some(plan(pointwise)),
            GuidedLayer::None | GuidedLayer::Plain { .. } | GuidedLayer::Residual { .. } => None,
        };
        let part = |(name, values): (&'static str, Vec<f32>)| {
            let tensor = Tensor::from_slice(&values, values.len(), device)?;
            Ok(Part { name, var: Var::from_tensor(&tensor.to_dtype(kind)?)? })
        };
        Ok(Self {
            parts: values_of(operator).into_iter().map(part).collect::<Result<_>>()?,
            network: plan(&operator.network),
            guide: operator.guide.as_ref().map(plan),
            pointwise,
            operator: operator.clone(),
            is_composed: !device.is_cpu(),
        })
    }

    /// The same model put together from candle's own operations on every device: what the fused
    /// ones are held to.
    #[must_use]
    pub fn composed(self) -> Self {
        Self { is_composed: true, ..self }
    }

    /// The weights, always in the same order.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// What is trained, weights as they were at the start.
    pub fn original(&self) -> &Operator {
        &self.operator
    }

    /// The operator with the weights as they are now.
    ///
    /// # Errors
    /// When the device does not give them back.
    pub fn operator(&self) -> Result<Operator> {
        let values: Result<Vec<_>> =
            self.parts.iter().map(|part| part.var.to_dtype(DType::F32)?.to_vec1()).collect();
        Ok(self.operator_with(&values?))
    }

    /// The operator with these values as its weights, part by part.
    ///
    /// # Panics
    /// When their numbers are not those of [`Model::parts`].
    pub fn operator_with(&self, values: &[Vec<f32>]) -> Operator {
        let mut operator = self.operator.clone();
        for (part, values) in self.parts.iter().zip(values) {
            match (part.name, &mut operator.layer) {
                ("network", _) => restore(&mut operator.network, values),
                ("layer.mean", GuidedLayer::Convolutional { mean, .. }) => mean.clone_from(values),
                ("layer.pointwise", GuidedLayer::Convolutional { pointwise, .. }) => {
                    restore(pointwise, values);
                }
                _ => {
                    if let Some(guide) = &mut operator.guide {
                        restore(guide, values);
                    }
                }
            }
        }
        operator
    }

    /// The gradients of all parts, in their order; zeros where the loss does not depend on one.
    ///
    /// # Errors
    /// When the device does not give them back.
    pub fn gradients(&self, store: &GradStore) -> Result<Vec<Vec<f32>>> {
        let of_part = |part: &Part| match store.get(&part.var) {
            Some(gradient) => gradient.to_dtype(DType::F32)?.to_vec1(),
            None => Ok(vec![0.0; part.var.elem_count()]),
        };
        self.parts.iter().map(of_part).collect()
    }

    /// The loss at Il's size, of the network alone: how dgf-s is trained. `il` and `after` are
    /// `[3, height, width]`.
    ///
    /// # Errors
    /// When shapes do not fit.
    pub fn low_loss(&self, il: &Tensor, after: &Tensor) -> Result<Tensor> {
        (self.ol(il)? - after)?.sqr()?.mean_all()
    }

    /// The mean squared error of the output against the edit, at the target's pixels.
    ///
    /// # Errors
    /// When shapes do not fit.
    pub fn loss(&self, il: &Tensor, target: &Target) -> Result<Tensor> {
        let grids = self.grids(il)?;
        let clamp = self.operator.clamp;
        let guide = self.guide_weights();
        if self.is_composed {
            compose::loss(&grids, guide, target, clamp)
        } else {
            head::loss(&grids, guide, target, clamp)
        }
    }

    /// The output at the target's pixels, for checks: filters are applied by [`crate::render`].
    ///
    /// # Errors
    /// When shapes do not fit.
    pub fn output(&self, il: &Tensor, target: &Target) -> Result<Tensor> {
        compose::output(&self.grids(il)?, self.guide_weights(), target, self.operator.clamp)
    }

    /// A then b, `[6, height, width]`.
    ///
    /// # Errors
    /// When shapes do not fit.
    pub fn grids(&self, il: &Tensor) -> Result<Tensor> {
        let ol = self.ol(il)?;
        let gl = match self.guide_weights() {
            Some((weights, plan)) => self.run(il, weights, plan)?,
            None => il.clone(),
        };
        match (&self.operator.layer, &self.pointwise) {
            (GuidedLayer::Convolutional { dilation, .. }, Some(plan)) => {
                let layer = Layer {
                    mean: self.weights("layer.mean")?,
                    pointwise: self.weights("layer.pointwise")?,
                    plan,
                    dilation: *dilation,
                };
                if self.is_composed {
                    compose::convolutional(&gl, &ol, layer)
                } else {
                    convolutional::solve(&gl, &ol, layer)
                }
            }
            (GuidedLayer::Plain { radius, epsilon }, _) if self.is_composed => {
                compose::plain(&gl, &ol, *radius, *epsilon)
            }
            (GuidedLayer::Plain { radius, epsilon }, _) => {
                plain::solve(&gl, &ol, *radius, *epsilon)
            }
            _ => candle_core::bail!("a convolutional layer has a pointwise network"),
        }
    }

    /// Whether only the network is trained, at Il's size.
    pub fn is_low(&self) -> bool {
        self.operator.variant == Variant::DgfS
    }

    fn ol(&self, il: &Tensor) -> Result<Tensor> {
        self.run(il, self.weights("network")?, &self.network)
    }

    fn run(&self, x: &Tensor, weights: &Tensor, plan: &Arc<Plan>) -> Result<Tensor> {
        if self.is_composed {
            compose::network(x, weights, plan)
        } else {
            network(x, weights, plan)
        }
    }

    fn guide_weights(&self) -> Option<(&Tensor, &Arc<Plan>)> {
        let part = self.parts.iter().find(|part| part.name == "guide")?;
        Some((part.var.as_tensor(), self.guide.as_ref()?))
    }

    fn weights(&self, name: &str) -> Result<&Tensor> {
        match self.parts.iter().find(|part| part.name == name) {
            Some(part) => Ok(part.var.as_tensor()),
            None => candle_core::bail!("the model has no part {name}"),
        }
    }
}

/// All weights of an operator, part by part.
fn values_of(operator: &Operator) -> Vec<(&'static str, Vec<f32>)> {
    let mut values = vec![("network", flatten(&operator.network))];
    if let Some(guide) = &operator.guide {
        values.push(("guide", flatten(guide)));
    }
    if let GuidedLayer::Convolutional { mean, pointwise, .. } = &operator.layer {
        values.push(("layer.mean", mean.clone()));
        values.push(("layer.pointwise", flatten(pointwise)));
    }
    values
}
