//! Tone and detail, histogram and clipping, tuning with evidence and the X-ray, as a user drives them.

use std::path::Path;

use eframe::egui::accesskit::{Role, Toggled};
use eframe::egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use understudy::app::App;
use understudy::engine::Choice;
use understudy::operator::{CheckPair, Library};
use understudy::photo::Image;

use crate::window::{Window, folder_with_photo, has, has_part, is_on, key, press, wait, window_on};

fn window(photo: &Path) -> Window {
    window_on(Choice::Cpu, &[photo])
}

#[track_caller]
fn slider(window: &Window, name: &str) -> f64 {
    let slider = window.get_by_role_and_label(Role::Slider, name);
    slider.accesskit_node().numeric_value().unwrap().round()
}

#[track_caller]
fn set(window: &mut Window, name: &str, value: f64) {
    window.get_by_role_and_label(Role::Slider, name).set_value_accesskit(value);
    window.run_steps(3);
}

#[track_caller]
fn open(window: &mut Window, section: &str) {
    // By its name: it may be below what is seen.
    window.get_by_label(section).click_accesskit();
    window.run_steps(30);
}

#[test]
fn tone_and_detail_are_steps_of_their_own_and_come_back() {
    let (folder, photo) = folder_with_photo();
    let memory = || understudy::app::Memory::at(folder.path().join("state"));
    let begin = || {
        let photos = vec![photo.clone()];
        let mut window = Harness::builder()
            .with_size((1280.0, 800.0))
            .with_max_steps(64)
            .wgpu()
            .build_eframe(|cc| App::new(cc, photos, Choice::Cpu).with_memory(memory()));
        wait(&mut window, "the photo", |window| has(window, "Before"));
        window
    };
    let mut window = begin();
    assert_eq!((slider(&window, "Tone"), slider(&window, "Detail")), (100.0, 100.0));
    set(&mut window, "Tone", 40.0);
    set(&mut window, "Detail", 150.0);
    open(&mut window, "Steps");
    assert!(has(&window, "Tone 40\u{a0}%") && has(&window, "Detail 150\u{a0}%"));
    press(&mut window, "Undo");
    assert_eq!((slider(&window, "Tone"), slider(&window, "Detail")), (40.0, 100.0));
    press(&mut window, "Redo");
    let kept = folder.path().join("state/photos");
    wait(&mut window, "the edit on disk", |_| {
        let files = std::fs::read_dir(&kept).into_iter().flatten().flatten();
        let texts = files.filter_map(|it| std::fs::read_to_string(it.path()).ok());
        texts
            .into_iter()
            .any(|text| text.contains(r#""tone":0.4"#) && text.contains(r#""detail":1.5"#))
    });
    drop(window);
    let mut window = begin();
    wait(&mut window, "the kept edit", |window| slider(window, "Tone") == 40.0);
    assert_eq!(slider(&window, "Detail"), 150.0);
}

#[test]
fn in_compare_tone_and_detail_are_the_current_panes() {
    let (_folder, photo) = folder_with_photo();
    let mut window = window(&photo);
    key(&mut window, Modifiers::NONE, Key::C);
    set(&mut window, "Detail", 30.0);
    assert!(has_part(&window, "detail 30\u{a0}%"));
    assert_eq!((slider(&window, "Tone"), slider(&window, "Detail")), (100.0, 30.0));
}

#[test]
fn the_histogram_follows_the_edit_and_clipping_goes_by_key_and_button() {
    let (_folder, photo) = folder_with_photo();
    let mut window = window(&photo);
    // One word for shadows, one for highlights.
    let ends =
        |window: &Window, words: &str| window.query_all_by_label_contains(words).count() == 2;
    assert!(!has_part(&window, "by filter "));
    open(&mut window, "Histogram");
    wait(&mut window, "what is clipped", |it| ends(it, "by filter ") && ends(it, "in photo "));
    press(&mut window, "Shadows");
    assert!(is_on(&window, "Shadows") && !is_on(&window, "Highlights"));
    key(&mut window, Modifiers::SHIFT, Key::Period);
    assert!(is_on(&window, "Highlights"), "by its key, which is no step of strength");
    assert_eq!(slider(&window, "Strength"), 100.0);
    key(&mut window, Modifiers::SHIFT, Key::Comma);
    assert!(!is_on(&window, "Shadows"));
    press(&mut window, "None");
    wait(&mut window, "no filter clips", |window| ends(window, "by filter 0\u{a0}%"));
}

/// A library whose first filter carries a check pair.
fn library(root: &Path) -> Library {
    let mut library = Library::load_from(Some(root.to_owned()));
    let entry = library.entries.iter_mut().find(|entry| entry.name == "dehaze").unwrap();
    let mut operator = (*entry.operator).clone();
    let pixels = (0..160 * 120).map(|i| [(i % 160) as u8, (i / 160) as u8 * 2, 120, 255]);
    let before = Image::eight(160, 120, pixels.collect());
    let after = Image::eight(160, 120, vec![[90, 120, 120, 255]; 160 * 120]);
    operator.provenance.check_pairs = vec![CheckPair::new("hall".to_owned(), &before, &after)];
    entry.operator = operator.into();
    library
}

#[test]
fn a_tuned_value_has_evidence_and_becomes_a_version() {
    let (folder, photo) = folder_with_photo();
    let root = folder.path().join("filters");
    let begin = |library: Library| {
        let photos = vec![photo.clone()];
        let mut window = Harness::builder()
            .with_size((1280.0, 800.0))
            .with_max_steps(64)
            .wgpu()
            .build_eframe(|cc| App::with_library(cc, photos, Choice::Cpu, library));
        wait(&mut window, "the photo", |window| has(window, "Before"));
        window
    };
    let mut window = begin(library(&root));
    press(&mut window, "Dehaze");
    open(&mut window, "Tune");
    wait(&mut window, "evidence", |window| {
        has_part(window, "learned with 1.00×") && has_part(window, "dB ·") && has_part(window, "ms")
    });
    assert!(has_part(&window, "closeness on 1 photo that it carries"));
    set(&mut window, "Reach", 2.0);
    assert!(has(&window, "2.00×"));
    press(&mut window, "Save as default (v2)");
    wait(&mut window, "the version", |window| is_on(window, "Dehaze v2"));
    assert!(has(&window, "2.00×") && has(&window, "Save as default (v3)"));
    let disabled = window.get_by_role_and_label(Role::Button, "Reset");
    assert!(disabled.accesskit_node().is_disabled(), "it is the version's own value");
    let kept = understudy::operator::read(&root.join("dehaze-v2.safetensors")).unwrap();
    assert_eq!(kept.provenance.check_pairs.len(), 1);
    assert!(kept.provenance.check.is_none());
    // Saved once more from the first one, no version is replaced.
    drop(window);
    let mut window = begin(library(&root));
    press(&mut window, "Dehaze");
    open(&mut window, "Tune");
    set(&mut window, "Reach", 0.5);
    press(&mut window, "Save as default (v3)");
    wait(&mut window, "the next version", |window| is_on(window, "Dehaze v3"));
    assert_eq!(std::fs::read_dir(&root).unwrap().count(), 2);
    assert_eq!(understudy::operator::read(&root.join("dehaze-v2.safetensors")).unwrap(), kept);
}

#[test]
fn in_compare_the_current_panes_filter_is_tuned_and_its_version_shown_there() {
    let (folder, photo) = folder_with_photo();
    let library = library(&folder.path().join("filters"));
    let mut window: Window = Harness::builder()
        .with_size((1280.0, 800.0))
        .with_max_steps(64)
        .wgpu()
        .build_eframe(|cc| App::with_library(cc, vec![photo], Choice::Cpu, library));
    wait(&mut window, "the photo", |window| has(window, "Before"));
    press(&mut window, "Dehaze");
    key(&mut window, Modifiers::NONE, Key::C);
    open(&mut window, "Tune");
    wait(&mut window, "evidence", |window| has_part(window, "learned with 1.00×"));
    wait(&mut window, "its closeness", |window| has_part(window, "dB ·"));
    set(&mut window, "Reach", 2.0);
    assert!(has(&window, "2.00×"));
    press(&mut window, "Save as default (v2)");
    wait(&mut window, "the version", |window| has_part(window, "Dehaze v2"));
    press(&mut window, "Apply");
    wait(&mut window, "the photo's own edit", |window| is_on(window, "Dehaze"));
    assert!(has(&window, "1.00×"), "only the pane was tuned");
}

#[test]
fn the_x_ray_shows_sheets_and_one_of_them_on_the_photo() {
    let (_folder, photo) = folder_with_photo();
    let mut window = window(&photo);
    open(&mut window, "X-ray");
    wait(&mut window, "the sheets", |window| {
        window.query_by_role_and_label(Role::Button, "Veil").is_some()
    });
    window.get_by_role_and_label(Role::Button, "Veil").click_accesskit();
    window.run_steps(3);
    let toggled = |window: &Window| {
        let button = window.get_by_role_and_label(Role::Button, "Veil");
        button.accesskit_node().toggled() == Some(Toggled::True)
    };
    assert!(toggled(&window) && !has(&window, "Before"), "in the place of before and after");
    key(&mut window, Modifiers::NONE, Key::Escape);
    assert!(!toggled(&window) && has(&window, "Before"));
    press(&mut window, "None");
    assert!(!has(&window, "X-ray"), "without a filter there is no inside");
}
