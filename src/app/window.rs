//! Opens the window.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use eframe::egui::{Context, ViewportBuilder, ViewportCommand};
use eframe::egui_wgpu::{WgpuConfiguration, WgpuSetup, WgpuSetupCreateNew};
use eframe::{NativeOptions, Renderer};

use super::display::Display;
use super::early::Early;
use super::memory::Memory;
use super::{App, Store, instance, own, strings, theme};
use crate::engine::{Choice, Command};
use crate::operator::Library;

const SIZE: [f32; 2] = [1280.0, 800.0];
/// The interface has at least so much room, in points.
pub const SIZE_MIN: [f32; 2] = [960.0, 600.0];

/// Opens the window, with the first of `photos` or with the photo that comes with the program, and
/// returns when it is closed. `choice` says what renders. Where there is a window already, it opens them
/// and this returns at once, unless this one is to be `alone`.
///
/// # Errors
/// A sentence when no window can be opened; it names the way to work without one.
pub fn run(photos: Vec<PathBuf>, choice: Choice, alone: bool) -> Result<(), String> {
    let viewport = ViewportBuilder::default()
        .with_title(strings::APP)
        .with_app_id(strings::APP_ID)
        .with_inner_size(SIZE)
        .with_min_inner_size(SIZE_MIN);
    let mut options = NativeOptions {
        viewport,
        renderer: Renderer::Wgpu,
        // Ours: eframe's own needs fontconfig to build.
        system_font_fallback: false,
        // Photos are shown code for code, and all else is flat.
        dithering: false,
        wgpu_options: WgpuConfiguration { wgpu_setup: setup(), ..Default::default() },
        ..Default::default()
    };
    let memory = Memory::of_system();
    let folder = memory.as_ref().map(|memory| memory.folder().to_owned());
    let folder = folder.filter(|_| !alone);
    if folder.as_ref().is_some_and(|folder| instance::hand_over(folder, &photos)) {
        return Ok(());
    }
    let session = memory.as_ref().map(Memory::session).unwrap_or_default();
    options.viewport = session.place(options.viewport, SIZE_MIN);
    let photos = if photos.is_empty() { session.photo.iter().cloned().collect() } else { photos };
    // While the window is being made, so that it comes with the photo.
    let early = match &photos[..] {
        [photo, ..] if !own::is_filter(photo) => Early::start(photo),
        _ => None,
    };
    let create = move |cc: &eframe::CreationContext<'_>| {
        let app = App::begin(cc, photos, choice, Library::load(), early);
        let app = app.on_display(Display::of_system());
        let app = match memory {
            Some(memory) => app.with_memory(memory).with_session(&cc.egui_ctx, session),
            None => app,
        };
        if let Some(file) = std::env::var_os("UNDERSTUDY_TRACE") {
            app.engine.send(Command::Trace(file.into()));
        }
        // The queue is the one window's: two would write the same files.
        let app = match folder {
            Some(folder) => app.with_hand_over(&folder, &cc.egui_ctx).with_exports(&cc.egui_ctx),
            None => app,
        };
        let app = match Store::of_system() {
            Some(store) => app.with_settings(&cc.egui_ctx, store),
            None => app,
        };
        cc.egui_ctx.add_font_provider(Arc::new(theme::SystemFonts::new()));
        close_on_signals(&cc.egui_ctx);
        Ok(Box::new(app) as Box<dyn eframe::App>)
    };
    eframe::run_native(strings::APP, options, Box::new(create))
        .map_err(|error| strings::no_window(&reason(&error)))
}

impl App {
    /// Opens what later starts of the program hand over. `folder` is the state folder.
    fn with_hand_over(mut self, folder: &Path, ctx: &Context) -> Self {
        let ctx = ctx.clone();
        let wake = move || {
            ctx.send_viewport_cmd(ViewportCommand::Focus);
            ctx.request_repaint();
        };
        // Where nobody can listen every start is a window of its own.
        self.handed = instance::listen(folder, wake).ok();
        self
    }
}

/// Why there is no window, in words that are no path of a source file.
fn reason(error: &eframe::Error) -> String {
    match error {
        eframe::Error::Winit(_) | eframe::Error::WinitEventLoop(_) => {
            strings::NO_DISPLAY.to_owned()
        }
        other => other.to_string().trim_end_matches('.').to_owned(),
    }
}

/// Closes the window when the system wishes the program to end, so that nothing half-written is left.
fn close_on_signals(ctx: &Context) {
    let ctx = ctx.clone();
    // Where signals cannot be caught they end the program at once, as ever.
    drop(ctrlc::set_handler(move || {
        // Twice: the first close in mid-export only asks.
        for _ in 0..2 {
            ctx.send_viewport_cmd(ViewportCommand::Close);
            ctx.request_repaint();
            std::thread::sleep(std::time::Duration::from_millis(200));
        }
    }));
}

/// The window's device is the engine's too: it gets all that the adapter can do, for photos larger
/// than the default limits.
fn setup() -> WgpuSetup {
    let mut setup = WgpuSetupCreateNew::without_display_handle();
    setup.device_descriptor = Arc::new(|adapter| wgpu::DeviceDescriptor {
        label: Some(strings::APP),
        required_limits: adapter.limits(),
        ..Default::default()
    });
    WgpuSetup::CreateNew(setup)
}
