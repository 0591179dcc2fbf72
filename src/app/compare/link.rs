//! Linked zoom: where a pane looks when all look at the same place.
//!
//! The shared viewpoint is one of the window's photo. A pane with another photo looks at the same
//! relative place. Its magnification is the same from 100 % on, so that pixels can be compared; below,
//! fit stays fit and 100 % stays 100 %, and what is between follows evenly.

use super::super::viewpoint::{Area, Viewpoint};

/// The viewpoint of a pane that follows the shared one, moved by `offset` photo pixels.
pub fn pane_from_shared(
    shared: Viewpoint,
    window: &Area,
    pane: &Area,
    offset: [f64; 2],
) -> Viewpoint {
    match shared {
        Viewpoint::Fit => Viewpoint::Fit,
        Viewpoint::At { center, zoom } => {
            let center =
                [0, 1].map(|axis| relative(center[axis], window, pane, axis) + offset[axis]);
            Viewpoint::At { center, zoom: same_zoom(zoom, window, pane) }
        }
    }
}

/// The shared viewpoint under which the pane looks where it does.
pub fn shared_from_pane(
    seen: Viewpoint,
    window: &Area,
    pane: &Area,
    offset: [f64; 2],
) -> Viewpoint {
    match seen {
        Viewpoint::Fit => Viewpoint::Fit,
        Viewpoint::At { center, zoom } => {
            let center =
                [0, 1].map(|axis| relative(center[axis] - offset[axis], pane, window, axis));
            Viewpoint::At { center, zoom: same_zoom(zoom, pane, window) }
        }
    }
}

fn relative(at: f64, from: &Area, to: &Area, axis: usize) -> f64 {
    at * to.photo[axis] as f64 / from.photo[axis] as f64
}

fn same_zoom(zoom: f64, from: &Area, to: &Area) -> f64 {
    let fit = |area: &Area| Viewpoint::Fit.view(area).zoom;
    let (from, to) = (fit(from), fit(to));
    // At most 1: a photo that fits is not enlarged.
    if zoom >= 1.0 || from >= 1.0 || from == to {
        return zoom;
    }
    let part = (zoom / from).ln() / (1.0 / from).ln();
    to.powf(1.0 - part.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: Area = Area { size: [800, 600], margin: 20, photo: [4000, 3000] };
    const PANE: Area = Area { photo: [1000, 2000], ..WINDOW };

    fn at(center: [f64; 2], zoom: f64) -> Viewpoint {
        Viewpoint::At { center, zoom }
    }

    #[test]
    fn panes_of_one_photo_look_at_the_same_place_but_for_their_offset() {
        let shared = at([1000.0, 900.0], 0.7);
        assert_eq!(pane_from_shared(shared, &WINDOW, &WINDOW, [0.0; 2]), shared);
        let moved = pane_from_shared(shared, &WINDOW, &WINDOW, [5.0, -3.0]);
        assert_eq!(moved, at([1005.0, 897.0], 0.7));
        assert_eq!(shared_from_pane(moved, &WINDOW, &WINDOW, [5.0, -3.0]), shared);
    }

    #[test]
    fn another_photo_is_seen_at_the_same_relative_place() {
        let shared = at([1000.0, 1500.0], 2.0);
        let pane = pane_from_shared(shared, &WINDOW, &PANE, [0.0; 2]);
        assert_eq!(pane, at([250.0, 1000.0], 2.0));
        assert_eq!(shared_from_pane(pane, &WINDOW, &PANE, [0.0; 2]), shared);
    }

    #[test]
    fn fit_is_fit_and_100_percent_is_100_percent_in_every_photo() {
        assert_eq!(pane_from_shared(Viewpoint::Fit, &WINDOW, &PANE, [9.0; 2]), Viewpoint::Fit);
        let fit = |area: &Area| Viewpoint::Fit.view(area).zoom;
        let zoom = |shared: f64| same_zoom(shared, &WINDOW, &PANE);
        assert!((zoom(fit(&WINDOW)) - fit(&PANE)).abs() < 1e-12);
        assert_eq!(zoom(1.0), 1.0);
        assert!(zoom(0.5) > fit(&PANE) && zoom(0.5) < 1.0);
        assert!((same_zoom(zoom(0.5), &PANE, &WINDOW) - 0.5).abs() < 1e-12);
    }
}
