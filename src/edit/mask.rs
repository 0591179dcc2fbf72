//! Where a filter acts, as the user sets it: shapes on the photo.
//!
//! Places are shares of the photo's width and height, lengths are shares of its short side, so that a mask
//! can be given to a photo of another size. What a mask covers at a place is a number of 0..1.

use serde::{Deserialize, Serialize};

/// Where a filter acts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mask {
    /// Taken one after the other, on a ground where nothing is covered.
    pub shapes: Vec<Part>,
    /// Whether the filter acts where nothing is covered instead.
    #[serde(default)]
    pub inverted: bool,
    /// Whether the cover follows the photo's edges ([`crate::kernel::mask`]).
    #[serde(default)]
    pub follows_edges: bool,
}

/// A shape of a mask.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// What is covered.
    pub shape: Shape,
    /// Whether it is taken away from what is covered already.
    #[serde(default)]
    pub subtracts: bool,
}

/// What a part of a mask covers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shape {
    /// Nothing before `from`, all from `to` on, rising between them.
    Linear {
        /// A place on the line where it begins to rise.
        from: [f32; 2],
        /// A place on the line where it is all.
        to: [f32; 2],
    },
    /// An ellipse.
    Radial {
        /// Its middle.
        center: [f32; 2],
        /// Its half axes.
        radii: [f32; 2],
        /// By how much it is turned clockwise, in radians.
        angle: f32,
        /// How much of its radius is soft, 0..1.
        feather: f32,
    },
    /// What was painted, stroke after stroke.
    Brush {
        /// Oldest first.
        strokes: Vec<Stroke>,
    },
}

/// A stroke of the brush.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stroke {
    /// The places that it passes, at least one.
    pub points: Vec<[f32; 2]>,
    /// Half the brush's width.
    pub radius: f32,
    /// How much of its radius is soft, 0..1.
    pub feather: f32,
    /// Whether it takes away what was painted.
    #[serde(default)]
    pub erases: bool,
}

impl Mask {
    /// Smallest half axis or brush.
    pub const RADIUS_MIN: f32 = 0.002;
    /// Largest half axis or brush.
    pub const RADIUS_MAX: f32 = 8.0;
    /// Most points of all strokes together, and most shapes: more are no mask that a person made.
    const POINTS_MAX: usize = 200_000;
    const SHAPES_MAX: usize = 1000;

    /// A mask of one shape.
    pub fn of(shape: Shape) -> Self {
        Self {
            shapes: vec![Part { shape, subtracts: false }],
            inverted: false,
            follows_edges: true,
        }
    }

    /// The mask with all numbers in their ranges; None where one is no number, or there are too many.
    pub fn checked(mut self) -> Option<Self> {
        let mut points = 0;
        for part in &mut self.shapes {
            points += part.shape.check()?;
        }
        (self.shapes.len() <= Self::SHAPES_MAX && points <= Self::POINTS_MAX).then_some(self)
    }

    /// How much is covered in the middle of every cell of `columns · rows` cells that lie on a photo of
    /// `width · height` pixels from edge to edge: 0..1, row by row.
    pub fn cover(&self, [columns, rows]: [usize; 2], [width, height]: [usize; 2]) -> Vec<f32> {
        let raster = Raster::new([columns, rows], [width, height]);
        let mut cover = vec![0.0; columns * rows];
        let mut shape = vec![0.0; columns * rows];
        for part in &self.shapes {
            shape.fill(0.0);
            raster.paint(&part.shape, &mut shape);
            for (value, shape) in cover.iter_mut().zip(&shape) {
                *value = if part.subtracts { *value * (1.0 - shape) } else { value.max(*shape) };
            }
        }
        if self.inverted {
            cover.iter_mut().for_each(|value| *value = 1.0 - *value);
        }
        cover
    }
}

impl Shape {
    /// Brings numbers into their ranges; how many points it has, None where one is no number.
    fn check(&mut self) -> Option<usize> {
        let place = |it: &mut [f32; 2]| {
            // A line may begin beside the photo.
            it.iter_mut().for_each(|value| *value = value.clamp(-4.0, 5.0));
            it.iter().all(|value| value.is_finite()).then_some(())
        };
        let within = |value: &mut f32, low: f32, high: f32| {
            *value = value.clamp(low, high);
            value.is_finite().then_some(())
        };
        let radius = |value: &mut f32| within(value, Mask::RADIUS_MIN, Mask::RADIUS_MAX);
        match self {
            Self::Linear { from, to } => {
                place(from)?;
                place(to)?;
                Some(2)
            }
            Self::Radial { center, radii, angle, feather } => {
                place(center)?;
                radii.iter_mut().try_for_each(radius)?;
                within(feather, 0.0, 1.0)?;
                angle.is_finite().then_some(2)
            }
            Self::Brush { strokes } => {
                let mut points = 0;
                for stroke in strokes {
                    stroke.points.iter_mut().try_for_each(place)?;
                    radius(&mut stroke.radius)?;
                    within(&mut stroke.feather, 0.0, 1.0)?;
                    points += stroke.points.len();
                }
                Some(points)
            }
        }
    }
}

/// Cells on a photo, in lengths of its short side.
struct Raster {
    columns: usize,
    rows: usize,
    /// Width and height of the photo.
    photo: [f32; 2],
    /// Width and height of a cell.
    cell: [f32; 2],
}

impl Raster {
    fn new([columns, rows]: [usize; 2], size: [usize; 2]) -> Self {
        let short = size[0].min(size[1]) as f32;
        let photo = size.map(|side| side as f32 / short);
        Self { columns, rows, photo, cell: [photo[0] / columns as f32, photo[1] / rows as f32] }
    }

    /// A place on the photo.
    fn place(&self, share: [f32; 2]) -> [f32; 2] {
        [share[0] * self.photo[0], share[1] * self.photo[1]]
    }

    /// Calls with each cell's value and the place of its middle.
    fn each(&self, cover: &mut [f32], mut change: impl FnMut(&mut f32, [f32; 2])) {
        let cells = cover.chunks_exact_mut(self.columns).enumerate();
        for (y, row) in cells {
            let down = (y as f32 + 0.5) * self.cell[1];
            for (x, value) in row.iter_mut().enumerate() {
                change(value, [(x as f32 + 0.5) * self.cell[0], down]);
            }
        }
    }

    fn paint(&self, shape: &Shape, cover: &mut [f32]) {
        match shape {
            Shape::Linear { from, to } => {
                let (from, to) = (self.place(*from), self.place(*to));
                let way = [to[0] - from[0], to[1] - from[1]];
                // A line of no length is a sharp edge.
                let length = (way[0] * way[0] + way[1] * way[1]).max(1e-12);
                self.each(cover, |value, [x, y]| {
                    let along = (x - from[0]) * way[0] + (y - from[1]) * way[1];
                    *value = smooth(along / length);
                });
            }
            Shape::Radial { center, radii, angle, feather } => {
                let center = self.place(*center);
                let (sine, cosine) = angle.sin_cos();
                self.each(cover, |value, [x, y]| {
                    let (x, y) = (x - center[0], y - center[1]);
                    let across = (x * cosine + y * sine) / radii[0];
                    let down = (y * cosine - x * sine) / radii[1];
                    *value = disc(across.hypot(down), *feather);
                });
            }
            Shape::Brush { strokes } => {
                strokes.iter().for_each(|stroke| self.stroke(stroke, cover));
            }
        }
    }

    /// Only cells near the stroke are looked at.
    fn stroke(&self, stroke: &Stroke, cover: &mut [f32]) {
        let points: Vec<[f32; 2]> = stroke.points.iter().map(|it| self.place(*it)).collect();
        let range = |axis: usize, count: usize| {
            let ends = points.iter().map(|point| point[axis]);
            let (low, high) =
                ends.fold((f32::MAX, f32::MIN), |(low, high), it| (low.min(it), high.max(it)));
            let cell = |at: f32| ((at / self.cell[axis]).max(0.0) as usize).min(count);
            cell(low - stroke.radius)..cell(high + stroke.radius + self.cell[axis])
        };
        let (columns, rows) = (range(0, self.columns), range(1, self.rows));
        // Of each cell the nearest point of the stroke, piece by piece.
        let width = columns.len();
        let mut nearest = vec![f32::MAX; width * rows.len()];
        let pieces = points.windows(2).map(|pair| (pair[0], pair[1]));
        let pieces = pieces.chain(points.first().map(|point| (*point, *point)));
        for (a, b) in pieces {
            let near = |axis: usize, range: &std::ops::Range<usize>| {
                let cell = |at: f32| {
                    let cell = (at / self.cell[axis]).max(0.0) as usize;
                    cell.clamp(range.start, range.end)
                };
                let (low, high) = (a[axis].min(b[axis]), a[axis].max(b[axis]));
                cell(low - stroke.radius)..cell(high + stroke.radius + self.cell[axis])
            };
            let way = [b[0] - a[0], b[1] - a[1]];
            let length = (way[0] * way[0] + way[1] * way[1]).max(1e-12);
            for row in near(1, &rows) {
                for column in near(0, &columns) {
                    let x = (column as f32 + 0.5) * self.cell[0] - a[0];
                    let y = (row as f32 + 0.5) * self.cell[1] - a[1];
                    let along = ((x * way[0] + y * way[1]) / length).clamp(0.0, 1.0);
                    let (x, y) = (x - along * way[0], y - along * way[1]);
                    let nearest = &mut nearest[(row - rows.start) * width + column - columns.start];
                    *nearest = nearest.min(x * x + y * y);
                }
            }
        }
        for (row, distances) in rows.zip(nearest.chunks_exact(width.max(1))) {
            let cells = &mut cover[row * self.columns..][columns.clone()];
            for (value, distance) in cells.iter_mut().zip(distances) {
                let share = disc(distance.sqrt() / stroke.radius, stroke.feather);
                *value = if stroke.erases { *value * (1.0 - share) } else { value.max(share) };
            }
        }
    }
}

/// What a disc covers at a distance from its middle, in radii, of which `feather` are soft.
fn disc(distance: f32, feather: f32) -> f32 {
    1.0 - smooth((distance - (1.0 - feather)) / feather.max(1e-3))
}

/// From 0 at 0 to 1 at 1, flat at both ends.
fn smooth(t: f32) -> f32 {
    let t = t.clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CELLS: [usize; 2] = [60, 40];
    const PHOTO: [usize; 2] = [600, 400];

    fn at(mask: &Mask, x: usize, y: usize) -> f32 {
        mask.cover(CELLS, PHOTO)[y * CELLS[0] + x]
    }

    fn radial() -> Shape {
        Shape::Radial { center: [0.5, 0.5], radii: [0.3, 0.3], angle: 0.0, feather: 0.5 }
    }

    #[test]
    fn a_line_rises_from_its_beginning_to_its_end() {
        let mask = Mask::of(Shape::Linear { from: [0.5, 0.75], to: [0.5, 0.25] });
        assert_eq!((at(&mask, 3, 38), at(&mask, 50, 1)), (0.0, 1.0));
        let middle = (at(&mask, 9, 19) + at(&mask, 9, 20)) / 2.0;
        assert!((middle - 0.5).abs() < 1e-5);
        let inverted = Mask { inverted: true, ..mask };
        assert_eq!((at(&inverted, 3, 38), at(&inverted, 50, 1)), (1.0, 0.0));
    }

    #[test]
    fn an_ellipse_is_as_long_as_its_axes_and_turns() {
        // 0.3 of the short side are 12 of 40 cells.
        let mask = Mask::of(radial());
        assert_eq!(
            (at(&mask, 30, 20), at(&mask, 30 + 13, 20), at(&mask, 30, 20 + 13)),
            (1.0, 0.0, 0.0)
        );
        assert!(at(&mask, 30 + 9, 20) > 0.2 && at(&mask, 30 + 9, 20) < 0.9);
        let long = |angle| {
            let (center, feather) = ([0.5, 0.5], 0.1);
            Mask::of(Shape::Radial { center, radii: [0.45, 0.1], angle, feather })
        };
        assert!(at(&long(0.0), 30 + 14, 20) == 1.0 && at(&long(0.0), 30, 20 + 14) == 0.0);
        let down = long(std::f32::consts::FRAC_PI_2);
        assert!(at(&down, 30 + 14, 20) == 0.0 && at(&down, 30, 20 + 14) == 1.0);
    }

    #[test]
    fn a_stroke_covers_its_way_and_another_erases() {
        let stroke = |points: &[[f32; 2]], erases| Stroke {
            points: points.to_vec(),
            radius: 0.1,
            feather: 0.5,
            erases,
        };
        let line = stroke(&[[0.1, 0.5], [0.5, 0.5], [0.9, 0.5]], false);
        let mask = Mask::of(Shape::Brush { strokes: vec![line.clone()] });
        for x in 6..54 {
            assert_eq!(at(&mask, x, 20), 1.0, "{x}");
        }
        assert_eq!((at(&mask, 30, 26), at(&mask, 0, 20), at(&mask, 59, 20)), (0.0, 0.0, 0.0));
        let hole = stroke(&[[0.5, 0.5]], true);
        let mask = Mask::of(Shape::Brush { strokes: vec![line, hole] });
        assert_eq!((at(&mask, 30, 20), at(&mask, 10, 20)), (0.0, 1.0));
        let beside = stroke(&[[-0.5, 0.5], [-0.4, 0.5]], false);
        let mask = Mask::of(Shape::Brush { strokes: vec![beside] });
        assert!(mask.cover(CELLS, PHOTO).iter().all(|value| *value == 0.0));
    }

    #[test]
    fn parts_add_up_and_take_away() {
        let whole =
            Part { shape: Shape::Linear { from: [0.0, -1.0], to: [0.0, -0.5] }, subtracts: false };
        let mut mask = Mask::of(radial());
        mask.shapes[0].subtracts = true;
        mask.shapes.insert(0, whole);
        assert_eq!((at(&mask, 30, 20), at(&mask, 2, 2)), (0.0, 1.0));
        mask.shapes[1].subtracts = false;
        assert_eq!((at(&mask, 30, 20), at(&mask, 2, 2)), (1.0, 1.0));
        mask.shapes.clear();
        assert!(mask.cover(CELLS, PHOTO).iter().all(|value| *value == 0.0));
    }

    #[test]
    fn what_is_no_mask_is_refused_and_what_is_too_large_is_bounded() {
        let brush = |radius, x| {
            let points = vec![[x, 0.5]];
            Mask::of(Shape::Brush {
                strokes: vec![Stroke { points, radius, feather: 7.0, erases: false }],
            })
        };
        assert!(
            brush(0.1, f32::NAN).checked().is_none() && brush(f32::NAN, 0.1).checked().is_none()
        );
        let Shape::Brush { strokes } = &brush(1e9, 0.1).checked().unwrap().shapes[0].shape.clone()
        else {
            panic!()
        };
        assert_eq!((strokes[0].radius, strokes[0].feather), (Mask::RADIUS_MAX, 1.0));
        let many =
            Mask { shapes: vec![Mask::of(radial()).shapes[0].clone(); 1001], ..brush(0.1, 0.1) };
        assert!(many.checked().is_none());
    }
}
