//! The colours: neutral greys in both themes, so that nothing beside the photo tints the eye.

use eframe::egui::{Color32, Ui};

/// The colours of a theme. Panels ask for them with [`of`].
#[derive(Debug)]
pub struct Palette {
    /// Around the photo: a middle grey, whatever the theme.
    pub surround: Color32,
    /// Panels and bars.
    pub panel: Color32,
    /// Hairlines between panels.
    pub line: Color32,
    /// Fields to write in, and the place of a picture that is not there yet.
    pub field: Color32,
    /// Buttons and slider rails.
    pub raised: Color32,
    /// The same under the pointer.
    pub hover: Color32,
    /// The same while pressed.
    pub pressed: Color32,
    /// What is chosen.
    pub chosen: Color32,
    /// Text.
    pub text: Color32,
    /// Text that matters less; 5 : 1 on panels.
    pub weak: Color32,
    /// Text that matters more.
    pub strong: Color32,
    /// Text on a ground of the colour of text.
    pub inverse: Color32,
    /// The used part of a slider's rail.
    pub filled: Color32,
    /// Keyboard focus: the only colour.
    pub focus: Color32,
}

/// Behind words that lie on the photo.
pub const VEIL: Color32 = Color32::from_black_alpha(176);
/// Words and marks that lie on the photo, on a veil or with a dark rim.
pub const ON_PHOTO: Color32 = Color32::from_gray(250);

/// The dark theme.
pub static DARK: Palette = Palette {
    surround: Color32::from_gray(48),
    panel: Color32::from_gray(32),
    line: Color32::from_gray(22),
    field: Color32::from_gray(22),
    raised: Color32::from_gray(54),
    hover: Color32::from_gray(66),
    pressed: Color32::from_gray(44),
    chosen: Color32::from_gray(78),
    text: Color32::from_gray(222),
    weak: Color32::from_gray(160),
    strong: Color32::from_gray(250),
    inverse: Color32::from_gray(22),
    filled: Color32::from_gray(140),
    focus: Color32::from_rgb(126, 172, 230),
};

/// The light theme.
pub static LIGHT: Palette = Palette {
    surround: Color32::from_gray(150),
    panel: Color32::from_gray(238),
    line: Color32::from_gray(212),
    field: Color32::from_gray(252),
    raised: Color32::from_gray(220),
    hover: Color32::from_gray(208),
    pressed: Color32::from_gray(228),
    chosen: Color32::from_gray(190),
    text: Color32::from_gray(36),
    weak: Color32::from_gray(94),
    strong: Color32::from_gray(6),
    inverse: Color32::from_gray(250),
    filled: Color32::from_gray(120),
    focus: Color32::from_rgb(24, 96, 184),
};

/// The colours of the theme that `ui` is shown in.
pub fn of(ui: &Ui) -> &'static Palette {
    if ui.visuals().dark_mode { &DARK } else { &LIGHT }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance as the WCAG defines it.
    fn luminance(color: Color32) -> f32 {
        let linear = |code: u8| {
            let value = f32::from(code) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(color.r()) + 0.7152 * linear(color.g()) + 0.0722 * linear(color.b())
    }

    fn contrast(a: Color32, b: Color32) -> f32 {
        let (a, b) = (luminance(a) + 0.05, luminance(b) + 0.05);
        a.max(b) / a.min(b)
    }

    #[test]
    fn text_is_readable_and_only_focus_is_coloured() {
        for palette in [&DARK, &LIGHT] {
            let Palette {
                surround,
                panel,
                line,
                field,
                raised,
                hover,
                pressed,
                chosen,
                text,
                weak,
                strong,
                inverse,
                filled,
                focus,
            } = *palette;
            for ground in [panel, field, raised, hover, pressed] {
                assert!(contrast(text, ground) >= 7.0, "{palette:?}");
            }
            assert!(contrast(text, chosen) >= 4.5 && contrast(strong, chosen) >= 7.0);
            assert!(contrast(weak, panel) >= 5.0 && contrast(weak, field) >= 5.0);
            assert!(contrast(strong, surround) >= 5.0 && contrast(inverse, text) >= 7.0);
            // Things, not text: 3 : 1 beside what they stand on.
            assert!(contrast(filled, panel) >= 3.0 && contrast(focus, panel) >= 3.0);
            let greys = [
                surround, panel, line, field, raised, hover, pressed, chosen, text, weak, strong,
                inverse, filled,
            ];
            assert!(greys.iter().all(|it| it.r() == it.g() && it.g() == it.b()));
        }
    }
}
