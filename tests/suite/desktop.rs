//! The program itself on a display of its own: started with a photo, driven by keys, judged by the file
//! that it writes. Needs Xvfb and xdotool; without them it says so and passes.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use understudy::photo::Image;

/// A process that ends with its owner.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// A display that nobody else has, and its name.
fn display() -> (Running, String) {
    let mut server = Command::new("Xvfb")
        // Without the last it begins anew when a client leaves, and who comes just then is turned away.
        .args(["-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp", "-noreset"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // It says its number when it is ready.
    let mut output = server.stdout.take().unwrap();
    let mut number = String::new();
    while !number.ends_with('\n') {
        let mut byte = [0];
        assert_eq!(output.read(&mut byte).unwrap(), 1, "the display did not start");
        number.push(char::from(byte[0]));
    }
    (Running(server), format!(":{}", number.trim()))
}

fn xdotool(display: &str, words: &[&str]) -> String {
    let output = Command::new("xdotool").env("DISPLAY", display).args(words).output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Starts the window with a folder for all that it keeps.
fn start(display: &str, home: &Path, photo: &Path) -> Running {
    let mut program = Command::new(env!("CARGO_BIN_EXE_understudy"));
    for name in ["XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"] {
        program.env(name, home.join(name));
    }
    program.env("DISPLAY", display).env_remove("WAYLAND_DISPLAY").arg(photo);
    Running(program.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
}

/// Waits until something is there, doing something now and then.
#[track_caller]
fn wait<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(began.elapsed() < Duration::from_secs(120), "not seen: {what}");
        std::thread::sleep(Duration::from_millis(250));
    }
}

/// Whether there is what a test on a display needs; says so where there is not.
fn has_tools() -> bool {
    let missing = ["Xvfb", "xdotool"]
        .into_iter()
        .find(|tool| Command::new(tool).arg("-help").output().is_err());
    if let Some(tool) = missing {
        eprintln!("SKIPPED 1 test on a display: {tool} is not installed");
    }
    missing.is_none()
}

/// The window of a photo that is open, with the keyboard's focus: its title has the name then.
fn focused(display: &str, name: &str) {
    let window = wait("the window", || {
        let found = xdotool(display, &["search", "--onlyvisible", "--name", name]);
        found.lines().next().map(str::to_owned)
    });
    xdotool(display, &["windowfocus", &window]);
}

#[test]
fn exports_of_a_killed_process_are_written_by_the_next_one() {
    if !has_tools() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let photo = folder.path().join("hills.jpg");
    let pixel = |i: usize| [(i % 251) as u8, (i / 6000 / 20) as u8, (i % 6000 / 30) as u8, 255];
    let image = Image::eight(6000, 4000, (0..24_000_000).map(pixel).collect());
    std::fs::write(&photo, image.to_jpeg()).unwrap();
    let written = || -> BTreeSet<String> {
        let files = std::fs::read_dir(folder.path()).unwrap().flatten();
        let names = files.map(|file| file.file_name().to_string_lossy().into_owned());
        names.filter(|name| name.contains('-') || name.contains(".part")).collect()
    };
    let list = folder.path().join("XDG_STATE_HOME/understudy/exports/queue.json");
    let waiting = || -> BTreeSet<String> {
        let list = std::fs::read(&list).unwrap_or_default();
        let list: serde_json::Value = serde_json::from_slice(&list).unwrap_or_default();
        let exports = list["exports"].as_array().cloned().unwrap_or_default();
        let name = |export: &serde_json::Value| {
            export["target"].as_str()?.rsplit('/').next().map(str::to_owned)
        };
        exports.iter().filter_map(name).collect()
    };

    let (_server, display) = display();
    let program = start(&display, folder.path(), &photo);
    focused(&display, "hills.jpg");
    wait("exports that wait", || {
        xdotool(&display, &["key", "ctrl+b"]);
        (waiting().len() >= 3).then_some(())
    });
    // Without a word, in mid-export.
    drop(program);
    let (before, left) = (written(), waiting());
    let is_draft = |name: &&String| name.contains(".part");
    let expected: BTreeSet<String> =
        before.iter().filter(|name| !is_draft(name)).chain(&left).cloned().collect();
    assert!(!left.is_empty() && expected.len() >= 3, "{before:?}");

    let _program = start(&display, folder.path(), &photo);
    wait("the rest", || (!list.exists()).then_some(()));
    assert_eq!(written(), expected, "at first {before:?}");
}

#[test]
fn the_program_opens_a_photo_by_argument_and_exports_it_by_keys() {
    if !has_tools() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let photo = folder.path().join("hills.png");
    let pixel = |x: u32, y: u32| image::Rgb([(x / 3) as u8, (y / 2) as u8, 90]);
    image::RgbImage::from_fn(600, 400, pixel).save(&photo).unwrap();
    let original = std::fs::read(&photo).unwrap();

    let (_server, display) = display();
    let _program = start(&display, folder.path(), &photo);
    focused(&display, "hills.png");
    xdotool(&display, &["key", "ctrl+e"]);
    let exported = wait("the exported file", || {
        xdotool(&display, &["key", "Return"]);
        let files = std::fs::read_dir(folder.path()).unwrap().flatten();
        files.map(|file| file.path()).find(|path| path.extension().is_some_and(|it| it == "jpg"))
    });
    let name = exported.file_name().unwrap().to_string_lossy().into_owned();
    assert!(name.starts_with("hills-"), "{name}");
    let exported = understudy::photo::open(&exported).unwrap().image;
    assert_eq!((exported.width, exported.height), (600, 400));
    let before = understudy::photo::open(&photo).unwrap().image;
    assert!(exported.pixels != before.pixels, "the filter that is on is in the file");
    assert_eq!(std::fs::read(&photo).unwrap(), original);
}
