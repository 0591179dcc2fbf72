//! Pictures of the workspaces and of the dialogs in both themes. After a change of the look that is
//! meant: `UPDATE_SNAPSHOTS=1 cargo test --test suite snapshots::`, and look at what has changed.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use eframe::egui::accesskit::Role;
use eframe::egui::{Rect, Theme, pos2};
use egui_kittest::kittest::Queryable as _;
use egui_kittest::{Harness, SnapshotOptions, try_image_snapshot_options};
use understudy::app::App;
use understudy::engine::Choice;
use understudy::operator::{Entry, Library, Operator, Variant};

use crate::files_window::drop_on;
use crate::learning::{folders, save, scene};

type Window = Harness<'static, App>;

/// The smallest that a window can be.
const SIZE: [u32; 2] = [960, 600];
/// Left part of the status bar, which tells times.
const TIMES: [u32; 2] = [480, 36];

/// Filters that never change, unlike those that the program learns anew.
fn library(root: PathBuf) -> Library {
    let entry = |(seed, title): (u64, &str)| {
        let operator =
            Operator { title: title.to_owned(), ..Operator::untrained(Variant::Base, seed) };
        let operator = Arc::new(operator);
        Entry { name: title.to_lowercase(), builtin: seed < 4, file: None, operator }
    };
    let titles = ["Warm", "Bright", "Soft", "My own"];
    let entries = (1..).zip(titles).map(entry).collect();
    Library { entries, root: Some(root), ..Library::default() }
}

fn window(theme: Theme) -> (Window, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let photos = folder.path().join("photos");
    std::fs::create_dir(&photos).unwrap();
    let photo = photos.join("hills.png");
    // Plain areas: small files.
    let pixel = |x: u32, y: u32| image::Rgb([(x / 100 * 40) as u8, (y / 100 * 60) as u8, 120]);
    image::RgbImage::from_fn(600, 400, pixel).save(&photo).unwrap();
    let photos: Vec<PathBuf> = vec![photo];
    let library = library(folder.path().join("filters"));
    let mut window = Harness::builder()
        .with_size(SIZE.map(|side| side as f32))
        .with_max_steps(64)
        .wgpu()
        .build_eframe(|cc| App::with_library(cc, photos, Choice::Cpu, library));
    let began = Instant::now();
    while window.query_by_label("Before").is_none() {
        assert!(began.elapsed() < Duration::from_secs(60), "the photo is not seen");
        std::thread::sleep(Duration::from_millis(10));
        window.step();
    }
    if theme == Theme::Light {
        press(&mut window, "Settings");
        window.get_by_role_and_label(Role::RadioButton, "Light").click();
        window.run_steps(3);
        press(&mut window, "Close");
    }
    (window, folder)
}

/// Compares the window with its picture, until they are alike: what is rendered beside the window
/// comes when it comes.
#[track_caller]
fn check(window: Window, name: &str) {
    check_but(window, name, |_| Vec::new());
}

/// The same, but for what tells times.
#[track_caller]
fn check_but(mut window: Window, name: &str, times: impl Fn(&Window) -> Vec<Rect>) {
    // Some pixels of a scaled picture may round the other way on another machine.
    let options = SnapshotOptions::new().threshold(1.0).max_failed_pixels(100);
    let updates = std::env::var_os("UPDATE_SNAPSHOTS").is_some();
    let patience = Duration::from_secs(if updates { 4 } else { 60 });
    let began = Instant::now();
    loop {
        window.run_steps(4);
        let mut picture = window.render().unwrap();
        let times = times(&window);
        for (x, y, pixel) in picture.enumerate_pixels_mut() {
            let at = pos2(x as f32, y as f32);
            let is_time = times.iter().any(|rect| rect.expand(2.0).contains(at));
            if is_time || x < TIMES[0] && y >= SIZE[1] - TIMES[1] {
                *pixel = image::Rgba([128, 128, 128, 255]);
            }
        }
        let is_over = began.elapsed() > patience;
        if updates && !is_over {
            std::thread::sleep(Duration::from_millis(50));
            continue;
        }
        match try_image_snapshot_options(&picture, name, &options) {
            Ok(()) => return,
            Err(error) => assert!(!is_over, "{error}"),
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn press(window: &mut Window, button: &str) {
    window.get_by_role_and_label(Role::Button, button).click();
    window.run_steps(3);
    // Out of the way: no tooltip, and no filter that is only tried.
    window.hover_at(pos2(700.0, 590.0));
    window.run_steps(3);
}

/// In both themes, after `act`.
fn check_both(name: &str, act: impl Fn(&mut Window)) {
    for (theme, word) in [(Theme::Dark, "dark"), (Theme::Light, "light")] {
        let (mut window, _folder) = window(theme);
        act(&mut window);
        check(window, &format!("{name}-{word}"));
    }
}

#[test]
fn apply() {
    check_both("apply", |window| press(window, "Favourite: Soft"));
}

#[test]
fn apply_without_a_filter() {
    check_both("apply-none", |window| press(window, "None"));
}

#[test]
fn apply_where_no_filter_is_found() {
    check_both("apply-nothing-found", |window| {
        let field = window.get_by_role_and_label(Role::TextInput, "Find a filter");
        field.focus();
        field.type_text("zzz");
        window.run_steps(3);
        window.hover_at(pos2(700.0, 590.0));
    });
}

#[test]
fn apply_on_a_part() {
    check_both("apply-part", |window| {
        window.get_by_label("Where").click_accesskit();
        window.run_steps(30);
        press(window, "Add radial");
        window.get_by_label("Show in red").click_accesskit();
        window.run_steps(3);
    });
}

#[test]
fn apply_difference() {
    check_both("apply-difference", |window| press(window, "Difference"));
}

#[test]
fn compare() {
    check_both("compare", |window| press(window, "Compare"));
}

#[test]
fn compare_split() {
    check_both("compare-split", |window| {
        press(window, "Compare");
        press(window, "Split");
    });
}

#[test]
fn learn() {
    check_both("learn", |window| press(window, "Learn"));
}

/// Until words are there.
#[track_caller]
fn wait(window: &mut Window, words: &str, count: usize) {
    let began = Instant::now();
    while window.query_all_by_label(words).count() < count {
        assert!(began.elapsed() < Duration::from_secs(120), "not seen: {words}");
        std::thread::sleep(Duration::from_millis(10));
        window.step();
    }
}

/// Three pairs in the table of Learn.
fn with_pairs(window: &mut Window, folder: &Path) {
    press(window, "Learn");
    let [before, after] = ["before", "after"].map(|half| folder.join(half));
    drop_on(window, &[&before, &after]);
    window.run_steps(3);
}

#[test]
fn learn_with_pairs_of_every_kind() {
    let folder = folders(&[1, 2, 3, 4]);
    save(&folder.path().join("after/photo3.png"), &scene(77));
    std::fs::write(folder.path().join("after/photo4.png"), "no photo").unwrap();
    check_both("learn-pairs", |window| {
        with_pairs(window, folder.path());
        wait(window, "Good", 2);
        wait(window, "Different photo", 1);
        wait(window, "Skipped", 1);
    });
}

#[test]
fn learn_when_it_is_done() {
    let folder = folders(&[1, 2, 3]);
    for (theme, word) in [(Theme::Dark, "dark"), (Theme::Light, "light")] {
        let (mut window, _folder) = window(theme);
        with_pairs(&mut window, folder.path());
        wait(&mut window, "Good", 3);
        window.get_by_role_and_label(Role::TextInput, "Name").set_text_value_accesskit("Dusk");
        window.run_steps(3);
        press(&mut window, "Start");
        wait(&mut window, "Use it", 1);
        window.run_steps(10);
        let name = format!("learn-done-{word}");
        check_but(window, &name, |window| {
            let times = window.query_all_by_label_contains("0:0");
            times.map(|node| node.rect()).collect()
        });
    }
}

#[test]
fn exports_of_which_one_failed() {
    check_both("exports", |window| {
        for target in ["/proc/hills.jpg", "hills-done.jpg"] {
            press(window, "Export…");
            let field = window.get_by_role_and_label(Role::TextInput, "Save as");
            let file = PathBuf::from(field.value().unwrap());
            let folder = file.parent().unwrap();
            field.set_text_value_accesskit(folder.join(target).to_str().unwrap());
            window.run_steps(3);
            press(window, "Export");
        }
        wait(window, "1 of 2 saved, 1 failed", 1);
        press(window, "List");
        window.hover_at(pos2(560.0, 543.0));
        window.run_steps(4);
    });
}

#[test]
fn settings() {
    check_both("settings", |window| press(window, "Settings"));
}

#[test]
fn keys() {
    check_both("keys", |window| press(window, "Shortcuts"));
}
