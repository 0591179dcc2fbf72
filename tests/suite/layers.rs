//! Imports go down only, and each layer's horizon is what ARCHITECTURE.md says.

use std::fs;
use std::path::{Path, PathBuf};

/// Top to bottom: a module may import those below it in this list.
const LAYERS: [&str; 10] =
    ["cli", "app", "engine", "train", "gpu", "render", "edit", "kernel", "operator", "photo"];

/// Crates that only some modules may know.
const HORIZONS: [(&str, &[&str]); 13] = [
    ("egui", &["app"]),
    ("eframe", &["app"]),
    ("egui_plot", &["app"]),
    ("rfd", &["app"]),
    ("thread_priority", &["app"]),
    ("clap", &["cli"]),
    ("wgpu", &["app", "engine", "gpu"]),
    ("moxcms", &["photo"]),
    ("palette", &["train"]),
    ("candle_core", &["train"]),
    ("candle_nn", &["train"]),
    ("faer", &["train"]),
    ("rustfft", &["train"]),
];

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    let rust = files.into_iter().filter(|path| path.extension().is_some_and(|end| end == "rs"));
    rust.chain(folders.iter().flat_map(|folder| self::files(folder))).collect()
}

/// Code without comments and without its tests, which may look anywhere.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    let is_code = |line: &&str| !line.trim_start().starts_with("//");
    code.lines().filter(is_code).collect::<Vec<_>>().join("\n")
}

fn has_word(text: &str, word: &str) -> bool {
    let is_part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    text.match_indices(word).any(|(at, _)| {
        !is_part(text[..at].chars().next_back()) && !is_part(text[at + word.len()..].chars().next())
    })
}

#[test]
fn imports_go_down_only() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut seen = 0;
    for (place, layer) in LAYERS.iter().enumerate() {
        for file in files(&src.join(layer)) {
            let code = code(&file);
            for above in &LAYERS[..place] {
                let import = format!("crate::{above}");
                assert!(!has_word(&code, &import), "{} imports {import}", file.display());
                assert!(!code.contains("crate::{"), "{}: one import a line", file.display());
            }
            for (name, allowed) in HORIZONS {
                let knows =
                    has_word(&code, &format!("use {name}")) || code.contains(&format!("{name}::"));
                assert!(
                    !knows || allowed.contains(layer),
                    "{} knows {name}, which is for {allowed:?}",
                    file.display()
                );
            }
            seen += 1;
        }
    }
    assert!(seen > 40, "{seen} files were looked at");
}

#[test]
fn every_module_is_in_the_list() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for entry in fs::read_dir(src).unwrap().map(|entry| entry.unwrap().path()) {
        let name = entry.file_name().unwrap().to_string_lossy().into_owned();
        assert!(!entry.is_dir() || LAYERS.contains(&name.as_str()), "{name} has no layer");
    }
}
