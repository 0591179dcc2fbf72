//! The Learn workspace, driven as a user drives it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use eframe::egui::accesskit::Role;
use eframe::egui::{DroppedFile, Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use understudy::app::App;
use understudy::engine::Choice;
use understudy::operator::{Library, read};

use crate::learning::{folders, save, scene};

type Window = Harness<'static, App>;

/// Runs the window until something is there.
#[track_caller]
fn wait(window: &mut Window, what: &str, is_there: impl Fn(&Window) -> bool) {
    let began = Instant::now();
    while !is_there(window) {
        assert!(began.elapsed() < Duration::from_secs(120), "not seen: {what}");
        std::thread::sleep(Duration::from_millis(5));
        window.step();
    }
    window.run_steps(2);
}

/// A window in the Learn workspace, with a library of its own in `root`.
fn window(root: &Path) -> Window {
    let root = root.join("filters");
    let mut window =
        Harness::builder().with_size((1280.0, 800.0)).with_max_steps(64).wgpu().build_eframe(
            move |cc| {
                let library = Library::load_from(Some(root));
                App::with_library(cc, Vec::new(), Choice::Cpu, library)
            },
        );
    wait(&mut window, "a photo", |window| has(window, "Before") && has(window, "After"));
    press(&mut window, "Learn");
    window
}

fn has(window: &Window, words: &str) -> bool {
    window.query_all_by_label(words).next().is_some()
}

fn has_part(window: &Window, words: &str) -> bool {
    window.query_all_by_label_contains(words).next().is_some()
}

#[track_caller]
fn press(window: &mut Window, button: &str) {
    window.get_by_role_and_label(Role::Button, button).click_accesskit();
    window.run_steps(3);
}

#[track_caller]
fn is_enabled(window: &Window, button: &str) -> bool {
    !window.get_by_role_and_label(Role::Button, button).accesskit_node().is_disabled()
}

#[derive(Debug)]
struct Dropped(PathBuf);

impl DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        fs::read(&self.0).map_err(|error| error.to_string())
    }
}

fn drop_on(window: &mut Window, paths: &[PathBuf]) {
    for path in paths {
        window.input_mut().dropped_files.push(Arc::new(Dropped(path.clone())));
    }
    window.run_steps(2);
}

fn name(window: &mut Window, name: &str) {
    let field = window.get_by_role_and_label(Role::TextInput, "Name");
    field.set_text_value_accesskit(name);
    window.run_steps(3);
}

#[test]
fn two_folders_become_a_filter_that_is_chosen() {
    let folder = folders(&[1, 2, 3]);
    let mut window = window(folder.path());
    assert!(has_part(&window, "before and after your edit") && !is_enabled(&window, "Start"));
    // Names decide which is which, not the order.
    drop_on(&mut window, &["after", "before"].map(|half| folder.path().join(half)));
    wait(&mut window, "the pairs", |window| has(window, "3 pairs found"));
    wait(&mut window, "that they are good", |window| {
        window.query_all_by_label("Good").count() == 3
    });
    assert!(has(&window, "Before: photo1") && has(&window, "After: photo3"));
    name(&mut window, "Warm night");
    assert!(is_enabled(&window, "Start"));
    press(&mut window, "Start");
    wait(&mut window, "the result", |window| has(window, "Use it"));
    assert!(has_part(&window, "on photos it had not seen the filter is"));
    assert!(has(&window, "Photos it has not seen") && has(&window, "Doing nothing"));
    wait(&mut window, "the photo under the filter", |window| has(window, "After"));
    press(&mut window, "Use it");
    wait(&mut window, "the filter in the list", |window| {
        window.query_by_role_and_label(Role::Button, "Warm night").is_some()
    });
    let row = window.get_by_role_and_label(Role::Button, "Warm night");
    assert!(row.accesskit_node().toggled().is_some(), "it is chosen");
    let file = folder.path().join("filters/warm-night.safetensors");
    let operator = read(&file).unwrap();
    assert_eq!(
        (operator.title.as_str(), operator.provenance.learned_from.len()),
        ("Warm night", 3)
    );
    let left = fs::read_dir(file.with_extension("run")).unwrap();
    let left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["v001.safetensors"]);
}

#[test]
fn another_photo_is_told_with_its_reason_and_left_out() {
    let folder = folders(&[1, 2, 3]);
    save(&folder.path().join("after/photo2.png"), &scene(50));
    let mut window = window(folder.path());
    drop_on(&mut window, &["before", "after"].map(|half| folder.path().join(half)));
    wait(&mut window, "the chip", |window| has(window, "Different photo"));
    assert!(has_part(&window, "does not show the same photo as"));
    wait(&mut window, "the headline", |window| has(window, "3 pairs found, 1 ignored"));
    wait(&mut window, "what it learns from", |window| has_part(window, "Learns from 2"));
    press(&mut window, "Skip: photo1");
    assert!(has(&window, "3 pairs found, 2 ignored") && has(&window, "Skipped"));
    press(&mut window, "Use: photo1");
    press(&mut window, "Learn from: photo1");
    assert!(has(&window, "Learns from 1, checks on 1."));
    press(&mut window, "Check: photo1");
    assert!(has_part(&window, "Learns from 2"));
}

#[test]
fn learning_pauses_goes_on_and_can_be_cancelled() {
    let folder = folders(&[1, 2, 3]);
    let mut window = window(folder.path());
    drop_on(&mut window, &["before", "after"].map(|half| folder.path().join(half)));
    wait(&mut window, "the pairs", |window| window.query_all_by_label("Good").count() == 3);
    let start_or_pause = |window: &mut Window| {
        window.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
        window.step();
    };
    start_or_pause(&mut window);
    start_or_pause(&mut window);
    wait(&mut window, "the pause", |window| has(window, "Paused"));
    let run = folder.path().join("filters/my-filter.run");
    assert!(run.join("task.json").exists());
    let until = Instant::now() + Duration::from_millis(1500);
    while Instant::now() < until {
        window.step();
    }
    assert!(has(&window, "Paused") && !has(&window, "Use it"), "a pause holds");
    press(&mut window, "Apply");
    assert!(has_part(&window, "Paused: My filter"), "the status bar tells");
    press(&mut window, "Learn");
    start_or_pause(&mut window);
    wait(&mut window, "the result", |window| has(window, "Use it"));
    assert!(!run.join("task.json").exists());

    press(&mut window, "Add another example");
    wait(&mut window, "the next name", |window| is_enabled(window, "Start"));
    start_or_pause(&mut window);
    start_or_pause(&mut window);
    wait(&mut window, "the second pause", |window| has(window, "Paused"));
    press(&mut window, "Cancel");
    wait(&mut window, "the start", |window| has(window, "Start"));
    assert!(!folder.path().join("filters/my-filter-2.run").exists(), "nothing is left");
    assert!(!folder.path().join("filters/my-filter-2.safetensors").exists());
}

#[test]
fn what_was_interrupted_is_offered_and_goes_on() {
    let folder = folders(&[1, 2, 3]);
    {
        let mut window = window(folder.path());
        drop_on(&mut window, &["before", "after"].map(|half| folder.path().join(half)));
        wait(&mut window, "the pairs", |window| has(window, "3 pairs found"));
        name(&mut window, "Half done");
        press(&mut window, "Start");
        press(&mut window, "Pause");
        wait(&mut window, "the pause", |window| has(window, "Paused"));
    }
    assert!(folder.path().join("filters/half-done.run/task.json").exists());
    let mut window = window(folder.path());
    assert!(has(&window, "Learning “Half done” was interrupted."));
    press(&mut window, "Resume");
    wait(&mut window, "its pairs", |window| has(window, "3 pairs found"));
    wait(&mut window, "the result", |window| has(window, "Use it"));
    assert!(folder.path().join("filters/half-done.safetensors").exists());
    assert!(!has_part(&window, "was interrupted"));
}

#[test]
fn what_are_no_pairs_is_said() {
    let folder = folders(&[1]);
    let mut window = window(folder.path());
    drop_on(&mut window, &[folder.path().join("before")]);
    wait(&mut window, "the reason", |window| has_part(window, "tells edits from photos"));
    let file = folder.path().join("before/photo1.png");
    drop_on(&mut window, &[file]);
    wait(&mut window, "the other reason", |window| has_part(window, "is one half of a pair"));
    // One pair is enough.
    let halves = ["before", "after"].map(|half| folder.path().join(half).join("photo1.png"));
    drop_on(&mut window, &halves);
    wait(&mut window, "the pair", |window| has(window, "1 pair found"));
    wait(&mut window, "what one pair is worth", |window| has_part(window, "Works with one."));
    assert!(!has_part(&window, "is one half of a pair"));
}
