//! Files in the window: exports and their queue, folders and the filmstrip.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use eframe::egui::accesskit::{Role, Toggled};
use eframe::egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use understudy::app::{App, Memory};
use understudy::engine::Choice;
use understudy::operator::{CheckPair, Library};
use understudy::photo::{self, Depth};

pub type Window = Harness<'static, App>;

/// Runs the window until something is there.
#[track_caller]
pub fn wait(window: &mut Window, what: &str, is_there: impl Fn(&Window) -> bool) {
    let began = Instant::now();
    while !is_there(window) {
        assert!(began.elapsed() < Duration::from_secs(60), "not seen: {what}");
        std::thread::sleep(Duration::from_millis(5));
        window.step();
    }
    window.run_steps(2);
}

/// A window of the processor's that keeps its state in `folder`, with a photo on screen.
#[track_caller]
pub fn window(folder: &Path, paths: &[PathBuf]) -> Window {
    let (paths, state) = (paths.to_vec(), folder.join("state"));
    let mut window =
        Harness::builder().with_size((1280.0, 800.0)).with_max_steps(64).wgpu().build_eframe(
            move |cc| {
                let library = Library::load_from(None);
                App::with_library(cc, paths, Choice::Cpu, library).with_memory(Memory::at(state))
            },
        );
    wait(&mut window, "a photo", |window| has(window, "Before") && has(window, "After"));
    window
}

pub fn has(window: &Window, words: &str) -> bool {
    window.query_all_by_label(words).next().is_some()
}

pub fn has_part(window: &Window, words: &str) -> bool {
    window.query_all_by_label_contains(words).next().is_some()
}

#[track_caller]
pub fn press(window: &mut Window, button: &str) {
    window.get_by_role_and_label(Role::Button, button).click_accesskit();
    window.run_steps(3);
}

#[track_caller]
pub fn key(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    window.run_steps(3);
}

#[track_caller]
pub fn is_on(window: &Window, button: &str) -> bool {
    let button = window.get_by_role_and_label(Role::Button, button);
    button.accesskit_node().toggled() == Some(Toggled::True)
}

#[track_caller]
pub fn write(window: &mut Window, field: &str, text: &Path) {
    let field = window.get_by_role_and_label(Role::TextInput, field);
    field.set_text_value_accesskit(text.to_str().unwrap());
    window.run_steps(3);
}

pub fn save(path: &Path, blue: u8) {
    let pixel = |x: u32, y: u32| image::Rgb([(x / 3) as u8, (y / 2) as u8, blue]);
    image::RgbImage::from_fn(600, 400, pixel).save(path).unwrap();
}

/// A folder with the photos `1.png`, `2.png` and `10.png`, and one that cannot be opened.
pub fn folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let photos = folder.path().join("holiday");
    fs::create_dir(&photos).unwrap();
    for (name, blue) in [("1.png", 10), ("2.png", 90), ("10.png", 200)] {
        save(&photos.join(name), blue);
    }
    fs::write(photos.join("3.heic"), b"\0\0\0\x18ftypheic\0\0\0\0").unwrap();
    (folder, photos)
}

pub fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<_> =
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn an_export_is_what_the_dialog_asks_for_and_the_next_one_begins_with_it() {
    let (keep, photos) = folder();
    let photo = photos.join("1.png");
    let mut window = window(keep.path(), std::slice::from_ref(&photo));
    press(&mut window, "Export…");
    press(&mut window, "TIFF");
    let proposed = window.get_by_role_and_label(Role::TextInput, "Save as").value().unwrap();
    assert!(proposed.ends_with(".tif"), "{proposed}");
    press(&mut window, "16 bits");
    press(&mut window, "Percent");
    assert!(has(&window, "300\u{a0}×\u{a0}200"));
    let target = keep.path().join("out.tif");
    write(&mut window, "Save as", &target);
    press(&mut window, "Export");
    wait(&mut window, "saved", |window| has(window, "Saved out.tif"));
    let written = photo::open(&target).unwrap();
    assert_eq!((written.image.width, written.image.height), (300, 200));
    assert_eq!(written.depth, Depth::Sixteen);
    let xmp = String::from_utf8(written.metadata.xmp.clone().unwrap()).unwrap();
    assert!(xmp.contains("understudy:Filters="), "{xmp}");

    drop(window);
    let mut window = self::window(keep.path(), &[photo]);
    press(&mut window, "Export…");
    assert!(is_on(&window, "TIFF") && is_on(&window, "16 bits") && is_on(&window, "Percent"));
    window.get_by_role_and_label(Role::CheckBox, "Keep metadata").click_accesskit();
    window.run_steps(3);
    press(&mut window, "JPEG");
    assert!(has(&window, "Quality") && !has(&window, "16 bits"));
    let target = keep.path().join("bare.jpg");
    write(&mut window, "Save as", &target);
    press(&mut window, "Export");
    wait(&mut window, "saved", |window| has(window, "Saved bare.jpg"));
    assert!(photo::open(&target).unwrap().metadata.xmp.is_none());
}

#[test]
fn exports_queue_up_and_each_has_a_free_name() {
    let (keep, photos) = folder();
    let mut window = window(keep.path(), &[photos.join("1.png")]);
    for _ in 0..3 {
        key(&mut window, Modifiers::COMMAND, Key::B);
    }
    wait(&mut window, "three saved", |window| has(window, "3 of 3 saved"));
    let written = names(&photos).into_iter().filter(|name| name.ends_with(".jpg")).count();
    assert_eq!(written, 3, "{:?}", names(&photos));
    press(&mut window, "List");
    assert!(has(&window, "Exports") && has_part(&window, "Show in folder 1-"));
    // The queue is there in every workspace.
    press(&mut window, "Compare");
    assert!(has(&window, "Exports"));
    press(&mut window, "Dismiss");
    assert!(!has(&window, "Exports") && !has(&window, "3 of 3 saved"));
}

#[test]
fn a_folder_is_stepped_through_and_what_cannot_be_opened_stays_in_sight() {
    let (keep, photos) = folder();
    let mut window = window(keep.path(), &[photos]);
    wait(&mut window, "the strip", |window| {
        has(window, "holiday") && has(window, "3.heic, cannot be opened")
    });
    let shown = |name: &'static str| move |window: &Window| has(window, name);
    wait(&mut window, "the first", |window| has(window, "1.png") && has(window, "1 of 4"));
    key(&mut window, Modifiers::NONE, Key::ArrowRight);
    wait(&mut window, "the second", shown("2 of 4"));
    key(&mut window, Modifiers::NONE, Key::ArrowRight);
    // Over the one that cannot be opened, to 10, which comes after 3.
    wait(&mut window, "the last", |window| has(window, "4 of 4") && has_part(window, "10.png"));
    key(&mut window, Modifiers::NONE, Key::ArrowRight);
    assert!(has(&window, "4 of 4"));
    press(&mut window, "3.heic, cannot be opened");
    wait(&mut window, "the reason", |window| has_part(window, "HEIC needs a codec"));
    press(&mut window, "Dismiss");
    press(&mut window, "1.png");
    wait(&mut window, "the first again", shown("1 of 4"));
}

#[test]
fn one_edit_for_all_selected_and_all_exported_but_the_one_that_is_gone() {
    let (keep, photos) = folder();
    let mut window = window(keep.path(), std::slice::from_ref(&photos));
    wait(&mut window, "the strip", |window| {
        has(window, "3.heic, cannot be opened") && has(window, "10.png")
    });
    press(&mut window, "Dehaze");
    key(&mut window, Modifiers::COMMAND, Key::A);
    assert!(has(&window, "4 selected"));
    press(&mut window, "Apply to 3");
    wait(&mut window, "the marks", |window| {
        ["1.png, edited", "2.png, edited", "10.png, edited"].iter().all(|name| has(window, name))
    });
    // It is there in each of them, as a step that can be undone.
    key(&mut window, Modifiers::NONE, Key::ArrowRight);
    wait(&mut window, "its edit", |window| {
        has(window, "2 of 4") && has_part(window, "Edit of another photo")
            || is_on(window, "Dehaze")
    });
    key(&mut window, Modifiers::COMMAND, Key::A);
    press(&mut window, "Export 3…");
    assert!(has(&window, "Export 3 photos"));
    let out = keep.path().join("out");
    write(&mut window, "Into the folder", &out);
    fs::remove_file(photos.join("10.png")).unwrap();
    press(&mut window, "Export");
    wait(&mut window, "the outcome", |window| has(window, "2 of 3 saved, 1 failed"));
    assert_eq!(names(&out), ["1-dehaze.jpg", "2-dehaze.jpg"]);
    assert!(has_part(&window, "“10.png” could not be read"));
    save(&photos.join("10.png"), 200);
    press(&mut window, "Retry 10-dehaze.jpg");
    wait(&mut window, "all saved", |window| has(window, "3 of 3 saved"));
    assert_eq!(names(&out), ["1-dehaze.jpg", "10-dehaze.jpg", "2-dehaze.jpg"]);
}

#[test]
fn what_waits_can_be_cancelled() {
    let (keep, photos) = folder();
    let large = photos.join("large.png");
    image::RgbImage::from_fn(4000, 3000, |x, y| image::Rgb([x as u8, y as u8, 99]))
        .save(&large)
        .unwrap();
    let mut window = window(keep.path(), &[large]);
    for _ in 0..4 {
        key(&mut window, Modifiers::COMMAND, Key::B);
    }
    press(&mut window, "Cancel all");
    wait(&mut window, "the end", |window| has_part(window, "cancelled"));
    wait(&mut window, "idle", |window| has(window, "Dismiss"));
    let left: Vec<_> = names(&photos).into_iter().filter(|name| name.contains(".part")).collect();
    assert!(left.is_empty(), "{left:?}");
    let written = names(&photos).into_iter().filter(|name| name.ends_with(".jpg")).count();
    assert!(written < 4, "{written}");
}

#[derive(Debug)]
struct Dropped(PathBuf);

impl eframe::egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        fs::read(&self.0).map_err(|error| error.to_string())
    }
}

pub fn drop_on(window: &mut Window, paths: &[&Path]) {
    for path in paths {
        window.input_mut().dropped_files.push(std::sync::Arc::new(Dropped(path.to_path_buf())));
    }
    window.run_steps(3);
}

#[test]
fn a_dropped_filter_is_looked_at_added_renamed_saved_and_deleted() {
    let (keep, photos) = folder();
    let file = keep.path().join("evening.safetensors");
    let mut operator = understudy::operator::Operator {
        title: "Evening".to_owned(),
        ..(*Library::load_from(None).entries[0].operator).clone()
    };
    let image = photo::open(&photos.join("1.png")).unwrap().image;
    operator.provenance.check_pairs = ["evening-1.jpg", "evening-2.jpg"]
        .map(|name| CheckPair::new(name.to_owned(), &image, &image))
        .to_vec();
    understudy::operator::write(&operator, &file, false).unwrap();
    let (photo, own) = (photos.join("1.png"), keep.path().join("filters"));
    let root = own.clone();
    let mut window =
        Harness::builder().with_size((1280.0, 800.0)).with_max_steps(64).wgpu().build_eframe(
            move |cc| {
                let library = Library::load_from(Some(root));
                App::with_library(cc, vec![photo], Choice::Cpu, library)
            },
        );
    wait(&mut window, "a photo", |window| has(window, "Before") && has(window, "After"));
    drop_on(&mut window, &[&file]);
    wait(&mut window, "the filter on the photo", |window| {
        has(window, "On the photo that is open:") && has(window, "Evening")
    });
    assert!(names(&own).is_empty(), "nothing is added before it is wanted");
    press(&mut window, "Cancel");
    assert!(!has(&window, "Evening"));
    drop_on(&mut window, &[&file]);
    wait(&mut window, "it again", |window| has(window, "On the photo that is open:"));
    // The check photos that it carries: before, filtered, and as they were edited.
    assert!(has(&window, "On a photo that it was checked with, 1 of 2: evening-1.jpg"));
    assert!(has(&window, "With the filter") && has(&window, "As it was edited"));
    press(&mut window, "Next check photo");
    assert!(has(&window, "On a photo that it was checked with, 2 of 2: evening-2.jpg"));
    press(&mut window, "Add to My filters");
    wait(&mut window, "the new filter", |window| is_on(window, "Evening"));
    assert_eq!(names(&own), ["evening.safetensors"]);
    press(&mut window, "Dismiss");

    let manage = |window: &mut Window, entry: &str| {
        press(window, "Manage");
        press(window, entry);
    };
    manage(&mut window, "Rename…");
    write(&mut window, "Title", Path::new("Late evening"));
    press(&mut window, "Rename");
    assert!(is_on(&window, "Late evening"));
    let saved = keep.path().join("copy.safetensors");
    manage(&mut window, "Save to a file…");
    write(&mut window, "Save as", &saved);
    press(&mut window, "Save");
    assert_eq!(understudy::operator::read(&saved).unwrap().title, "Late evening");
    manage(&mut window, "Delete");
    assert!(has_part(&window, "was deleted"));
    assert_eq!(names(&own), ["deleted"]);
    assert_eq!(names(&own.join("deleted")), ["evening.safetensors"]);

    fs::write(&file, "no filter").unwrap();
    drop_on(&mut window, &[&file]);
    wait(&mut window, "the reason", |window| has_part(window, "Nothing was loaded from it"));
    assert!(has(&window, "This filter cannot be added"));
    press(&mut window, "Close");
}

/// A window over a folder that keeps edits beside photos too.
fn window_with_sidecars(keep: &Path, photos: &Path) -> Window {
    Memory::at(keep.join("state")).keep_beside(true).unwrap();
    let mut window = window(keep, &[photos.to_owned()]);
    wait(&mut window, "the strip", |window| {
        has_part(window, "3.heic") && has_part(window, "10.png")
    });
    window
}

#[test]
fn one_edit_for_many_lies_beside_each_and_marks_it_without_the_state_folder() {
    let (keep, photos) = folder();
    let mut window = window_with_sidecars(keep.path(), &photos);
    press(&mut window, "Tone mapping");
    key(&mut window, Modifiers::COMMAND, Key::A);
    press(&mut window, "Apply to 3");
    let beside = |name: &str| photos.join(format!("{name}.png.understudy.json"));
    wait(&mut window, "the edits beside the photos", |window| {
        ["1", "2", "10"].iter().all(|name| beside(name).exists()) && has(window, "10.png, edited")
    });
    drop(window);

    // Of another state folder: what lies beside the photos is all that is known.
    let other = tempfile::tempdir().unwrap();
    fs::remove_file(beside("1")).unwrap();
    let mut window = window_with_sidecars(other.path(), &photos);
    wait(&mut window, "the marks", |window| {
        has(window, "2.png, edited") && has(window, "10.png, edited")
    });
    assert!(has(&window, "1.png"), "it has none any more");
    press(&mut window, "2.png, edited");
    wait(&mut window, "its edit", |window| has(window, "2 of 4") && is_on(window, "Tone mapping"));
    // An export of many writes what lies beside each.
    press(&mut window, "1.png");
    wait(&mut window, "the first", |window| has(window, "1 of 4"));
    press(&mut window, "None");
    key(&mut window, Modifiers::COMMAND, Key::A);
    press(&mut window, "Export 3…");
    let out = other.path().join("out");
    write(&mut window, "Into the folder", &out);
    press(&mut window, "Export");
    wait(&mut window, "the exports", |window| has(window, "3 of 3 saved"));
    assert_eq!(names(&out), ["1-copy.jpg", "10-tone-map.jpg", "2-tone-map.jpg"]);
}

#[test]
fn two_files_that_are_dropped_are_edited_or_learned_from() {
    let (keep, photos) = folder();
    let mut window = window(keep.path(), &[photos.join("10.png")]);
    let two = [photos.join("1.png"), photos.join("2.png")];
    let two = [two[0].as_path(), two[1].as_path()];
    drop_on(&mut window, &two);
    assert!(
        has(&window, "Two photos, or a before and an after?") && has(&window, "1.png and 2.png")
    );
    press(&mut window, "Cancel");
    assert!(!has(&window, "Edit them"));
    drop_on(&mut window, &two);
    press(&mut window, "Edit them");
    wait(&mut window, "both in the strip", |window| has(window, "1 of 2") && has(window, "2.png"));
    drop_on(&mut window, &two);
    press(&mut window, "Use as before and after");
    wait(&mut window, "the pair", |window| has_part(window, "1 pair"));
    assert!(is_on(&window, "Learn"));
}

#[test]
fn an_edit_beside_the_photo_comes_back_without_the_state_folder() {
    let (keep, photos) = folder();
    let photo = photos.join("1.png");
    let beside = photos.join("1.png.understudy.json");
    let switch = |window: &mut Window| {
        press(window, "Settings");
        press(window, "Files");
        let switch = window.get_by_role_and_label(Role::CheckBox, "Keep edits beside photos");
        switch.click_accesskit();
        window.run_steps(3);
        press(window, "Close");
    };
    let mut window = window(keep.path(), std::slice::from_ref(&photo));
    press(&mut window, "Tone mapping");
    wait(&mut window, "the edit in the state folder", |_| {
        !names(&keep.path().join("state/photos")).is_empty()
    });
    assert!(!beside.exists(), "nothing lies beside a photo unless it is asked for");
    switch(&mut window);
    wait(&mut window, "the edit beside the photo", |_| beside.exists());
    drop(window);

    let other = tempfile::tempdir().unwrap();
    let state = Memory::at(other.path().join("state"));
    state.keep_beside(true).unwrap();
    let mut window = self::window(other.path(), std::slice::from_ref(&photo));
    wait(&mut window, "the edit", |window| is_on(window, "Tone mapping"));
    drop(window);

    fs::write(&beside, "{ no").unwrap();
    fs::remove_dir_all(other.path().join("state/photos")).ok();
    let mut window = self::window(other.path(), std::slice::from_ref(&photo));
    wait(&mut window, "the reason", |window| has_part(window, "1.png.understudy.json.bak"));
    assert_eq!(fs::read_to_string(photos.join("1.png.understudy.json.bak")).unwrap(), "{ no");
    assert!(!beside.exists());
}
