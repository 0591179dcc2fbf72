//! The icons: one font of them, drawn beside words or on buttons whose name a tooltip says.

use std::sync::Arc;

use eframe::egui::{
    Align2, Atom, Button, Color32, FontData, FontDefinitions, FontFamily, FontId, Painter, Pos2,
    Response, Role, Sense, Ui, WidgetInfo, vec2,
};
pub use lucide_icons::Icon;

const FAMILY: &str = "icons";
/// Side of an icon in points.
const SIDE: f32 = 16.0;

/// Adds the font of the icons.
pub(super) fn add(fonts: &mut FontDefinitions) {
    let font = FontData::from_static(lucide_icons::LUCIDE_FONT_BYTES);
    fonts.font_data.insert(FAMILY.to_owned(), Arc::new(font));
    fonts.families.insert(FontFamily::Name(FAMILY.into()), vec![FAMILY.to_owned()]);
}

/// An icon for a button, before its words. It is no part of the button's name.
pub fn icon(icon: Icon) -> Atom<'static> {
    Atom::paint(vec2(SIDE, SIDE), move |ui, args| {
        draw(ui.painter(), args.rect.center(), SIDE, icon, args.fallback_text_color);
    })
}

/// Draws an icon around `center`.
fn draw(painter: &Painter, center: Pos2, side: f32, icon: Icon, color: Color32) {
    let font = FontId::new(side, FontFamily::Name(FAMILY.into()));
    painter.text(center, Align2::CENTER_CENTER, char::from(icon), font, color);
}

/// An icon in a line of text; `words` is its tooltip and what a screen reader says.
pub fn icon_mark(ui: &mut Ui, icon: Icon, words: &str) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(SIDE, SIDE), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, words));
    draw(ui.painter(), rect.center(), SIDE, icon, super::of(ui).text);
    response.on_hover_text(words)
}

/// An icon on something that is drawn, as large as on buttons.
pub fn paint_icon(ui: &Ui, center: Pos2, icon: Icon, color: Color32) {
    draw(ui.painter(), center, SIDE, icon, color);
}

/// A button with an icon and words, or with the icon alone where words have no room; the words are its
/// name then.
pub fn icon_button(
    ui: &mut Ui,
    picture: Icon,
    words: &str,
    has_room: bool,
    is_on: bool,
) -> Response {
    let button = match has_room {
        true => Button::new((icon(picture), words)),
        false => Button::new(icon(picture)),
    };
    ui.add(button.selected(is_on)).accessible_name(words)
}
