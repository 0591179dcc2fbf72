//! Small systems of linear equations.

/// Solves `count` equations; each row holds their factors and then `N` right sides. By elimination
/// with pivots; None where the equations do not tell.
pub(super) fn solve<const N: usize>(mut rows: Vec<Vec<f64>>) -> Option<Vec<[f64; N]>> {
    let count = rows.len();
    for column in 0..count {
        let pivot = (column..count)
            .max_by(|a, b| rows[*a][column].abs().total_cmp(&rows[*b][column].abs()))?;
        rows.swap(column, pivot);
        let (done, rest) = rows.split_at_mut(column + 1);
        let pivot = &done[column];
        if pivot[column].abs() < 1e-12 {
            return None;
        }
        for row in rest {
            let factor = row[column] / pivot[column];
            for (value, above) in row[column..].iter_mut().zip(&pivot[column..]) {
                *value -= factor * above;
            }
        }
    }
    let mut solution = vec![[0.0; N]; count];
    for i in (0..count).rev() {
        for side in 0..N {
            let known: f64 = (i + 1..count).map(|j| rows[i][j] * solution[j][side]).sum();
            solution[i][side] = (rows[i][count + side] - known) / rows[i][i];
        }
    }
    solution.iter().flatten().all(|value| value.is_finite()).then_some(solution)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equations_are_solved_or_refused() {
        let rows = vec![vec![0.0, 2.0, 4.0, 2.0], vec![1.0, 1.0, 5.0, 0.0]];
        assert_eq!(solve::<2>(rows), Some(vec![[3.0, -1.0], [2.0, 1.0]]));
        assert_eq!(solve::<1>(vec![vec![1.0, 1.0, 5.0], vec![2.0, 2.0, 1.0]]), None);
    }
}
