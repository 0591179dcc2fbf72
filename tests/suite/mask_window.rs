//! A filter on a part of a photo, as a user sets it: by shapes, by the brush, and back.

use eframe::egui::accesskit::{Role, Toggled};
use eframe::egui::{Event, Key, Modifiers, PointerButton, Pos2, pos2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use understudy::app::{App, Memory};
use understudy::engine::Choice;

use crate::window::{Window, folder_with_photo, has, has_part, key, press, wait};

fn begin(folder: &std::path::Path, photo: &std::path::Path) -> Window {
    let (memory, photos) = (Memory::at(folder.join("state")), vec![photo.to_owned()]);
    let mut window = Harness::builder()
        .with_size((1280.0, 800.0))
        .with_max_steps(64)
        .wgpu()
        .build_eframe(|cc| App::new(cc, photos, Choice::Cpu).with_memory(memory));
    wait(&mut window, "the photo", |window| has(window, "Before"));
    window
}

#[track_caller]
fn open(window: &mut Window, section: &str) {
    window.get_by_label(section).click_accesskit();
    window.run_steps(30);
}

/// The middle of something with a name, in the window.
#[track_caller]
fn place(window: &Window, name: &str) -> Pos2 {
    window.get_by_label(name).rect().center()
}

fn drag(window: &mut Window, modifiers: Modifiers, way: &[Pos2]) {
    let button = |pos, pressed| Event::PointerButton {
        pos,
        button: PointerButton::Primary,
        pressed,
        modifiers,
    };
    window.event_modifiers(Event::PointerMoved(way[0]), modifiers);
    window.event_modifiers(button(way[0], true), modifiers);
    window.run_steps(2);
    for point in way {
        window.event_modifiers(Event::PointerMoved(*point), modifiers);
        window.step();
    }
    window.event_modifiers(button(way[way.len() - 1], false), modifiers);
    window.run_steps(3);
}

#[track_caller]
fn is_checked(window: &Window, name: &str) -> bool {
    let toggled = window.get_by_role_and_label(Role::CheckBox, name).accesskit_node().toggled();
    toggled == Some(Toggled::True)
}

/// The steps that are kept of the photo.
fn kept(folder: &std::path::Path) -> String {
    let files = std::fs::read_dir(folder.join("state/photos")).into_iter().flatten().flatten();
    files.filter_map(|it| std::fs::read_to_string(it.path()).ok()).collect()
}

#[test]
fn a_line_is_added_moved_and_taken_back_and_comes_back_at_the_next_start() {
    let (folder, photo) = folder_with_photo();
    let mut window = begin(folder.path(), &photo);
    assert!(!has_part(&window, "Add linear"));
    open(&mut window, "Where");
    press(&mut window, "Add linear");
    assert!(has(&window, "1 Linear") && has_part(&window, ", part"));
    let to = place(&window, "Where all of the filter is");
    drag(&mut window, Modifiers::NONE, &[to, to + eframe::egui::vec2(0.0, -40.0)]);
    let moved = place(&window, "Where all of the filter is");
    assert!((moved - to - eframe::egui::vec2(0.0, -40.0)).length() < 2.0, "{to} {moved}");
    // By the keyboard too, and the photo is not changed for another.
    window.get_by_label("Where all of the filter is").focus();
    window.run_steps(2);
    key(&mut window, Modifiers::NONE, Key::ArrowRight);
    let right = place(&window, "Where all of the filter is");
    assert!((right.x - moved.x - 8.0).abs() < 1.0, "{moved} {right}");
    window.get_by_role_and_label(Role::CheckBox, "Invert").click();
    window.run_steps(3);
    assert!(is_checked(&window, "Invert") && is_checked(&window, "Follow edges"));
    wait(&mut window, "the mask on disk", |_| kept(folder.path()).contains(r#""inverted":true"#));
    drop(window);

    let mut window = begin(folder.path(), &photo);
    open(&mut window, "Where");
    wait(&mut window, "the mask", |window| has(window, "1 Linear"));
    assert!(is_checked(&window, "Invert"));
    press(&mut window, "Remove: 1 Linear");
    assert!(!has_part(&window, ", part") && has_part(&window, "On the whole photo"));
    key(&mut window, Modifiers::COMMAND, Key::Z);
    assert!(has(&window, "1 Linear"), "undone");
    // Another filter acts where the one before it did.
    press(&mut window, "Dehaze");
    assert!(has(&window, "1 Linear") && has_part(&window, "Dehaze, 100\u{a0}%, part"));
}

#[test]
fn what_is_painted_is_filtered_in_the_file_and_nothing_else() {
    let (folder, photo) = folder_with_photo();
    let mut window = begin(folder.path(), &photo);
    press(&mut window, "Cross process");
    open(&mut window, "Where");
    press(&mut window, "Add brush");
    window.get_by_role_and_label(Role::CheckBox, "Follow edges").click();
    window.run_steps(3);
    let area = window.get_by_label("Paint where the filter acts").rect();
    let at = |x: f32, y: f32| area.min + area.size() * eframe::egui::vec2(x, y);
    drag(&mut window, Modifiers::NONE, &[at(0.6, 0.5), at(0.7, 0.5), at(0.8, 0.5), at(0.9, 0.5)]);
    drag(&mut window, Modifiers::NONE, &[at(0.75, 0.2)]);
    open(&mut window, "Steps");
    assert_eq!(window.query_all_by_label("Where: paint").count(), 2, "each stroke is a step");
    assert!(is_checked(&window, "Show in red"), "else nothing would be seen of an empty mask");
    key(&mut window, Modifiers::NONE, Key::O);
    assert!(!is_checked(&window, "Show in red"));
    let size = |window: &Window| {
        let slider = window.get_by_role_and_label(Role::Slider, "Size");
        slider.accesskit_node().numeric_value().unwrap()
    };
    let before = size(&window);
    key(&mut window, Modifiers::NONE, Key::CloseBracket);
    assert!(size(&window) > 1.1 * before);
    // What is erased with Alt is the photo again.
    let beside = pos2(area.right() + 5.0, at(0.9, 0.5).y);
    drag(&mut window, Modifiers::ALT, &[at(0.9, 0.5), beside]);

    key(&mut window, Modifiers::COMMAND, Key::E);
    let target = folder.path().join("out.png");
    let field = window.get_by_role_and_label(Role::TextInput, "Save as");
    field.set_text_value_accesskit(target.to_str().unwrap());
    window.run_steps(3);
    press(&mut window, "Export");
    wait(&mut window, "saved", |window| has(window, "Saved out.png"));
    let (before, after) = (image::open(&photo).unwrap(), image::open(&target).unwrap());
    let (before, after) = (before.to_rgb8(), after.to_rgb8());
    let apart = |x: f32, y: f32| {
        let (x, y) = ((x * 600.0) as u32, (y * 400.0) as u32);
        let (a, b) = (before.get_pixel(x, y), after.get_pixel(x, y));
        a.0.iter().zip(b.0).map(|(a, b)| a.abs_diff(b)).max().unwrap()
    };
    for (x, y) in [(0.62, 0.5), (0.7, 0.5), (0.78, 0.5), (0.75, 0.2)] {
        assert!(apart(x, y) > 6, "{x} {y}: {}", apart(x, y));
    }
    for (x, y) in [(0.2, 0.5), (0.6, 0.8), (0.93, 0.5), (0.6, 0.2)] {
        assert_eq!(apart(x, y), 0, "{x} {y}");
    }
}
