//! Values of cells, and what is near what.

/// A value for each cell.
pub(super) struct Raster<T> {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) cells: Vec<T>,
}

impl<T: Copy> Raster<T> {
    /// The cells at most `radius` away from a cell, itself among them.
    pub(super) fn around(&self, i: usize, radius: usize) -> impl Iterator<Item = usize> + use<T> {
        let (x, y, width) = (i % self.width, i / self.width, self.width);
        let columns = x.saturating_sub(radius)..(x + radius + 1).min(self.width);
        let rows = y.saturating_sub(radius)..(y + radius + 1).min(self.height);
        rows.flat_map(move |y| columns.clone().map(move |x| y * width + x))
    }
}

impl Raster<f64> {
    /// Means over squares.
    pub(super) fn means(&self, radius: usize) -> Self {
        let mean = |i: usize| {
            let (sum, count) =
                self.around(i, radius).fold((0.0, 0.0), |(s, n), i| (s + self.cells[i], n + 1.0));
            sum / count
        };
        let cells = (0..self.cells.len()).map(mean).collect();
        Self { width: self.width, height: self.height, cells }
    }
}

impl Raster<bool> {
    /// Adds what is at most `radius` away.
    pub(super) fn grow(&mut self, radius: usize) {
        let near = |i: usize| self.around(i, radius).any(|i| self.cells[i]);
        self.cells = (0..self.cells.len()).map(near).collect();
    }

    /// Closes gaps and holes narrower than twice `radius`; not those that the border bounds.
    pub(super) fn close(&mut self, radius: usize) {
        let before = self.cells.clone();
        self.grow(radius);
        let whole = (2 * radius + 1).pow(2);
        let inside = |i: usize| {
            let near = self.around(i, radius).filter(|i| self.cells[*i]).count();
            before[i] || near == whole
        };
        self.cells = (0..self.cells.len()).map(inside).collect();
    }

    /// Takes groups of connected cells away that are smaller than `least`.
    pub(super) fn drop_groups(&mut self, least: usize) {
        let mut seen = vec![false; self.cells.len()];
        for start in 0..self.cells.len() {
            if seen[start] || !self.cells[start] {
                continue;
            }
            let (mut group, mut next) = (vec![start], 0);
            seen[start] = true;
            while let Some(at) = group.get(next).copied() {
                next += 1;
                for i in self.around(at, 1) {
                    if self.cells[i] && !seen[i] {
                        seen[i] = true;
                        group.push(i);
                    }
                }
            }
            if group.len() < least {
                for i in group {
                    self.cells[i] = false;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(change: impl Fn(&mut Raster<bool>), from: [&str; 5], expect: [&str; 5]) {
        let cells = from.concat().bytes().map(|c| c == b'#').collect();
        let mut raster = Raster { width: from[0].len(), height: 5, cells };
        change(&mut raster);
        let text: String = raster.cells.iter().map(|c| if *c { '#' } else { '.' }).collect();
        assert_eq!(text, expect.concat());
    }

    #[test]
    fn gaps_close_and_small_groups_go() {
        check(
            |raster| raster.close(1),
            ["........", ".###.##.", ".#.#.##.", ".###.##.", "........"],
            ["........", ".######.", ".######.", ".######.", "........"],
        );
        check(
            |raster| raster.drop_groups(3),
            ["#......#", ".#....#.", "..#.....", ".....##.", ".....#.."],
            ["#.......", ".#......", "..#.....", ".....##.", ".....#.."],
        );
        check(
            |raster| raster.grow(1),
            ["........", "........", "....#...", "........", "........"],
            ["........", "...###..", "...###..", "...###..", "........"],
        );
    }

    #[test]
    fn means_are_of_what_is_inside() {
        let raster = Raster { width: 2, height: 2, cells: vec![0.0, 1.0, 2.0, 5.0] };
        assert_eq!(raster.means(1).cells, [2.0; 4]);
    }
}
