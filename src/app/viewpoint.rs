//! Where the user looks: the whole photo, or a point of it at a magnification.

use serde::{Deserialize, Serialize};

use crate::edit::View;

/// What the user chose to see. What becomes of it in a window of some size is a [`View`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Viewpoint {
    /// The whole photo, whatever the size of the window.
    Fit,
    /// A point of the photo in the middle, at a magnification.
    At { center: [f64; 2], zoom: f64 },
}

/// The picture area and the photo in it, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Area {
    /// Width and height of the picture area, in physical pixels.
    pub size: [u32; 2],
    /// What stays free around a photo that fits, in physical pixels.
    pub margin: u32,
    /// Width and height of the photo.
    pub photo: [usize; 2],
}

impl Area {
    /// The whole photo with the margin around it.
    fn fit(&self) -> View {
        let inner = self.size.map(|side| side.saturating_sub(2 * self.margin).max(1));
        let [width, height] = self.photo;
        View { size: self.size, ..View::fit(inner, width, height) }
    }

    /// `center`, moved so that the photo does not leave the area: a side that fits stands in the
    /// middle, of a longer one the edge goes no further in than the margin.
    fn clamped(&self, center: [f64; 2], zoom: f64) -> [f64; 2] {
        [0, 1].map(|axis| {
            let photo = self.photo[axis] as f64;
            let seen = (f64::from(self.size[axis]) / 2.0 - f64::from(self.margin)) / zoom;
            if 2.0 * seen >= photo { photo / 2.0 } else { center[axis].clamp(seen, photo - seen) }
        })
    }
}

impl Viewpoint {
    /// What is on screen.
    pub fn view(self, area: &Area) -> View {
        match self {
            Self::Fit => area.fit(),
            // In a larger area the whole photo may be larger than it was magnified to.
            Self::At { zoom, .. } if zoom <= area.fit().zoom => area.fit(),
            Self::At { center, zoom } => {
                View { size: area.size, center: area.clamped(center, zoom), zoom }
            }
        }
    }

    /// Magnified to `zoom`, the photo's point under `at` (physical pixels) staying where it is.
    /// As small as the whole photo or smaller is [`Viewpoint::Fit`].
    pub fn zoomed_to(self, area: &Area, zoom: f64, at: Option<[f64; 2]>) -> Self {
        if zoom <= area.fit().zoom {
            return Self::Fit;
        }
        let zoom = zoom.min(View::ZOOM_MAX);
        let view = self.view(area);
        let at = at.unwrap_or_else(|| area.size.map(|side| f64::from(side) / 2.0));
        let fixed = view.photo_from_screen(at);
        let center =
            [0, 1].map(|axis| fixed[axis] - (at[axis] - f64::from(area.size[axis]) / 2.0) / zoom);
        Self::At { center: area.clamped(center, zoom), zoom }
    }

    /// Magnified by a factor.
    pub fn zoomed_by(self, area: &Area, factor: f64, at: Option<[f64; 2]>) -> Self {
        self.zoomed_to(area, self.view(area).zoom * factor, at)
    }

    /// Moved with the pointer by physical pixels.
    pub fn panned(self, area: &Area, by: [f64; 2]) -> Self {
        match self {
            Self::Fit => Self::Fit,
            Self::At { center, zoom } => {
                let center = [0, 1].map(|axis| center[axis] - by[axis] / zoom);
                Self::At { center: area.clamped(center, zoom), zoom }
            }
        }
    }

    /// Between the whole photo and 100 %.
    pub fn toggled(self, area: &Area, at: Option<[f64; 2]>) -> Self {
        match self {
            Self::Fit => self.zoomed_to(area, 1.0, at),
            Self::At { .. } => Self::Fit,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AREA: Area = Area { size: [800, 600], margin: 20, photo: [4000, 3000] };

    #[test]
    fn fit_leaves_the_margin_and_follows_the_window() {
        let view = Viewpoint::Fit.view(&AREA);
        assert_eq!(view.screen_from_photo([0.0, 0.0])[1].round(), 20.0);
        assert_eq!(view.size, AREA.size);
        let smaller = Area { size: [400, 300], ..AREA };
        assert!(Viewpoint::Fit.view(&smaller).zoom < view.zoom);
    }

    #[test]
    fn zoom_keeps_the_point_under_the_pointer() {
        let at = [300.0, 200.0];
        let before = Viewpoint::Fit.view(&AREA).photo_from_screen(at);
        let zoomed = Viewpoint::Fit.zoomed_by(&AREA, 3.7, Some(at));
        let after = zoomed.view(&AREA).photo_from_screen(at);
        assert!((0..2).all(|axis| (before[axis] - after[axis]).abs() < 1e-9));
    }

    #[test]
    fn zooming_out_ends_at_fit_and_zooming_in_at_the_largest() {
        let near = Viewpoint::Fit.zoomed_by(&AREA, 1e6, None);
        assert_eq!(near.view(&AREA).zoom, View::ZOOM_MAX);
        assert_eq!(near.zoomed_by(&AREA, 1e-6, None), Viewpoint::Fit);
        assert_eq!(Viewpoint::Fit.zoomed_by(&AREA, 0.5, None), Viewpoint::Fit);
    }

    #[test]
    fn the_photo_cannot_be_dragged_away() {
        let near = Viewpoint::Fit.toggled(&AREA, None);
        let view = near.panned(&AREA, [1e9, -1e9]).view(&AREA);
        assert_eq!(view.screen_from_photo([0.0, 3000.0]), [20.0, 580.0]);
    }

    #[test]
    fn a_photo_smaller_than_the_area_stands_in_the_middle() {
        let area = Area { photo: [100, 100], ..AREA };
        assert_eq!(Viewpoint::Fit.view(&area).zoom, 1.0);
        let near = Viewpoint::Fit.zoomed_by(&area, 2.0, Some([0.0, 0.0]));
        assert_eq!(near.view(&area).center, [50.0, 50.0]);
    }
}
