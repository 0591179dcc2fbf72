//! The window as a whole: settings, keys, what is kept for the next time, filters that are tried.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use eframe::egui::accesskit::{Role, Toggled};
use eframe::egui::{Context, Event, Key, Modifiers, OutputCommand, Theme};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use understudy::app::{App, Memory, Store};
use understudy::engine::Choice;

type Window = Harness<'static, App>;

/// A photo, and a place for what the program keeps.
struct Place {
    folder: tempfile::TempDir,
    photo: PathBuf,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let photo = folder.path().join("hills.png");
        let pixel = |x: u32, y: u32| image::Rgb([(x / 3) as u8, (y / 2) as u8, (x / 4) as u8]);
        image::RgbImage::from_fn(600, 400, pixel).save(&photo).unwrap();
        Self { folder, photo }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The window as the program starts it, with the photo of the last time where there was one.
    #[track_caller]
    fn window(&self) -> Window {
        self.window_on(Choice::Cpu)
    }

    /// The same, where the command line asks for something else.
    fn window_on(&self, choice: Choice) -> Window {
        let memory = Memory::at(self.file("state"));
        let (session, store) = (memory.session(), Store::at(self.file("settings.json")));
        let photos = vec![session.photo.clone().unwrap_or_else(|| self.photo.clone())];
        let mut window =
            Harness::builder().with_size((1280.0, 800.0)).with_max_steps(64).wgpu().build_eframe(
                move |cc| {
                    App::new(cc, photos, choice)
                        .with_memory(memory)
                        .with_session(&cc.egui_ctx, session)
                        .with_settings(&cc.egui_ctx, store)
                },
            );
        wait(&mut window, "the photo", |window| has_part(window, "600\u{a0}×\u{a0}400"));
        wait(&mut window, "before and after", |window| has(window, "Before"));
        window
    }

    fn says(&self, name: &str, words: &str) -> bool {
        std::fs::read_to_string(self.file(name)).is_ok_and(|text| text.contains(words))
    }
}

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

fn has(window: &Window, words: &str) -> bool {
    window.query_by_label(words).is_some()
}

fn has_part(window: &Window, words: &str) -> bool {
    window.query_all_by_label_contains(words).next().is_some()
}

#[track_caller]
fn press(window: &mut Window, button: &str) {
    window.get_by_role_and_label(Role::Button, button).click();
    window.run_steps(3);
}

#[track_caller]
fn is_on(window: &Window, button: &str) -> bool {
    let button = window.get_by_role_and_label(Role::Button, button);
    button.accesskit_node().toggled() == Some(Toggled::True)
}

#[track_caller]
fn key(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    window.run_steps(3);
}

fn tap(window: &mut Window, one: Key) {
    key(window, Modifiers::NONE, one);
}

#[test]
fn settings_act_at_once_and_are_kept() {
    let place = Place::new();
    let mut window = place.window();
    let theme = |window: &Window| Context::theme(&window.ctx);
    assert_eq!(theme(&window), Theme::Dark);
    key(&mut window, Modifiers::COMMAND, Key::Comma);
    window.get_by_role_and_label(Role::RadioButton, "Light").click();
    window.run_steps(3);
    assert_eq!(theme(&window), Theme::Light);
    press(&mut window, "Larger");
    assert_eq!(window.ctx.zoom_factor(), 1.1);
    press(&mut window, "Computing");
    assert!(has_part(&window, "MiB are used now"));
    tap(&mut window, Key::Escape);
    assert!(!has_part(&window, "MiB are used now"));
    drop(window);
    let mut window = place.window();
    assert_eq!(window.ctx.zoom_factor(), 1.1);
    // The harness has a theme of its own at the start: what the settings say is asked of them.
    key(&mut window, Modifiers::COMMAND, Key::Comma);
    let light = window.get_by_role_and_label(Role::RadioButton, "Light");
    assert_eq!(light.accesskit_node().toggled(), Some(Toggled::True));
}

#[test]
fn settings_that_cannot_be_read_are_put_aside_and_told_once() {
    let place = Place::new();
    std::fs::write(place.file("settings.json"), "{ no").unwrap();
    let window = place.window();
    assert!(has_part(&window, "The settings could not be read"));
    assert!(place.file("settings.bak").exists());
    drop(window);
    assert!(!has_part(&place.window(), "The settings could not be read"));
}

#[test]
fn keys_are_set_taken_from_another_and_reset() {
    let place = Place::new();
    let mut window = place.window();
    let keys = |window: &mut Window, shortcut: &str, old: &str| {
        // It may have to be scrolled to.
        let name = format!("Keys of “{shortcut}”: {old}");
        window.get_by_role_and_label(Role::Button, &name).click_accesskit();
        window.run_steps(3);
    };
    key(&mut window, Modifiers::COMMAND, Key::Comma);
    press(&mut window, "Keys");
    keys(&mut window, "Open a photo", "Ctrl+O");
    key(&mut window, Modifiers::COMMAND, Key::K);
    assert!(has(&window, "Keys of “Open a photo”: Ctrl+K"));
    // What belongs to another one is taken only when asked for.
    keys(&mut window, "Open a photo", "Ctrl+K");
    key(&mut window, Modifiers::COMMAND, Key::E);
    assert!(has(&window, "Ctrl+E belongs to “Export a copy”."));
    assert!(has(&window, "Keys of “Export a copy”: Ctrl+E"));
    press(&mut window, "Use them here");
    assert!(has(&window, "Keys of “Open a photo”: Ctrl+E"));
    assert!(has(&window, "Keys of “Export a copy”: None"));
    press(&mut window, "Close");
    press(&mut window, "Settings");
    press(&mut window, "Keys");
    press(&mut window, "Reset all");
    keys(&mut window, "Undo", "Ctrl+Z");
    tap(&mut window, Key::Escape);
    assert!(has(&window, "Keys of “Undo”: Ctrl+Z"), "Escape leaves keys as they were");
    keys(&mut window, "Difference on or off", "D");
    tap(&mut window, Key::K);
    tap(&mut window, Key::Escape);
    tap(&mut window, Key::K);
    assert!(is_on(&window, "Difference"));
    drop(window);
    let mut window = place.window();
    tap(&mut window, Key::D);
    assert!(is_on(&window, "Split"), "D is nobody’s key now");
}

#[test]
fn the_window_comes_back_as_it_was() {
    let place = Place::new();
    let mut window = place.window();
    press(&mut window, "Side by side");
    key(&mut window, Modifiers::COMMAND, Key::Num2);
    let field = window.get_by_role_and_label(Role::TextInput, "Find a filter");
    field.focus();
    field.type_text("haze");
    window.run_steps(3);
    window.get_by_label("Steps").click();
    window.run_steps(3);
    press(&mut window, "Compare");
    wait(&mut window, "the session", |_| {
        let says = |words| place.says("state/session.json", words);
        says("compare") && says("haze") && says("steps") && says("side-by-side")
    });
    // As if it was killed: nothing is written when it goes.
    std::mem::forget(window);
    let mut window = {
        let memory = Memory::at(place.file("state"));
        let session = memory.session();
        assert_eq!(session.photo.as_deref(), Some(place.photo.as_path()));
        let photos = vec![place.photo.clone()];
        let window = Harness::builder().with_size((1280.0, 800.0)).with_max_steps(64);
        window.wgpu().build_eframe(|cc| {
            let app = App::new(cc, photos, Choice::Cpu).with_memory(memory);
            app.with_session(&cc.egui_ctx, session)
        })
    };
    wait(&mut window, "the panes", |window| has(window, "Linked"));
    press(&mut window, "Apply");
    assert!(is_on(&window, "Side by side") && is_on(&window, "200\u{a0}%"));
    assert!(has(&window, "Dehaze") && !has(&window, "Smooth"));
    assert!(has(&window, "Opened"), "the steps are open");
}

#[test]
fn filters_are_tried_by_pointer_and_by_key() {
    let place = Place::new();
    let mut window = place.window();
    press(&mut window, "None");
    assert!(!has(&window, "Before"));
    let row = window.get_by_role_and_label(Role::Button, "Dehaze").rect().center();
    window.hover_at(row);
    wait(&mut window, "the filter on the photo", |window| has(window, "Before"));
    assert!(is_on(&window, "None"), "it is only tried");
    tap(&mut window, Key::Escape);
    wait(&mut window, "the photo alone", |window| !has(window, "Before"));

    tap(&mut window, Key::ArrowDown);
    assert!(has_part(&window, "Enter keeps it") && has(&window, "Before"));
    assert!(!is_on(&window, "None"));
    tap(&mut window, Key::Escape);
    assert!(is_on(&window, "None") && !has_part(&window, "Enter keeps it"));
    tap(&mut window, Key::ArrowDown);
    tap(&mut window, Key::Enter);
    assert!(!is_on(&window, "None") && !has_part(&window, "Enter keeps it"));
    tap(&mut window, Key::Escape);
    assert!(!is_on(&window, "None"));
    key(&mut window, Modifiers::COMMAND, Key::Z);
    assert!(is_on(&window, "None"), "what is kept is a step");
    // Whatever else is done keeps it too.
    tap(&mut window, Key::ArrowDown);
    tap(&mut window, Key::Comma);
    assert!(!has_part(&window, "Enter keeps it"));
    tap(&mut window, Key::Escape);
    assert!(!is_on(&window, "None"));
}

#[test]
fn favourites_have_a_star_that_is_kept() {
    let place = Place::new();
    let mut window = place.window();
    press(&mut window, "Favourite: Dehaze");
    assert!(is_on(&window, "Favourite: Dehaze"));
    press(&mut window, "Smooth");
    tap(&mut window, Key::S);
    press(&mut window, "Favourites only");
    assert!(has(&window, "Dehaze") && has(&window, "Favourite: Smooth"));
    assert!(!has(&window, "Favourite: Tone mapping"));
    press(&mut window, "Favourite: Smooth");
    assert!(!has(&window, "Favourite: Smooth"));
    drop(window);
    assert!(is_on(&place.window(), "Favourite: Dehaze"));
}

#[test]
fn columns_hide_and_the_controls_are_reached_by_key() {
    let place = Place::new();
    let mut window = place.window();
    tap(&mut window, Key::Tab);
    assert!(!has(&window, "Find a filter") && !has(&window, "Strength"));
    tap(&mut window, Key::Tab);
    assert!(has(&window, "Find a filter"));
    tap(&mut window, Key::F6);
    let focused = |window: &Window| window.ctx.memory(eframe::egui::Memory::focused);
    let first = focused(&window);
    assert!(first.is_some());
    tap(&mut window, Key::Tab);
    assert!(focused(&window).is_some() && focused(&window) != first);
    assert!(has(&window, "Find a filter"), "Tab goes on among the controls");
    tap(&mut window, Key::Escape);
    tap(&mut window, Key::I);
    assert!(has_part(&window, "0.2 megapixels"));
    tap(&mut window, Key::F12);
    assert!(has_part(&window, "median"));
}

#[test]
fn an_edit_is_copied_and_pasted() {
    let place = Place::new();
    let mut window = place.window();
    press(&mut window, "Dehaze");
    for _ in 0..4 {
        tap(&mut window, Key::Comma);
    }
    window.event(Event::Copy);
    window.step();
    let copied = window.output().platform_output.commands.iter().find_map(|it| match it {
        OutputCommand::CopyText(text) => Some(text.clone()),
        _ => None,
    });
    press(&mut window, "Smooth");
    window.event(Event::Paste(copied.unwrap()));
    window.run_steps(3);
    assert!(is_on(&window, "Dehaze") && has(&window, "Dehaze, 80\u{a0}%"));
    window.event(Event::Paste("a word".to_owned()));
    window.run_steps(3);
    assert!(has_part(&window, "The clipboard has no edit"));
    assert!(is_on(&window, "Dehaze"));
}

#[test]
fn what_computes_is_chosen_and_kept() {
    let place = Place::new();
    let mut window = place.window_on(Choice::Auto);
    press(&mut window, "Settings");
    press(&mut window, "Computing");
    window.get_by_role_and_label(Role::RadioButton, "The graphics card").click();
    window.run_steps(3);
    let on_gpu = |window: &Window| window.query_all_by_label_contains("GPU: ").next().is_some();
    wait(&mut window, "the graphics card", on_gpu);
    drop(window);
    let mut window = place.window_on(Choice::Auto);
    wait(&mut window, "the graphics card, as it was set", on_gpu);
    press(&mut window, "Settings");
    press(&mut window, "Computing");
    window.get_by_role_and_label(Role::RadioButton, "The processor").click();
    window.run_steps(3);
    wait(&mut window, "the processor", |window| !on_gpu(window));
    assert!(window.query_by_label("Try the graphics card again").is_none());
}
