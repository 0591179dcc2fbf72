//! Filter files: what is written is read again, and nothing damaged, newer or absurd gets in.

use std::fs;
use std::path::Path;

use understudy::operator::{
    self, CheckPair, GuidedLayer, Layer, Library, Operator, OperatorError, Tuning,
};
use understudy::photo::Image;

use crate::operators::{own_operators, random_operators};
use crate::shared::{shared, skipped};

fn written(operator: &Operator) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("filter.safetensors");
    operator::write(operator, &file, false).unwrap();
    fs::read(&file).unwrap()
}

fn read(bytes: &[u8]) -> Result<Operator, OperatorError> {
    operator::read_bytes(bytes, Path::new("filter.safetensors"))
}

#[track_caller]
fn refused(bytes: &[u8], part: &str) {
    let sentence = read(bytes).expect_err("this must be refused").to_string();
    assert!(sentence.contains(part), "“{part}” is not in: {sentence}");
    assert!(sentence.contains("filter.safetensors"), "{sentence}");
}

/// The file with its JSON header changed.
fn with_header(bytes: &[u8], change: impl Fn(&str) -> String) -> Vec<u8> {
    let len = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    let header = change(std::str::from_utf8(&bytes[8..8 + len]).unwrap());
    [&(header.len() as u64).to_le_bytes(), header.as_bytes(), &bytes[8 + len..]].concat()
}

#[test]
fn every_variant_is_read_as_it_was_written_and_always_the_same_bytes() {
    for operator in random_operators().into_iter().chain(own_operators()) {
        let bytes = written(&operator);
        assert_eq!(read(&bytes).unwrap(), operator);
        assert_eq!(written(&operator), bytes);
    }
}

#[test]
fn an_existing_filter_is_not_replaced_unasked() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("filter.safetensors");
    let [first, second] = [0, 1].map(|i| random_operators().swap_remove(i));
    operator::write(&first, &file, false).unwrap();
    let sentence = operator::write(&second, &file, false).unwrap_err().to_string();
    assert!(sentence.contains("exists"), "{sentence}");
    assert_eq!(operator::read(&file).unwrap(), first);
    operator::write(&second, &file, true).unwrap();
    assert_eq!(operator::read(&file).unwrap(), second);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file is left");
}

#[test]
fn newer_files_are_told_from_damaged_ones() {
    let bytes = written(&random_operators()[4]);
    let newer = |from: &str, to: &str| {
        let changed = with_header(&bytes, |header| header.replacen(from, to, 1));
        assert_ne!(changed, bytes, "{from} is in the header");
        let error = read(&changed).unwrap_err();
        assert!(matches!(error, OperatorError::Newer { .. }), "{error}");
    };
    newer(r#"\"format\":1"#, r#"\"format\":2"#);
    newer(r#"\"base\":null"#, r#"\"base\":{\"form\":2}"#);
    newer(r#"\"base\":null"#, r#"\"base\":{\"kind\":\"local\"}"#);
    newer(r#"\"variant\":\"dgf-c\""#, r#"\"variant\":\"dgf-z\""#);
    newer(r#"\"kind\":\"convolutional\""#, r#"\"kind\":\"pyramid\""#);
    newer(r#"\"channels\":3"#, r#"\"channels\":1"#);
    newer(r#"\"color_space\":\"srgb\""#, r#"\"color_space\":\"xyz\""#);
    newer(r#"\"method\":\"nearest\""#, r#"\"method\":\"area\""#);
}

#[test]
fn absurd_specs_are_refused() {
    let bytes = written(&random_operators()[4]);
    let changed = |from: &str, to: &str, part: &str| {
        let changed = with_header(&bytes, |header| header.replacen(from, to, 1));
        assert_ne!(changed, bytes, "{from} is in the header");
        refused(&changed, part);
    };
    changed(r#"\"short_side\":64"#, r#"\"short_side\":9000000"#, "analysis size");
    changed(r#"\"outputs\":24"#, r#"\"outputs\":4000000000"#, "out of range");
    changed(r#"\"outputs\":24"#, r#"\"outputs\":25"#, "values instead of");
    changed(r#"\"dilation\":16"#, r#"\"dilation\":1000000"#, "out of range");
    changed(r#"\"kernel\":3"#, r#"\"kernel\":5"#, "out of range");
    changed(r#"\"strength\":1.0"#, r#"\"strength\":7.0"#, "strength");
    changed(r#"\"slope\":0.2"#, r#"\"slope\":2.0"#, "slope");
    changed(r#"\"title\""#, r#"\"tilte\""#, "cannot be understood");
    changed(r#"\"variant\":\"dgf-c\""#, r#"\"variant\":\"dgf-s\""#, "layers are not those");
    changed(r#"\"format\":1"#, r#"\"format\":0"#, "format");
}

#[test]
fn absurd_bases_are_refused() {
    let [base, _, dgf_x] = own_operators().try_into().unwrap();
    let bytes = written(&base);
    let changed = |from: &str, to: &str, part: &str| {
        let changed = with_header(&bytes, |header| header.replacen(from, to, 1));
        assert_ne!(changed, bytes, "{from} is in the header");
        refused(&changed, part);
    };
    changed(r#"\"rank\":2"#, r#"\"rank\":1"#, "values instead of");
    changed(r#"\"rank\":2"#, r#"\"rank\":4000000"#, "axes");
    changed(r#"\"local\":true"#, r#"\"local\":false"#, "values instead of");
    changed(r#"\"scale\":1.0"#, r#"\"scale\":99.0"#, "scale");
    changed(r#"\"variant\":\"base\""#, r#"\"variant\":\"dgf-b\""#, "layers are not those");
    changed(r#"\"variant\":\"base\""#, r#"\"variant\":\"dgf-x\""#, "layers are not those");
    changed("base.centre", "base.center", "is missing");
    for bad in [0.0, -1.0, f64::NAN] {
        let mut operator = base.clone();
        operator.base.as_mut().unwrap().statistics.spread[3] = bad;
        refused(&written(&operator), "base.spread");
    }
    let mut operator = dgf_x.clone();
    operator.base = None;
    refused(&written(&operator), "layers are not those");
    let mut operator = dgf_x;
    operator.network = Default::default();
    refused(&written(&operator), "has 0 layers");
    let mut operator = random_operators().swap_remove(4);
    operator.base = base.base;
    refused(&written(&operator), "layers are not those");
}

#[test]
fn the_rung_follows_from_the_base() {
    let [base, colour, dgf_x] = own_operators().try_into().unwrap();
    let mut identity = base.clone();
    identity.base.as_mut().unwrap().weights.fill(0.0);
    let rungs = [identity, colour, base, dgf_x].map(|operator| operator.rung());
    assert_eq!(rungs, ["identity", "colour", "base", "dgf-x"]);
}

#[test]
fn tunings_that_a_filter_does_not_have_are_refused_by_name() {
    let [base, colour, dgf_x] = own_operators().try_into().unwrap();
    let plain = random_operators().swap_remove(1);
    let none = Tuning::default();
    let scale = Tuning { scale: Some(2.0), ..none };
    let radius = Tuning { radius: Some(2), ..none };
    let epsilon = Tuning { epsilon: Some(1e-2), ..none };
    let analysis = Tuning { short_side: Some(32), ..none };
    let refused = |operator: &Operator, tuning: Tuning, part: &str| {
        let sentence = operator.settings(&tuning).unwrap_err().to_string();
        assert!(sentence.contains(part) && sentence.contains(&operator.title), "{sentence}");
    };
    refused(&plain, scale, "no scale");
    refused(&colour, scale, "no scale");
    refused(&base, radius, "no radius");
    refused(&base, epsilon, "no edge softness");
    refused(&base, analysis, "no analysis size");
    assert_eq!(base.settings(&scale).unwrap().scale, 2.0);
    for tuning in [none, scale, radius, epsilon, analysis] {
        dgf_x.settings(&tuning).unwrap();
    }
    let absurd = Tuning { scale: Some(99.0), ..none };
    assert!(base.settings(&absurd).unwrap_err().to_string().contains("from 0.25 to 4"));
}

#[test]
fn numbers_that_are_none_are_refused() {
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let mut operator = random_operators().swap_remove(1);
        let Layer::Conv(conv) = &mut operator.network.layers[0] else { panic!("a convolution") };
        conv.weight[5] = bad;
        refused(&written(&operator), "no numbers");
    }
    let mut operator = random_operators().swap_remove(3);
    if let GuidedLayer::Convolutional { mean, .. } = &mut operator.layer {
        mean[..9].fill(0.0);
    }
    refused(&written(&operator), "sums to zero");
}

#[test]
fn every_truncation_and_many_flipped_bits_end_in_a_sentence() {
    let bytes = written(&random_operators()[0]);
    for len in (0..bytes.len()).step_by(997).chain(0..64) {
        assert!(read(&bytes[..len]).is_err(), "{len} bytes");
    }
    let header = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    for at in 0..8 + header {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1 << (at % 8);
        // Some flips are harmless (a digit of the title); none may panic or take much memory.
        drop(read(&damaged));
    }
    refused(b"not a filter at all", "no intact safetensors");
    refused(&[0xff; 64], "no intact safetensors");
}

#[test]
fn checkpoints_cut_short_or_flipped_end_in_a_sentence() {
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/vectors");
    let folder = tempfile::tempdir().unwrap();
    for name in ["dgf-c.pth", "dgf-b.pth"] {
        let bytes = fs::read(vectors.join(name)).unwrap();
        let file = folder.path().join(name);
        for len in (0..bytes.len()).step_by(211) {
            fs::write(&file, &bytes[..len]).unwrap();
            let sentence = operator::import(&file).unwrap_err().to_string();
            assert!(sentence.contains("Nothing was loaded"), "{sentence}");
        }
        for at in (0..bytes.len()).step_by(13) {
            let mut damaged = bytes.clone();
            damaged[at] = damaged[at].wrapping_add(101);
            fs::write(&file, &damaged).unwrap();
            drop(operator::import(&file));
        }
    }
}

#[test]
fn imported_checkpoints_survive_a_round_trip() {
    let Some(weights) = shared("reference/weights/auto_ps") else {
        return skipped(5, "checkpoints");
    };
    for file in fs::read_dir(weights).unwrap().map(|file| file.unwrap().path()) {
        let operator = operator::import(&file).unwrap();
        assert_eq!(operator.title, "Auto ps");
        assert_eq!(read(&written(&operator)).unwrap(), operator);
    }
}

#[test]
fn the_library_holds_the_shipped_filters_and_their_provenance() {
    let library = Library::load();
    let shipped: Vec<_> = library.entries.iter().filter(|entry| entry.builtin).collect();
    let names: Vec<_> = shipped.iter().map(|entry| entry.name.as_str()).collect();
    let all = "retouch local-contrast dehaze tone-map bw-drama cross-process l0 detail";
    assert_eq!(names, all.split(' ').collect::<Vec<_>>());
    assert!(!library.problems.iter().any(|problem| problem.contains("models/")));
    for entry in shipped {
        let check = entry.operator.provenance.check.as_ref().unwrap();
        assert!(check.psnr > check.psnr_nothing + 1.0, "{}", entry.name);
        assert!(entry.operator.provenance.license.is_some());
        assert!(!entry.operator.provenance.learned_from.is_empty());
        let seen = |name: &String| entry.operator.provenance.learned_from.contains(name);
        assert!(!check.photos.iter().any(seen), "{} is judged by unseen photos", entry.name);
    }
}

/// Small copies of check pairs go with a filter; older programs skip them, as they are in the provenance.
#[test]
fn check_pairs_are_read_as_they_were_written_and_bounded() {
    let pixels = (0..700 * 500).map(|i| [(i % 251) as u8, (i / 700 % 256) as u8, 77, 255]);
    let before = Image::eight(700, 500, pixels.collect());
    let after = Image::eight(700, 500, vec![[9, 200, 30, 255]; 700 * 500]);
    let pair = CheckPair::new("a.jpg".to_owned(), &before, &after);
    let [small, edited] = pair.pictures().unwrap();
    assert_eq!((small.width, small.height, edited.width), (256, 183, 256));
    assert!(
        edited.rgb(99).iter().zip([9.0, 200.0, 30.0]).all(|(a, b)| (a * 255.0 - b).abs() < 3.0)
    );
    let mut operator = own_operators().remove(0);
    operator.provenance.check_pairs = vec![pair.clone(); 4];
    let bytes = written(&operator);
    assert_eq!(read(&bytes).unwrap(), operator);
    assert_eq!(written(&operator), bytes);
    assert!(!serde_json::to_string(&operator.describe()).unwrap().contains("check_pairs"));

    operator.provenance.check_pairs = vec![pair; CheckPair::COUNT_MAX + 1];
    refused(&written(&operator), "check pairs");
    let spoilt = |from: &str, to: &str| with_header(&bytes, |header| header.replacen(from, to, 1));
    refused(&spoilt(r#"\"before\":\""#, r#"\"before\":\"%%"#), "cannot be understood");
    let large = format!(r#"\"before\":\"{}"#, "A".repeat(4 * (1 << 20)));
    refused(&spoilt(r#"\"before\":\""#, &large), "too large");
    // What is no picture is found when it is looked at, and harms nothing else.
    let read = read(&spoilt(r#"\"before\":\""#, r#"\"before\":\"AAAA"#)).unwrap();
    assert!(read.provenance.check_pairs[0].pictures().is_err());
}
