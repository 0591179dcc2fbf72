//! What can be done with a key: one table for the keyboard, the tooltips, the shortcut sheet and the
//! settings.

use std::collections::BTreeMap;
use std::sync::Arc;

use eframe::egui::{self, Context, Event, FocusDirection, Id, Key};
use serde::{Deserialize, Serialize};

use super::comparison::Comparison;
use super::keys::Keys;
use super::scopes::{self, End};
use super::{Action, Workspace, compare, exports, film, learn, masking, settings, shell, strings};

/// What can be done with a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shortcut {
    Open,
    OpenFolder,
    Export,
    Enqueue,
    PreviousPhoto,
    NextPhoto,
    SelectAll,
    PreviousFilter,
    NextFilter,
    Shadows,
    Highlights,
    Weaker,
    Stronger,
    Favourite,
    Cover,
    SmallerBrush,
    LargerBrush,
    Undo,
    Redo,
    CopyEdit,
    PasteEdit,
    Original,
    Split,
    TopAndBottom,
    SideBySide,
    Difference,
    Compare,
    Grid,
    AddPane,
    Pick,
    ToggleZoom,
    Fit,
    Actual,
    Double,
    ZoomIn,
    ZoomOut,
    FullScreen,
    Panels,
    Controls,
    Info,
    Learn,
    Settings,
    FrameTimes,
    Sheet,
}

/// Factor of a zoom step by key.
const ZOOM_STEP: f64 = 1.25;
/// Factor of the brush's size by key.
const BRUSH_STEP: f32 = 1.2;
/// Strength of a step by key.
const STRENGTH_STEP: f32 = 0.05;

impl Shortcut {
    /// All of them, in the order of the sheet.
    pub const ALL: &[Self] = &[
        Self::Open,
        Self::OpenFolder,
        Self::Export,
        Self::Enqueue,
        Self::PreviousPhoto,
        Self::NextPhoto,
        Self::SelectAll,
        Self::PreviousFilter,
        Self::NextFilter,
        Self::Shadows,
        Self::Highlights,
        Self::Weaker,
        Self::Stronger,
        Self::Favourite,
        Self::Cover,
        Self::SmallerBrush,
        Self::LargerBrush,
        Self::Undo,
        Self::Redo,
        Self::CopyEdit,
        Self::PasteEdit,
        Self::Original,
        Self::Split,
        Self::SideBySide,
        Self::TopAndBottom,
        Self::Difference,
        Self::Compare,
        Self::Grid,
        Self::AddPane,
        Self::Pick,
        Self::ToggleZoom,
        Self::Fit,
        Self::Actual,
        Self::Double,
        Self::ZoomIn,
        Self::ZoomOut,
        Self::FullScreen,
        Self::Panels,
        Self::Controls,
        Self::Info,
        Self::Learn,
        Self::Settings,
        Self::FrameTimes,
        Self::Sheet,
    ];

    /// Its keys, unless the user has set others.
    pub fn default_keys(self) -> Vec<Keys> {
        let key = Keys::of;
        match self {
            Self::Open => vec![key(Key::O).command()],
            Self::OpenFolder => vec![key(Key::O).command().shift()],
            Self::Export => vec![key(Key::E).command()],
            Self::Enqueue => vec![key(Key::B).command()],
            Self::PreviousPhoto => vec![key(Key::ArrowLeft)],
            Self::NextPhoto => vec![key(Key::ArrowRight)],
            Self::SelectAll => vec![key(Key::A).command()],
            Self::PreviousFilter => vec![key(Key::ArrowUp)],
            Self::NextFilter => vec![key(Key::ArrowDown)],
            Self::Shadows => vec![key(Key::Comma).shift()],
            Self::Highlights => vec![key(Key::Period).shift()],
            Self::Weaker => vec![key(Key::Comma)],
            Self::Stronger => vec![key(Key::Period)],
            Self::Favourite => vec![key(Key::S)],
            Self::Cover => vec![key(Key::O)],
            Self::SmallerBrush => vec![key(Key::OpenBracket)],
            Self::LargerBrush => vec![key(Key::CloseBracket)],
            Self::CopyEdit => vec![key(Key::C).command()],
            Self::PasteEdit => vec![key(Key::V).command()],
            Self::FullScreen => vec![key(Key::F)],
            Self::Panels => vec![key(Key::Tab)],
            Self::Controls => vec![key(Key::F6)],
            Self::Info => vec![key(Key::I)],
            Self::Settings => vec![key(Key::Comma).command()],
            Self::FrameTimes => vec![key(Key::F12)],
            Self::Undo => vec![key(Key::Z).command()],
            Self::Redo => vec![key(Key::Y).command(), key(Key::Z).command().shift()],
            Self::Original => vec![key(Key::Backslash)],
            Self::Split => vec![key(Key::Y).shift()],
            Self::SideBySide => vec![key(Key::Y)],
            Self::TopAndBottom => vec![key(Key::Y).alt()],
            Self::Difference => vec![key(Key::D)],
            Self::Compare => vec![key(Key::C)],
            Self::Grid => vec![key(Key::G)],
            Self::AddPane => vec![key(Key::Plus)],
            Self::Pick => PICKS.map(key).to_vec(),
            Self::ToggleZoom => vec![key(Key::Space), key(Key::Z)],
            Self::Fit => vec![key(Key::Num0).command()],
            Self::Actual => vec![key(Key::Num1).command()],
            Self::Double => vec![key(Key::Num2).command()],
            Self::ZoomIn => vec![key(Key::Plus).command(), key(Key::Equals).command()],
            Self::ZoomOut => vec![key(Key::Minus).command()],
            Self::Learn => vec![key(Key::Enter).command()],
            Self::Sheet => vec![key(Key::Questionmark)],
        }
    }

    /// Whether the user may set its keys. Digits stand on the panes, and the system has its own way
    /// to the clipboard.
    pub fn is_free(self) -> bool {
        !matches!(self, Self::Pick | Self::CopyEdit | Self::PasteEdit)
    }

    /// What it does, for the sheet.
    pub fn words(self) -> &'static str {
        strings::shortcuts::words(self)
    }

    /// Its keys as they stand on the keyboard.
    pub fn keys(self, ctx: &Context) -> String {
        let is_mac = ctx.os().is_mac();
        let keys = Keymap::of(ctx).keys(self);
        match (self, &keys[..]) {
            (Self::Pick, _) => strings::shortcuts::PICK_KEYS.to_owned(),
            // Twice the same on different keyboards.
            (Self::ZoomIn, [first, second]) if second.key == Key::Equals => first.words(is_mac),
            _ => {
                let words: Vec<_> = keys.iter().map(|keys| keys.words(is_mac)).collect();
                strings::shortcuts::or(&words)
            }
        }
    }

    /// What it asks for. `pointer` is where the pointer is over the photo, in physical pixels.
    fn action(self, pointer: Option<[f64; 2]>) -> Option<Action> {
        Some(match self {
            Self::Open => Action::AskOpen,
            Self::OpenFolder => Action::Film(film::Action::AskFolder),
            Self::Export => Action::AskExport,
            Self::Enqueue => Action::Export(exports::Action::AddToQueue),
            Self::PreviousPhoto => Action::Film(film::Action::Step(-1)),
            Self::NextPhoto => Action::Film(film::Action::Step(1)),
            Self::SelectAll => Action::Film(film::Action::SelectAll),
            Self::PreviousFilter => Action::StepFilter(-1),
            Self::NextFilter => Action::StepFilter(1),
            Self::Shadows => Action::Scopes(scopes::Action::Toggle(End::Shadows)),
            Self::Highlights => Action::Scopes(scopes::Action::Toggle(End::Highlights)),
            Self::Weaker => Action::AddStrength(-STRENGTH_STEP),
            Self::Stronger => Action::AddStrength(STRENGTH_STEP),
            Self::Cover => Action::Mask(masking::Action::ToggleCover),
            Self::SmallerBrush => Action::Mask(masking::Action::Grow(1.0 / BRUSH_STEP)),
            Self::LargerBrush => Action::Mask(masking::Action::Grow(BRUSH_STEP)),
            Self::Undo => Action::Undo,
            Self::Redo => Action::Redo,
            // Held, not pressed: see `holds_original`. The others have values: see `picked` and
            // `pasted`; and where the focus goes is said before the panels are shown.
            Self::Original | Self::Pick | Self::PasteEdit | Self::Controls => return None,
            Self::Favourite => Action::Shell(shell::Action::ToggleFavourite(None)),
            Self::CopyEdit => Action::Shell(shell::Action::CopyEdit),
            Self::FullScreen => Action::Shell(shell::Action::ToggleFullScreen),
            Self::Panels => Action::Shell(shell::Action::TogglePanels),
            Self::Info => Action::Shell(shell::Action::ToggleInfo),
            Self::Settings => Action::Settings(settings::Action::Show),
            Self::FrameTimes => Action::Shell(shell::Action::ToggleFrameTimes),
            Self::Split => Action::ToggleComparison(Comparison::Split),
            Self::SideBySide => Action::ToggleComparison(Comparison::SideBySide),
            Self::TopAndBottom => Action::ToggleComparison(Comparison::TopAndBottom),
            Self::Difference => Action::ToggleComparison(Comparison::Difference),
            Self::Compare => Action::Enter(Workspace::Compare),
            Self::Grid => Action::Compare(compare::Action::GridOfLast),
            Self::AddPane => Action::Compare(compare::Action::Add),
            Self::ToggleZoom => Action::ToggleZoom(pointer),
            Self::Fit => Action::Fit,
            Self::Actual => Action::Actual,
            Self::Double => Action::Double,
            Self::ZoomIn => Action::Zoom { factor: ZOOM_STEP, at: None },
            Self::ZoomOut => Action::Zoom { factor: 1.0 / ZOOM_STEP, at: None },
            Self::Learn => Action::Learn(learn::Action::StartOrPause),
            Self::Sheet => Action::ShowShortcuts,
        })
    }
}

/// The keys of all shortcuts: the default ones, and what the user has set instead.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "BTreeMap<String, Vec<String>>")]
pub struct Keymap(BTreeMap<Shortcut, Vec<Keys>>);

impl Keymap {
    /// The window's.
    pub fn of(ctx: &Context) -> Arc<Self> {
        ctx.data(|data| data.get_temp(Id::NULL)).unwrap_or_default()
    }

    /// Makes it the window's. Like the style it belongs to the context: every tooltip needs it.
    pub fn install(self, ctx: &Context) {
        ctx.data_mut(|data| data.insert_temp(Id::NULL, Arc::new(self)));
    }

    /// The keys of a shortcut.
    pub fn keys(&self, shortcut: Shortcut) -> Vec<Keys> {
        self.0.get(&shortcut).cloned().unwrap_or_else(|| shortcut.default_keys())
    }

    /// Whether the user has set the keys of a shortcut.
    pub fn is_set(&self, shortcut: Shortcut) -> bool {
        self.0.contains_key(&shortcut)
    }

    /// The shortcut that has these keys.
    pub fn owner(&self, keys: Keys) -> Option<Shortcut> {
        Shortcut::ALL.iter().copied().find(|it| self.keys(*it).contains(&keys))
    }

    /// Gives keys to a shortcut in place of its own, and takes them from the one that had them.
    pub fn set(&mut self, shortcut: Shortcut, keys: Keys) {
        if let Some(owner) = self.owner(keys) {
            let rest = self.keys(owner).into_iter().filter(|it| *it != keys).collect();
            self.0.insert(owner, rest);
        }
        self.0.insert(shortcut, vec![keys]);
        self.0.retain(|shortcut, keys| *keys != shortcut.default_keys());
    }

    /// The default keys of a shortcut again, taken from whatever has them now.
    pub fn reset(&mut self, shortcut: Shortcut) {
        let own = shortcut.default_keys();
        for &other in Shortcut::ALL.iter().filter(|it| **it != shortcut) {
            let keys = self.keys(other);
            let rest: Vec<_> = keys.iter().copied().filter(|it| !own.contains(it)).collect();
            if rest.len() < keys.len() {
                self.0.insert(other, rest);
            }
        }
        self.0.remove(&shortcut);
    }
}

/// What a file says; names and keys that are not known here are left out.
impl From<BTreeMap<String, Vec<String>>> for Keymap {
    fn from(file: BTreeMap<String, Vec<String>>) -> Self {
        let shortcut = |name: String| serde_json::from_value(name.into()).ok();
        let keys = |keys: Vec<String>| keys.iter().filter_map(|it| it.parse().ok()).collect();
        Self(file.into_iter().filter_map(|(name, it)| Some((shortcut(name)?, keys(it)))).collect())
    }
}

const PICKS: [Key; 9] = [
    Key::Num1,
    Key::Num2,
    Key::Num3,
    Key::Num4,
    Key::Num5,
    Key::Num6,
    Key::Num7,
    Key::Num8,
    Key::Num9,
];

/// Whether keys are not meant for what has the focus: a text field takes all that is typed, anything
/// else takes Space, Enter and the arrows.
fn are_free(keys: Keys, ctx: &Context) -> bool {
    match keys.key {
        // Together with Ctrl: no field takes it.
        Key::Enter if keys.command => true,
        Key::Space | Key::Enter => !ctx.egui_wants_keyboard_input(),
        Key::ArrowUp | Key::ArrowDown | Key::ArrowLeft | Key::ArrowRight | Key::Tab => {
            !ctx.egui_wants_keyboard_input()
        }
        _ => !is_typing(ctx),
    }
}

/// Whether a text field had the focus when the last pass ended.
#[derive(Clone, Copy, Default)]
struct WasTyping(bool);

/// Remembers whether a text field has the focus, before anything is shown: what was typed since is for
/// that field, also where it was left with Enter in the same breath.
pub fn note_typing(ctx: &Context) {
    let typing = WasTyping(ctx.text_edit_focused());
    ctx.data_mut(|data| data.insert_temp(Id::NULL, typing));
}

fn is_typing(ctx: &Context) -> bool {
    let was_typing: WasTyping = ctx.data(|data| data.get_temp(Id::NULL)).unwrap_or_default();
    was_typing.0 || ctx.text_edit_focused()
}

/// The actions of the keys that were pressed since the last pass.
pub fn pressed(ctx: &Context, pointer: Option<[f64; 2]>, actions: &mut Vec<Action>) {
    let keymap = Keymap::of(ctx);
    for &shortcut in Shortcut::ALL {
        if shortcut.action(pointer).is_none() {
            continue;
        }
        for keys in keymap.keys(shortcut).into_iter().filter(|keys| are_free(*keys, ctx)) {
            // A key may have been pressed, or have repeated, several times since.
            for _ in 0..keys.take(ctx) {
                actions.extend(shortcut.action(pointer));
            }
        }
    }
}

/// The pane whose digit was pressed since the last pass: the first is 0.
pub fn picked(ctx: &Context) -> Option<usize> {
    if is_typing(ctx) {
        return None;
    }
    PICKS.iter().position(|&key| Keys::of(key).take(ctx) > 0)
}

/// What was pasted since the last pass.
pub fn pasted(ctx: &Context) -> Option<String> {
    if is_typing(ctx) {
        return None;
    }
    ctx.input(|input| {
        input.events.iter().find_map(|event| match event {
            Event::Paste(text) => Some(text.clone()),
            _ => None,
        })
    })
}

/// Where the focus goes, before anything is shown. Tab is a shortcut while nothing has the focus; from
/// there another key leads into the controls, and Tab from one to the next.
pub fn focus(ctx: &Context) {
    let keymap = Keymap::of(ctx);
    let nothing = ctx.memory(|memory| memory.focused().is_none());
    let tab = Keys::of(Key::Tab);
    let pressed = |keys: Keys| {
        ctx.input(|input| input.events.iter().any(|event| Keys::pressed(event) == Some(keys)))
    };
    if nothing && keymap.owner(tab).is_some() && pressed(tab) {
        ctx.memory_mut(|memory| memory.move_focus(FocusDirection::None));
    }
    if keymap.keys(Shortcut::Controls).into_iter().any(|keys| keys.take(ctx) > 0) {
        ctx.memory_mut(|memory| memory.move_focus(FocusDirection::Next));
    }
}

/// Whether the key for the original is down.
pub fn holds_original(ctx: &Context) -> bool {
    !is_typing(ctx)
        && Keymap::of(ctx).keys(Shortcut::Original).iter().any(|keys| keys.are_down(ctx))
}

/// Adds a tooltip with the shortcut's keys.
pub fn tip(response: egui::Response, words: &str, shortcut: Shortcut) -> egui::Response {
    let keys = shortcut.keys(&response.ctx);
    let words = if keys.is_empty() { words.to_owned() } else { strings::tip(words, &keys) };
    response.on_hover_text(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_shortcuts_have_the_same_keys_and_all_are_in_the_table() {
        let keymap = Keymap::default();
        for &shortcut in Shortcut::ALL {
            assert!(!keymap.keys(shortcut).is_empty());
            for keys in keymap.keys(shortcut) {
                assert_eq!(keymap.owner(keys), Some(shortcut), "{keys}");
            }
        }
    }

    #[test]
    fn keys_are_taken_from_their_owner_and_given_back() {
        let mut keymap = Keymap::default();
        let space = Keys::of(Key::Space);
        keymap.set(Shortcut::Grid, space);
        assert_eq!(keymap.owner(space), Some(Shortcut::Grid));
        assert_eq!(keymap.keys(Shortcut::ToggleZoom), [Keys::of(Key::Z)]);
        let file = serde_json::to_string(&keymap).unwrap();
        assert_eq!(serde_json::from_str::<Keymap>(&file).unwrap(), keymap);
        keymap.reset(Shortcut::ToggleZoom);
        assert_eq!(keymap.owner(space), Some(Shortcut::ToggleZoom));
        assert!(keymap.keys(Shortcut::Grid).is_empty());
        keymap.set(Shortcut::Grid, Keys::of(Key::G));
        assert_eq!(keymap, Keymap::default());
    }

    #[test]
    fn what_a_file_says_of_unknown_things_is_left_out() {
        let file = r#"{"split": ["Ctrl+K", "Hyper+K"], "no-such-thing": ["A"]}"#;
        let keymap: Keymap = serde_json::from_str(file).unwrap();
        assert_eq!(keymap.keys(Shortcut::Split), [Keys::of(Key::K).command()]);
        assert_eq!(keymap.0.len(), 1);
    }
}
