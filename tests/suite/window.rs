//! The window, driven as a user drives it: by words, keys and drops.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use eframe::egui::accesskit::{Role, Toggled};
use eframe::egui::{DroppedFile, Event, Key, Modifiers, pos2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use understudy::app::App;
use understudy::engine::Choice;
use understudy::operator::Library;

pub type Window = Harness<'static, App>;

/// Runs the window until something is there.
#[track_caller]
pub fn wait(window: &mut Window, what: &str, is_there: impl Fn(&Window) -> bool) {
    let began = Instant::now();
    while !is_there(window) {
        assert!(began.elapsed() < Duration::from_secs(60), "not seen: {what}");
        std::thread::sleep(Duration::from_millis(10));
        window.step();
    }
    window.run_steps(2);
}

/// A window that shows its first photo with a filter on.
#[track_caller]
fn window(photos: &[&Path]) -> Window {
    window_on(Choice::Auto, photos)
}

/// The same, rendered by something in particular.
#[track_caller]
pub fn window_on(choice: Choice, photos: &[&Path]) -> Window {
    let photos: Vec<PathBuf> = photos.iter().map(|path| path.to_path_buf()).collect();
    let mut window = Harness::builder()
        .with_size((1280.0, 800.0))
        .with_max_steps(64)
        .wgpu()
        .build_eframe(|cc| App::new(cc, photos, choice));
    wait(&mut window, "before and after", |window| has(window, "Before") && has(window, "After"));
    window
}

pub fn has(window: &Window, words: &str) -> bool {
    window.query_by_label(words).is_some()
}

pub fn has_part(window: &Window, words: &str) -> bool {
    window.query_all_by_label_contains(words).next().is_some()
}

#[track_caller]
pub fn press(window: &mut Window, button: &str) {
    window.get_by_role_and_label(Role::Button, button).click();
    window.run_steps(3);
}

/// Of several of that name the last one: an entry of a menu lies over the list.
#[track_caller]
fn press_last(window: &mut Window, button: &str) {
    window.get_all_by_role_and_label(Role::Button, button).last().unwrap().click();
    window.run_steps(3);
}

#[track_caller]
pub fn is_on(window: &Window, button: &str) -> bool {
    let button = window.get_by_role_and_label(Role::Button, button);
    button.accesskit_node().toggled() == Some(Toggled::True)
}

#[track_caller]
pub fn key(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    window.run_steps(3);
}

#[track_caller]
fn strength(window: &Window) -> f64 {
    let slider = window.get_by_role_and_label(Role::Slider, "Strength");
    slider.accesskit_node().numeric_value().unwrap().round()
}

/// The filters' titles from top to bottom.
fn titles() -> Vec<String> {
    let mut entries = Library::load().entries;
    entries.sort_by_key(|entry| !entry.builtin);
    entries.into_iter().map(|entry| entry.operator.title.clone()).collect()
}

pub fn folder_with_photo() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hills.png");
    let pixel = |x: u32, y: u32| image::Rgb([(x / 3) as u8, (y / 2) as u8, ((x + y) / 4) as u8]);
    image::RgbImage::from_fn(600, 400, pixel).save(&path).unwrap();
    (folder, path)
}

#[test]
fn first_run_shows_a_photo_with_a_filter_on_and_says_what_to_do() {
    let mut window = window(&[]);
    assert!(has(&window, "Drag the line. Drop your own photo anywhere."));
    assert!(is_on(&window, &titles()[0]) && strength(&window) == 80.0);
    assert!(is_on(&window, "Split") && is_on(&window, "Fit"));
    assert!(has_part(&window, "GPU: ") || has_part(&window, "Running on the processor"));

    let line = window.get_by_role_and_label(Role::Slider, "Split line");
    assert_eq!(line.accesskit_node().numeric_value(), Some(0.5));
    let (from, to) = (line.rect().center(), line.rect().center() - eframe::egui::vec2(150.0, 0.0));
    window.drag_at(from);
    window.step();
    window.hover_at(to);
    window.step();
    window.drop_at(to);
    window.run_steps(3);
    let line = window.get_by_role_and_label(Role::Slider, "Split line");
    assert!(line.accesskit_node().numeric_value().unwrap() < 0.4);
    assert!(!has(&window, "Drag the line. Drop your own photo anywhere."));
}

#[test]
fn filters_are_chosen_by_click_and_by_arrow() {
    let (_folder, photo) = folder_with_photo();
    let mut window = window(&[&photo]);
    press(&mut window, "None");
    assert!(is_on(&window, "None"));
    assert!(!has(&window, "Before") && window.query_by_label("Strength in percent").is_none());
    key(&mut window, Modifiers::NONE, Key::ArrowDown);
    assert!(is_on(&window, &titles()[0]) && has(&window, "Before"));
    key(&mut window, Modifiers::NONE, Key::ArrowUp);
    key(&mut window, Modifiers::NONE, Key::ArrowUp);
    assert!(is_on(&window, "None"));
    let last = titles().pop().unwrap();
    press(&mut window, &last);
    key(&mut window, Modifiers::NONE, Key::ArrowDown);
    assert!(is_on(&window, &last));
}

#[test]
fn strength_moves_by_slider_and_by_key() {
    let (_folder, photo) = folder_with_photo();
    let mut window = window(&[&photo]);
    window.get_by_role_and_label(Role::Slider, "Strength").set_value_accesskit(50.0);
    window.run_steps(3);
    assert_eq!(strength(&window), 50.0);
    key(&mut window, Modifiers::NONE, Key::Comma);
    assert_eq!(strength(&window), 45.0);
    for _ in 0..12 {
        key(&mut window, Modifiers::NONE, Key::Period);
    }
    assert_eq!(strength(&window), 100.0);
}

#[test]
fn the_original_is_held_and_the_split_goes_on_and_off() {
    let (_folder, photo) = folder_with_photo();
    let mut window = window(&[&photo]);
    key(&mut window, Modifiers::SHIFT, Key::Y);
    assert!(!is_on(&window, "Split") && !has(&window, "Before"));
    press(&mut window, "Split");
    assert!(has(&window, "Before"));
    window.key_down(Key::Backslash);
    window.run_steps(3);
    assert!(is_on(&window, "Original") && !has(&window, "Before"));
    window.key_up(Key::Backslash);
    window.run_steps(3);
    assert!(!is_on(&window, "Original") && has(&window, "Before"));
    window.get_by_role_and_label(Role::Button, "Original").click_accesskit();
    window.run_steps(3);
    assert!(is_on(&window, "Original"));
}

#[test]
fn zoom_goes_between_fit_and_actual_pixels() {
    let (folder, _) = folder_with_photo();
    let large = folder.path().join("large.png");
    image::RgbImage::from_fn(2400, 1600, |x, y| image::Rgb([x as u8, y as u8, 99]))
        .save(&large)
        .unwrap();
    let mut window = window(&[&large]);
    press(&mut window, "100\u{a0}%");
    assert!(is_on(&window, "100\u{a0}%") && !is_on(&window, "Fit"));
    key(&mut window, Modifiers::COMMAND, Key::Num0);
    assert!(is_on(&window, "Fit"));
    key(&mut window, Modifiers::NONE, Key::Space);
    assert!(is_on(&window, "100\u{a0}%"));
    key(&mut window, Modifiers::NONE, Key::Z);
    assert!(is_on(&window, "Fit"));
    window.hover_at(pos2(600.0, 400.0));
    key(&mut window, Modifiers::COMMAND, Key::Plus);
    assert!(!is_on(&window, "Fit") && !is_on(&window, "100\u{a0}%"));
}

#[test]
fn exports_to_a_typed_path_and_asks_before_it_replaces() {
    let (folder, photo) = folder_with_photo();
    let target = folder.path().join("out.jpg");
    let mut window = window(&[&photo]);
    let ask = |window: &mut Window| {
        key(window, Modifiers::COMMAND, Key::E);
        let field = window.get_by_role_and_label(Role::TextInput, "Save as");
        assert!(field.value().unwrap().starts_with(folder.path().to_str().unwrap()));
        field.set_text_value_accesskit(target.to_str().unwrap());
        window.run_steps(3);
        press(window, "Export");
    };
    ask(&mut window);
    wait(&mut window, "Saved", |window| has(window, "Saved out.jpg"));
    let saved = understudy::photo::open(&target).unwrap().image;
    assert_eq!((saved.width, saved.height), (600, 400));
    assert!(has(&window, "Show in folder"));

    ask(&mut window);
    assert!(has(&window, "out.jpg exists. Replace it?"));
    press(&mut window, "Keep it");
    press(&mut window, "Export");
    press(&mut window, "Replace");
    wait(&mut window, "Saved again", |window| has(window, "Saved out.jpg"));
    press(&mut window, "Dismiss");
    assert!(!has(&window, "Saved out.jpg"));
}

#[test]
fn a_name_without_a_known_ending_cannot_be_exported() {
    let (folder, photo) = folder_with_photo();
    let mut window = window(&[&photo]);
    press(&mut window, "Export…");
    let field = window.get_by_role_and_label(Role::TextInput, "Save as");
    field.set_text_value_accesskit(folder.path().join("out.xyz").to_str().unwrap());
    window.run_steps(3);
    let export = window.get_by_role_and_label(Role::Button, "Export");
    assert!(export.accesskit_node().is_disabled());
    key(&mut window, Modifiers::NONE, Key::Escape);
    assert!(!has(&window, "Export a copy"));
}

#[test]
fn what_cannot_be_opened_is_said_and_can_be_dismissed() {
    let (folder, _) = folder_with_photo();
    let bad = folder.path().join("notes.jpg");
    std::fs::write(&bad, "no photo").unwrap();
    let mut window = window(&[&bad]);
    assert!(has_part(&window, "notes.jpg"));
    press(&mut window, "Dismiss");
    assert!(!has_part(&window, "notes.jpg"));
}

#[derive(Debug)]
struct Dropped(PathBuf);

impl DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|error| error.to_string())
    }
}

#[test]
fn a_dropped_photo_is_opened_with_the_filter_kept() {
    let (_folder, photo) = folder_with_photo();
    let mut window = window(&[]);
    let filter = titles().pop().unwrap();
    press(&mut window, &filter);
    window.input_mut().dropped_files.push(Arc::new(Dropped(photo)));
    wait(&mut window, "the name", |window| has_part(window, "hills.png"));
    wait(&mut window, "its size", |window| has_part(window, "600\u{a0}×\u{a0}400"));
    assert!(is_on(&window, &filter));
    assert!(!has(&window, "Drag the line. Drop your own photo anywhere."));
}

#[test]
fn the_sheet_lists_the_keys() {
    let (_folder, photo) = folder_with_photo();
    let mut window = window(&[&photo]);
    key(&mut window, Modifiers::NONE, Key::Questionmark);
    assert!(has(&window, "Ctrl+E") && has(&window, "Export a copy"));
    let last = window.get_by_label("This sheet").rect();
    let close = window.get_by_role_and_label(Role::Button, "Close").rect();
    let gap = close.top() - last.bottom();
    assert!((0.0..64.0).contains(&gap) && close.bottom() < 800.0, "all of it is seen: {gap}");
    key(&mut window, Modifiers::NONE, Key::ArrowDown);
    key(&mut window, Modifiers::NONE, Key::Escape);
    assert!(!has(&window, "Ctrl+E"));
    assert!(is_on(&window, &titles()[0]), "keys belong to the sheet while it is open");
}

#[test]
fn the_gpu_and_the_processor_show_the_same_window() {
    let (_folder, photo) = folder_with_photo();
    let mut pictures = [Choice::Gpu, Choice::Cpu].map(|choice| {
        let mut window = window_on(choice, &[&photo]);
        key(&mut window, Modifiers::COMMAND, Key::Num1);
        window.render().unwrap()
    });
    let canvas = |picture: &mut image::RgbaImage| {
        image::imageops::crop(picture, 260, 60, 740, 640).to_image()
    };
    let [gpu, cpu] = pictures.each_mut().map(canvas);
    let differs = |(a, b): &(&u8, &u8)| a.abs_diff(**b) > 2;
    let count = gpu.as_raw().iter().zip(cpu.as_raw()).filter(differs).count();
    assert_eq!(count, 0, "channels that differ by more than 2");
}

#[test]
fn the_list_narrows_to_what_is_searched() {
    let (_folder, photo) = folder_with_photo();
    let mut window = window(&[&photo]);
    let field = window.get_by_role_and_label(Role::TextInput, "Find a filter");
    field.focus();
    field.type_text("haze");
    window.run_steps(3);
    assert!(has(&window, "Dehaze") && !has(&window, "Smooth"));
    // Words in a field are no shortcuts.
    assert!(is_on(&window, "Split"));
    // Nor are they in a pass in which Enter leaves the field behind them.
    for key in [Key::D, Key::Enter] {
        let modifiers = Modifiers::NONE;
        for pressed in [true, false] {
            let event = Event::Key { key, physical_key: None, pressed, repeat: false, modifiers };
            window.input_mut().events.push(event);
        }
    }
    window.run_steps(3);
    assert!(is_on(&window, "Split") && !is_on(&window, "Difference"));
    key(&mut window, Modifiers::NONE, Key::D);
    assert!(is_on(&window, "Difference"), "the field was left");
}

#[test]
fn a_filter_on_top_a_step_back_and_forth() {
    let (_folder, photo) = folder_with_photo();
    let mut window = window(&[&photo]);
    let first = titles()[0].clone();
    press(&mut window, "Add a filter on top");
    press_last(&mut window, "Smooth");
    assert!(has(&window, &format!("{first}, 100\u{a0}%")) && has(&window, "Smooth, 100\u{a0}%"));
    key(&mut window, Modifiers::NONE, Key::Comma);
    assert!(has(&window, "Smooth, 95\u{a0}%"));
    press(&mut window, "Earlier: Smooth");
    press(&mut window, "Undo");
    press(&mut window, "Undo");
    assert!(has(&window, "Smooth, 100\u{a0}%"));
    key(&mut window, Modifiers::COMMAND, Key::Z);
    assert!(!has(&window, "Smooth, 100\u{a0}%"));
    key(&mut window, Modifiers::COMMAND, Key::Y);
    assert!(has(&window, "Smooth, 100\u{a0}%"));
    press(&mut window, "Remove: Smooth");
    assert!(!has(&window, "Smooth, 100\u{a0}%"));
}

#[test]
fn tuning_is_live_and_what_a_filter_does_not_have_says_why() {
    let (_folder, photo) = folder_with_photo();
    let mut window = window(&[&photo]);
    window.get_by_label("Tune").click();
    window.run_steps(30);
    let has_slider =
        |window: &Window, name: &str| window.query_by_role_and_label(Role::Slider, name).is_some();
    assert!(has_slider(&window, "Reach"));
    assert!(has(&window, "Spread") && !has_slider(&window, "Spread"));
    assert!(has_part(&window, "closed form without a network"));
    assert!(has(&window, "1.00×"));
    window.get_by_role_and_label(Role::Slider, "Reach").focus();
    window.run_steps(2);
    key(&mut window, Modifiers::NONE, Key::ArrowRight);
    assert!(!has(&window, "1.00×"));
    press(&mut window, "Reset");
    assert!(has(&window, "1.00×"));
}

#[test]
fn an_edit_is_kept_and_comes_back_with_its_steps() {
    let (folder, photo) = folder_with_photo();
    let memory = || understudy::app::Memory::at(folder.path().join("state"));
    let open = || {
        let photos = vec![photo.clone()];
        let mut window = Harness::builder()
            .with_size((1280.0, 800.0))
            .with_max_steps(64)
            .wgpu()
            .build_eframe(|cc| App::new(cc, photos, Choice::Cpu).with_memory(memory()));
        wait(&mut window, "the photo", |window| has(window, "Before"));
        window
    };
    let kept = folder.path().join("state/photos");
    let mut window = open();
    press(&mut window, "Dehaze");
    for _ in 0..4 {
        key(&mut window, Modifiers::NONE, Key::Comma);
    }
    wait(&mut window, "the edit on disk", |_| {
        let files = std::fs::read_dir(&kept).into_iter().flatten().flatten();
        files.filter_map(|it| std::fs::read_to_string(it.path()).ok()).any(|it| it.contains("0.8"))
    });
    drop(window);
    let original = std::fs::read(&photo).unwrap();
    let mut window = open();
    wait(&mut window, "the kept edit", |window| has(window, "Dehaze, 80\u{a0}%"));
    assert_eq!(strength(&window), 80.0);
    press(&mut window, "Undo");
    assert!(strength(&window) > 80.0);
    assert_eq!(std::fs::read(&photo).unwrap(), original);
    let session = || std::fs::read_to_string(folder.path().join("state/session.json"));
    wait(&mut window, "the session", |_| session().is_ok_and(|it| it.contains("hills.png")));
}
