//! Learning as a person does it: pairs in folders, a filter out, on photos of our own making.

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;
use understudy::operator::{Operator, Provenance, Variant, read};
use understudy::photo::{self, Image};
use understudy::random::Random;
use understudy::train::base::Prior;
use understudy::train::examples::{self, Pair, pairs_by_name};
use understudy::train::judge::{judge, judge_psnr};
use understudy::train::learn::{Event, LearnError, Task, isotropic, operator, reading};

use crate::shared::{shared, skipped};

fn understudy(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_understudy"))
        .args(arguments)
        .current_dir(folder)
        .env("XDG_DATA_HOME", folder.join("data"))
        .output()
        .unwrap()
}

fn lines(output: &Output) -> Vec<Value> {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A scene of soft patches, different for every seed.
pub fn scene(seed: u64) -> Vec<[f32; 3]> {
    let mut random = Random::new(seed);
    let patches: Vec<[f64; 6]> = (0..24).map(|_| std::array::from_fn(|_| random.unit())).collect();
    let colour = |i: usize| {
        let (x, y) = ((i % WIDTH) as f64 / WIDTH as f64, (i / WIDTH) as f64 / HEIGHT as f64);
        let mut rgb = [0.25 + 0.3 * y, 0.35 + 0.2 * x, 0.4];
        for [px, py, size, r, g, b] in &patches {
            let distance = (x - px).hypot(y - py) / (0.05 + 0.15 * size);
            let share = 1.0 / (1.0 + (12.0 * (distance - 1.0)).exp());
            for (value, to) in rgb.iter_mut().zip([r, g, b]) {
                *value += share * (to - *value);
            }
        }
        rgb.map(|v| v as f32)
    };
    (0..WIDTH * HEIGHT).map(colour).collect()
}

pub const WIDTH: usize = 192;
pub const HEIGHT: usize = 128;

pub fn save(path: &Path, pixels: &[[f32; 3]]) {
    let code = |v: f32| (v.clamp(0.0, 1.0) * 255.0).round() as u8;
    let pixels = pixels.iter().map(|[r, g, b]| [code(*r), code(*g), code(*b), 255]).collect();
    let image = Image::eight(WIDTH, HEIGHT, pixels);
    let photo = photo::Photo::from_image(image.clone());
    let options = photo::ExportOptions { quality: 90, overwrite: true, ..Default::default() };
    photo::export(&photo, path, &options, &[], &mut |rows| Ok(image.rows(rows))).unwrap();
}

/// Darker, warmer, more contrast: the same in every photo.
pub fn edit([r, g, b]: [f32; 3]) -> [f32; 3] {
    let curve = |v: f32| v * v * (1.6 - 0.6 * v);
    [curve(r) * 1.05, curve(g), curve(b) * 0.85 + 0.04]
}

/// Brighter where it is bright around, else darker: a step that no base can follow.
pub fn parted(pixels: &[[f32; 3]]) -> Vec<[f32; 3]> {
    const REACH: usize = 6;
    let around = |i: usize| {
        let (row, column) = (i / WIDTH, i % WIDTH);
        let rows = row.saturating_sub(REACH)..(row + REACH + 1).min(HEIGHT);
        let columns = column.saturating_sub(REACH)..(column + REACH + 1).min(WIDTH);
        let count = 3.0 * (rows.len() * columns.len()) as f32;
        let row = |row: usize| &pixels[row * WIDTH..][columns.clone()];
        rows.flat_map(row).flatten().sum::<f32>() / count
    };
    let factor = |i: usize| if around(i) > 0.5 { 1.25 } else { 0.6 };
    (0..pixels.len()).map(|i| pixels[i].map(|v| v * factor(i))).collect()
}

/// Folders `before` and `after` with pairs of these seeds, and `check-before`, `check-after`.
pub fn folders(seeds: &[u64]) -> tempfile::TempDir {
    folders_of(seeds, |pixels| pixels.iter().copied().map(edit).collect())
}

/// The same with another edit.
pub fn folders_of(seeds: &[u64], edit: fn(&[[f32; 3]]) -> Vec<[f32; 3]>) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (split, seeds) in [("", seeds), ("check-", &[90, 91][..])] {
        let [before, after] =
            ["before", "after"].map(|half| folder.path().join(format!("{split}{half}")));
        fs::create_dir(&before).unwrap();
        fs::create_dir(&after).unwrap();
        for seed in seeds {
            let pixels = scene(*seed);
            save(&before.join(format!("photo{seed}.png")), &pixels);
            save(&after.join(format!("photo{seed}.png")), &edit(&pixels));
        }
    }
    folder
}

const LEARN: [&str; 10] = [
    "learn",
    "--before",
    "before",
    "--after",
    "after",
    "--check-before",
    "check-before",
    "--check-after",
    "check-after",
    "--json",
];

fn learn(folder: &Path, out: &str, more: &[&str]) -> Output {
    understudy(folder, &[&LEARN[..], &["-o", out], more].concat())
}

#[test]
fn three_pairs_make_a_filter_that_holds_on_new_photos() {
    let folder = folders(&[1, 2, 3]);
    let output = learn(folder.path(), "mine.safetensors", &["--name", "Mine"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = lines(&output);
    let learned = lines.last().unwrap();
    assert_eq!(learned["what"], "learned");
    assert!(learned["psnr_check"].as_f64().unwrap() > 34.0, "{learned}");
    assert!(lines.iter().any(|line| line["what"] == "progress" && line["rung"] == "identity"));
    let operator = read(&folder.path().join("mine.safetensors")).unwrap();
    assert_eq!(operator.title, "Mine");
    assert_eq!(operator.provenance.learned_from.len(), 3);
    assert_eq!(operator.provenance.examples.len(), 3);
    let check = operator.provenance.check.clone().unwrap();
    assert!(check.psnr > check.psnr_nothing + 10.0);
    // The version is the filter already, and stays; nothing else is left of the run.
    let kept: Vec<_> = fs::read_dir(folder.path().join("mine.run"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(kept, ["v001.safetensors"]);
    let version = read(&folder.path().join("mine.run/v001.safetensors")).unwrap();
    assert_eq!(version.base, operator.base);

    let again = learn(folder.path(), "again.safetensors", &["--no-check-copies"]);
    assert!(again.status.success());
    let again = read(&folder.path().join("again.safetensors")).unwrap();
    assert_eq!(again.base, operator.base, "the same seed learns the same filter");
    // Small copies of the check pairs are in the file only where they are wanted there.
    assert_eq!(operator.provenance.check_pairs.len(), 2);
    assert!(again.provenance.check_pairs.is_empty() && again.provenance.check.is_some());

    let bytes = fs::read(folder.path().join("mine.safetensors")).unwrap();
    let refused = learn(folder.path(), "mine.safetensors", &[]);
    assert_eq!(refused.status.code(), Some(1));
    assert_eq!(fs::read(folder.path().join("mine.safetensors")).unwrap(), bytes);
}

#[test]
fn what_is_odd_about_pairs_is_told_and_the_rest_is_learnt() {
    let folder = folders(&[1, 2, 3, 6, 7, 8]);
    let at = |half: &str, seed: u64| folder.path().join(half).join(format!("photo{seed}.png"));
    // Another name, a shift, the wrong way round, no partner.
    fs::rename(at("after", 1), folder.path().join("after/web.png")).unwrap();
    let image = photo::open(&at("after", 2)).unwrap().image;
    let shifted: Vec<[f32; 3]> = (0..WIDTH * HEIGHT)
        .map(|i| image.rgb(i / WIDTH * WIDTH + (i % WIDTH + 9).min(WIDTH - 1)))
        .collect();
    save(&at("after", 2), &shifted);
    let aside = folder.path().join("aside.png");
    fs::rename(at("before", 3), &aside).unwrap();
    fs::rename(at("after", 3), at("before", 3)).unwrap();
    fs::rename(&aside, at("after", 3)).unwrap();
    fs::remove_file(at("after", 6)).unwrap();
    let output = learn(folder.path(), "odd.safetensors", &[]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    for sentence in [
        "“web.png” was taken for the edit of “photo1.png” by what they show.",
        "“photo2.png” shows 9",
        "“photo3.png” and “photo3.png” seem to be the wrong way round",
        "“photo6.png” was left out: it has no edit.",
    ] {
        assert!(said.contains(sentence), "{sentence}: {said}");
    }
    let learned = read(&folder.path().join("odd.safetensors")).unwrap().provenance;
    assert_eq!(learned.learned_from, ["photo1.png", "photo2.png", "photo7.png", "photo8.png"]);
    let check = learned.check.unwrap();
    assert!(check.psnr > check.psnr_nothing + 10.0, "{check:?}");
}

#[test]
fn a_check_says_how_close_a_filter_comes_and_how_close_it_could() {
    let folder = folders(&[1, 2, 3]);
    let learned = learn(folder.path(), "mine.safetensors", &[]);
    let learned = lines(&learned).pop().unwrap()["psnr_check"].as_f64().unwrap();
    let check = |more: &[&str]| {
        let pairs = ["--before", "check-before", "--after", "check-after"];
        let arguments = [&["check", "mine.safetensors"], &pairs[..], more].concat();
        let output = understudy(folder.path(), &arguments);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output
    };
    let report = lines(&check(&["--json", "--upper-bound"])).pop().unwrap();
    let number = |value: &Value| value.as_f64().unwrap();
    assert_eq!(report["pairs"], 2);
    assert!((number(&report["psnr"]) - learned).abs() < 1e-9, "{report}");
    assert!(number(&report["psnr"]) > number(&report["psnr_nothing"]) + 10.0);
    // The edit is a cubic of each channel: a cubic of the photo's own expresses it, up to rounding.
    let bound = &report["upper_bound"];
    assert!(number(&bound["cubic"]) > 45.0 && number(&bound["grid"]) > 45.0, "{report}");
    assert!(report["photos"][0]["cubic"].is_number());
    let text = String::from_utf8(check(&["--upper-bound"]).stdout).unwrap();
    assert!(text.contains("own cubic") && text.contains("Upper bound"), "{text}");
    assert!(lines(&check(&["--json"])).pop().unwrap().get("upper_bound").is_none());
}

#[test]
fn one_pair_is_a_fair_start_and_says_that_it_is_a_guess() {
    let folder = folders(&[4]);
    let output = learn(folder.path(), "one.safetensors", &[]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("guess"), "{said}");
    let check = read(&folder.path().join("one.safetensors")).unwrap().provenance.check.unwrap();
    assert!(check.psnr > check.psnr_nothing + 3.0, "{check:?}");
}

/// Every photo is brought to the same mean: the edit follows a statistic of the photo.
fn levelled(pixels: &[[f32; 3]]) -> Vec<[f32; 3]> {
    let mean = pixels.iter().flatten().sum::<f32>() / (3 * pixels.len()) as f32;
    pixels.iter().map(|pixel| pixel.map(|v| v + 0.6 * (0.55 - mean))).collect()
}

#[test]
fn many_pairs_tell_what_each_statistic_of_a_photo_does() {
    for (count, axes) in [(12, 4), (22, 10)] {
        let folder = folders_of(&(1..=count).collect::<Vec<_>>(), levelled);
        let output = learn(folder.path(), "mine.safetensors", &["--rung", "base"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let operator = read(&folder.path().join("mine.safetensors")).unwrap();
        let base = operator.base.as_ref().unwrap();
        assert_eq!(base.statistics.axes.len(), axes, "from {count} pairs");
        let unseen = operator.provenance.psnr_unseen.unwrap();
        let check = operator.provenance.check.unwrap();
        assert!(unseen > check.psnr_nothing + 10.0, "{count}: {unseen} {check:?}");
        assert!(check.psnr > check.psnr_nothing + 10.0, "{count}: {check:?}");
    }
}

/// So hard a contrast that most of the picture becomes black or white.
fn hard(pixels: &[[f32; 3]]) -> Vec<[f32; 3]> {
    pixels.iter().map(|pixel| pixel.map(|v| 4.0 * (v - 0.5) + 0.5)).collect()
}

#[test]
fn a_picture_ends_at_black_and_white() {
    let folder = folders_of(&[21, 22, 23, 24], hard);
    let output = learn(folder.path(), "hard.safetensors", &[]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let provenance = read(&folder.path().join("hard.safetensors")).unwrap().provenance;
    let (check, unseen) = (provenance.check.unwrap(), provenance.psnr_unseen.unwrap());
    // 44.2 and 37.0 where what the fit carries beyond them counts as an error.
    assert!(check.psnr > 44.4 && unseen > 38.0, "{check:?} {unseen}");
}

#[test]
fn isotropic_ridges_are_a_fair_opponent_of_the_prior() {
    for count in [1, 3] {
        let folder = folders(&(1..=count).collect::<Vec<_>>());
        let halves = ["before", "after"].map(|half| folder.path().join(half));
        let pairs = pairs_by_name(&halves[0], &halves[1]).unwrap();
        let go_on = |_| ControlFlow::Continue(());
        let examples = examples::read(&pairs, &reading(0), &[], go_on).unwrap().read;
        let groups = examples::groups(&examples);
        let base = isotropic(&examples, &groups, Prior::shipped(), &|| true).unwrap();
        let filter = Arc::new(operator(base, "Isotropic", Provenance::default()));
        let open = |half: &str| photo::open(&folder.path().join(half).join("photo90.png")).unwrap();
        let (before, after) = (Arc::new(open("check-before")), open("check-after").image);
        let judged = judge(&filter, Arc::clone(&before), &after).unwrap().unwrap();
        assert!(judged.closeness.psnr > judged.psnr_nothing + 2.0, "{count}: {judged:?}");
        let quick = judge_psnr(&filter, before, &after).unwrap().unwrap();
        assert_eq!(quick, judged.closeness.psnr);
    }
}

#[test]
fn pairs_that_do_nothing_make_a_filter_that_does_nothing() {
    let folder = folders(&[5, 6, 7]);
    for seed in [5, 6, 7] {
        let name = format!("photo{seed}.png");
        let [before, after] = ["before", "after"].map(|half| folder.path().join(half).join(&name));
        fs::copy(before, after).unwrap();
    }
    let output = learn(folder.path(), "none.safetensors", &[]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(lines(&output).last().unwrap()["rung"], "identity");
}

#[test]
fn a_network_that_was_interrupted_goes_on_to_the_same_weights() {
    let folder = folders(&[8, 9, 10]);
    let steps = ["--rung", "dgf-b", "--steps", "40", "--seed", "3"];
    let whole = learn(folder.path(), "whole.safetensors", &steps);
    assert!(whole.status.success(), "{}", String::from_utf8_lossy(&whole.stderr));
    let whole = read(&folder.path().join("whole.safetensors")).unwrap();
    // An interrupted run leaves its folder; without --resume it is not touched.
    let mut child = Command::new(env!("CARGO_BIN_EXE_understudy"))
        .args([&LEARN[..], &["-o", "part.safetensors"], &steps[..]].concat())
        .current_dir(folder.path())
        .spawn()
        .unwrap();
    while !folder.path().join("part.run/run.json").exists() {
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    if !folder.path().join("part.safetensors").exists() {
        let refused = learn(folder.path(), "part.safetensors", &steps);
        assert_eq!(refused.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&refused.stderr).contains("--resume"));
        let other = learn(folder.path(), "part.safetensors", &["--resume", "--seed", "4"]);
        assert_eq!(other.status.code(), Some(1), "another seed is another run");
        let resumed =
            learn(folder.path(), "part.safetensors", &[&steps[..], &["--resume"]].concat());
        assert!(resumed.status.success(), "{}", String::from_utf8_lossy(&resumed.stderr));
    }
    let part = read(&folder.path().join("part.safetensors")).unwrap();
    assert_eq!(part.network, whole.network);
}

/// The versions of a run: name, steps, filter.
fn kept(run: &Path) -> Vec<(String, u64, Operator)> {
    let mut names: Vec<String> = fs::read_dir(run)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with('v') && name.ends_with(".safetensors"))
        .collect();
    names.sort();
    let filter = |name: String| {
        let operator = read(&run.join(&name)).unwrap();
        (name, operator.provenance.steps.unwrap_or(0), operator)
    };
    names.into_iter().map(filter).collect()
}

#[test]
fn networks_on_the_way_stay_and_an_interrupted_run_keeps_the_same() {
    let folder = folders_of(&[1, 2, 3, 4, 5, 6], parted);
    let steps = ["--rung", "dgf-x", "--steps", "75", "--seed", "5", "--name", "Parted"];
    let whole = learn(folder.path(), "whole.safetensors", &steps);
    assert!(whole.status.success(), "{}", String::from_utf8_lossy(&whole.stderr));
    let all = kept(&folder.path().join("whole.run"));
    let [closed, on_the_way @ .., last] = &all[..] else { panic!("{} versions", all.len()) };
    assert_eq!((closed.0.as_str(), closed.2.variant), ("v001.safetensors", Variant::Base));
    assert!(!on_the_way.is_empty(), "a network on the way is kept");
    let mut before = 0;
    for (index, (name, steps, operator)) in on_the_way.iter().enumerate() {
        assert_eq!(
            (name, operator.variant),
            (&format!("v{:03}.safetensors", 2 + index), Variant::DgfX)
        );
        // The last may be the last best.
        assert!(*steps >= 2 * before || index + 1 == on_the_way.len(), "{steps} after {before}");
        assert!(operator.provenance.psnr_unseen > closed.2.provenance.psnr_unseen);
        before = *steps;
    }
    let filter = read(&folder.path().join("whole.safetensors")).unwrap();
    assert_eq!(last.2.network, filter.network, "the last version is the filter");

    let mut child = Command::new(env!("CARGO_BIN_EXE_understudy"))
        .args([&LEARN[..], &["-o", "part.safetensors"], &steps[..]].concat())
        .current_dir(folder.path())
        .spawn()
        .unwrap();
    let run = folder.path().join("part.run");
    let second = run.join("v002.safetensors");
    while !second.exists() && child.try_wait().unwrap().is_none() {
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let written = || fs::metadata(&second).unwrap().modified().unwrap();
    let when = written();
    let resumed = learn(folder.path(), "part.safetensors", &[&steps[..], &["--resume"]].concat());
    assert!(resumed.status.success(), "{}", String::from_utf8_lossy(&resumed.stderr));
    assert_eq!(written(), when, "a version is written once");
    assert_eq!(kept(&run), all);
}

#[test]
fn the_closed_form_asks_often_whether_to_go_on() {
    let folder = folders(&[1, 2, 3, 4]);
    let pair = |seed: u64| {
        let half = |half: &str| folder.path().join(half).join(format!("photo{seed}.png"));
        Pair::given(&half("before"), &half("after"))
    };
    let task = Task {
        carries_check: true,
        pairs: (1..=4).map(pair).collect(),
        check: Vec::new(),
        known: Vec::new(),
        title: "Mine".to_owned(),
        provenance: Provenance::default(),
        rung: None,
        budget: None,
        seed: 0,
        file: folder.path().join("mine.safetensors"),
    };
    // Stopped at each of the times that it asks, it says nothing more and leaves no filter.
    for asked in [0, 4, 8] {
        let (count, after) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let result = understudy::train::learn::learn(&task, asked > 0, &|event| {
            let before = match event {
                Event::AtWork => count.fetch_add(1, Ordering::Relaxed),
                _ => count.load(Ordering::Relaxed),
            };
            if before > asked {
                after.fetch_add(1, Ordering::Relaxed);
            }
            if matches!(event, Event::AtWork) && before == asked {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        assert!(matches!(result, Err(LearnError::Stopped)), "{asked}");
        assert_eq!(after.into_inner(), 0, "nothing is told after {asked}");
        assert!(!task.file.exists() && kept(&folder.path().join("mine.run")).is_empty());
    }
}

#[test]
fn the_shipped_prior_is_whole() {
    let prior = Prior::shipped();
    assert_eq!((prior.coefficients(), prior.kinds.len()), (256, 8));
}

#[test]
fn real_edits_are_learnt_from_three_pairs() {
    let Some(pairs) = shared("pairs") else {
        return skipped(2, "edits by real editors");
    };
    let folder = tempfile::tempdir().unwrap();
    for (edit, least) in [("bw-drama", 35.4), ("cross-process", 32.9)] {
        let of =
            |which: &str, split: &str| pairs.join(which).join(split).to_string_lossy().into_owned();
        let order = pairs.join("order.txt").to_string_lossy().into_owned();
        let output = understudy(
            folder.path(),
            &[
                "learn",
                "--before",
                &of("before", "train"),
                "--after",
                &of(edit, "train"),
                "--order",
                &order,
                "--limit",
                "3",
                "--check-before",
                &of("before", "holdout"),
                "--check-after",
                &of(edit, "holdout"),
                "--json",
                "-o",
                &format!("{edit}.safetensors"),
            ],
        );
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let psnr = lines(&output).last().unwrap()["psnr_check"].as_f64().unwrap();
        assert!(psnr > least, "{edit}: {psnr} dB");
    }
}
