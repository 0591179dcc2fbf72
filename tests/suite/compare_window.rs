//! The Compare workspace and the views of two pictures, driven as a user drives them.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use eframe::egui::accesskit::{Role, Toggled};
use eframe::egui::{DroppedFile, Event, Key, Modifiers, Rect, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use understudy::app::App;
use understudy::engine::Choice;
use understudy::operator::Library;

type Window = Harness<'static, App>;

/// A window of the CPU's that shows a photo with its first filter.
#[track_caller]
fn window(photo: &Path) -> Window {
    window_on(Choice::Cpu, photo)
}

#[track_caller]
fn window_on(choice: Choice, photo: &Path) -> Window {
    let photos: Vec<PathBuf> = vec![photo.to_owned()];
    let mut window = Harness::builder()
        .with_size((1280.0, 800.0))
        .with_max_steps(64)
        // As fast as a hand clicks twice.
        .with_step_dt(1.0 / 60.0)
        .wgpu()
        .build_eframe(|cc| App::new(cc, photos, choice));
    wait(&mut window, "before and after", |window| has(window, "Before") && has(window, "After"));
    window
}

/// Runs the window until something is there.
#[track_caller]
fn wait(window: &mut Window, what: &str, is_there: impl Fn(&Window) -> bool) {
    let began = Instant::now();
    while !is_there(window) {
        assert!(began.elapsed() < Duration::from_secs(60), "not seen: {what}");
        std::thread::sleep(Duration::from_millis(10));
        window.step();
    }
    window.run_steps(2);
}

/// Runs the window until the engine has rendered all there is to render.
fn settle(window: &mut Window) {
    for _ in 0..30 {
        std::thread::sleep(Duration::from_millis(10));
        window.step();
    }
}

fn has(window: &Window, words: &str) -> bool {
    window.query_all_by_label(words).next().is_some()
}

#[track_caller]
fn press(window: &mut Window, button: &str) {
    window.get_by_role_and_label(Role::Button, button).click();
    window.run_steps(3);
}

#[track_caller]
fn key(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    window.run_steps(3);
}

#[track_caller]
fn is_on(window: &Window, button: &str) -> bool {
    let button = window.get_by_role_and_label(Role::Button, button);
    button.accesskit_node().toggled() == Some(Toggled::True)
}

/// The labels of all pictures, from left to right and from top to bottom.
fn pictures(window: &Window) -> Vec<String> {
    let images = window.query_all_by_role(Role::Image);
    images.filter_map(|image| image.accesskit_node().label()).collect()
}

/// Where a pane's picture is, in points.
#[track_caller]
fn place(window: &Window, pane: &str) -> Rect {
    let images = window.query_all_by_role(Role::Image);
    let mut of_pane = images.filter(|image| {
        image.accesskit_node().label().is_some_and(|label| label.starts_with(pane))
    });
    of_pane.next().expect("the pane is there").rect()
}

/// What is drawn in a rectangle.
fn seen(window: &mut Window, rect: Rect) -> image::RgbaImage {
    let picture = window.render().unwrap();
    // Without the frame of the current pane.
    let rect = rect.shrink(3.0);
    let [x, y, width, height] =
        [rect.left(), rect.top(), rect.width(), rect.height()].map(|side| side as u32);
    image::imageops::crop_imm(&picture, x, y, width, height).to_image()
}

/// Whether two pictures show the same: the exact picture at rest and the quick one before it are a
/// level apart here and there, and on a busy machine the one comes long after the other.
fn is_same(a: &image::RgbaImage, b: &image::RgbaImage) -> bool {
    let apart: u64 = a.iter().zip(b.iter()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    a.dimensions() == b.dimensions() && apart < a.len() as u64
}

fn brightness(picture: &image::RgbaImage) -> f64 {
    let sum: u64 = picture.pixels().map(|pixel| u64::from(pixel[0]) + u64::from(pixel[1])).sum();
    sum as f64 / (2 * picture.pixels().len()) as f64
}

fn titles() -> Vec<String> {
    let mut entries = Library::load().entries;
    entries.sort_by_key(|entry| !entry.builtin);
    entries.into_iter().map(|entry| entry.operator.title.clone()).collect()
}

fn folder_with_photo() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hills.png");
    let pixel = |x: u32, y: u32| image::Rgb([(x / 6) as u8, (y / 4) as u8, ((x ^ y) / 8) as u8]);
    image::RgbImage::from_fn(1500, 1000, pixel).save(&path).unwrap();
    (folder, path)
}

#[test]
fn compare_starts_with_the_original_and_the_photos_filter() {
    let (_folder, photo) = folder_with_photo();
    let mut window = window(&photo);
    press(&mut window, "Compare");
    let shown = pictures(&window);
    assert_eq!(shown.len(), 2, "{shown:?}");
    assert_eq!(shown[0], "Pane 1: Original");
    assert!(shown[1].starts_with(&format!("Pane 2: {} at ", titles()[0])), "{shown:?}");
    assert!(is_on(&window, "Grid") && is_on(&window, "Linked") && is_on(&window, "Compare"));
    // They are of the same size, and lie beside each other.
    let (first, second) = (place(&window, "Pane 1"), place(&window, "Pane 2"));
    assert_eq!(first.size(), second.size());
    assert!(first.intersect(second).area() <= 0.0);
    settle(&mut window);
    assert_ne!(seen(&mut window, first), seen(&mut window, second), "the filter is seen");
}

#[test]
fn a_pane_is_added_its_filter_chosen_by_its_menu_and_picked_by_its_digit() {
    let (_folder, photo) = folder_with_photo();
    let titles = titles();
    let mut window = window(&photo);
    key(&mut window, Modifiers::NONE, Key::C);
    key(&mut window, Modifiers::NONE, Key::Plus);
    assert_eq!(pictures(&window).len(), 3);
    assert!(pictures(&window)[2].starts_with(&format!("Pane 3: {} at ", titles[1])));

    // The third pane is being rendered: its first frame comes while the menu is open.
    let last = titles.last().unwrap();
    press(&mut window, &format!("Filter of pane 2: {}", titles[0]));
    settle(&mut window);
    press(&mut window, last);
    assert!(pictures(&window)[1].starts_with(&format!("Pane 2: {last} at ")));
    press(&mut window, "Close pane 3");
    assert_eq!(pictures(&window).len(), 2);

    key(&mut window, Modifiers::NONE, Key::Num2);
    assert!(is_on(&window, "Apply") && is_on(&window, last));
    wait(&mut window, "the split", |window| has(window, "After"));
    key(&mut window, Modifiers::NONE, Key::C);
    key(&mut window, Modifiers::NONE, Key::Num1);
    assert!(is_on(&window, "None"), "the original is no filter");
}

#[test]
fn there_are_at_most_nine_panes_and_at_least_one() {
    let (_folder, photo) = folder_with_photo();
    let mut window = window(&photo);
    key(&mut window, Modifiers::NONE, Key::C);
    for _ in 0..12 {
        key(&mut window, Modifiers::NONE, Key::Plus);
    }
    assert_eq!(pictures(&window).len(), 9);
    let add = window.get_by_role_and_label(Role::Button, "Add a pane");
    assert!(add.accesskit_node().is_disabled());
    for place in (2..=9).rev() {
        // On a busy machine a click is lost where a pane's header changes between press and release.
        for _ in 0..8 {
            if pictures(&window).len() >= place {
                press(&mut window, &format!("Close pane {place}"));
            }
        }
    }
    assert_eq!(pictures(&window), ["Pane 1: Original"]);
    let close = window.get_by_role_and_label(Role::Button, "Close pane 1");
    assert!(close.accesskit_node().is_disabled());
    assert!(has(&window, "Add a second filter, version or photo (+)."));
    press(&mut window, "Add a pane here");
    assert_eq!(pictures(&window).len(), 2);
}

#[test]
fn zoom_is_linked_until_it_is_not_and_a_pinned_pane_stays() {
    let (_folder, photo) = folder_with_photo();
    let mut window = window(&photo);
    key(&mut window, Modifiers::NONE, Key::C);
    settle(&mut window);
    let places = [place(&window, "Pane 1"), place(&window, "Pane 2")];
    let look = |window: &mut Window| {
        settle(window);
        places.map(|place| seen(window, place))
    };
    let fit = look(&mut window);
    key(&mut window, Modifiers::COMMAND, Key::Num2);
    let near = look(&mut window);
    assert!(is_on(&window, "200\u{a0}%"));
    assert!(!is_same(&near[0], &fit[0]) && !is_same(&near[1], &fit[1]));

    key(&mut window, Modifiers::COMMAND, Key::Num0);
    let again = look(&mut window);
    assert!(is_same(&again[0], &fit[0]) && is_same(&again[1], &fit[1]));
    press(&mut window, "Linked");
    press(&mut window, "Pane 1: Original");
    key(&mut window, Modifiers::COMMAND, Key::Num1);
    let apart = look(&mut window);
    assert!(!is_same(&apart[0], &fit[0]));
    assert!(is_same(&apart[1], &fit[1]), "the other one is not linked");

    press(&mut window, "Linked");
    let together = look(&mut window);
    assert!(is_same(&together[0], &apart[0]));
    assert!(!is_same(&together[1], &fit[1]));
    press(&mut window, "Pin pane 2");
    press(&mut window, "Fit");
    let pinned = look(&mut window);
    assert!(is_same(&pinned[0], &fit[0]));
    assert!(is_same(&pinned[1], &together[1]), "a pinned pane stays");
}

#[test]
fn shift_and_drag_moves_one_pane_alone() {
    let (_folder, photo) = folder_with_photo();
    let mut window = window(&photo);
    key(&mut window, Modifiers::NONE, Key::C);
    key(&mut window, Modifiers::COMMAND, Key::Num2);
    settle(&mut window);
    let places = [place(&window, "Pane 1"), place(&window, "Pane 2")];
    let before = places.map(|place| seen(&mut window, place));
    let drag = |window: &mut Window| {
        let (from, to) = (places[0].center(), places[0].center() + vec2(60.0, 40.0));
        window.drag_at(from);
        window.step();
        window.hover_at(to);
        window.step();
        window.drop_at(to);
        settle(window);
        places.map(|place| seen(window, place))
    };
    window.event(Event::ModifiersChanged(Modifiers::SHIFT));
    let shifted = drag(&mut window);
    window.event(Event::ModifiersChanged(Modifiers::NONE));
    assert!(!is_same(&shifted[0], &before[0]));
    assert!(is_same(&shifted[1], &before[1]));
}

#[test]
fn a_pane_is_seen_alone_and_comes_back() {
    let (_folder, photo) = folder_with_photo();
    let mut window = window(&photo);
    key(&mut window, Modifiers::NONE, Key::C);
    let double_click = |window: &mut Window, at| {
        for _ in 0..2 {
            window.drag_at(at);
            window.drop_at(at);
            window.step();
        }
        window.run_steps(3);
    };
    let at = place(&window, "Pane 2").center();
    double_click(&mut window, at);
    assert_eq!(pictures(&window).len(), 1);
    assert!(pictures(&window)[0].starts_with("Pane 2"));
    key(&mut window, Modifiers::NONE, Key::Escape);
    assert_eq!(pictures(&window).len(), 2);
}

#[test]
fn g_shows_a_grid_of_the_filters_used_last() {
    let (_folder, photo) = folder_with_photo();
    let titles = titles();
    let mut window = window(&photo);
    press(&mut window, titles.last().unwrap());
    key(&mut window, Modifiers::NONE, Key::G);
    let shown = pictures(&window);
    assert_eq!(shown.len(), titles.len().min(4));
    assert!(shown[0].starts_with(&format!("Pane 1: {}", titles.last().unwrap())), "{shown:?}");
    assert!(shown[1].starts_with(&format!("Pane 2: {}", titles[0])), "{shown:?}");
}

#[test]
fn two_panes_are_seen_together_in_each_way() {
    let (_folder, photo) = folder_with_photo();
    let mut window = window(&photo);
    key(&mut window, Modifiers::NONE, Key::C);
    key(&mut window, Modifiers::NONE, Key::Plus);
    key(&mut window, Modifiers::NONE, Key::Y);
    assert!(is_on(&window, "Side by side") && !is_on(&window, "Grid"));
    // The first pane and the current one.
    let (first, third) = (place(&window, "Pane 1"), place(&window, "Pane 3"));
    assert!(first.right() < third.left());
    press(&mut window, "Swap");
    assert!(place(&window, "Pane 3").right() < place(&window, "Pane 1").left());
    key(&mut window, Modifiers::ALT, Key::Y);
    assert!(place(&window, "Pane 3").bottom() < place(&window, "Pane 1").top());
    key(&mut window, Modifiers::SHIFT, Key::Y);
    wait(&mut window, "the line", |window| has(window, "Split line"));
    assert_eq!(pictures(&window).len(), 1, "one over the other");
    press(&mut window, "Grid");
    assert_eq!(pictures(&window).len(), 3);
}

#[test]
fn apply_shows_before_and_after_side_by_side_and_one_above_the_other() {
    let (_folder, photo) = folder_with_photo();
    let mut window = window(&photo);
    key(&mut window, Modifiers::NONE, Key::Y);
    assert!(is_on(&window, "Side by side") && !is_on(&window, "Split"));
    assert_eq!(pictures(&window), ["Photo, before", "Photo, after"]);
    settle(&mut window);
    let (before, after) = (place(&window, "Photo, before"), place(&window, "Photo, after"));
    assert!(before.right() < after.left() && before.size() == after.size());
    let (left, right) = (seen(&mut window, before), seen(&mut window, after));
    assert_ne!(left, right);
    press(&mut window, "Swap");
    assert_eq!(pictures(&window), ["Photo, after", "Photo, before"]);
    press(&mut window, "Swap");
    window.key_down(Key::Backslash);
    window.run_steps(3);
    assert!(!has(&window, "After"), "the original is held in both");
    window.key_up(Key::Backslash);
    window.run_steps(3);
    key(&mut window, Modifiers::ALT, Key::Y);
    assert!(is_on(&window, "Top and bottom"));
    assert!(place(&window, "Photo, before").bottom() < place(&window, "Photo, after").top());
    key(&mut window, Modifiers::ALT, Key::Y);
    assert_eq!(pictures(&window), ["Photo"]);
}

#[track_caller]
fn check_difference(choice: Choice) {
    let (_folder, photo) = folder_with_photo();
    let mut window = window_on(choice, &photo);
    key(&mut window, Modifiers::SHIFT, Key::Y);
    settle(&mut window);
    // The middle, where there is no word.
    let middle = Rect::from_center_size(place(&window, "Photo").center(), vec2(300.0, 200.0));
    let plain = seen(&mut window, middle);
    key(&mut window, Modifiers::NONE, Key::D);
    assert!(is_on(&window, "Difference") && has(&window, "Difference ×4"));
    let four = seen(&mut window, middle);
    assert_ne!(four, plain);
    press(&mut window, "×4");
    window.get_by_role_and_label(Role::RadioButton, "×1").click();
    window.run_steps(3);
    let one = seen(&mut window, middle);
    let (one, four) = (brightness(&one), brightness(&four));
    assert!(one > 0.0 && four > 1.5 * one, "{one} and {four}");
    // Without an effect there is no difference.
    window.get_by_role_and_label(Role::Slider, "Strength").set_value_accesskit(0.0);
    let began = Instant::now();
    while brightness(&seen(&mut window, middle)) > 0.0 {
        assert!(began.elapsed() < Duration::from_secs(30), "a difference without an effect");
        settle(&mut window);
    }
    key(&mut window, Modifiers::NONE, Key::D);
    assert!(!is_on(&window, "Difference"));
    assert!(brightness(&seen(&mut window, middle)) > 1.0);
}

#[test]
fn the_difference_goes_on_and_off_and_is_amplified() {
    check_difference(Choice::Cpu);
}

#[test]
fn the_difference_is_also_rendered_on_the_graphics_card() {
    check_difference(Choice::Gpu);
}

#[test]
fn a_pane_takes_a_photo_of_its_own() {
    let (folder, photo) = folder_with_photo();
    let other = folder.path().join("lake.png");
    image::RgbImage::from_pixel(900, 900, image::Rgb([20, 200, 90])).save(&other).unwrap();
    let mut window = window(&photo);
    key(&mut window, Modifiers::NONE, Key::C);
    press(&mut window, &format!("Filter of pane 2: {}", titles()[0]));
    press(&mut window, "Add photo…");
    // Without a file dialog, as in a test, the path is typed.
    wait(&mut window, "where to type a path", |window| has(window, "Path of the photo"));
    let field = window.get_by_role_and_label(Role::TextInput, "Path of the photo");
    field.set_text_value_accesskit(other.to_str().unwrap());
    window.run_steps(3);
    press(&mut window, "Open");
    wait(&mut window, "its name", |window| has(window, "lake.png"));
    settle(&mut window);
    let (first, second) = (place(&window, "Pane 1").center(), place(&window, "Pane 2").center());
    let around = |at| Rect::from_center_size(at, vec2(40.0, 40.0));
    let (first, second) = (seen(&mut window, around(first)), seen(&mut window, around(second)));
    assert_ne!(first, second);
    let pixel = second.get_pixel(10, 10);
    assert!(pixel[1] > pixel[0] && pixel[1] > pixel[2], "green: {pixel:?}");
    assert!(second.pixels().all(|other| other == pixel), "of one colour");
    // The window's photo is the one it was.
    assert!(window.query_all_by_label_contains("hills.png").next().is_some());
}

#[test]
fn a_filter_is_seen_at_several_strengths() {
    let (_folder, photo) = folder_with_photo();
    let mut window = window(&photo);
    key(&mut window, Modifiers::NONE, Key::C);
    press(&mut window, "Strengths");
    let shown = pictures(&window);
    for (place, percent) in [25, 50, 75, 100].into_iter().enumerate() {
        let title = &titles()[0];
        assert_eq!(shown[place], format!("Pane {}: {title} at {percent}\u{a0}%", place + 1));
    }
    key(&mut window, Modifiers::NONE, Key::Num2);
    assert!(is_on(&window, "Apply"));
    let value = |window: &Window, name| {
        window.get_by_role_and_label(Role::Slider, name).accesskit_node().numeric_value()
    };
    assert_eq!(value(&window, "Strength"), Some(50.0));
    for name in ["Strength", "Tone"] {
        let rect = window.get_by_role_and_label(Role::Slider, name).rect();
        let at = rect.left_center() + vec2(20.0, 0.0);
        // A second after the last click: this is no third one.
        window.run_steps(60);
        for clicks in 1..=2 {
            window.drag_at(at);
            window.drop_at(at);
            // The panel was drawn before what it asked for was done.
            window.run_steps(3);
            assert_eq!(value(&window, name) == Some(100.0), clicks == 2, "{name}, {clicks}");
        }
    }
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
fn one_filter_is_seen_on_several_photos_which_are_not_laid_over_each_other() {
    let (folder, photo) = folder_with_photo();
    let mut window = window(&photo);
    key(&mut window, Modifiers::NONE, Key::C);
    for name in ["lake.png", "wood.png"] {
        let path = folder.path().join(name);
        image::RgbImage::from_pixel(900, 600, image::Rgb([20, 200, 90])).save(&path).unwrap();
        window.input_mut().dropped_files.push(Arc::new(Dropped(path)));
    }
    window.run_steps(2);
    wait(&mut window, "the photos", |window| has(window, "lake.png") && has(window, "wood.png"));
    let shown = pictures(&window);
    assert!(shown.len() == 3 && shown.iter().all(|pane| pane.contains(&titles()[0])), "{shown:?}");
    key(&mut window, Modifiers::NONE, Key::D);
    wait(&mut window, "why not", |window| {
        window.query_all_by_label_contains("These two show different photos").next().is_some()
    });
    key(&mut window, Modifiers::SHIFT, Key::Y);
    assert!(!has(&window, "Split line"));
    key(&mut window, Modifiers::NONE, Key::Y);
    assert_eq!(pictures(&window).len(), 2);
    assert!(window.query_all_by_label_contains("These two show").next().is_none());
}

#[test]
fn my_after_is_compared_and_is_no_filter() {
    let (folder, photo) = folder_with_photo();
    let mut mine = image::open(&photo).unwrap().to_rgb8();
    mine.pixels_mut().for_each(|pixel| pixel[0] = pixel[0].saturating_add(60));
    let after = folder.path().join("mine.png");
    mine.save(&after).unwrap();
    let mut window = window(&photo);
    key(&mut window, Modifiers::NONE, Key::C);
    press(&mut window, &format!("Filter of pane 2: {}", titles()[0]));
    press(&mut window, "My after…");
    wait(&mut window, "where to type a path", |window| has(window, "Path of the photo"));
    let field = window.get_by_role_and_label(Role::TextInput, "Path of the photo");
    field.set_text_value_accesskit(after.to_str().unwrap());
    window.run_steps(3);
    press(&mut window, "Open");
    wait(&mut window, "it", |window| pictures(window).contains(&"Pane 2: My after".to_owned()));
    // It is the same photo as far as places go.
    key(&mut window, Modifiers::NONE, Key::D);
    wait(&mut window, "the difference", |window| has(window, "Difference ×4"));
    settle(&mut window);
    let place = place(&window, "Pane 1");
    let middle = Rect::from_center_size(place.center(), vec2(200.0, 100.0));
    assert!(brightness(&seen(&mut window, middle)) > 20.0);
    key(&mut window, Modifiers::NONE, Key::Num2);
    let said = window.query_all_by_label_contains("is a file of yours and no filter").next();
    assert!(said.is_some() && is_on(&window, "Compare"));
}

#[test]
fn an_export_writes_the_current_pane() {
    let (folder, photo) = folder_with_photo();
    let mut window = window(&photo);
    press(&mut window, "Compare");
    settle(&mut window);
    let original = understudy::photo::open(&photo).unwrap().image;
    let panes = pictures(&window);
    for (pane, is_original) in [(&panes[0], true), (&panes[1], false)] {
        window.get_by_role_and_label(Role::Image, pane).click();
        window.run_steps(3);
        let target = folder.path().join(format!("{is_original}.png"));
        key(&mut window, Modifiers::COMMAND, Key::E);
        let field = window.get_by_role_and_label(Role::TextInput, "Save as");
        field.set_text_value_accesskit(target.to_str().unwrap());
        window.run_steps(3);
        press(&mut window, "Export");
        wait(&mut window, "Saved", |window| has(window, &format!("Saved {is_original}.png")));
        let saved = understudy::photo::open(&target).unwrap().image;
        assert_eq!(saved == original, is_original, "{pane}");
    }
}
