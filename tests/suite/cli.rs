//! The command line as a person uses it: the real binary, exit codes, sentences, files.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use understudy::photo::{self, Image};

use crate::shared::{shared, skipped};

struct Run {
    code: i32,
    out: String,
    err: String,
}

fn understudy(folder: &Path, arguments: &[&str]) -> Run {
    let Output { status, stdout, stderr } = Command::new(env!("CARGO_BIN_EXE_understudy"))
        .args(arguments)
        .current_dir(folder)
        .env("XDG_DATA_HOME", folder.join("data"))
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Run { code: status.code().unwrap(), out: text(stdout), err: text(stderr) }
}

#[track_caller]
fn succeeds(folder: &Path, arguments: &[&str]) -> Run {
    let run = understudy(folder, arguments);
    assert_eq!(run.code, 0, "{}", run.err);
    run
}

/// Exit 1 with a sentence that holds these words, and no panic.
#[track_caller]
fn fails(folder: &Path, arguments: &[&str], words: &[&str]) {
    let run = understudy(folder, arguments);
    assert_eq!(run.code, 1, "{}{}", run.out, run.err);
    assert!(!run.err.contains("panicked"), "{}", run.err);
    assert_eq!(run.out, "", "nothing on standard output");
    for word in words {
        assert!(run.err.contains(word), "“{word}” is not in: {}", run.err);
    }
}

fn files(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> =
        names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// A folder with a small photo `photo.png`.
fn folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let pixels = (0..90 * 60).map(|i| [(i % 90 * 2) as u8, (i / 90 * 4) as u8, 120, 255]).collect();
    let image = Image::eight(90, 60, pixels);
    let photo = photo::Photo::from_image(image.clone());
    let options = photo::ExportOptions { quality: 90, ..Default::default() };
    let path = folder.path().join("photo.png");
    photo::export(&photo, &path, &options, &[], &mut |rows| Ok(image.rows(rows))).unwrap();
    let path = folder.path().to_owned();
    (folder, path)
}

#[test]
fn apply_writes_a_new_file_and_leaves_the_photo() {
    let (_keep, folder) = folder();
    let before = fs::read(folder.join("photo.png")).unwrap();
    let run =
        succeeds(&folder, &["apply", "cross-process", "photo.png", "-o", "out.png", "--json"]);
    let line: Value = serde_json::from_str(run.out.trim()).unwrap();
    assert_eq!(line["file"], "out.png");
    assert_eq!(fs::read(folder.join("photo.png")).unwrap(), before);
    let out = photo::open(&folder.join("out.png")).unwrap();
    assert_eq!((out.image.width, out.image.height), (90, 60));
    let photo = photo::open(&folder.join("photo.png")).unwrap();
    assert_ne!(out.image, photo.image);
    succeeds(
        &folder,
        &["apply", "cross-process", "photo.png", "-o", "none.png", "--strength", "0"],
    );
    assert_eq!(photo::open(&folder.join("none.png")).unwrap().image, photo.image);
}

/// At strength 0 the pixels are the photo's own, also through another profile than sRGB: only a
/// channel at the very end of a pure gamma curve may be one level off.
#[test]
fn at_strength_0_the_photo_is_as_it_was() {
    let Some(odd) = shared("odd-images") else { return skipped(4, "photos with profiles") };
    let (_keep, folder) = folder();
    for name in ["scan.tiff", "rgba.png", "p3-ring.png", "rec2020-red.png"] {
        let photo = odd.join(name);
        let arguments = [
            "apply",
            "retouch",
            photo.to_str().unwrap(),
            "-o",
            "same.png",
            "--strength",
            "0",
            "--overwrite",
        ];
        succeeds(&folder, &arguments);
        let codes = |path: &Path| {
            let photo = image::open(path).unwrap().into_rgb8();
            photo.into_raw()
        };
        let (before, after) = (codes(&photo), codes(&folder.join("same.png")));
        assert_eq!(before.len(), after.len(), "{name}");
        let off: Vec<u8> = before.iter().zip(&after).map(|(a, b)| a.abs_diff(*b)).collect();
        assert!(off.iter().all(|off| *off <= 1), "{name}: {:?}", off.iter().max());
        let share = off.iter().filter(|off| **off > 0).count() as f64 / off.len() as f64;
        assert!(share < 0.03, "{name}: {share} of the values are off");
    }
}

#[test]
fn both_engines_write_the_same_picture() {
    let (_keep, folder) = folder();
    for engine in ["cpu", "gpu"] {
        let out = format!("{engine}.png");
        succeeds(&folder, &["apply", "detail", "photo.png", "-o", &out, "--engine", engine]);
    }
    let [cpu, gpu] = ["cpu.png", "gpu.png"].map(|name| photo::open(&folder.join(name)).unwrap());
    for index in 0..90 * 60 {
        let (c, g) = (cpu.image.rgb(index), gpu.image.rgb(index));
        assert!(c.iter().zip(g).all(|(c, g)| (c - g).abs() < 1.5 / 255.0), "{c:?} {g:?}");
    }
}

#[test]
fn several_photos_go_to_a_folder_and_one_bad_one_stops_no_other() {
    let (_keep, folder) = folder();
    fs::copy(folder.join("photo.png"), folder.join("second.png")).unwrap();
    fs::write(folder.join("text.jpg"), "this is no photo").unwrap();
    let run = understudy(
        &folder,
        &["apply", "detail", "photo.png", "text.jpg", "second.png", "-o", "out"],
    );
    assert_eq!(run.code, 1);
    assert!(run.err.contains("text.jpg") && run.err.contains("1 of 3"), "{}", run.err);
    assert_eq!(files(&folder.join("out")), ["photo.png", "second.png"]);
}

#[test]
fn nothing_is_replaced_unasked_and_the_original_never() {
    let (_keep, folder) = folder();
    fs::write(folder.join("there.png"), "mine").unwrap();
    fails(&folder, &["apply", "detail", "photo.png", "-o", "there.png"], &["there.png", "exists"]);
    assert_eq!(fs::read(folder.join("there.png")).unwrap(), b"mine");
    succeeds(&folder, &["apply", "detail", "photo.png", "-o", "there.png", "--overwrite"]);
    fails(
        &folder,
        &["apply", "detail", "photo.png", "-o", "photo.png", "--overwrite"],
        &["photo.png", "original"],
    );
    assert_eq!(files(&folder), ["photo.png", "there.png"]);
}

#[test]
fn bad_input_ends_in_a_sentence() {
    let (_keep, folder) = folder();
    fs::write(folder.join("text.jpg"), "this is no photo").unwrap();
    fs::write(folder.join("text.safetensors"), "this is no filter").unwrap();
    fs::write(folder.join("text.pth"), "this is no checkpoint").unwrap();
    fs::write(folder.join("empty.jpg"), "").unwrap();
    let before = files(&folder);
    fails(&folder, &["apply", "detail", "none.jpg", "-o", "o.jpg"], &["none.jpg", "no such file"]);
    fails(&folder, &["apply", "detail", "text.jpg", "-o", "o.jpg"], &["text.jpg"]);
    fails(&folder, &["apply", "detail", "empty.jpg", "-o", "o.jpg"], &["empty.jpg", "empty"]);
    fails(
        &folder,
        &["apply", "detial", "photo.png", "-o", "o.jpg"],
        &["detial", "understudy filters"],
    );
    fails(
        &folder,
        &["apply", "./none.safetensors", "photo.png", "-o", "o.jpg"],
        &["none.safetensors"],
    );
    fails(
        &folder,
        &["apply", "text.safetensors", "photo.png", "-o", "o.jpg"],
        &["text.safetensors"],
    );
    fails(&folder, &["apply", "detail", "photo.png", "-o", "o.xyz"], &["o.xyz", ".jpg"]);
    fails(&folder, &["apply", "detail", "photo.png", "-o", "no/o.jpg"], &["o.jpg", "folder"]);
    fails(
        &folder,
        &["apply", "detail", "photo.png", "-o", "o.jpg", "--eps", "0.1"],
        &["no edge softness"],
    );
    fails(&folder, &["inspect", "text.safetensors"], &["text.safetensors"]);
    fails(&folder, &["import", "text.pth", "-o", "o.safetensors"], &["text.pth", "PyTorch"]);
    fails(&folder, &["import", "none.pth", "-o", "o.safetensors"], &["none.pth"]);
    assert_eq!(files(&folder), before, "nothing was written");
}

#[test]
fn wrong_usage_exits_with_2() {
    let (_keep, folder) = folder();
    for arguments in [
        &["apply", "detail", "photo.png"][..],
        &["apply", "detail", "photo.png", "-o", "o.jpg", "--strength", "7"],
        &["apply", "detail", "photo.png", "-o", "o.jpg", "--quality", "0"],
        &["apply", "detail", "photo.png", "-o", "o.jpg", "--r", "99"],
        &["apply", "detail", "photo.png", "-o", "o.jpg", "--il", "4"],
        &["bench", "--variants", "dgf-z"],
        &["bench", "--sizes", "10"],
        &["bench", "--vectors", "sse9"],
        &["--nonsense"],
    ] {
        assert_eq!(understudy(&folder, arguments).code, 2, "{arguments:?}");
    }
}

/// As root every folder may be written to, so a folder of the kernel's stands in; a full disk is
/// tested where files are written (`src/photo/target.rs`).
#[test]
#[cfg(target_os = "linux")]
fn a_folder_that_takes_no_files_is_named() {
    let (_keep, folder) = folder();
    let words = ["“o.png” could not be written", "Nothing was written"];
    fails(&folder, &["apply", "detail", "photo.png", "-o", "/proc/o.png"], &words);
    assert_eq!(files(&folder), ["photo.png"]);
}

#[test]
fn a_name_of_a_shipped_filter_is_not_taken() {
    let (_keep, folder) = folder();
    let checkpoint = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/vectors/dgf-b.pth");
    fails(
        &folder,
        &["import", checkpoint.to_str().unwrap(), "-o", "detail"],
        &["“detail”", "another name"],
    );
}

#[test]
fn filters_are_listed_and_inspected() {
    let (_keep, folder) = folder();
    let run = succeeds(&folder, &["filters", "--json"]);
    let lines: Vec<Value> =
        run.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.len() >= 3);
    for line in &lines {
        for key in ["name", "title", "variant", "rung", "file", "builtin", "psnr_check"] {
            assert!(line.get(key).is_some(), "{key} is in {line}");
        }
        let name = line["name"].as_str().unwrap();
        let run = succeeds(&folder, &["inspect", name, "--json"]);
        let spec: Value = serde_json::from_str(run.out.trim()).unwrap();
        assert_eq!(spec["spec"]["title"], line["title"]);
    }
    assert!(succeeds(&folder, &["inspect", "detail"]).out.contains("base"));
}

#[test]
fn an_imported_checkpoint_is_a_filter_by_path_and_by_name() {
    let (_keep, folder) = folder();
    let checkpoint = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/vectors/dgf-cb.pth");
    let checkpoint = checkpoint.to_str().unwrap();
    succeeds(&folder, &["import", checkpoint, "-o", "mine.safetensors", "--title", "Mine"]);
    succeeds(&folder, &["apply", "mine.safetensors", "photo.png", "-o", "a.png"]);
    succeeds(&folder, &["import", checkpoint, "-o", "mine"]);
    succeeds(&folder, &["apply", "mine", "photo.png", "-o", "b.png"]);
    fails(&folder, &["import", checkpoint, "-o", "mine"], &["exists"]);
    let listed = succeeds(&folder, &["filters", "--json"]).out;
    assert!(listed.lines().any(|line| line.contains(r#""builtin":false"#)), "{listed}");
    let [a, b] = ["a.png", "b.png"].map(|name| photo::open(&folder.join(name)).unwrap().image);
    assert_eq!(a, b);
}

#[test]
fn bench_reports_the_fixed_fields() {
    let (_keep, folder) = folder();
    let run = succeeds(
        &folder,
        &[
            "bench",
            "--json",
            "--variants",
            "dgf-b",
            "--sizes",
            "320x200",
            "--repeat",
            "1",
            "--engine",
            "cpu",
            "--threads",
            "1",
        ],
    );
    let lines: Vec<Value> =
        run.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let render = lines.iter().find(|line| line["what"] == "render").unwrap();
    for key in [
        "variant",
        "width",
        "height",
        "engine",
        "threads",
        "median_ms",
        "min_ms",
        "copy_ms",
        "copies",
        "extra_mib",
    ] {
        assert!(render.get(key).is_some(), "{key} is in {render}");
    }
    for what in ["solve", "view", "apply", "drag", "wall"] {
        assert!(lines.iter().any(|line| line["what"] == what), "{what}");
    }
    let drag = lines.iter().find(|line| line["what"] == "drag").unwrap();
    for [median, p99] in [["median_ms", "p99_ms"], ["busy_ms", "busy_p99_ms"]] {
        assert!(drag[median].as_f64().unwrap() > 0.0, "{drag}");
        assert!(drag[p99].as_f64() >= drag[median].as_f64(), "{drag}");
    }
}

#[test]
fn without_a_display_the_window_says_how_to_work_without_one() {
    let (_keep, folder) = folder();
    fails(&folder, &[], &["apply"]);
}

/// A 24 MP JPEG, file to file: less than 400 MiB at its peak.
#[test]
#[cfg(target_os = "linux")]
fn a_large_photo_needs_little_memory() {
    let Some(photo) = shared("photos/immich-craft-beer.jpg") else {
        return skipped(1, "large photo");
    };
    let (_keep, folder) = folder();
    let mut child = Command::new(env!("CARGO_BIN_EXE_understudy"))
        .args(["apply", "detail", photo.to_str().unwrap(), "-o", "out.jpg", "--engine", "cpu"])
        .current_dir(&folder)
        .spawn()
        .unwrap();
    let mut peak_kib = 0;
    while child.try_wait().unwrap().is_none() {
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        peak_kib = peak_kib.max(kib.unwrap_or(0));
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    assert!(child.wait().unwrap().success());
    assert!(peak_kib > 90 << 10, "the photo alone takes 92 MiB; measured {peak_kib} KiB");
    assert!(peak_kib < 400 << 10, "{} MiB", peak_kib >> 10);
    let out = photo::open(&folder.join("out.jpg")).unwrap();
    assert_eq!((out.image.width, out.image.height), (6000, 4000));
}

#[test]
fn size_depth_colours_and_metadata_are_asked_for() {
    let (_keep, folder) = folder();
    let run = |out: &str, more: &[&str]| {
        let arguments = [&["apply", "retouch", "photo.png", "-o", out], more].concat();
        succeeds(&folder, &arguments);
        photo::open(&folder.join(out)).unwrap()
    };
    let small = run("small.jpg", &["--size", "45"]);
    assert_eq!((small.image.width, small.image.height), (45, 30));
    assert!(small.metadata.xmp.is_some());
    let half = run("half.tif", &["--size", "50%", "--depth", "16", "--colours", "display-p3"]);
    assert_eq!((half.image.width, half.depth), (45, photo::Depth::Sixteen));
    assert!(half.profile.is_some());
    assert!(run("bare.png", &["--no-metadata"]).metadata.xmp.is_none());
    for bad in ["0", "120%", "large"] {
        let arguments = ["apply", "retouch", "photo.png", "-o", "bad.png", "--size", bad];
        let run = understudy(&folder, &arguments);
        assert_eq!(run.code, 2, "{bad}: {}", run.err);
        assert!(run.err.contains("longer side"), "{bad}: {}", run.err);
    }
}
