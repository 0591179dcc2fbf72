//! The display's colour profile, as far as the system tells it. The window draws sRGB: whoever has
//! another display is to know that.

use super::App;
use crate::photo::profile_name;

/// Largest profile that is read, in 32-bit units.
#[cfg(target_os = "linux")]
const PROFILE_MAX: u32 = 4 << 20;

/// What is known of the display's colours.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Display {
    /// Name of its profile; None where the system tells of none.
    pub profile: Option<String>,
}

impl Display {
    /// The display that the window opens on.
    pub fn of_system() -> Self {
        Self { profile: icc().and_then(|bytes| profile_name(&bytes)) }
    }
}

impl App {
    /// The same window on a display.
    pub(super) fn on_display(mut self, display: Display) -> Self {
        self.display = display;
        self
    }
}

/// The profile that the desktop has set for the screen, as the ICC's specification for X11 says.
#[cfg(target_os = "linux")]
fn icc() -> Option<Vec<u8>> {
    use x11rb::connection::Connection as _;
    use x11rb::protocol::xproto::{AtomEnum, ConnectionExt as _};

    let (connection, screen) = x11rb::connect(None).ok()?;
    let root = connection.setup().roots.get(screen)?.root;
    let atom = connection.intern_atom(true, b"_ICC_PROFILE").ok()?.reply().ok()?.atom;
    if atom == 0 {
        return None;
    }
    let property = connection.get_property(false, root, atom, AtomEnum::ANY, 0, PROFILE_MAX);
    let value = property.ok()?.reply().ok()?.value;
    (!value.is_empty()).then_some(value)
}

/// Elsewhere nobody is asked.
#[cfg(not(target_os = "linux"))]
fn icc() -> Option<Vec<u8>> {
    None
}
