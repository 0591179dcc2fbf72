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

/// The pairs of two folders in the table, read.
fn with_pairs(folder: &Path, count: usize) -> Window {
    let mut window = window(folder);
    drop_on(&mut window, &["before", "after"].map(|half| folder.join(half)));
    let words = format!("{count} {} found", if count == 1 { "pair" } else { "pairs" });
    wait(&mut window, "the pairs", |window| has_part(window, &words));
    wait(&mut window, "that they are read", |window| !has_part(window, "Reading"));
    window
}

#[test]
fn a_pair_is_seen_large_with_one_half_over_the_other() {
    let folder = folders(&[1, 2, 3]);
    let mut window = with_pairs(folder.path(), 3);
    press(&mut window, "Before: photo2");
    wait(&mut window, "the pair", |window| has_part(window, "over it at 50"));
    let see = |window: &mut Window| window.render().unwrap();
    let half = see(&mut window);
    press(&mut window, "Before");
    assert!(has(&window, "Before") && !has_part(&window, "over it"));
    let before = see(&mut window);
    let slider = window.get_by_role_and_label(Role::Slider, "From Before to After");
    slider.set_value_accesskit(1.0);
    window.run_steps(3);
    let after = see(&mut window);
    assert!(half != before && half != after && before != after);
    press(&mut window, "Beside each other");
    assert!(!has_part(&window, "From Before to After"));
    // The arrow goes to the next pair of the table.
    window.key_press(Key::ArrowDown);
    wait(&mut window, "the next pair", |window| has_part(window, "over it at 50"));
    assert_eq!(
        window.query_all_by_label("photo3").count(),
        2,
        "in the table, and over the pictures"
    );
    window.key_press(Key::Escape);
    wait(&mut window, "the photo again", |window| !has(window, "Onion skin"));
    assert!(has(&window, "Split"));
}

#[test]
fn a_cropped_edit_asks_to_be_looked_at() {
    let folder = folders(&[1, 2, 3]);
    let cropped = folder.path().join("after/photo2.png");
    let whole = image::open(&cropped).unwrap();
    let (width, height) = (whole.width(), whole.height());
    whole.crop_imm(width / 8, 0, width - width / 8, height).save(&cropped).unwrap();
    let mut window = with_pairs(folder.path(), 3);
    wait(&mut window, "the chip", |window| has(window, "Cropped"));
    assert!(has_part(&window, "After is cropped by 1"));
    assert!(has(&window, "3 pairs found, 1 needs a look"));
    press(&mut window, "After: photo2");
    wait(&mut window, "the pair", |window| has_part(window, "over it at 50"));
    press(&mut window, "Use the overlapping part");
    assert!(has(&window, "3 pairs found") && !has_part(&window, "needs a look"));
    assert!(has_part(&window, "Learns from 3"));
    press(&mut window, "Skip");
    assert!(has(&window, "3 pairs found, 1 ignored"));
}

#[test]
fn pairs_that_ask_for_opposite_things_are_named() {
    let folder = folders(&[1, 2]);
    let brighter = scene(2).iter().map(|rgb| rgb.map(|v| v.powf(0.6))).collect::<Vec<_>>();
    save(&folder.path().join("after/photo2.png"), &brighter);
    let mut window = with_pairs(folder.path(), 2);
    wait(&mut window, "the chips", |window| window.query_all_by_label("Opposite?").count() == 2);
    assert!(has_part(&window, "ask for opposite things"));
    assert!(has(&window, "2 pairs found, 2 need a look"));
    press(&mut window, "Skip: photo2");
    assert!(!has(&window, "Opposite?"));
    press(&mut window, "Use: photo2");
    assert!(has_part(&window, "ask for opposite things"));
    // It is said of the result too.
    press(&mut window, "Start");
    wait(&mut window, "the result", |window| has(window, "Use it"));
    assert!(has_part(&window, "ask for opposite things. Leave one of them out"));
}

#[test]
fn one_pair_is_the_wrong_way_round_and_swapped() {
    let folder = folders(&[1, 2, 3, 4]);
    let [before, after] =
        ["before", "after"].map(|half| folder.path().join(half).join("photo2.png"));
    let other = folder.path().join("other.png");
    fs::rename(&before, &other).unwrap();
    fs::rename(&after, &before).unwrap();
    fs::rename(&other, &after).unwrap();
    let mut window = with_pairs(folder.path(), 4);
    wait(&mut window, "the chip", |window| has(window, "Swapped?"));
    press(&mut window, "Before: photo2");
    wait(&mut window, "the pair", |window| has_part(window, "over it at 50"));
    let swaps = window.query_all_by_role_and_label(Role::Button, "Swap");
    let over_the_pictures = swaps.max_by(|a, b| a.rect().left().total_cmp(&b.rect().left()));
    over_the_pictures.unwrap().click_accesskit();
    wait(&mut window, "that it is right", |window| !has(window, "Swapped?"));
    wait(&mut window, "four good ones", |window| window.query_all_by_label("Good").count() >= 4);
}

#[test]
fn the_worst_check_photo_is_seen_and_learned_from_as_the_next_version() {
    let folder = folders(&[1, 2, 3, 4, 5, 6]);
    let mut window = with_pairs(folder.path(), 6);
    assert!(has(&window, "Learns from 5, checks on 1."));
    name(&mut window, "Warm");
    press(&mut window, "Quick");
    press(&mut window, "Start");
    wait(&mut window, "the result", |window| has(window, "Use it"));
    assert!(has(&window, "Least close") && has_part(&window, "photo6: "));
    press(&mut window, "See the photo that comes out worst");
    wait(&mut window, "its pictures", |window| {
        has(window, "Your edit") && has(window, "The filter")
    });
    assert!(has_part(&window, "The filter comes least close here"));
    press(&mut window, "Back to the photo");
    press(&mut window, "Add the worst photo's fix");
    wait(&mut window, "the next result", |window| has(window, "Use it") && has(window, "Warm v2"));
    for (file, learned_from) in [("warm", 5), ("warm-v2", 6)] {
        let file = folder.path().join(format!("filters/{file}.safetensors"));
        assert_eq!(read(&file).unwrap().provenance.learned_from.len(), learned_from);
    }
    // Of what it learned from, the worst is still told; it is not offered twice.
    assert!(has(&window, "Least close") && !has(&window, "Add the worst photo's fix"));
    press(&mut window, "Keep learning");
    wait(&mut window, "the third", |window| has(window, "Use it") && has(window, "Warm v3"));
    assert!(!has(&window, "Keep learning"), "it was learned thoroughly");
}

#[test]
fn one_pair_is_checked_by_eye() {
    let folder = folders(&[1]);
    let mut window = with_pairs(folder.path(), 1);
    press(&mut window, "Start");
    wait(&mut window, "the result", |window| has(window, "Use it"));
    assert!(has(&window, "A first guess") && has(&window, "Check it by eye"));
    press(&mut window, "Open another photo…");
    wait(&mut window, "where to type a path", |window| has(window, "Path of the photo"));
}
