//! Small systems of normal equations.

use faer::linalg::solvers::Solve as _;
use faer::{Mat, Side};

/// Solves symmetric positive definite equations (Cholesky); each row holds their factors, of which
/// the lower half is read, and then `N` right sides. None where they are not definite.
pub(super) fn solve<const N: usize>(rows: &[Vec<f64>]) -> Option<Vec<[f64; N]>> {
    let count = rows.len();
    let factors = Mat::from_fn(count, count, |i, j| rows[i][j]);
    let sides = Mat::from_fn(count, N, |i, side| rows[i][count + side]);
    let solution = factors.llt(Side::Lower).ok()?.solve(&sides);
    Some((0..count).map(|i| std::array::from_fn(|side| solution[(i, side)])).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equations_are_solved_or_refused() {
        let rows = [vec![2.0, 0.0, 5.0, 0.0], vec![1.0, 3.0, 5.0, 5.0]];
        let solution = solve::<2>(&rows).unwrap();
        for (value, expect) in solution.as_flattened().iter().zip([2.0, -1.0, 1.0, 2.0]) {
            assert!((value - expect).abs() < 1e-12, "{solution:?}");
        }
        assert_eq!(solve::<1>(&[vec![1.0, 0.0, 5.0], vec![1.0, 1.0, 1.0]]), None);
    }
}
