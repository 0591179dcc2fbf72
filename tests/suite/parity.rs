//! The CPU twins against the authors' own code: all stages of 25 checkpoints on three images, in
//! both normalisation modes (`../shared/reference/README.md` says what the tensors are).

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use safetensors::SafeTensors;
use understudy::edit::{Edit, Layer};
use understudy::kernel::Planes;
use understudy::kernel::guide;
use understudy::kernel::moments::of_planes;
use understudy::kernel::reach::aligned;
use understudy::kernel::render::{Shader, Stage};
use understudy::kernel::sample::{Sites, nearest_indices, sample};
use understudy::operator::{self, Operator, Statistics, Tuning, Variant};
use understudy::photo::{Image, Photo};
use understudy::render::{self, Solver, Source};

use crate::shared::{shared, skipped};

const TASKS: [&str; 5] = [
    "auto_ps",
    "l0_smooth",
    "multi_scale_detail_manipulation",
    "non_local_dehazing",
    "style_transfer",
];
const VARIANTS: [(Variant, &str, &str); 5] = [
    (Variant::DgfS, "lr_net", "DGFs"),
    (Variant::DgfB, "hr_net", "DGFb"),
    (Variant::Dgf, "hr_ad_net", "DGF"),
    (Variant::DgfCb, "conv_hr_net", "DGFcb"),
    (Variant::DgfC, "conv_hr_ad_net", "DGFc"),
];
const OH: f32 = 3e-5;

struct Tensors(HashMap<String, (Vec<usize>, Vec<f32>)>);

impl Tensors {
    fn read(path: &Path) -> Self {
        let bytes = fs::read(path).unwrap();
        let file = SafeTensors::deserialize(&bytes).unwrap();
        let values = |name: &str| {
            let tensor = file.tensor(name).unwrap();
            let data = match tensor.dtype() {
                safetensors::Dtype::U8 => tensor.data().iter().map(|v| f32::from(*v)).collect(),
                safetensors::Dtype::F32 => tensor
                    .data()
                    .chunks_exact(4)
                    .map(|b| f32::from_le_bytes(b.try_into().unwrap()))
                    .collect(),
                safetensors::Dtype::I32 => tensor
                    .data()
                    .chunks_exact(4)
                    .map(|b| i32::from_le_bytes(b.try_into().unwrap()) as f32)
                    .collect(),
                other => panic!("{name} is {other:?}"),
            };
            (tensor.shape().to_vec(), data)
        };
        Self(file.names().iter().map(|name| ((*name).to_owned(), values(name))).collect())
    }

    fn get(&self, name: &str) -> Option<&(Vec<usize>, Vec<f32>)> {
        self.0.get(name)
    }

    /// An 8-bit image stored as `[height, width, 3]`.
    fn image(&self, name: &str) -> Image {
        let (shape, data) = &self.0[name];
        let pixels = data.chunks_exact(3).map(|p| [p[0] as u8, p[1] as u8, p[2] as u8, 255]);
        Image::eight(shape[1], shape[0], pixels.collect())
    }
}

fn planes_of(image: &Image) -> Planes {
    sample(
        image,
        &Sites {
            rows: (0..image.height as u32).collect(),
            columns: (0..image.width as u32).collect(),
        },
    )
}

#[track_caller]
fn assert_close(what: &str, got: &[f32], want: &[f32], tolerance: f32) {
    assert_eq!(got.len(), want.len(), "{what}: length");
    for (at, (got, want)) in got.iter().zip(want).enumerate() {
        // Written so that what is no number fails too.
        let is_close = (got - want).abs() <= tolerance;
        assert!(is_close, "{what}: {got} instead of {want} at {at}, allowed {tolerance:e}");
    }
}

/// Runs every stage and the render; returns what the kit stores, by its names.
pub fn run(operator: &Operator, hr: &Image, il: &Planes) -> HashMap<&'static str, Planes> {
    let settings = operator.settings(&Tuning::default()).unwrap();
    let low = render::low(operator, il, None);
    let grids = render::grids(operator, &settings, &low).unwrap();
    let ih = planes_of(hr);
    let folded = operator
        .guide
        .as_ref()
        .map(|f| Arc::new(guide::fold(f, &of_planes(&ih), operator.statistics)));
    let gh = folded.as_ref().map_or_else(|| ih.clone(), |folded| folded.planes(&ih));
    let stage = Stage {
        base: None,
        guide: folded,
        grids: Some(Arc::new(grids.clone())),
        own: 0.0,
        clamp: operator.clamp,
        strength: 1.0,
        mask: None,
    };
    let mut oh = ih;
    let across: Vec<f32> = (0..hr.width).map(|x| aligned(x as f64, hr.width)).collect();
    let stages = [stage];
    let shader = Shader::new(&stages, &across);
    let mut block = shader.block(0..hr.width);
    let area = oh.area();
    for y in 0..hr.height {
        let (r, rest) = oh.data.split_at_mut(area);
        let (g, b) = rest.split_at_mut(area);
        let row = y * hr.width..(y + 1) * hr.width;
        let rgb = [&mut r[row.clone()], &mut g[row.clone()], &mut b[row]];
        block.row(aligned(y as f64, hr.height), rgb);
    }
    HashMap::from([
        ("Ol", low.ol),
        ("Gl", low.gl),
        ("Gh", gh),
        ("A", grids.a),
        ("b", grids.b),
        ("Oh64", oh),
    ])
}

fn every_fourth(planes: &Planes) -> Vec<f32> {
    let mut out = Vec::new();
    for channel in 0..planes.channels {
        for row in planes.plane(channel).chunks_exact(planes.width).step_by(4) {
            out.extend(row.iter().step_by(4));
        }
    }
    out
}

#[test]
fn every_stage_equals_the_reference_for_all_checkpoints() {
    let Some(reference) = shared("reference") else { return skipped(25, "checkpoints") };
    let inputs = Tensors::read(&reference.join("forward/inputs.safetensors"));
    let mut compared = 0;
    for task in TASKS {
        for (variant, file, name) in VARIANTS {
            let path = reference.join(format!("weights/{task}/{file}_latest.pth"));
            let mut operator = operator::import(&path).unwrap();
            assert_eq!(operator.variant, variant);
            let kit = Tensors::read(&reference.join(format!("forward/{task}.{name}.safetensors")));
            for (mode, statistics) in
                [("train", Statistics::PerImage), ("eval", Statistics::Frozen)]
            {
                operator.statistics = statistics;
                for image in ["A", "B", "C"] {
                    let hr = inputs.image(&format!("{image}.hr_u8"));
                    let il = planes_of(&inputs.image(&format!("{image}.lr_u8")));
                    let got = run(&operator, &hr, &il);
                    compared +=
                        compare(&kit, &format!("{task} {name}"), image, mode, variant, &got);
                }
            }
        }
    }
    assert!(compared > 300, "only {compared} tensors were compared");
}

/// At the tolerances of the kit's README; A and b are not comparable where ε is tiny or the image
/// is flat, Oh always is.
fn compare(
    kit: &Tensors,
    what: &str,
    image: &str,
    mode: &str,
    variant: Variant,
    got: &HashMap<&'static str, Planes>,
) -> usize {
    let mut compared = 0;
    for (part, planes) in got {
        let tolerance = match (*part, variant) {
            ("Ol", _) => 5e-6,
            ("Gl" | "Gh", _) => 2e-5,
            ("Oh64", _) => OH,
            ("A" | "b", Variant::DgfC | Variant::DgfCb) if image != "C" => 1e-2,
            ("A" | "b", Variant::DgfC | Variant::DgfCb) => 4e-2,
            _ => continue,
        };
        let name = format!("{image}.{mode}.{part}");
        if let Some((_, want)) = kit.get(&name) {
            assert_close(&format!("{what} {name}"), &planes.data, want, tolerance);
            compared += 1;
        }
        if let Some((_, want)) = kit.get(&format!("{name}_s4")) {
            assert_close(&format!("{what} {name}_s4"), &every_fourth(planes), want, tolerance);
            compared += 1;
        }
    }
    compared
}

#[test]
fn nearest_sampling_follows_pillow() {
    let Some(reference) = shared("reference/resize") else { return skipped(1, "index rule") };
    let tensors = Tensors::read(&reference.join("pil_nearest_index.safetensors"));
    assert!(tensors.0.len() >= 27);
    for (name, (_, want)) in &tensors.0 {
        let (from, to) = name.split_once("_to_").unwrap();
        let got = nearest_indices(from.parse().unwrap(), to.parse().unwrap());
        let want: Vec<u32> = want.iter().map(|index| *index as u32).collect();
        assert_eq!(got, want, "{name}");
    }
}

/// Stands alone: small networks of our own, computed by PyTorch (`tests/data/make_vectors.py`), one
/// for each variant, in both checkpoint formats.
#[test]
fn small_networks_of_all_variants_equal_pytorch() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/vectors");
    let kit = Tensors::read(&folder.join("outputs.safetensors"));
    let (hr, lr) = (kit.image("hr"), kit.image("lr"));
    assert_eq!(sample(&hr, &Sites::new(hr.width, hr.height, 16)), planes_of(&lr), "Il");
    for variant in Variant::ALL {
        let mut operator =
            operator::import(&folder.join(format!("{}.pth", variant.name()))).unwrap();
        assert_eq!(operator.variant, variant);
        for (mode, statistics) in [("train", Statistics::PerImage), ("eval", Statistics::Frozen)] {
            operator.statistics = statistics;
            let got = run(&operator, &hr, &planes_of(&lr));
            for (part, tolerance) in [("Ol", 5e-6), ("Oh64", OH)] {
                let name = format!("{}.{mode}.{}", variant.name(), part.trim_end_matches("64"));
                let (_, want) = kit.get(&name).unwrap();
                assert_close(&name, &got[part].data, want, tolerance);
            }
        }
    }
}

/// The whole path of the program, sampling and 8-bit packing included, on an image of its own Il.
#[test]
fn the_rendered_strip_is_the_reference_in_8_bits() {
    let Some(reference) = shared("reference") else { return skipped(25, "renders") };
    let inputs = Tensors::read(&reference.join("forward/inputs.safetensors"));
    for task in TASKS {
        for (_, file, name) in VARIANTS {
            let path = reference.join(format!("weights/{task}/{file}_latest.pth"));
            let operator = Arc::new(operator::import(&path).unwrap());
            let kit = Tensors::read(&reference.join(format!("forward/{task}.{name}.safetensors")));
            let hr = inputs.image("A.hr_u8");
            let (width, height) = (hr.width, hr.height);
            let source = Source::new(Arc::new(Photo::from_image(hr)));
            let edit = Edit { layers: vec![Layer::new(operator)] };
            let stages = Solver::default().solve(&source, &edit).unwrap();
            let out = planes_of(&render::strip(&source, &stages, 0..height));
            assert_eq!(out.width, width);
            let clamped =
                |values: &[f32]| values.iter().map(|v| v.clamp(0.0, 1.0)).collect::<Vec<_>>();
            let (_, want) = kit.get("A.train.Oh64_s4").or(kit.get("A.train.Oh64")).unwrap();
            let got =
                if want.len() == out.data.len() { out.data.clone() } else { every_fourth(&out) };
            assert_close(&format!("{task} {name}"), &got, &clamped(want), 0.5 / 255.0 + OH);
        }
    }
}
