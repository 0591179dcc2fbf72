//! Which file is the edit of which.

use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::at_once::{Cancelled, Progress};
use super::by_content::by_content;
use super::names;

/// A photo and its edit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The photo's name without its ending; different for every pair of a pairing.
    pub name: String,
    /// The photo.
    pub before: PathBuf,
    /// The edit.
    pub after: PathBuf,
    /// What the two were found by.
    pub rule: Rule,
    /// How far that can be trusted.
    pub confidence: Confidence,
}

/// What a photo and its edit were found by, the first that held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// Their names are the same but for endings and case.
    Name,
    /// Their names are the same but for what is often added: “-edit”, “ (1)”.
    SimilarName,
    /// They were taken at the same moment with the same camera.
    Capture,
    /// They show the same picture.
    Looks,
    /// Somebody said so.
    Given,
}

/// How far a pair can be trusted before its pictures are laid on each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// Other files were possible too, or the signs are weak.
    Unsure,
    /// No other file was possible.
    Likely,
    /// The rule leaves no doubt.
    Sure,
}

/// What came of pairing files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pairing {
    /// The pairs, by name.
    pub pairs: Vec<Pair>,
    /// The files that are in none, and why; photos first, then edits, by name.
    pub unpaired: Vec<Unpaired>,
}

/// A file that is in no pair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unpaired {
    /// The file.
    pub file: PathBuf,
    /// Which half of a pair it would have been.
    pub half: Half,
    /// Why it has no partner, a sentence.
    pub why: String,
}

/// Which half of a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Half {
    /// The photo.
    Before,
    /// Its edit.
    After,
}

impl Unpaired {
    /// A file that nothing belongs to.
    pub(super) fn new(file: PathBuf, half: Half) -> Self {
        let partner = if half == Half::Before { "edit" } else { "photo" };
        let name = names::name(&file);
        let why = format!("“{name}” was left out: it has no {partner}. Give both the same name.");
        Self { file, half, why }
    }
}

/// Why there are no pairs, a sentence.
#[derive(Debug, thiserror::Error)]
pub enum PairsError {
    /// A folder could not be read.
    #[error(
        "The folder {path} could not be read: {source}. Check its name and that you may read it."
    )]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// No file of one folder has a partner in the other.
    #[error("No photo in {before} has an edit in {after}. Give both the same name.")]
    None {
        /// The folder of photos.
        before: PathBuf,
        /// The folder of edits.
        after: PathBuf,
    },
    /// The user broke off.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl Pair {
    /// A pair that somebody named: nothing is looked up.
    pub fn given(before: &Path, after: &Path) -> Self {
        Self {
            name: names::stem(before),
            before: before.to_owned(),
            after: after.to_owned(),
            rule: Rule::Given,
            confidence: Confidence::Sure,
        }
    }
}

/// The pairs of two folders by name alone; no file is opened. Endings and case may differ, and so
/// may what is often added to an edit's name. Files without a partner are left out.
///
/// # Errors
/// When a folder cannot be read, or nothing pairs.
pub fn pairs_by_name(before: &Path, after: &Path) -> Result<Vec<Pair>, PairsError> {
    let pairs = by_name(photos_in(before)?, photos_in(after)?).pairs;
    if pairs.is_empty() {
        return Err(PairsError::None { before: before.to_owned(), after: after.to_owned() });
    }
    Ok(pairs)
}

/// The pairs of two folders: by name, then, of what is left on both sides, by when and with what
/// the photos were taken, then by what they show. Only what names do not pair is opened; `watch`
/// hears of each file and may break off.
///
/// # Errors
/// When a folder cannot be read, nothing pairs, or `watch` broke off.
pub fn pair_folders(
    before: &Path,
    after: &Path,
    watch: impl Fn(Progress) -> ControlFlow<()> + Sync,
) -> Result<Pairing, PairsError> {
    let pairing = pair_files(photos_in(before)?, photos_in(after)?, watch)?;
    if pairing.pairs.is_empty() {
        return Err(PairsError::None { before: before.to_owned(), after: after.to_owned() });
    }
    Ok(pairing)
}

/// The same for files, wherever they lie.
///
/// # Errors
/// When `watch` broke off.
pub fn pair_files(
    befores: Vec<PathBuf>,
    afters: Vec<PathBuf>,
    watch: impl Fn(Progress) -> ControlFlow<()> + Sync,
) -> Result<Pairing, Cancelled> {
    by_content(by_name(befores, afters), watch)
}

/// The photos of a folder, by name: what is not hidden and ends as a photo does.
///
/// # Errors
/// When the folder cannot be read.
pub fn photos_in(folder: &Path) -> Result<Vec<PathBuf>, PairsError> {
    let failed = |source| PairsError::Folder { path: folder.to_owned(), source };
    let mut photos = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_file() && names::is_photo(&path) {
            photos.push(path);
        }
    }
    photos.sort();
    Ok(photos)
}

/// The pairs in the order of `names`, which may have endings; names without a pair are passed over,
/// and pairs without a name come last, in their own order.
pub fn ordered(mut pairs: Vec<Pair>, names: &[impl AsRef<str>]) -> Vec<Pair> {
    let place = |pair: &Pair| {
        let stem = names::stem(&pair.before);
        let is_it =
            |name: &str| name == pair.name || name == stem || names::stem(Path::new(name)) == stem;
        names.iter().position(|name| is_it(name.as_ref().trim())).unwrap_or(usize::MAX)
    };
    pairs.sort_by_cached_key(place);
    pairs
}

/// Pairs by name, the same name before the similar one.
pub(super) fn by_name(mut befores: Vec<PathBuf>, mut afters: Vec<PathBuf>) -> Pairing {
    let mut pairing = Pairing::default();
    let same = |path: &Path| names::stem(path).to_lowercase();
    let similar = |path: &Path| names::core(&names::stem(path));
    take(&mut befores, &mut afters, Rule::Name, names::stem, &mut pairing.pairs);
    take(&mut befores, &mut afters, Rule::Name, same, &mut pairing.pairs);
    take(&mut befores, &mut afters, Rule::SimilarName, similar, &mut pairing.pairs);
    let unpaired = |half| move |file| Unpaired::new(file, half);
    pairing.unpaired.extend(befores.into_iter().map(unpaired(Half::Before)));
    pairing.unpaired.extend(afters.into_iter().map(unpaired(Half::After)));
    finish(&mut pairing);
    pairing
}

/// Sorts a pairing, and gives pairs whose photos have the same stem different names.
pub(super) fn finish(pairing: &mut Pairing) {
    pairing.pairs.sort_by(|a, b| (&a.name, &a.before).cmp(&(&b.name, &b.before)));
    pairing.unpaired.sort_by(|a, b| (a.half, &a.file).cmp(&(b.half, &b.file)));
    for i in 1..pairing.pairs.len() {
        if pairing.pairs[..i].iter().any(|pair| pair.name == pairing.pairs[i].name) {
            pairing.pairs[i].name = names::name(&pairing.pairs[i].before);
        }
    }
}

/// Moves the files whose keys agree into pairs: the first of each key, and whoever has rivals is
/// not sure.
fn take(
    befores: &mut Vec<PathBuf>,
    afters: &mut Vec<PathBuf>,
    rule: Rule,
    key: impl Fn(&Path) -> String,
    pairs: &mut Vec<Pair>,
) {
    let mut by_key: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for after in afters.iter() {
        by_key.entry(key(after)).or_default().push(after.clone());
    }
    let keys: Vec<String> = befores.iter().map(|before| key(before)).collect();
    let mut taken = Vec::new();
    for (before, own) in befores.iter().zip(&keys) {
        let Some(candidates) = by_key.get_mut(own) else { continue };
        let rivals = candidates.len() - 1 + keys.iter().filter(|key| *key == own).count() - 1;
        let after = candidates.remove(0);
        if candidates.is_empty() {
            by_key.remove(own);
        }
        let confidence = match rule {
            _ if rivals > 0 => Confidence::Unsure,
            Rule::Name => Confidence::Sure,
            _ => Confidence::Likely,
        };
        let name = names::stem(before);
        taken.push(Pair { name, before: before.clone(), after, rule, confidence });
    }
    befores.retain(|file| taken.iter().all(|pair| pair.before != *file));
    afters.retain(|file| taken.iter().all(|pair| pair.after != *file));
    pairs.extend(taken);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(names: &[&str]) -> Vec<PathBuf> {
        names.iter().map(PathBuf::from).collect()
    }

    fn check(befores: &[&str], afters: &[&str], expect: &[(&str, &str, Rule, Confidence)]) {
        let pairing = by_name(files(befores), files(afters));
        let got: Vec<_> = pairing
            .pairs
            .iter()
            .map(|p| (p.before.to_str().unwrap(), p.after.to_str().unwrap(), p.rule, p.confidence))
            .collect();
        assert_eq!(got, expect);
        let rest = befores.len() + afters.len() - 2 * expect.len();
        assert_eq!(pairing.unpaired.len(), rest);
    }

    #[test]
    fn names_pair_from_the_same_to_the_similar() {
        use Confidence::{Likely, Sure, Unsure};
        use Rule::{Name, SimilarName};
        check(
            &["a.jpg", "B.jpg", "c.jpg", "lone.jpg"],
            &["a.png", "b.tif", "c-edit.jpg", "other.jpg"],
            &[
                ("B.jpg", "b.tif", Name, Sure),
                ("a.jpg", "a.png", Name, Sure),
                ("c.jpg", "c-edit.jpg", SimilarName, Likely),
            ],
        );
        // One's own name goes before a similar one.
        check(
            &["a-edit.jpg", "a.jpg"],
            &["a-edit.jpg", "a.jpg"],
            &[("a.jpg", "a.jpg", Name, Sure), ("a-edit.jpg", "a-edit.jpg", Name, Sure)],
        );
        check(&["a.jpg"], &["a.jpg", "a.tif"], &[("a.jpg", "a.jpg", Name, Unsure)]);
    }

    #[test]
    fn folders_pair_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let [before, after] = ["before", "after"].map(|name| folder.path().join(name));
        for (folder, names) in
            [(&before, ["a.jpg", "b.jpg", "only.jpg"]), (&after, ["b.png", "a.tif", ".hidden"])]
        {
            fs::create_dir(folder).unwrap();
            for name in names {
                fs::write(folder.join(name), "").unwrap();
            }
        }
        let pairs = pairs_by_name(&before, &after).unwrap();
        let names: Vec<_> = pairs.iter().map(|pair| pair.name.as_str()).collect();
        assert_eq!(names, ["a", "b"]);
        assert_eq!(pairs[0].after, after.join("a.tif"));
        let sentence = pairs_by_name(&before, folder.path()).unwrap_err().to_string();
        assert!(sentence.contains("No photo"), "{sentence}");
        let sentence = pairs_by_name(Path::new("/none"), &after).unwrap_err().to_string();
        assert!(sentence.contains("/none"), "{sentence}");
    }

    #[test]
    fn an_order_may_name_endings_and_miss_pairs() {
        let pairs =
            by_name(files(&["a.jpg", "b.jpg", "c.x.jpg"]), files(&["a.png", "b.png", "c.x.png"]));
        let got = ordered(pairs.pairs, &["c.x.jpg", "none.jpg", " b"]);
        let names: Vec<_> = got.iter().map(|pair| pair.name.as_str()).collect();
        assert_eq!(names, ["c.x", "b", "a"]);
    }

    #[test]
    fn photos_of_the_same_stem_have_names_of_their_own() {
        let pairs = by_name(files(&["x/a.jpg", "x/a.tif"]), files(&["y/a.jpg", "y/a.png"])).pairs;
        let names: Vec<_> = pairs.iter().map(|pair| pair.name.as_str()).collect();
        assert_eq!(names, ["a", "a.tif"]);
    }
}
