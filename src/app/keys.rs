//! Keys with modifiers: as they stand on the keyboard, in a file, and in the window's input.

use std::fmt;
use std::str::FromStr;

use eframe::egui::{Context, Event, Key, Modifiers};
use serde::{Deserialize, Serialize};

/// A key, and what is held with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Keys {
    /// Ctrl; on a Mac Cmd.
    pub command: bool,
    pub alt: bool,
    pub shift: bool,
    pub key: Key,
}

impl Keys {
    /// The key alone.
    pub const fn of(key: Key) -> Self {
        Self { command: false, alt: false, shift: false, key }
    }

    /// With Ctrl, on a Mac with Cmd.
    pub const fn command(self) -> Self {
        Self { command: true, ..self }
    }

    /// With Shift.
    pub const fn shift(self) -> Self {
        Self { shift: true, ..self }
    }

    /// With Alt.
    pub const fn alt(self) -> Self {
        Self { alt: true, ..self }
    }

    /// Whether nothing is held with it.
    pub fn is_alone(self) -> bool {
        !self.command && !self.alt && !self.shift
    }

    /// What was pressed, as far as an event says it. Copying and pasting have events of their own.
    pub fn pressed(event: &Event) -> Option<Self> {
        match event {
            Event::Key { key, modifiers, pressed: true, .. } => Some(Self {
                command: modifiers.command || modifiers.ctrl,
                alt: modifiers.alt,
                shift: modifiers.shift && !is_shifted(*key),
                key: *key,
            }),
            Event::Copy => Some(Self::of(Key::C).command()),
            Event::Cut => Some(Self::of(Key::X).command()),
            Event::Paste(_) => Some(Self::of(Key::V).command()),
            _ => None,
        }
    }

    /// How often they were pressed since the last pass; the events are taken.
    pub fn take(self, ctx: &Context) -> usize {
        ctx.input_mut(|input| {
            let before = input.events.len();
            input.events.retain(|event| Self::pressed(event) != Some(self));
            // Where it has a key of its own, which egui does not know, it is seen as text alone.
            if before == input.events.len()
                && let Some(character) = self.character()
            {
                let is_it = |event: &Event| matches!(event, Event::Text(it) if it == character);
                input.events.retain(|event| !is_it(event));
            }
            before - input.events.len()
        })
    }

    /// The character that these keys are for on an American keyboard, where another has it elsewhere.
    fn character(self) -> Option<&'static str> {
        match (self, self.key) {
            (Self { command: false, alt: false, shift: true, .. }, Key::Comma) => Some("<"),
            (Self { command: false, alt: false, shift: true, .. }, Key::Period) => Some(">"),
            _ => None,
        }
    }

    /// Whether they are down.
    pub fn are_down(self, ctx: &Context) -> bool {
        ctx.input(|input| {
            let Modifiers { alt, shift, command, ctrl, .. } = input.modifiers;
            let held = (command || ctrl, alt, shift && !is_shifted(self.key));
            input.key_down(self.key) && held == (self.command, self.alt, self.shift)
        })
    }

    /// As they stand on the keyboard.
    pub fn words(self, is_mac: bool) -> String {
        if let Some(character) = self.character() {
            return character.to_owned();
        }
        let key = match self.key {
            // Easier to tell from a hyphen, but no key has it.
            Key::Minus => "-",
            Key::ArrowUp | Key::ArrowDown | Key::ArrowLeft | Key::ArrowRight => self.key.name(),
            Key::Quote => "'",
            key => key.symbol_or_name(),
        };
        let command = if is_mac { "Cmd" } else { "Ctrl" };
        let held = self.held(command).join("+");
        match (held.is_empty(), key) {
            (true, _) => key.to_owned(),
            (false, "+" | "-") => format!("{held} and {key}"),
            (false, _) => format!("{held}+{key}"),
        }
    }

    fn held(self, command: &'static str) -> Vec<&'static str> {
        let held = [(self.command, command), (self.alt, "Alt"), (self.shift, "Shift")];
        held.into_iter().filter_map(|(is_held, word)| is_held.then_some(word)).collect()
    }
}

/// Whether Shift only serves to produce this character on some keyboards: it says nothing then.
fn is_shifted(key: Key) -> bool {
    matches!(
        key,
        Key::Plus
            | Key::Equals
            | Key::Minus
            | Key::Colon
            | Key::Semicolon
            | Key::Backslash
            | Key::Slash
            | Key::Pipe
            | Key::Questionmark
            | Key::Exclamationmark
            | Key::OpenBracket
            | Key::CloseBracket
            | Key::OpenCurlyBracket
            | Key::CloseCurlyBracket
            | Key::Backtick
            | Key::Quote
            | Key::Num0
            | Key::Num1
            | Key::Num2
            | Key::Num3
            | Key::Num4
            | Key::Num5
            | Key::Num6
            | Key::Num7
            | Key::Num8
            | Key::Num9
    )
}

/// As in the settings file: `Ctrl+Shift+Z`, `Plus`.
impl fmt::Display for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for word in self.held("Ctrl") {
            write!(f, "{word}+")?;
        }
        f.write_str(self.key.name())
    }
}

impl From<Keys> for String {
    fn from(keys: Keys) -> Self {
        keys.to_string()
    }
}

impl TryFrom<String> for Keys {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl FromStr for Keys {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let unknown = || format!("“{text}” names no key");
        let mut words: Vec<&str> = text.split('+').collect();
        let key = words.pop().and_then(Key::from_name).ok_or_else(unknown)?;
        words.into_iter().try_fold(Self::of(key), |keys, word| match word {
            "Ctrl" => Ok(keys.command()),
            "Alt" => Ok(keys.alt()),
            "Shift" => Ok(keys.shift()),
            _ => Err(unknown()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_as_they_are_written() {
        for key in Key::ALL {
            for keys in [Keys::of(*key), Keys::of(*key).command().shift(), Keys::of(*key).alt()] {
                assert_eq!(keys.to_string().parse(), Ok(keys));
            }
        }
        assert_eq!(Keys::of(Key::Z).command().shift().to_string(), "Ctrl+Shift+Z");
        for text in ["", "Ctrl+", "Super+A", "Ctrl+Nothing"] {
            assert!(text.parse::<Keys>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_character_counts_once_on_any_keyboard() {
        let ctx = Context::default();
        let key = Event::Key {
            key: Key::Comma,
            physical_key: None,
            pressed: true,
            repeat: false,
            modifiers: Modifiers::SHIFT,
        };
        let text = || Event::Text("<".to_owned());
        for events in [vec![key, text()], vec![text()]] {
            let count = |keys: Keys| {
                ctx.input_mut(|input| input.events = events.clone());
                keys.take(&ctx)
            };
            assert_eq!(count(Keys::of(Key::Comma).shift()), 1);
            assert_eq!(count(Keys::of(Key::Period).shift()), 0);
            assert_eq!(count(Keys::of(Key::Comma)), 0);
        }
    }

    #[test]
    fn words_are_those_of_the_keyboard() {
        assert_eq!(Keys::of(Key::Comma).command().words(false), "Ctrl+,");
        assert_eq!(Keys::of(Key::Plus).command().words(true), "Cmd and +");
        assert_eq!(Keys::of(Key::ArrowUp).words(false), "Up");
        assert_eq!(Keys::of(Key::Period).shift().words(false), ">");
    }

    #[test]
    fn shift_counts_where_it_does_not_make_the_character() {
        let event = |key, modifiers| Event::Key {
            key,
            physical_key: None,
            pressed: true,
            repeat: false,
            modifiers,
        };
        let pressed = |key, modifiers| Keys::pressed(&event(key, modifiers)).unwrap();
        assert_eq!(pressed(Key::Questionmark, Modifiers::SHIFT), Keys::of(Key::Questionmark));
        assert_eq!(pressed(Key::Y, Modifiers::SHIFT), Keys::of(Key::Y).shift());
        assert_eq!(Keys::pressed(&Event::Copy), Some(Keys::of(Key::C).command()));
    }
}
