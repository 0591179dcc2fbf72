//! The trainer's operations against gradients that PyTorch computed in f64
//! (`../shared/reference/README.md` section 3); a part of them is in `tests/data`.

use std::path::Path;
use std::sync::Arc;

use candle_core::{DType, Device, Tensor, Var};
use understudy::kernel::moments::Moments;
use understudy::operator::{AdaptiveNorm, Conv, Layer, Network, Statistics};
use understudy::train::ops::head::{self, Target};
use understudy::train::ops::network::{Plan, network};
use understudy::train::ops::{compose, convolutional, plain};

use crate::shared::{shared, skipped};
use crate::tensors::{Tensors, assert_close};

/// f64 results agree with PyTorch's to this, relative to the largest value.
const OUT: f64 = 1e-12;
const GRADIENT: f64 = 1e-11;

/// Runs `check` on what the clone holds and, where it is, on all of the reference.
fn on_all(name: &str, at_least: [usize; 2], check: impl Fn(&Tensors) -> usize) {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/gradients.safetensors");
    let count = check(&Tensors::read(&here));
    assert!(count >= at_least[0], "only {count} cases of {name} are here");
    let Some(all) = shared(&format!("reference/gradients/{name}.safetensors")) else {
        return skipped(at_least[1], "gradients");
    };
    let count = check(&Tensors::read(&all));
    assert!(count >= at_least[1], "only {count} cases of {name}");
}

fn var(tensor: &Tensor) -> Var {
    Var::from_tensor(tensor).unwrap()
}

fn vector(values: &[f64], kind: DType) -> Var {
    let tensor = Tensor::from_slice(values, values.len(), &Device::Cpu).unwrap();
    var(&tensor.to_dtype(kind).unwrap())
}

/// The sum of `out · gradient`, so that `gradient` is what comes back.
fn weighted(out: &Tensor, gradient: &Tensor) -> Tensor {
    (out * gradient).unwrap().sum_all().unwrap()
}

fn conv(inputs: usize, outputs: usize, kernel: usize, dilation: usize) -> Layer {
    let weight = vec![0.0; inputs * outputs * kernel * kernel];
    Layer::Conv(Conv { inputs, outputs, kernel, dilation, weight, bias: None })
}

fn plan(layers: Vec<Layer>, statistics: Statistics) -> Arc<Plan> {
    Arc::new(Plan::new(&Network { layers }, statistics))
}

type Run = fn(&Tensor, &Tensor, &Arc<Plan>) -> candle_core::Result<Tensor>;
const BOTH: [(&str, Run); 2] = [("fused", network), ("composed", compose::network)];

#[test]
fn dilated_convolutions() {
    on_all("layers", [2, 5], |tensors| {
        let mut count = 0;
        for dilation in [1, 2, 4, 8, 16] {
            let case = format!("conv3x3.d{dilation}");
            if !tensors.has(&format!("{case}.x")) {
                continue;
            }
            let get = |part: &str| tensors.planes(&format!("{case}.{part}"), DType::F64);
            let plan = plan(vec![conv(2, 3, 3, dilation)], Statistics::PerImage);
            for (how, run) in BOTH {
                let what = format!("{case} {how}");
                let (x, w) =
                    (var(&get("x")), vector(tensors.values(&format!("{case}.w")), DType::F64));
                let out = run(&x, &w, &plan).unwrap();
                let gradients = weighted(&out, &get("grad_out")).backward().unwrap();
                let want = |part: &str| tensors.values(&format!("{case}.{part}"));
                assert_close(&what, &out, want("out"), OUT);
                assert_close(&what, gradients.get(&x).unwrap(), want("grad_x"), GRADIENT);
                assert_close(&what, gradients.get(&w).unwrap(), want("grad_w"), GRADIENT);
            }
            count += 1;
        }
        count
    });
}

/// A batch of images side by side: normalisation does not mind where pixels are.
fn stacked(tensors: &Tensors, name: &str) -> Vec<f64> {
    let [batch, channels, height, width] = *tensors.shape(name) else { panic!("{name}") };
    let (values, area) = (tensors.values(name), height * width);
    let mut out = Vec::new();
    for channel in 0..channels {
        for image in 0..batch {
            out.extend_from_slice(&values[(image * channels + channel) * area..][..area]);
        }
    }
    out
}

#[test]
fn adaptive_normalisation() {
    on_all("layers", [1, 2], |tensors| {
        let mut count = 0;
        for (mode, statistics) in [("train", Statistics::PerImage), ("eval", Statistics::Frozen)] {
            let case = format!("adaptnorm.{mode}");
            if !tensors.has(&format!("{case}.x")) {
                continue;
            }
            let get = |part: &str| tensors.values(&format!("{case}.{part}"));
            let norm = AdaptiveNorm {
                mean: tensors.f32(&format!("{case}.param.bn.running_mean")),
                variance: tensors.f32(&format!("{case}.param.bn.running_var")),
                ..AdaptiveNorm::none(5)
            };
            // A convolution that passes its input on, and the normalisation behind it.
            let plan = plan(vec![conv(5, 5, 1, 1), Layer::AdaptiveNorm(norm)], statistics);
            let mut weights: Vec<f64> = (0..25).map(|i| f64::from(i % 6 == 0)).collect();
            for part in ["w_0", "w_1", "bn.weight", "bn.bias"] {
                weights.extend(get(&format!("param.{part}")));
            }
            let planes = |part: &str| {
                let values = stacked(tensors, &format!("{case}.{part}"));
                Tensor::from_vec(values, (5, 8, 6), &Device::Cpu).unwrap()
            };
            // Files store the fixed statistics in f32.
            let loose = if mode == "eval" { 1e5 } else { 1.0 };
            for (how, run) in BOTH {
                let what = format!("{case} {how}");
                let (x, w) = (var(&planes("x")), vector(&weights, DType::F64));
                let out = run(&x, &w, &plan).unwrap();
                let gradients = weighted(&out, &planes("grad_out")).backward().unwrap();
                let want = |part: &str| stacked(tensors, &format!("{case}.{part}"));
                assert_close(&what, &out, &want("out"), OUT * loose);
                assert_close(&what, gradients.get(&x).unwrap(), &want("grad_x"), GRADIENT * loose);
                let mut at = 25;
                for part in ["w_0", "w_1", "bn.weight", "bn.bias"] {
                    let want = get(&format!("grad_param.{part}"));
                    let got = gradients.get(&w).unwrap().narrow(0, at, want.len()).unwrap();
                    assert_close(&format!("{what} {part}"), &got, want, GRADIENT * loose);
                    at += want.len();
                }
            }
            count += 1;
        }
        count
    });
}

#[test]
fn bilinear_with_aligned_corners() {
    on_all("layers", [1, 5], |tensors| {
        let cases: Vec<&str> = tensors
            .names()
            .filter_map(|name| name.strip_prefix("bilinear_ac.")?.strip_suffix(".x"))
            .collect();
        for case in &cases {
            let get =
                |part: &str| tensors.planes(&format!("bilinear_ac.{case}.{part}"), DType::F64);
            let want = |part: &str| tensors.values(&format!("bilinear_ac.{case}.{part}"));
            let (x, gradient) = (var(&get("x")), get("grad_out"));
            let (height, width) = (gradient.dim(1).unwrap(), gradient.dim(2).unwrap());
            let out = compose::upsample(&x, height, width).unwrap();
            let gradients = weighted(&out, &gradient).backward().unwrap();
            assert_close(case, &out, want("out"), OUT);
            assert_close(case, gradients.get(&x).unwrap(), want("grad_x"), GRADIENT);
        }
        cases.len()
    });
}

/// What of a case can be compared, and how closely: README section 3.
fn tolerances(kind: &str, epsilon: &str) -> [f64; 3] {
    let (out, to_guide, to_target) = match (kind, epsilon) {
        ("lowvar", "1e-8") => (1e-6, 1e-6, 1e-6),
        ("lowvar", "1e-4") => (1e-10, 1e-10, 1e-10),
        ("flat", "1e-8") => (1e-12, 1e-7, 1e-7),
        _ => (OUT, GRADIENT, GRADIENT),
    };
    [out, to_guide, to_target]
}

type Solve = fn(&Tensor, &Tensor, usize, f64) -> candle_core::Result<Tensor>;

#[test]
fn the_plain_guided_layer() {
    on_all("guided_filter", [2, 28], |tensors| {
        let cases: Vec<(&str, &str)> = tensors
            .names()
            .filter_map(|name| name.strip_prefix("gf.")?.strip_suffix(".out")?.split_once(".eps"))
            .collect();
        for (setting, epsilon) in &cases {
            let (kind, radius) = setting.split_once(".r").unwrap();
            let radius: usize = radius.parse().unwrap();
            let inputs = format!("gf.{setting}");
            let get = |part: &str| tensors.planes(&format!("{inputs}.{part}"), DType::F64);
            let results = format!("{inputs}.eps{epsilon}");
            let want = |part: &str| tensors.values(&format!("{results}.{part}"));
            let [tolerance, to_guide, to_target] = tolerances(kind, epsilon);
            for (how, solve) in [("fused", plain::solve as Solve), ("composed", compose::plain)] {
                let what = format!("{results} {how}");
                let (x, y, high) = (var(&get("x_lr")), var(&get("y_lr")), var(&get("x_hr")));
                // A grey guide serves all channels.
                let three = |guide: &Var| {
                    let (_, height, width) = guide.dims3().unwrap();
                    guide.broadcast_as((3, height, width)).unwrap().contiguous().unwrap()
                };
                let grids = solve(&three(&x), &y, radius, epsilon.parse().unwrap()).unwrap();
                let gradient = get("grad_out");
                let (_, height, width) = gradient.dims3().unwrap();
                let maps = compose::upsample(&grids, height, width).unwrap();
                let [a, b] = [0, 3].map(|first| maps.narrow(0, first, 3).unwrap());
                let out = ((a * three(&high)).unwrap() + b).unwrap();
                let gradients = weighted(&out, &gradient).backward().unwrap();
                assert_close(&what, &out, want("out"), tolerance);
                let got = |var: &Var| gradients.get(var).unwrap().clone();
                assert_close(&what, &got(&x), want("grad_x_lr"), to_guide);
                assert_close(&what, &got(&y), want("grad_y_lr"), to_target);
                assert_close(&what, &got(&high), want("grad_x_hr"), to_guide);
                if kind != "gray" {
                    let half = grids.elem_count() / 2;
                    let grids = grids.flatten_all().unwrap();
                    let a = grids.narrow(0, 0, half).unwrap();
                    assert_close(&what, &a, want("A"), tolerance.max(1e-11));
                }
            }
            if kind != "gray" {
                through_the_head(tensors, &inputs, &results, radius, tolerances(kind, epsilon));
            }
        }
        cases.len()
    });
}

/// The same gradients through the fused head: an edit is made up whose loss has the gradient
/// `grad_out`.
fn through_the_head(
    tensors: &Tensors,
    inputs: &str,
    results: &str,
    radius: usize,
    [_, to_guide, to_target]: [f64; 3],
) {
    let get = |part: &str| tensors.planes(&format!("{inputs}.{part}"), DType::F64);
    let out = tensors.planes(&format!("{results}.out"), DType::F64);
    let half = 0.5 * out.elem_count() as f64;
    let after = (out - (get("grad_out") * half).unwrap()).unwrap();
    let none = Moments { mean: [0.0; 3], covariance: [[0.0; 3]; 3] };
    let (_, height, width) = after.dims3().unwrap();
    let every: Vec<[u32; 2]> =
        (0..height as u32).flat_map(|y| (0..width as u32).map(move |x| [y, x])).collect();
    let epsilon = results.split_once(".eps").unwrap().1.parse().unwrap();
    for sites in [None, Some(Arc::new(every))] {
        let what = format!("{results} head, sampled: {}", sites.is_some());
        let target = Target { before: get("x_hr"), after: after.clone(), moments: none, sites };
        let (x, y) = (var(&get("x_lr")), var(&get("y_lr")));
        let grids = plain::solve(&x, &y, radius, epsilon).unwrap();
        let gradients = head::loss(&grids, None, &target, false).unwrap().backward().unwrap();
        let want = |part: &str| tensors.values(&format!("{results}.{part}"));
        let loose = 10.0;
        assert_close(&what, gradients.get(&x).unwrap(), want("grad_x_lr"), loose * to_guide);
        assert_close(&what, gradients.get(&y).unwrap(), want("grad_y_lr"), loose * to_target);
    }
}

/// The filter of one size, whose A and b are averaged again.
#[test]
fn the_guided_filter_of_one_size() {
    on_all("guided_filter", [0, 1], |tensors| {
        let case = "gfsame.rand.r2.eps1e-2";
        if !tensors.has(&format!("{case}.x")) {
            return 0;
        }
        let get = |part: &str| tensors.planes(&format!("{case}.{part}"), DType::F64);
        let want = |part: &str| tensors.values(&format!("{case}.{part}"));
        let (x, y) = (var(&get("x")), var(&get("y")));
        let grids = plain::solve(&x, &y, 2, 1e-2).unwrap();
        let kernel = Tensor::ones((1, 1, 5, 5), DType::F64, &Device::Cpu).unwrap();
        let sum = |planes: &Tensor| planes.unsqueeze(1)?.conv2d(&kernel, 2, 1, 1, 1)?.squeeze(1);
        let mean = (sum(&grids).unwrap() / sum(&grids.ones_like().unwrap()).unwrap()).unwrap();
        let [a, b] = [0, 3].map(|first| mean.narrow(0, first, 3).unwrap());
        let out = ((a * x.as_tensor()).unwrap() + b).unwrap();
        let gradients = weighted(&out, &get("grad_out")).backward().unwrap();
        assert_close(case, &out, want("out"), OUT);
        assert_close(case, gradients.get(&x).unwrap(), want("grad_x"), GRADIENT);
        assert_close(case, gradients.get(&y).unwrap(), want("grad_y"), GRADIENT);
        1
    });
}

type Layered = fn(&Tensor, &Tensor, convolutional::Layer<'_>) -> candle_core::Result<Tensor>;

#[test]
fn the_convolutional_guided_layer() {
    on_all("conv_guided_filter", [1, 7], |tensors| {
        let cases: Vec<&str> = tensors
            .names()
            .filter_map(|name| name.strip_prefix("conv.")?.strip_suffix(".out"))
            .collect();
        for case in &cases {
            for (solve, kind) in [
                (convolutional::solve as Layered, DType::F64),
                (convolutional::solve, DType::F32),
                (compose::convolutional, DType::F64),
            ] {
                one_convolutional(tensors, case, kind, solve);
            }
        }
        cases.len()
    });
}

fn one_convolutional(tensors: &Tensors, case: &str, kind: DType, solve: Layered) {
    let what = &format!("{case} {kind:?}");
    let (mode, dilation) = case.split_once(".r").unwrap();
    let dilation: usize = dilation.parse().unwrap();
    let get = |part: &str| tensors.planes(&format!("conv.{case}.{part}"), kind);
    let want = |part: &str| tensors.values(&format!("conv.{case}.{part}"));
    let param = |part: &str| want(&format!("param.{part}"));
    let has_norm = mode != "none";
    // Layers and weights of conv_a.
    let (mut layers, mut weights, mut places) = (Vec::new(), Vec::new(), Vec::new());
    let mut push = |part: String, weights: &mut Vec<f64>| {
        let values = param(&part);
        places.push((part, weights.len(), values.len()));
        weights.extend(values);
    };
    for (index, [inputs, outputs]) in [(0, [6, 32]), (3, [32, 32]), (6, [32, 3])] {
        layers.push(conv(inputs, outputs, 1, 1));
        push(format!("conv_a.{index}.weight"), &mut weights);
        if index < 6 {
            if has_norm {
                let norm = format!("conv_a.{}", index + 1);
                let fixed =
                    |part: &str| tensors.f32(&format!("conv.{case}.param.{norm}.bn.{part}"));
                layers.push(Layer::AdaptiveNorm(AdaptiveNorm {
                    mean: fixed("running_mean"),
                    variance: fixed("running_var"),
                    ..AdaptiveNorm::none(outputs)
                }));
                for part in ["w_0", "w_1", "bn.weight", "bn.bias"] {
                    push(format!("{norm}.{part}"), &mut weights);
                }
            }
            layers.push(Layer::LeakyRelu { slope: 0.0 });
        }
    }
    let is_frozen = mode == "adaptive_eval";
    let plan = plan(layers, if is_frozen { Statistics::Frozen } else { Statistics::PerImage });
    let (x, y, high) = (var(&get("x_lr")), var(&get("y_lr")), var(&get("x_hr")));
    let (mean, weights) = (vector(param("box_filter.weight"), kind), vector(&weights, kind));
    let layer = convolutional::Layer { mean: &mean, pointwise: &weights, plan: &plan, dilation };
    let grids = solve(&x, &y, layer).unwrap();
    let [a, b] = [0, 3].map(|first| grids.narrow(0, first, 3).unwrap());
    let gradient = get("grad_out");
    let (_, height, width) = gradient.dims3().unwrap();
    let up = |grid: &Tensor| compose::upsample(grid, height, width).unwrap();
    let out = ((up(&a) * high.as_tensor()).unwrap() + up(&b)).unwrap();
    let gradients = weighted(&out, &gradient).backward().unwrap();
    // Files store fixed statistics in f32.
    let tolerance = if kind == DType::F32 || is_frozen { 2e-5 } else { GRADIENT };
    assert_close(what, &a, want("A"), tolerance);
    assert_close(what, &b, want("b"), tolerance);
    assert_close(what, &out, want("out"), tolerance);
    for (var, name) in [(&x, "grad_x_lr"), (&y, "grad_y_lr"), (&high, "grad_x_hr")] {
        let what = format!("{what} {name}");
        assert_close(&what, gradients.get(var).unwrap(), want(name), tolerance);
    }
    let got = gradients.get(&mean).unwrap();
    let wanted = want("grad_param.box_filter.weight");
    assert_close(&format!("{what} kernel"), got, wanted, tolerance);
    for (part, at, len) in places {
        let got = gradients.get(&weights).unwrap().narrow(0, at, len).unwrap();
        assert_close(
            &format!("{what} {part}"),
            &got,
            want(&format!("grad_param.{part}")),
            tolerance,
        );
    }
}
