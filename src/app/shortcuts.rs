//! The keys: one table for the keyboard, the tooltips and the shortcut sheet.

use eframe::egui::{self, Context, Key, Modifiers};

use super::comparison::Comparison;
use super::scopes::{self, End};
use super::{Action, Workspace, compare, exports, film, learn};

/// What can be done with a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shortcut {
    Open,
    OpenFolder,
    Export,
    Enqueue,
    PreviousPhoto,
    NextPhoto,
    SelectAll,
    Original,
    TopAndBottom,
    Split,
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
    PreviousFilter,
    NextFilter,
    Shadows,
    Highlights,
    Weaker,
    Stronger,
    Undo,
    Redo,
    Learn,
    Sheet,
}

/// The key that shows the original while it is held.
pub const HOLD_KEY: Key = Key::Backslash;
/// Factor of a zoom step by key.
const ZOOM_STEP: f64 = 1.25;
/// Strength of a step by key.
const STRENGTH_STEP: f32 = 0.05;

impl Shortcut {
    /// All of them, in the order of the sheet. A key with Shift or Alt comes before the key alone,
    /// which would take it otherwise.
    pub const ALL: [Self; 32] = [
        Self::OpenFolder,
        Self::Open,
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
        Self::Original,
        Self::Split,
        Self::TopAndBottom,
        Self::SideBySide,
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
        Self::Undo,
        Self::Redo,
        Self::Learn,
        Self::Sheet,
    ];

    /// What it does, for the sheet.
    pub fn words(self) -> &'static str {
        match self {
            Self::Open => "Open a photo",
            Self::OpenFolder => "Open a folder",
            Self::Export => "Export a copy",
            Self::Enqueue => "Export at once, as the last time",
            Self::PreviousPhoto => "Previous photo",
            Self::NextPhoto => "Next photo",
            Self::SelectAll => "Select all photos",
            Self::Original => "Hold to see the original, tap to keep it",
            Self::Split => "Split on or off",
            Self::TopAndBottom => "Top and bottom on or off",
            Self::SideBySide => "Side by side on or off",
            Self::Difference => "Difference on or off",
            Self::Compare => "Compare",
            Self::Grid => "Grid of the filters used last",
            Self::AddPane => "Add a pane to compare",
            Self::Pick => "Use that pane of Compare",
            Self::ToggleZoom => "Between fit and 100 %",
            Self::Fit => "Fit",
            Self::Actual => "100 %",
            Self::Double => "200 %",
            Self::ZoomIn => "Zoom in, also by the wheel",
            Self::ZoomOut => "Zoom out",
            Self::PreviousFilter => "Previous filter",
            Self::NextFilter => "Next filter",
            Self::Shadows => "Show clipped shadows",
            Self::Highlights => "Show clipped highlights",
            Self::Weaker => "Strength less 5 %",
            Self::Stronger => "Strength plus 5 %",
            Self::Undo => "Undo",
            Self::Redo => "Redo",
            Self::Learn => "Start or pause learning",
            Self::Sheet => "This sheet",
        }
    }

    /// Its keys as they stand on the keyboard.
    pub fn keys(self, ctx: &Context) -> String {
        let keys = match self {
            Self::Open => "Ctrl+O",
            Self::OpenFolder => "Ctrl+Shift+O",
            Self::Export => "Ctrl+E",
            Self::Enqueue => "Ctrl+B",
            Self::PreviousPhoto => "Left",
            Self::NextPhoto => "Right",
            Self::SelectAll => "Ctrl+A",
            Self::Original => "\\",
            Self::Split => "Shift+Y",
            Self::TopAndBottom => "Alt+Y",
            Self::SideBySide => "Y",
            Self::Difference => "D",
            Self::Compare => "C",
            Self::Grid => "G",
            Self::AddPane => "+",
            Self::Pick => "1 to 9",
            Self::ToggleZoom => "Space or Z",
            Self::Fit => "Ctrl+0",
            Self::Actual => "Ctrl+1",
            Self::Double => "Ctrl+2",
            Self::ZoomIn => "Ctrl and +",
            Self::ZoomOut => "Ctrl and -",
            Self::PreviousFilter => "Up",
            Self::NextFilter => "Down",
            Self::Shadows => "<",
            Self::Highlights => ">",
            Self::Weaker => ",",
            Self::Stronger => ".",
            Self::Undo => "Ctrl+Z",
            Self::Redo => "Ctrl+Y",
            Self::Learn => "Ctrl+Enter",
            Self::Sheet => "?",
        };
        if ctx.os().is_mac() { keys.replace("Ctrl", "Cmd") } else { keys.to_owned() }
    }

    fn bindings(self) -> &'static [(Modifiers, Key)] {
        const COMMAND: Modifiers = Modifiers::COMMAND;
        const NONE: Modifiers = Modifiers::NONE;
        const COMMAND_SHIFT: Modifiers =
            Modifiers { command: true, shift: true, ..Modifiers::NONE };
        match self {
            Self::Open => &[(COMMAND, Key::O)],
            Self::OpenFolder => &[(COMMAND_SHIFT, Key::O)],
            Self::Export => &[(COMMAND, Key::E)],
            Self::Enqueue => &[(COMMAND, Key::B)],
            Self::PreviousPhoto => &[(NONE, Key::ArrowLeft)],
            Self::NextPhoto => &[(NONE, Key::ArrowRight)],
            Self::SelectAll => &[(COMMAND, Key::A)],
            // Held, not pressed: see `super::before_after`.
            Self::Original => &[],
            Self::Split => &[(Modifiers::SHIFT, Key::Y)],
            Self::TopAndBottom => &[(Modifiers::ALT, Key::Y)],
            Self::SideBySide => &[(NONE, Key::Y)],
            Self::Difference => &[(NONE, Key::D)],
            Self::Compare => &[(NONE, Key::C)],
            Self::Grid => &[(NONE, Key::G)],
            Self::AddPane => &[(NONE, Key::Plus)],
            // Nine keys, each of its own: see `picked`.
            Self::Pick => &[],
            Self::ToggleZoom => &[(NONE, Key::Space), (NONE, Key::Z)],
            Self::Fit => &[(COMMAND, Key::Num0)],
            Self::Actual => &[(COMMAND, Key::Num1)],
            Self::Double => &[(COMMAND, Key::Num2)],
            Self::ZoomIn => &[(COMMAND, Key::Plus), (COMMAND, Key::Equals)],
            Self::ZoomOut => &[(COMMAND, Key::Minus)],
            Self::PreviousFilter => &[(NONE, Key::ArrowUp)],
            Self::NextFilter => &[(NONE, Key::ArrowDown)],
            Self::Shadows => &[(Modifiers::SHIFT, Key::Comma)],
            Self::Highlights => &[(Modifiers::SHIFT, Key::Period)],
            Self::Weaker => &[(NONE, Key::Comma)],
            Self::Stronger => &[(NONE, Key::Period)],
            Self::Undo => &[(COMMAND, Key::Z)],
            Self::Redo => &[(COMMAND, Key::Y), (COMMAND_SHIFT, Key::Z)],
            Self::Learn => &[(COMMAND, Key::Enter)],
            Self::Sheet => &[(NONE, Key::Questionmark)],
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
            Self::Original | Self::Pick => return None,
            Self::Split => Action::ToggleComparison(Comparison::Split),
            Self::TopAndBottom => Action::ToggleComparison(Comparison::TopAndBottom),
            Self::SideBySide => Action::ToggleComparison(Comparison::SideBySide),
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
            Self::PreviousFilter => Action::StepFilter(-1),
            Self::NextFilter => Action::StepFilter(1),
            Self::Shadows => Action::Scopes(scopes::Action::Toggle(End::Shadows)),
            Self::Highlights => Action::Scopes(scopes::Action::Toggle(End::Highlights)),
            Self::Weaker => Action::AddStrength(-STRENGTH_STEP),
            Self::Stronger => Action::AddStrength(STRENGTH_STEP),
            Self::Undo => Action::Undo,
            Self::Redo => Action::Redo,
            Self::Learn => Action::Learn(learn::Action::StartOrPause),
            Self::Sheet => Action::ShowShortcuts,
        })
    }

    /// Space and the arrows belong to whatever has the focus; letters to a text field alone.
    fn is_free(self, ctx: &Context, key: Key) -> bool {
        match key {
            // Together with Ctrl: no field takes it.
            Key::Enter => true,
            Key::Space | Key::ArrowUp | Key::ArrowDown | Key::ArrowLeft | Key::ArrowRight => {
                !ctx.egui_wants_keyboard_input()
            }
            _ => !ctx.text_edit_focused(),
        }
    }
}

/// The actions of the keys that were pressed since the last pass.
pub fn pressed(ctx: &Context, pointer: Option<[f64; 2]>, actions: &mut Vec<Action>) {
    for shortcut in Shortcut::ALL {
        for &(modifiers, key) in shortcut.bindings() {
            if !shortcut.is_free(ctx, key) {
                continue;
            }
            // A key may have been pressed, or have repeated, several times since.
            let count = ctx.input_mut(|input| input.count_and_consume_key(modifiers, key));
            for _ in 0..count {
                actions.extend(shortcut.action(pointer));
            }
        }
    }
}

/// The pane whose digit was pressed since the last pass: the first is 0.
pub fn picked(ctx: &Context) -> Option<usize> {
    const DIGITS: [Key; 9] = [
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
    if ctx.text_edit_focused() {
        return None;
    }
    DIGITS.iter().position(|&key| ctx.input_mut(|input| input.consume_key(Modifiers::NONE, key)))
}

/// Whether the key for the original is down.
pub fn holds_original(ctx: &Context) -> bool {
    !ctx.text_edit_focused()
        && ctx.input(|input| input.key_down(HOLD_KEY) && input.modifiers == Modifiers::NONE)
}

/// Adds a tooltip with the shortcut's keys.
pub fn tip(response: egui::Response, words: &str, shortcut: Shortcut) -> egui::Response {
    let keys = shortcut.keys(&response.ctx);
    response.on_hover_text(super::strings::tip(words, &keys))
}
