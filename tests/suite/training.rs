//! The trainer: trajectories of PyTorch's, parity with the kernels, resuming, determinism.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use candle_core::{DType, Device, Tensor, Var};
use understudy::kernel::Planes;
use understudy::operator::{self, GuidedLayer, Layer, Network, Operator, Variant};
use understudy::train::ops::head::Target;
use understudy::train::weights::flatten;
use understudy::train::{Budget, Lesson, Lessons, Model, Recipe, Trainer};

use crate::parity;
use crate::shared::{shared, skipped};
use crate::tensors::{Tensors, assert_close};

/// Lessons that are there already; with a turn, they are given in order whatever is asked for.
struct Ready {
    lessons: Vec<Arc<Lesson>>,
    turn: Option<AtomicUsize>,
}

impl Lessons for Ready {
    fn len(&self) -> usize {
        self.lessons.len()
    }

    fn lesson(&self, index: usize, _short_side: usize) -> Result<Arc<Lesson>, String> {
        let index = match &self.turn {
            Some(turn) => turn.fetch_add(1, Ordering::Relaxed) % self.lessons.len(),
            None => index,
        };
        Ok(Arc::clone(&self.lessons[index]))
    }
}

/// An 8-bit image `[height, width, 3]` as planes.
fn planes_of(tensors: &Tensors, name: &str) -> Planes {
    let [height, width, _] = *tensors.shape(name) else { panic!("{name}") };
    let mut planes = Planes::zeros(3, height, width);
    for (at, value) in tensors.values(name).iter().enumerate() {
        planes.data[at % 3 * height * width + at / 3] = *value as f32 / 255.0;
    }
    planes
}

/// Puts tensors of the authors' names into an operator; those that are missing stay.
fn fill(operator: &mut Operator, tensors: &Tensors, prefix: &str) {
    fill_network(&mut operator.network, tensors, &format!("{prefix}lr."));
    if let Some(guide) = &mut operator.guide {
        fill_network(guide, tensors, &format!("{prefix}guided_map."));
    }
    if let GuidedLayer::Convolutional { mean, pointwise, .. } = &mut operator.layer {
        *mean = tensors.f32(&format!("{prefix}gf.box_filter.weight"));
        fill_network(pointwise, tensors, &format!("{prefix}gf.conv_a."));
    }
}

fn fill_network(network: &mut Network, tensors: &Tensors, prefix: &str) {
    for (index, layer) in network.layers.iter_mut().enumerate() {
        let get = |part: &str| tensors.f32(&format!("{prefix}{index}.{part}"));
        match layer {
            Layer::Conv(conv) => {
                conv.weight = get("weight");
                if let Some(bias) = &mut conv.bias {
                    *bias = get("bias");
                }
            }
            Layer::AdaptiveNorm(norm) => {
                (norm.w0, norm.w1) = (get("w_0")[0], get("w_1")[0]);
                (norm.scale, norm.shift) = (get("bn.weight"), get("bn.bias"));
            }
            Layer::GlobalMean { .. } | Layer::LeakyRelu { .. } => {}
        }
    }
}

/// All weights of an operator but F's last bias, whose gradient is rounding alone.
fn weights_of(operator: &Operator) -> Vec<(&'static str, Vec<f32>)> {
    let mut parts = vec![("network", flatten(&operator.network))];
    if let Some(guide) = &operator.guide {
        let mut values = flatten(guide);
        values.truncate(values.len() - 3);
        parts.push(("guide", values));
    }
    if let GuidedLayer::Convolutional { mean, pointwise, .. } = &operator.layer {
        parts.push(("mean", mean.clone()));
        parts.push(("pointwise", flatten(pointwise)));
    }
    parts
}

fn reference_lessons(folder: &Path) -> Vec<Arc<Lesson>> {
    let pairs = Tensors::read(&folder.join("pairs.safetensors"));
    let lesson = |pair: &str| {
        let before = planes_of(&pairs, &format!("{pair}.hr_u8"));
        let after = planes_of(&pairs, &format!("{pair}.target_u8"));
        let lesson = Lesson::new(before, after).unwrap();
        let [il, _] = lesson.low(24, &Device::Cpu, DType::F32).unwrap();
        let want = planes_of(&pairs, &format!("{pair}.lr_u8"));
        assert_eq!(il.flatten_all().unwrap().to_vec1::<f32>().unwrap(), want.data, "Il");
        Arc::new(lesson)
    };
    vec![lesson("pair0"), lesson("pair1")]
}

fn recipe(steps: u64, norm_max: Option<f64>) -> Recipe {
    Recipe { budget: Budget::Steps(steps), norm_max, ..Recipe::paper(1) }
}

#[test]
fn twenty_steps_follow_pytorch() {
    let Some(folder) = shared("reference/training") else { return skipped(4, "trajectories") };
    let lessons = reference_lessons(&folder);
    for (variant, name) in [(Variant::DgfB, "DGFb"), (Variant::DgfC, "DGFc")] {
        let kit = Tensors::read(&folder.join(format!("{name}.safetensors")));
        let mut operator = Operator { short_side: 24, ..Operator::untrained(variant, 1) };
        fill(&mut operator, &kit, "init.");
        for (mode, norm_max) in [("noclip", None), ("clip0.01", Some(0.01))] {
            // Five sixths of them are the first stage.
            let mut trainer = Trainer::new(&operator, recipe(24, norm_max), &Device::Cpu).unwrap();
            let ready = Ready { lessons: lessons.clone(), turn: Some(AtomicUsize::new(0)) };
            let losses = kit.values(&format!("{mode}.loss_f64"));
            let norms = kit.values(&format!("{mode}.gradnorm_f64"));
            for (step, (loss, norm)) in losses.iter().zip(norms).enumerate() {
                let got = trainer.step(&ready).unwrap().unwrap();
                let what = format!("{name} {mode} step {step}");
                assert!((got.loss / loss - 1.0).abs() < 2e-6, "{what}: {} {loss}", got.loss);
                let off = (got.gradient_norm / norm - 1.0).abs();
                assert!(off < 2e-5, "{what}: norm {} {norm}", got.gradient_norm);
            }
            let mut want = operator.clone();
            fill(&mut want, &kit, &format!("{mode}.final."));
            let got = weights_of(&trainer.operator().unwrap());
            for ((part, got), (_, want)) in got.iter().zip(weights_of(&want)) {
                for (at, (got, want)) in got.iter().zip(want).enumerate() {
                    let off = (got - want).abs();
                    assert!(off < 5e-6, "{name} {mode} {part} {at}: {got} {want}");
                }
            }
        }
    }
}

#[test]
fn the_first_step_has_pytorchs_output_and_gradients() {
    let Some(folder) = shared("reference/training") else { return skipped(2, "first steps") };
    let lesson = reference_lessons(&folder).remove(0);
    for (variant, name) in [(Variant::DgfB, "DGFb"), (Variant::DgfC, "DGFc")] {
        let kit = Tensors::read(&folder.join(format!("{name}.safetensors")));
        let mut operator = Operator { short_side: 24, ..Operator::untrained(variant, 1) };
        fill(&mut operator, &kit, "init.");
        let mut want = operator.clone();
        fill(&mut want, &kit, "step0.grad.");
        for kind in [DType::F32, DType::F64] {
            let model = Model::new(&operator, &Device::Cpu, kind).unwrap();
            for model in [model.clone(), model.composed()] {
                let [il, _] = lesson.low(24, &Device::Cpu, kind).unwrap();
                let target = lesson.target(&Device::Cpu, kind).unwrap();
                let out = model.output(&il, &target).unwrap();
                assert_close(name, &out, kit.values("step0.out"), 2e-6);
                let loss = model.loss(&il, &target).unwrap();
                let gradients = model.gradients(&loss.backward().unwrap()).unwrap();
                let got = weights_of(&model.operator_with(&gradients));
                for ((part, got), (_, want)) in got.iter().zip(weights_of(&want)) {
                    let got = Tensor::from_slice(got, got.len(), &Device::Cpu).unwrap();
                    let want: Vec<f64> = want.iter().map(|value| f64::from(*value)).collect();
                    assert_close(&format!("{name} {kind:?} {part}"), &got, &want, 2e-5);
                }
            }
        }
    }
}

/// A small network of our own with random weights, its photo and some edit of it.
fn small(variant: Variant) -> (Operator, understudy::photo::Image, Lesson) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/vectors");
    let operator = operator::import(&folder.join(format!("{}.pth", variant.name()))).unwrap();
    let kit = Tensors::read(&folder.join("outputs.safetensors"));
    let before = planes_of(&kit, "hr");
    let mut after = before.clone();
    for (i, value) in after.data.iter_mut().enumerate() {
        *value = value.powf(0.7) * (0.8 + 0.05 * (i % 7) as f32 / 7.0);
    }
    let pixels = kit.values("hr").as_chunks::<3>().0.iter();
    let pixels = pixels.map(|[r, g, b]| [*r as u8, *g as u8, *b as u8, 255]).collect();
    let image = understudy::photo::Image::eight(before.width, before.height, pixels);
    (Operator { short_side: 16, ..operator }, image, Lesson::new(before, after).unwrap())
}

#[test]
fn the_models_output_is_the_kernels() {
    for variant in Variant::ALL {
        let (operator, image, lesson) = small(variant);
        let [il, _] = lesson.low(16, &Device::Cpu, DType::F32).unwrap();
        let (_, height, width) = il.dims3().unwrap();
        let data = il.flatten_all().unwrap().to_vec1().unwrap();
        let low = Planes { channels: 3, height, width, data };
        let want = parity::run(&operator, &image, &low).remove("Oh64").unwrap();
        let target = lesson.target(&Device::Cpu, DType::F32).unwrap();
        let model = Model::new(&operator, &Device::Cpu, DType::F32).unwrap();
        let got = model.output(&il, &target).unwrap().flatten_all().unwrap();
        let got = got.to_vec1::<f32>().unwrap();
        let off = |(got, want): (&f32, &f32)| f64::from((got - want).abs());
        let largest = got.iter().zip(&want.data).map(off).fold(0.0, f64::max);
        let mean = got.iter().zip(&want.data).map(off).sum::<f64>() / got.len() as f64;
        assert!(largest < 1.0 / 255.0, "{}: {largest}", variant.name());
        assert!(mean < 1e-4, "{}: {mean}", variant.name());
        // The fused head finds the kernels' picture to be its own.
        let shape = target.before.shape().clone();
        let after = Tensor::from_vec(want.data, shape, &Device::Cpu).unwrap();
        let loss = model.loss(&il, &Target { after, ..target }).unwrap();
        let loss = loss.to_scalar::<f32>().unwrap();
        assert!(loss < 1e-9, "{}: {loss}", variant.name());
    }
}

/// The loss of a model in f64, over all pixels or over some.
fn losses(lesson: &Lesson) -> [Target; 2] {
    let all = lesson.target(&Device::Cpu, DType::F64).unwrap();
    let [height, width] = lesson.size();
    let site = |i: usize| [(i * 7 % height) as u32, (i * 13 % width) as u32];
    let sites = (0..700).map(site).collect();
    [all.clone(), Target { sites: Some(Arc::new(sites)), ..all }]
}

#[test]
fn fused_and_composed_agree_in_value_and_gradient() {
    for variant in Variant::ALL {
        let (operator, _, lesson) = small(variant);
        let [il, low_after] = lesson.low(16, &Device::Cpu, DType::F64).unwrap();
        for target in losses(&lesson) {
            let fused = Model::new(&operator, &Device::Cpu, DType::F64).unwrap();
            let composed = fused.clone().composed();
            let [fused, composed] = [fused, composed].map(|model| {
                let loss = if model.is_low() {
                    model.low_loss(&il, &low_after).unwrap()
                } else {
                    model.loss(&il, &target).unwrap()
                };
                let store = loss.backward().unwrap();
                let gradients: Vec<_> = model
                    .parts()
                    .iter()
                    .map(|part| (part.name, store.get(&part.var).unwrap().clone()))
                    .collect();
                (loss, gradients)
            });
            let value = composed.0.to_scalar::<f64>().unwrap();
            assert_close(variant.name(), &fused.0, &[value], 1e-12);
            for ((name, got), (_, want)) in fused.1.iter().zip(&composed.1) {
                let what = format!("{} {name}", variant.name());
                assert_close(&what, got, &want.to_vec1::<f64>().unwrap(), 1e-8);
            }
        }
    }
}

#[test]
fn gradients_are_slopes() {
    for variant in Variant::ALL {
        let (operator, _, lesson) = small(variant);
        let [il, low_after] = lesson.low(16, &Device::Cpu, DType::F64).unwrap();
        let [target, _] = losses(&lesson);
        let model = Model::new(&operator, &Device::Cpu, DType::F64).unwrap();
        let loss = || {
            if model.is_low() {
                model.low_loss(&il, &low_after).unwrap()
            } else {
                model.loss(&il, &target).unwrap()
            }
        };
        let value = || loss().to_scalar::<f64>().unwrap();
        let store = loss().backward().unwrap();
        for part in model.parts() {
            let gradient = store.get(&part.var).unwrap().to_vec1::<f64>().unwrap();
            let largest = gradient.iter().fold(0.0_f64, |largest, g| largest.max(g.abs()));
            let weights = part.var.to_vec1::<f64>().unwrap();
            let set = |var: &Var, values: &[f64]| {
                var.set(&Tensor::from_slice(values, values.len(), &Device::Cpu).unwrap()).unwrap();
            };
            for at in (0..weights.len()).step_by(weights.len() / 9 + 1) {
                let step = 1e-6;
                let moved = |by: f64| {
                    let mut moved = weights.clone();
                    moved[at] += by;
                    set(&part.var, &moved);
                    value()
                };
                let slope = (moved(step) - moved(-step)) / (2.0 * step);
                set(&part.var, &weights);
                let off = (slope - gradient[at]).abs();
                // Steps across a corner of an activation or of the clamp are what is left.
                assert!(
                    off < 1e-3 * largest + 1e-8,
                    "{} {} {at}: {slope} {}",
                    variant.name(),
                    part.name,
                    gradient[at]
                );
            }
        }
    }
}

fn ready(variant: Variant) -> (Operator, Ready) {
    let (operator, _, lesson) = small(variant);
    let mirrored = |tensor: &Tensor| {
        let mut data = tensor.flatten_all().unwrap().to_vec1::<f32>().unwrap();
        let (_, height, width) = tensor.dims3().unwrap();
        data.chunks_exact_mut(width).for_each(<[f32]>::reverse);
        Planes { channels: 3, height, width, data }
    };
    let target = lesson.target(&Device::Cpu, DType::F32).unwrap();
    let other = Lesson::new(mirrored(&target.before), mirrored(&target.after)).unwrap();
    (operator, Ready { lessons: vec![Arc::new(lesson), Arc::new(other)], turn: None })
}

fn trained(trainer: &mut Trainer, lessons: &Ready, steps: usize) -> Vec<u8> {
    for _ in 0..steps {
        trainer.step(lessons).unwrap().unwrap();
    }
    trainer.state().unwrap()
}

/// States differ in the seconds that steps took; the weights and moments must not.
fn tensors_of(state: &[u8]) -> Vec<u8> {
    let (length, _) = safetensors::SafeTensors::read_metadata(state).unwrap();
    state[8 + length..].to_vec()
}

#[test]
fn a_resumed_run_has_the_bits_of_one_that_was_not_stopped() {
    for (variant, sites) in
        [(Variant::DgfC, None), (Variant::Dgf, Some(500)), (Variant::DgfS, None)]
    {
        let (operator, lessons) = ready(variant);
        let recipe = Recipe { sites, ..recipe(12, Some(0.01)) };
        let new = || Trainer::new(&operator, recipe.clone(), &Device::Cpu).unwrap();
        let mut whole = new();
        let whole_state = trained(&mut whole, &lessons, 12);
        assert!(whole.step(&lessons).unwrap().is_none());
        // Stopped in the second stage, where the optimiser has begun anew.
        let half = trained(&mut new(), &lessons, 11);
        let mut resumed = new();
        resumed.resume(&half).unwrap();
        assert_eq!(resumed.progress().steps, 11);
        let resumed_state = trained(&mut resumed, &lessons, 1);
        assert_eq!(tensors_of(&whole_state), tensors_of(&resumed_state), "{}", variant.name());
        assert_eq!(whole.operator().unwrap(), resumed.operator().unwrap());
        let sentence = resumed.resume(&half[..half.len() / 2]).unwrap_err().to_string();
        assert!(sentence.contains("cannot be resumed"), "{sentence}");
    }
}

#[test]
fn the_number_of_threads_does_not_change_a_bit() {
    let (operator, lessons) = ready(Variant::DgfC);
    let state = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let mut trainer = Trainer::new(&operator, recipe(12, None), &Device::Cpu).unwrap();
        tensors_of(&pool.install(|| trained(&mut trainer, &lessons, 4)))
    };
    let one = state(1);
    assert!(one == state(2) && one == state(5));
}

#[test]
fn training_learns() {
    for variant in Variant::ALL {
        let (_, lessons) = ready(variant);
        let operator = Operator { short_side: 16, ..Operator::untrained(variant, 3) };
        let recipe = Recipe { rate: 1e-3, ..recipe(60, None) };
        let mut trainer = Trainer::new(&operator, recipe, &Device::Cpu).unwrap();
        let first = trainer.step(&lessons).unwrap().unwrap().loss;
        let mut last = first;
        while let Some(step) = trainer.step(&lessons).unwrap() {
            last = step.loss;
        }
        assert!(last < 0.5 * first, "{}: {first} {last}", variant.name());
        assert!(trainer.operator().unwrap() != operator);
    }
}
