//! The queue of exports in the window: what becomes of it when the program ends, fails and is told to
//! stop.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use understudy::app::{App, Memory};
use understudy::engine::Choice;
use understudy::operator::Library;

use crate::files_window::{Window, folder, has, has_part, key, names, press, save, wait, write};

/// A window that takes up the exports of the last one.
#[track_caller]
fn window(keep: &Path, paths: &[PathBuf]) -> Window {
    let (paths, state) = (paths.to_vec(), keep.join("state"));
    let mut window =
        Harness::builder().with_size((1280.0, 800.0)).with_max_steps(64).wgpu().build_eframe(
            move |cc| {
                let library = Library::load_from(None);
                let app = App::with_library(cc, paths, Choice::Cpu, library);
                app.with_memory(Memory::at(state)).with_exports(&cc.egui_ctx)
            },
        );
    wait(&mut window, "a photo", |window| has(window, "Before") && has(window, "After"));
    window
}

/// A photo that takes a while.
fn save_large(path: &Path) {
    let pixel = |x: u32, y: u32| image::Rgb([(x * y % 251) as u8, (x / 16) as u8, (y / 12) as u8]);
    image::RgbImage::from_fn(4000, 3000, pixel).save(path).unwrap();
}

fn kept(keep: &Path) -> String {
    fs::read_to_string(keep.join("state/exports/queue.json")).unwrap_or_default()
}

#[track_caller]
fn export_to(window: &mut Window, target: &Path) {
    press(window, "Export…");
    write(window, "Save as", target);
    press(window, "Export");
}

#[test]
fn exports_that_a_process_did_not_end_are_written_by_the_next_and_no_other() {
    let (keep, photos) = folder();
    let out = keep.path().join("out");
    fs::create_dir(&out).unwrap();
    for name in ["a.png", "b.png", "c.png"] {
        save_large(&photos.join(name));
    }
    fs::remove_file(photos.join("3.heic")).unwrap();
    let mut first = window(keep.path(), std::slice::from_ref(&photos));
    wait(&mut first, "the strip", |window| has(window, "10.png") && has(window, "c.png"));
    press(&mut first, "Dehaze");
    key(&mut first, Modifiers::COMMAND, Key::A);
    press(&mut first, "Export 6…");
    write(&mut first, "Into the folder", &out);
    press(&mut first, "TIFF");
    press(&mut first, "Export");
    // Numbers come before letters: three small ones, then three large ones.
    wait(&mut first, "some are saved", |_| names(&out).iter().any(|name| name.ends_with(".tif")));
    wait(&mut first, "that is kept", |_| kept(keep.path()).matches("\"photo\"").count() < 6);
    // As if the process were killed: nothing is said to it, and what it writes ends.
    drop(first);
    let saved: Vec<_> = names(&out).into_iter().filter(|name| name.ends_with(".tif")).collect();
    assert!(!saved.is_empty() && saved.len() < 6, "{saved:?}");
    let times = |names: &[String]| -> Vec<_> {
        names.iter().map(|name| fs::metadata(out.join(name)).unwrap().modified().unwrap()).collect()
    };
    let before = times(&saved);
    assert!(kept(keep.path()).contains("a-dehaze.tif"), "{}", kept(keep.path()));
    // One source has gone, and a draft was left.
    fs::remove_file(photos.join("c.png")).unwrap();
    fs::write(out.join(".understudy-left.part"), "half").unwrap();

    let mut second = window(keep.path(), &[photos.join("1.png")]);
    assert!(has(&second, "Exports"), "the rows are shown");
    wait(&mut second, "the rest", |window| {
        has(window, "Dismiss") && has_part(window, " saved, 1 failed")
    });
    assert!(has_part(&second, "“c.png” could not be read"));
    let written = names(&out);
    assert_eq!(written.len(), 5, "{written:?}");
    assert_eq!(times(&saved), before, "what was saved is not written again");
    // It was exported with the filter that was on, whatever is on now.
    let image = |path: PathBuf| understudy::photo::open(&path).unwrap();
    let xmp = image(out.join("a-dehaze.tif")).metadata.xmp.unwrap();
    assert!(String::from_utf8_lossy(&xmp).contains("Dehaze at"));
    save_large(&photos.join("c.png"));
    press(&mut second, "Retry c-dehaze.tif");
    wait(&mut second, "the last", |_| names(&out).len() == 6);
    wait(&mut second, "nothing is kept", |_| !keep.path().join("state/exports").exists());
}

#[test]
fn each_row_says_what_is_wrong_with_its_target_and_the_others_go_on() {
    let (keep, photos) = folder();
    let large = photos.join("large.png");
    save_large(&large);
    let mut window = window(keep.path(), &[large]);
    let [gone, fine] = ["gone", "fine"].map(|name| keep.path().join(name));
    fs::create_dir(&gone).unwrap();
    fs::create_dir(&fine).unwrap();
    // A disk of 64 KiB, where one may be mounted.
    let full = keep.path().join("full");
    fs::create_dir(&full).unwrap();
    let mount = ["-t", "tmpfs", "-o", "size=64k", "tmpfs"];
    let is_mounted =
        Command::new("mount").args(mount).arg(&full).status().is_ok_and(|status| status.success());
    export_to(&mut window, &fine.join("first.jpg"));
    export_to(&mut window, &gone.join("a.jpg"));
    let mut failed = 1;
    if is_mounted {
        export_to(&mut window, &full.join("b.jpg"));
        failed += 1;
    }
    // Nobody may write there, not even the superuser.
    let closed = Path::new("/sys");
    if closed.is_dir() {
        export_to(&mut window, &closed.join("c.jpg"));
        failed += 1;
    }
    export_to(&mut window, &fine.join("last.jpg"));
    fs::remove_dir(&gone).unwrap();
    let all = failed + 2;
    wait(&mut window, "the outcome", |window| {
        has(window, &format!("2 of {all} saved, {failed} failed"))
    });
    if !has(&window, "Exports") {
        press(&mut window, "List");
    }
    assert_eq!(names(&fine), ["first.jpg", "last.jpg"]);
    assert!(has_part(&window, "choose a folder that exists"));
    if is_mounted {
        assert!(has_part(&window, "disk is full"), "the reason of the full disk");
        assert!(names(&full).is_empty(), "nothing half-written stays");
    } else {
        writeln!(std::io::stderr(), "SKIPPED the full disk: none can be mounted here").unwrap();
    }
    if closed.is_dir() {
        assert!(has_part(&window, "you may write to"), "the reason of the closed folder");
    }
    for name in ["a.jpg", "b.jpg", "c.jpg"].iter().take(failed) {
        let retry = format!("Retry {name}");
        assert!(window.query_by_role_and_label(Role::Button, &retry).is_some(), "{retry}");
    }
    fs::create_dir(&gone).unwrap();
    press(&mut window, "Retry a.jpg");
    wait(&mut window, "the one that can be", |window| has_part(window, "3 of "));
    assert_eq!(names(&gone), ["a.jpg"]);
    if is_mounted {
        drop(Command::new("umount").arg(&full).status());
    }
}

#[test]
fn the_list_follows_what_is_written_unless_the_user_looks_elsewhere() {
    let (keep, photos) = folder();
    fs::remove_file(photos.join("3.heic")).unwrap();
    for at in 20..50 {
        save(&photos.join(format!("{at}.png")), at);
    }
    let mut window = window(keep.path(), &[photos]);
    wait(&mut window, "the strip", |window| has_part(window, " of 33"));
    key(&mut window, Modifiers::COMMAND, Key::A);
    press(&mut window, "Export 33…");
    write(&mut window, "Into the folder", &keep.path().join("out"));
    press(&mut window, "Export");
    let row = |window: &Window, name: &str| {
        window.query_all_by_label_contains(name).any(|node| {
            let rect = node.rect();
            (400.0..780.0).contains(&rect.center().y)
        })
    };
    assert!(has(&window, "Exports") && !row(&window, "Cancel 49-"), "the first are in sight");
    wait(&mut window, "the end", |window| has(window, "33 of 33 saved"));
    assert!(row(&window, "49-"), "the last row is in sight");
}
