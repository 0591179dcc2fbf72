//! Opens the window.

use std::path::PathBuf;
use std::sync::Arc;

use eframe::egui::ViewportBuilder;
use eframe::egui_wgpu::{WgpuConfiguration, WgpuSetup, WgpuSetupCreateNew};
use eframe::{NativeOptions, Renderer};

use super::{App, strings};
use crate::engine::Choice;

const SIZE: [f32; 2] = [1280.0, 800.0];
const SIZE_MIN: [f32; 2] = [960.0, 600.0];

/// Opens the window, with the first of `photos` or with the photo that comes with the program, and
/// returns when it is closed. `choice` says what renders.
///
/// # Errors
/// A sentence when no window can be opened; it names the way to work without one.
pub fn run(photos: Vec<PathBuf>, choice: Choice) -> Result<(), String> {
    let viewport = ViewportBuilder::default()
        .with_title(strings::APP)
        .with_app_id(strings::APP_ID)
        .with_inner_size(SIZE)
        .with_min_inner_size(SIZE_MIN);
    let options = NativeOptions {
        viewport,
        renderer: Renderer::Wgpu,
        wgpu_options: WgpuConfiguration { wgpu_setup: setup(), ..Default::default() },
        ..Default::default()
    };
    eframe::run_native(
        strings::APP,
        options,
        Box::new(|cc| Ok(Box::new(App::new(cc, photos, choice)))),
    )
    .map_err(|error| strings::no_window(&reason(&error)))
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
