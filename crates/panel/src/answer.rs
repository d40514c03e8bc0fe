use watchfire_model::{Grid, GridSeries};

/// What a query of a panel brought.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The points in time; a single one where only the newest values were asked for.
    pub grid: Grid,
    /// The series, in the order of their labels.
    pub series: Vec<GridSeries>,
}

impl Answer {
    /// No series at all.
    pub fn empty() -> Self {
        Self { grid: Grid { start: 0, step: 1, len: 0 }, series: Vec::new() }
    }

    /// The same values at the points of `to`; points that this answer does not have become gaps. A single point, as of a
    /// query for the newest values, stands at all points.
    pub(crate) fn laid_on(self, to: Grid) -> Vec<GridSeries> {
        if self.grid == to {
            return self.series;
        }
        let from = self.grid;
        let lay = |values: &[f64]| match values {
            [single] => vec![*single; to.len],
            values => (0..to.len).map(|index| at(values, from, to.time(index))).collect(),
        };
        self.series
            .into_iter()
            .map(|series| GridSeries { values: lay(&series.values), labels: series.labels })
            .collect()
    }
}

/// The value of exactly this instant.
fn at(values: &[f64], grid: Grid, timestamp: i64) -> f64 {
    let since = timestamp - grid.start;
    if since % grid.step != 0 {
        return f64::NAN;
    }
    usize::try_from(since / grid.step).ok().and_then(|index| values.get(index)).copied().unwrap_or(f64::NAN)
}

/// The grid that has the points of all: as fine as the finest, from the first point to the last.
pub(crate) fn common_grid<'a>(answers: impl Iterator<Item = &'a Answer> + Clone) -> Option<Grid> {
    let ranges = answers.filter(|answer| answer.grid.len > 0);
    // A single point has no say where there are whole ranges.
    let long = ranges.clone().filter(|answer| answer.grid.len > 1);
    let grids = || long.clone().map(|answer| answer.grid);
    let Some(step) = grids().map(|grid| grid.step).min() else {
        return ranges.map(|answer| answer.grid).next();
    };
    let start = grids().map(|grid| grid.start).min()?.div_euclid(step) * step;
    let end = grids().map(|grid| grid.time(grid.len - 1)).max()?;
    let len = (end.saturating_sub(start) / step) as usize + 1;
    (len <= Grid::MOST_POINTS * 2).then_some(Grid { start, step, len })
}

#[cfg(test)]
mod tests {
    use watchfire_model::Labels;

    use super::*;

    fn answer(start: i64, step: i64, values: &[f64]) -> Answer {
        let series = vec![GridSeries { labels: Labels::empty(), values: values.to_vec() }];
        Answer { grid: Grid { start, step, len: values.len() }, series }
    }

    #[test]
    fn answers_come_on_one_grid() {
        let (fine, coarse, single) =
            (answer(20, 10, &[1.0, 2.0, 3.0]), answer(0, 20, &[5.0, 6.0, 7.0]), answer(33, 1, &[9.0]));
        let grid = common_grid([&fine, &coarse, &single].into_iter()).unwrap();
        assert_eq!(grid, Grid { start: 0, step: 10, len: 5 });
        let text = |answer: Answer| format!("{:?}", answer.laid_on(grid)[0].values);
        assert_eq!(text(fine), "[NaN, NaN, 1.0, 2.0, 3.0]");
        assert_eq!(text(coarse), "[5.0, NaN, 6.0, NaN, 7.0]");
        assert_eq!(text(single), "[9.0, 9.0, 9.0, 9.0, 9.0]");
    }

    #[test]
    fn newest_values_of_several_queries_stand_together() {
        // The server answers them one after the other.
        let (one, later) = (answer(1000, 1, &[1.0]), answer(1007, 1, &[2.0]));
        let grid = common_grid([&one, &later].into_iter()).unwrap();
        assert_eq!(
            (one.laid_on(grid)[0].values.clone(), later.laid_on(grid)[0].values.clone()),
            (vec![1.0], vec![2.0])
        );
    }

    #[test]
    fn nothing_has_no_grid() {
        assert_eq!(common_grid([].into_iter()), None);
        assert_eq!(common_grid([&Answer::empty()].into_iter()), None);
    }
}
