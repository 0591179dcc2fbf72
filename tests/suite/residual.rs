//! dgf-x: its gradients against PyTorch's (`tests/data/make_residual.py`), its trainer.

use std::path::Path;

use candle_core::{Device, Tensor};
use understudy::kernel::Planes;
use understudy::operator::{Conv, Layer, Network};
use understudy::train::ops::samples::Samples;
use understudy::train::{ResidualLesson, ResidualNet, ResidualTrainer};

use crate::tensors::{Tensors, assert_close};

fn conv(inputs: usize, outputs: usize, kernel: usize, dilation: usize) -> Conv {
    let weight = vec![0.0; outputs * inputs * kernel * kernel];
    Conv { inputs, outputs, kernel, dilation, weight, bias: Some(vec![0.0; outputs]) }
}

/// Five features wide.
fn small(kit: &Tensors) -> ResidualNet {
    let mut layers = Vec::new();
    for (index, dilation) in [1, 2, 4, 8, 16, 1].into_iter().enumerate() {
        layers.push(Layer::Conv(conv(if index == 0 { 6 } else { 5 }, 5, 3, dilation)));
        layers.push(Layer::LeakyRelu { slope: 0.2 });
    }
    let body = Network { layers };
    let net = ResidualNet { body, whole: conv(5, 5, 1, 1), out: conv(5, 3, 1, 1), ridge: 3e-3 };
    net.with_weights(&kit.f32("weights"))
}

fn lesson(kit: &Tensors) -> ResidualLesson {
    let planes = |name: &str| {
        let [channels, height, width] = *kit.shape(name) else { panic!("{name}") };
        Planes { channels, height, width, data: kit.f32(name) }
    };
    let three = |name: &str| kit.f32(name).as_chunks::<3>().0.to_vec();
    let sites = kit.values("sites").as_chunks::<2>().0.iter();
    let size = kit.values("size");
    let samples = Samples {
        size: [size[0] as usize, size[1] as usize],
        sites: sites.map(|[y, x]| [*y as u32, *x as u32]).collect(),
        guide: three("guide"),
        after: three("after"),
    };
    ResidualLesson { il: planes("il"), gl: planes("gl"), samples }
}

fn kit() -> Tensors {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    Tensors::read(&folder.join("residual.safetensors"))
}

fn tensor(values: &[f64]) -> Tensor {
    Tensor::from_slice(values, values.len(), &Device::Cpu).unwrap()
}

#[test]
fn maps_loss_and_gradient_equal_pytorch() {
    let kit = kit();
    let (net, lesson) = (small(&kit), lesson(&kit));
    assert_eq!(net.weights(), kit.f32("weights"));
    let maps: Vec<f64> =
        net.maps(&lesson.il, &lesson.gl).data.iter().map(|v| f64::from(*v)).collect();
    assert_close("maps", &tensor(&maps), kit.values("maps"), 1e-5);
    let (loss, gradient) = net.loss(&lesson);
    assert_close("loss", &tensor(&[loss]), kit.values("loss"), 1e-12);
    assert_close("gradient", &tensor(&gradient), kit.values("gradient"), 1e-10);
}

#[test]
fn an_untrained_network_changes_nothing() {
    let lesson = lesson(&kit());
    let net = ResidualNet::untrained(1);
    assert_eq!(net.weights().len(), 6 * 24 * 9 + 5 * 24 * 24 * 9 + 6 * 24 + 24 * 25 + 3 * 25);
    assert!(net.maps(&lesson.il, &lesson.gl).data.iter().all(|value| *value == 0.0));
}

/// Teaches an edit that the guided step can express: darker, and less red where it is green.
fn learnable(kit: &Tensors) -> ResidualLesson {
    let mut lesson = lesson(kit);
    for (guide, after) in lesson.samples.guide.iter().zip(&mut lesson.samples.after) {
        *after = [0.9 * guide[0] - 0.1 * guide[1], 0.8 * guide[1], 0.9 * guide[2] + 0.02];
    }
    lesson
}

#[test]
fn training_learns_and_resumes_to_the_same_bits() {
    let lesson = learnable(&kit());
    let net = ResidualNet::untrained(1);
    let steps = 80;
    let run = |trainer: &mut ResidualTrainer, steps: std::ops::Range<usize>| {
        for step in steps {
            trainer.step(&lesson, step as f64 / 80.0).unwrap();
        }
        trainer.state().unwrap()
    };
    let mut whole = ResidualTrainer::new(&net, 5);
    let state = run(&mut whole, 0..steps);
    let half = run(&mut ResidualTrainer::new(&net, 5), 0..33);
    let mut resumed = ResidualTrainer::new(&net, 5);
    resumed.resume(&half).unwrap();
    assert_eq!(resumed.steps(), 33);
    assert!(run(&mut resumed, 33..steps) == state);
    assert!(whole.net() == resumed.net());
    let (before, after) = (net.loss(&lesson).0, whole.net().loss(&lesson).0);
    assert!(after < 0.6 * before, "{before} {after}");
    assert!(ResidualTrainer::new(&net, 6).resume(&half).is_err(), "another run's");
}

#[test]
fn the_number_of_threads_does_not_change_a_bit() {
    let lesson = learnable(&kit());
    let state = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let mut trainer = ResidualTrainer::new(&ResidualNet::untrained(2), 5);
        pool.install(|| {
            for _ in 0..4 {
                trainer.step(&lesson, 0.1).unwrap();
            }
        });
        trainer.state().unwrap()
    };
    let one = state(1);
    assert!(one == state(2) && one == state(5));
}
