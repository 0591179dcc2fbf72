//! The words of the X-ray.

use crate::render::Inside;

pub const XRAY: &str = "X-ray";
pub const XRAY_TIP: &str = "What this filter looks at and what it makes of it, inside";
pub const LOOKING: &str = "Looking inside…";
pub const OFF: &str = "This filter is off.";
pub const LARGE_TIP: &str = "Click to see it on the photo, click again to go back";

/// What a sheet shows.
pub fn name(of: Inside) -> &'static str {
    match of {
        Inside::Analysis => "Analysis",
        Inside::Answer => "Answer",
        Inside::Added => "Added",
        Inside::Guide => "Guide",
        Inside::Contrast => "Contrast",
        Inside::Light => "Light",
        Inside::Near => "Near light",
        Inside::Wide => "Wide light",
        Inside::Veil => "Veil",
        Inside::Change => "Change",
    }
}

/// A sentence on it.
pub fn tip(of: Inside) -> &'static str {
    match of {
        Inside::Analysis => "Il: the small copy of the photo that the network looks at",
        Inside::Answer => "Ol: what the network makes of that copy",
        Inside::Added => "What the network adds to the closed form; grey is nothing",
        Inside::Guide => "G: what the result follows pixel by pixel, in the place of the photo",
        Inside::Contrast => {
            "A: bright where contrast is raised, dark where it is lowered, grey where it stays"
        }
        Inside::Light => "b: bright where light is added, dark where it is taken",
        Inside::Near => "The light around each place, over a twentieth of the photo",
        Inside::Wide => "The light around each place, over a sixth of the photo",
        Inside::Veil => "How much haze it sees: bright is much",
        Inside::Change => {
            "What it does to the light of whole areas: bright is more, dark is less, grey is nothing"
        }
    }
}
