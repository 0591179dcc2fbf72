//! The dialog of the settings: pages on the left, the chosen one on the right.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use eframe::egui::{Align, Button, Context, Id, Layout, Modal, ScrollArea, Ui, vec2};

use super::{Action, Settings, keys_page, pages};
use crate::app::theme::{self, Icon};
use crate::app::{Action as Of, strings::settings as strings};
use crate::engine::{Memory, Processor};

const WIDTH: f32 = 680.0;
const HEIGHT: f32 = 440.0;
const PAGES_WIDTH: f32 = 152.0;
/// How often the memory that is used is looked at.
const LOOK: Duration = Duration::from_millis(500);

/// The state of the dialog.
#[derive(Default)]
pub struct SettingsDialog {
    page: Page,
    keys: keys_page::State,
}

/// A page of the dialog.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Page {
    #[default]
    Look,
    Computing,
    Files,
    Keys,
}

impl Page {
    const ALL: [Self; 4] = [Self::Look, Self::Computing, Self::Files, Self::Keys];

    fn name(self) -> &'static str {
        match self {
            Self::Look => strings::LOOK,
            Self::Computing => strings::COMPUTING,
            Self::Files => strings::FILES,
            Self::Keys => strings::KEYS,
        }
    }

    fn icon(self) -> Icon {
        match self {
            Self::Look => Icon::SunMoon,
            Self::Computing => Icon::Cpu,
            Self::Files => Icon::Folder,
            Self::Keys => Icon::Keyboard,
        }
    }
}

/// What is shown.
pub struct Shown<'a> {
    pub settings: &'a Arc<Settings>,
    /// What computes now.
    pub processor: Option<&'a Processor>,
    pub memory: Memory,
    /// Whether edits are kept beside their photos too.
    pub beside: bool,
    /// The folder in which they are kept; None where they are not.
    pub kept_in: Option<&'a Path>,
}

/// Shows it.
pub fn show(ctx: &Context, dialog: &mut SettingsDialog, shown: &Shown<'_>, actions: &mut Vec<Of>) {
    let is_listening = dialog.keys.listen(ctx);
    let modal = Modal::new(Id::unique("settings")).frame(theme::dialog_frame(&ctx.global_style()));
    let response = modal.show(ctx, |ui| {
        let room = ctx.content_rect().size() - vec2(96.0, 152.0);
        ui.set_width(WIDTH.min(room.x));
        ui.heading(strings::TITLE);
        ui.add_space(theme::S);
        let height = HEIGHT.min(room.y);
        ui.horizontal_top(|ui| {
            ui.set_height(height);
            ui.vertical(|ui| {
                ui.set_width(PAGES_WIDTH);
                titles(ui, dialog);
            });
            ui.add_space(theme::M);
            ui.vertical(|ui| {
                ScrollArea::vertical().id_salt(dialog.page.name()).auto_shrink(false).show(
                    ui,
                    |ui| {
                        let mut settings = Settings::clone(shown.settings);
                        match dialog.page {
                            Page::Look => pages::look(ui, &mut settings),
                            Page::Computing => {
                                pages::computing(ui, &mut settings, shown, actions);
                            }
                            Page::Files => pages::files(ui, shown, actions),
                            Page::Keys => keys_page::show(ui, &mut settings, &mut dialog.keys),
                        }
                        if settings != **shown.settings {
                            actions.push(Of::Settings(Action::Change(Box::new(settings))));
                        }
                    },
                );
            });
        });
        ui.add_space(theme::S);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if ui.button(crate::app::strings::CLOSE).clicked() {
                actions.push(Of::CloseDialog);
            }
        });
    });
    ctx.request_repaint_after(LOOK);
    if response.should_close() && !is_listening {
        actions.push(Of::CloseDialog);
    }
}

fn titles(ui: &mut Ui, dialog: &mut SettingsDialog) {
    for page in Page::ALL {
        let words = (theme::icon(page.icon()), page.name());
        let is_on = page == dialog.page;
        let button = Button::new(words).selected(is_on).frame_when_inactive(is_on);
        let size = vec2(ui.available_width(), theme::CONTROL);
        let left = Layout::top_down_justified(Align::Min);
        let button = ui.allocate_ui_with_layout(size, left, |ui| ui.add(button)).inner;
        if button.clicked() {
            dialog.page = page;
            dialog.keys = keys_page::State::default();
        }
    }
}
