use watchfire_model::{Grid, TimeRange, Unit};

/// How the columns of a chart are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Style {
    /// A line for each column; a chart with a single column gets a light fill below it.
    #[default]
    Lines,
    /// Areas on top of each other, the first column at the bottom.
    Stacked,
    /// A line with a light fill, without axes: for tiles.
    Sparkline,
}

/// One series as it is drawn.
#[derive(Clone, Copy, Debug)]
pub struct Column<'a> {
    /// Which colour of the palette; counted around when the palette ends.
    pub color: usize,
    /// A value for each point of the chart's grid, NaN where there is none.
    pub values: &'a [f64],
}

/// A chart: what to draw, not where.
#[derive(Clone, Debug)]
pub struct Chart<'a> {
    /// How the columns are drawn.
    pub style: Style,
    /// What the values count.
    pub unit: Unit,
    /// The value axis reaches at least down to this.
    pub floor: Option<f64>,
    /// The value axis reaches at least up to this.
    pub ceiling: Option<f64>,
    /// The time that the chart shows; the grid may hold more.
    pub window: TimeRange,
    /// The points in time of the columns.
    pub grid: Grid,
    /// The series, in the order of the legend.
    pub columns: Vec<Column<'a>>,
}

impl Chart<'_> {
    /// The longest distance in milliseconds that a line bridges: three times the usual distance between the samples, so
    /// that a series collected less often than the grid is fine stays a line, and a real gap stays a gap.
    pub(crate) fn longest_bridge(&self) -> i64 {
        let mut distances: Vec<i64> = self.columns.iter().flat_map(|column| self.distances(column)).collect();
        if distances.is_empty() {
            return self.grid.step * 3;
        }
        let middle = distances.len() / 2;
        let (_, median, _) = distances.select_nth_unstable(middle);
        *median * 3
    }

    fn distances(&self, column: &Column<'_>) -> impl Iterator<Item = i64> {
        let mut last = None;
        let step = self.grid.step;
        column.values.iter().enumerate().filter(|(_, value)| value.is_finite()).filter_map(
            move |(index, _)| {
                let previous = last.replace(index)?;
                Some((index - previous) as i64 * step)
            },
        )
    }

    /// The indices of the grid's points that can be seen, with one more on each side so that lines run to the edge.
    pub(crate) fn visible(&self) -> std::ops::Range<usize> {
        let first = (self.window.start - self.grid.start).div_euclid(self.grid.step).max(0) as usize;
        let last =
            (self.window.end - self.grid.start).div_euclid(self.grid.step).saturating_add(2).max(0) as usize;
        first.min(self.grid.len)..last.min(self.grid.len)
    }

    /// The least and the greatest value in sight; for stacked charts of the sums.
    pub(crate) fn extent(&self) -> Option<(f64, f64)> {
        let visible = self.visible();
        let mut extent: Option<(f64, f64)> = None;
        let mut include = |value: f64| {
            if value.is_finite() {
                let (low, high) = extent.unwrap_or((value, value));
                extent = Some((low.min(value), high.max(value)));
            }
        };
        if self.style == Style::Stacked {
            for sum in self.sums(visible) {
                include(sum);
                include(0.0);
            }
        } else {
            for column in &self.columns {
                column.values.get(visible.clone()).unwrap_or_default().iter().copied().for_each(&mut include);
            }
        }
        extent
    }

    /// The sum over all columns at each point of `range`; NaN where no column has a value.
    fn sums(&self, range: std::ops::Range<usize>) -> impl Iterator<Item = f64> {
        range.map(|index| {
            let values = self.columns.iter().filter_map(|column| column.values.get(index));
            let mut finite = values.filter(|value| value.is_finite()).peekable();
            if finite.peek().is_some() { finite.sum() } else { f64::NAN }
        })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn chart(style: Style, columns: &[Vec<f64>]) -> Chart<'_> {
        let len = columns.first().map_or(0, Vec::len);
        let start = 1_700_000_000_000;
        Chart {
            style,
            unit: Unit::Percent,
            floor: Some(0.0),
            ceiling: None,
            window: TimeRange { start, end: start + len as i64 * 1000 },
            grid: Grid { start, step: 1000, len },
            columns: columns.iter().enumerate().map(|(color, values)| Column { color, values }).collect(),
        }
    }

    #[test]
    fn sparse_series_are_no_gaps_but_outages_are() {
        let every_tenth: Vec<f64> =
            (0..300).map(|index| if index % 10 == 0 { 1.0 } else { f64::NAN }).collect();
        assert_eq!(chart(Style::Lines, &[every_tenth]).longest_bridge(), 30_000);
        let dense = vec![1.0; 300];
        assert_eq!(chart(Style::Lines, &[dense]).longest_bridge(), 3000);
        assert_eq!(chart(Style::Lines, &[]).longest_bridge(), 3000);
    }

    #[test]
    fn stacked_extent_is_that_of_the_sums() {
        let columns = [vec![1.0, 2.0, f64::NAN], vec![3.0, f64::NAN, f64::NAN]];
        assert_eq!(chart(Style::Stacked, &columns).extent(), Some((0.0, 4.0)));
        assert_eq!(chart(Style::Lines, &columns).extent(), Some((1.0, 3.0)));
        assert_eq!(chart(Style::Lines, &[vec![f64::NAN]]).extent(), None);
    }

    #[test]
    fn only_what_is_in_the_window_counts() {
        let columns = [vec![9.0, 1.0, 1.0, 1.0, 1.0, 9.0]];
        let mut chart = chart(Style::Lines, &columns);
        chart.window = TimeRange { start: chart.grid.time(1), end: chart.grid.time(3) };
        assert_eq!(chart.visible(), 1..5);
        assert_eq!(chart.extent(), Some((1.0, 1.0)));
    }
}
