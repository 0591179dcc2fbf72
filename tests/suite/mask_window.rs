//! A filter on a part of a photo, as a user sets it: by shapes, by the brush, and back.

use eframe::egui::accesskit::{Role, Toggled};
use eframe::egui::{Event, Key, Modifiers, PointerButton, Pos2, pos2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use understudy::app::{App, Memory};
use understudy::engine::Choice;

use crate::files_window::drop_on;
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
    assert!(has(&window, "1 Linear") && has_part(&window, ", on a part"));
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
    assert!(!has_part(&window, ", on a part") && has_part(&window, "On the whole photo"));
    key(&mut window, Modifiers::COMMAND, Key::Z);
    assert!(has(&window, "1 Linear"), "undone");
    // Another filter acts where the one before it did.
    press(&mut window, "Dehaze");
    assert!(has(&window, "1 Linear") && has_part(&window, "Dehaze, 100\u{a0}%, on a part"));
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

/// The labels of all panes.
fn panes(window: &Window) -> Vec<String> {
    let images = window.query_all_by_role(Role::Image);
    let labels = images.filter_map(|image| image.accesskit_node().label());
    labels.filter(|label| label.starts_with("Pane ")).collect()
}

#[test]
fn panes_show_all_filters_and_what_takes_the_place_of_one_acts_where_that_acted() {
    let (folder, photo) = folder_with_photo();
    let mut window = begin(folder.path(), &photo);
    press(&mut window, "Smooth");
    press(&mut window, "Add a filter on top");
    window.get_all_by_role_and_label(Role::Button, "Dehaze").last().unwrap().click();
    window.run_steps(3);
    open(&mut window, "Where");
    press(&mut window, "Add linear");

    key(&mut window, Modifiers::NONE, Key::C);
    let both = |pane: usize, last: &str| {
        format!("Pane {pane}: Smooth at 100\u{a0}%, then {last}, on a part")
    };
    assert_eq!(panes(&window)[1], both(2, "Dehaze at 100\u{a0}%"));
    // It is the filter that was current whose strength is set.
    key(&mut window, Modifiers::NONE, Key::Comma);
    assert_eq!(panes(&window)[1], both(2, "Dehaze at 95\u{a0}%"));
    press(&mut window, "Filter of pane 2: Dehaze + 1");
    window.get_all_by_role_and_label(Role::Button, "Detail").last().unwrap().click();
    window.run_steps(3);
    assert_eq!(panes(&window)[1], both(2, "Detail at 100\u{a0}%"));
    press(&mut window, "Strengths");
    assert_eq!(panes(&window)[2], both(3, "Detail at 75\u{a0}%"));
    key(&mut window, Modifiers::NONE, Key::G);
    assert!(panes(&window).iter().all(|pane| pane.ends_with("on a part")), "{:?}", panes(&window));
    assert!(panes(&window)[0].contains("Detail"), "{:?}", panes(&window));
    key(&mut window, Modifiers::NONE, Key::Num1);
    assert!(has(&window, "Smooth, 100\u{a0}%") && has(&window, "Detail, 100\u{a0}%, on a part"));
    assert!(has(&window, "1 Linear"), "the filter with the mask is the current one");

    // Where it acts belongs to this photo: filters used here are whole on another one.
    let other = folder.path().join("lake.png");
    image::RgbImage::from_pixel(600, 400, image::Rgb([20, 200, 90])).save(&other).unwrap();
    drop_on(&mut window, &[&other]);
    wait(&mut window, "the other photo", |window| has_part(window, "lake.png"));
    press(&mut window, "Remove: Detail");
    key(&mut window, Modifiers::NONE, Key::G);
    assert!(panes(&window).iter().any(|pane| pane.contains("Detail")), "{:?}", panes(&window));
    assert!(!panes(&window).iter().any(|pane| pane.contains("part")), "{:?}", panes(&window));
}

#[test]
fn filters_passed_by_key_leave_the_others_and_the_mask_as_they_were() {
    let (folder, photo) = folder_with_photo();
    let mut window = begin(folder.path(), &photo);
    press(&mut window, "Smooth");
    press(&mut window, "Add a filter on top");
    window.get_all_by_role_and_label(Role::Button, "Local contrast").last().unwrap().click();
    window.run_steps(3);
    key(&mut window, Modifiers::NONE, Key::Comma);
    open(&mut window, "Where");
    press(&mut window, "Add radial");
    // Up to the first filter, to none, and down again.
    key(&mut window, Modifiers::NONE, Key::ArrowUp);
    assert!(has_part(&window, "Bright retouch, 100\u{a0}%, on a part"));
    key(&mut window, Modifiers::NONE, Key::ArrowUp);
    assert!(!has_part(&window, "on a part") && has(&window, "Smooth, 100\u{a0}%"));
    key(&mut window, Modifiers::NONE, Key::ArrowDown);
    key(&mut window, Modifiers::NONE, Key::ArrowDown);
    assert!(has(&window, "Local contrast, 95\u{a0}%, on a part"), "as it was");
    key(&mut window, Modifiers::NONE, Key::ArrowDown);
    assert!(has(&window, "Dehaze, 100\u{a0}%, on a part") && has(&window, "Smooth, 100\u{a0}%"));
    key(&mut window, Modifiers::NONE, Key::Escape);
    assert!(has(&window, "Local contrast, 95\u{a0}%, on a part"));
}
