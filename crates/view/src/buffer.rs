use watchfire_model::live::{DeltaBody, Known, RangeBody};
use watchfire_model::{Grid, Labels};

/// The points of one subscription as the browser holds them: a column of equal length for each series.
#[derive(Clone, Debug)]
pub struct SeriesBuffer {
    grid: Grid,
    labels: Vec<Labels>,
    columns: Vec<Vec<f64>>,
    /// Series that the server's list no longer has, because they have ended; they stay in sight until the window leaves
    /// them behind.
    ended: Vec<(Labels, Vec<f64>)>,
}

impl Default for SeriesBuffer {
    fn default() -> Self {
        Self {
            grid: Grid { start: 0, step: 1, len: 0 },
            labels: Vec::new(),
            columns: Vec::new(),
            ended: Vec::new(),
        }
    }
}

impl SeriesBuffer {
    /// The points in time of all columns.
    pub fn grid(&self) -> Grid {
        self.grid
    }

    /// The series and their values.
    pub fn series(&self) -> impl Iterator<Item = (&Labels, &[f64])> {
        let ended = self.ended.iter().map(|(labels, column)| (labels, column.as_slice()));
        self.labels.iter().zip(self.columns.iter().map(Vec::as_slice)).chain(ended)
    }

    /// The time of the newest point that has a value.
    pub fn newest(&self) -> Option<i64> {
        let index = self
            .columns
            .iter()
            .filter_map(|column| column.iter().rposition(|value| !value.is_nan()))
            .max()?;
        Some(self.grid.time(index))
    }

    /// What to tell the server after a lost connection. The newest point may still have been filling.
    pub fn known(&self) -> Option<Known> {
        Some(Known { step: self.grid.step, until: self.newest()? })
    }

    /// Takes over a whole answer, or fits the missing end to what is there.
    pub fn apply_range(&mut self, body: RangeBody) {
        let old = std::mem::take(self);
        let fits = body.keeps
            && old.grid.len > 0
            && old.grid.step == body.grid.step
            && old.grid.start <= body.grid.start;
        if !fits {
            self.grid = body.grid;
            (self.labels, self.columns) =
                body.series.into_iter().map(|series| (series.labels, series.values)).unzip();
            return;
        }
        // How many of the old points lie before the new ones; a longer gap in between stays without values.
        let before = ((body.grid.start - old.grid.start) / body.grid.step) as usize;
        self.grid = Grid { start: old.grid.start, step: body.grid.step, len: before + body.grid.len };
        let mut kept: std::collections::HashMap<Labels, Vec<f64>> =
            old.labels.into_iter().zip(old.columns).chain(old.ended).collect();
        for series in body.series {
            let mut column = kept.remove(&series.labels).unwrap_or_default();
            column.resize(before, f64::NAN);
            column.extend(series.values);
            self.labels.push(series.labels);
            self.columns.push(column);
        }
        self.ended = kept.into_iter().collect();
        for (_, column) in &mut self.ended {
            // Points since `before` are told anew, and this series has none.
            column.resize(before, f64::NAN);
            column.resize(self.grid.len, f64::NAN);
        }
    }

    /// Adds what is new, and replaces what has changed: the points of a delta are what it says and nothing else.
    pub fn apply_delta(&mut self, body: DeltaBody) {
        for labels in body.new {
            let back = self.ended.iter().position(|(ended, _)| *ended == labels);
            let column =
                back.map_or_else(|| vec![f64::NAN; self.grid.len], |index| self.ended.swap_remove(index).1);
            self.labels.push(labels);
            self.columns.push(column);
        }
        // Another step: not for this buffer.
        if body.grid.len == 0 || body.grid.step != self.grid.step || self.grid.len == 0 {
            return;
        }
        // Others who watch the same look further back: points from before the first here are not for this buffer.
        let distance = body.grid.start.saturating_sub(self.grid.start).div_euclid(self.grid.step);
        let skip = usize::try_from(distance.saturating_neg()).unwrap_or(0);
        let first = usize::try_from(distance).unwrap_or(0);
        if skip >= body.grid.len {
            return;
        }
        let end = first.saturating_add(body.grid.len - skip);
        if end > Grid::MOST_POINTS * 2 {
            return;
        }
        self.grid.len = self.grid.len.max(end);
        for column in self.columns.iter_mut().chain(self.ended.iter_mut().map(|(_, column)| column)) {
            column.resize(self.grid.len, f64::NAN);
            // The delta is the whole truth of its points: who has no row has no value any more.
            column[first..end].fill(f64::NAN);
        }
        for row in body.rows {
            if let Some(column) = self.columns.get_mut(row.series as usize) {
                for (value, new) in column[first..end].iter_mut().zip(row.values.into_iter().skip(skip)) {
                    *value = new;
                }
            }
        }
    }

    /// Forgets points before `start`, but only when they have become many: so each point moves few times.
    pub fn trim(&mut self, start: i64) {
        let surplus =
            (start - self.grid.start).div_euclid(self.grid.step).clamp(0, self.grid.len as i64) as usize;
        if surplus > 60 && surplus * 4 > self.grid.len {
            for column in self.columns.iter_mut().chain(self.ended.iter_mut().map(|(_, column)| column)) {
                column.drain(..surplus);
            }
            self.ended.retain(|(_, column)| column.iter().any(|value| !value.is_nan()));
            self.grid = Grid { start: self.grid.time(surplus), len: self.grid.len - surplus, ..self.grid };
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use watchfire_model::GridSeries;
    use watchfire_model::live::DeltaRow;

    use super::*;

    fn labels(host: &str) -> Labels {
        Labels::of("up", [("host", host)]).unwrap()
    }

    fn grid(start: i64, len: usize) -> Grid {
        Grid { start, step: 1000, len }
    }

    fn filled(start: i64, values: &[f64]) -> SeriesBuffer {
        let mut buffer = SeriesBuffer::default();
        let series = vec![GridSeries { labels: labels("a"), values: values.to_vec() }];
        buffer.apply_range(RangeBody {
            grid: grid(start, values.len()),
            keeps: false,
            notes: vec![],
            series,
        });
        buffer
    }

    fn text(buffer: &SeriesBuffer) -> Vec<String> {
        buffer.series().map(|(_, values)| format!("{values:?}")).collect()
    }

    #[test]
    fn a_delta_replaces_the_last_point_and_adds_new_ones() {
        let mut buffer = filled(0, &[1.0, 2.0]);
        let rows = vec![
            DeltaRow { series: 0, values: vec![2.5, 3.0] },
            DeltaRow { series: 1, values: vec![f64::NAN, 9.0] },
        ];
        buffer.apply_delta(DeltaBody { grid: grid(1000, 2), new: vec![labels("b")], rows, notes: None });
        assert_eq!(text(&buffer), ["[1.0, 2.5, 3.0]", "[NaN, NaN, 9.0]"]);
        assert_eq!(buffer.newest(), Some(2000));
    }

    #[test]
    fn a_gap_stays_a_gap() {
        let mut buffer = filled(0, &[1.0]);
        buffer.apply_delta(DeltaBody {
            grid: grid(3000, 1),
            new: vec![],
            rows: vec![DeltaRow { series: 0, values: vec![4.0] }],
            notes: None,
        });
        assert_eq!(text(&buffer), ["[1.0, NaN, NaN, 4.0]"]);
    }

    #[test]
    fn the_missing_end_fits_on() {
        let mut buffer = filled(0, &[1.0, 2.0, 3.0]);
        let series = vec![
            GridSeries { labels: labels("b"), values: vec![7.0, 8.0] },
            GridSeries { labels: labels("a"), values: vec![3.5, 4.0] },
        ];
        buffer.apply_range(RangeBody { grid: grid(2000, 2), keeps: true, notes: vec![], series });
        assert_eq!(text(&buffer), ["[NaN, NaN, 7.0, 8.0]", "[1.0, 2.0, 3.5, 4.0]"]);
        assert_eq!(buffer.known(), Some(Known { step: 1000, until: 3000 }));
    }

    #[test]
    fn what_has_ended_stays_in_sight_and_may_come_back() {
        let mut buffer = filled(0, &[1.0, 2.0, 3.0]);
        let other = GridSeries { labels: labels("b"), values: vec![7.0, 8.0] };
        buffer.apply_range(RangeBody {
            grid: grid(2000, 2),
            keeps: true,
            notes: vec![],
            series: vec![other],
        });
        assert_eq!(text(&buffer), ["[NaN, NaN, 7.0, 8.0]", "[1.0, 2.0, NaN, NaN]"]);
        let rows = vec![DeltaRow { series: 1, values: vec![5.0] }];
        buffer.apply_delta(DeltaBody { grid: grid(4000, 1), new: vec![labels("a")], rows, notes: None });
        assert_eq!(text(&buffer), ["[NaN, NaN, 7.0, 8.0, NaN]", "[1.0, 2.0, NaN, NaN, 5.0]"]);
    }

    #[test]
    fn another_step_starts_anew() {
        let mut buffer = filled(0, &[1.0, 2.0, 3.0]);
        let series = vec![GridSeries { labels: labels("a"), values: vec![7.0] }];
        buffer.apply_range(RangeBody {
            grid: Grid { start: 2000, step: 2000, len: 1 },
            keeps: true,
            notes: vec![],
            series,
        });
        assert_eq!(text(&buffer), ["[7.0]"]);
    }

    #[test]
    fn senseless_deltas_change_nothing() {
        let mut buffer = filled(10_000, &[1.0]);
        for strange in [grid(0, 1), Grid { start: 10_000, step: 7, len: 1 }, grid(i64::MAX - 5000, 1)] {
            buffer.apply_delta(DeltaBody {
                grid: strange,
                new: vec![],
                rows: vec![DeltaRow { series: 0, values: vec![4.0] }],
                notes: None,
            });
        }
        buffer.apply_delta(DeltaBody {
            grid: grid(10_000, 1),
            new: vec![],
            rows: [(0, 1.0), (99, 4.0)]
                .map(|(series, value)| DeltaRow { series, values: vec![value] })
                .to_vec(),
            notes: None,
        });
        assert_eq!(text(&buffer), ["[1.0]"]);
    }

    #[test]
    fn a_series_that_ends_ends_in_the_buffer() {
        let mut buffer = filled(0, &[1.0, 2.0, 3.0]);
        let delta = |start, len, rows| DeltaBody { grid: grid(start, len), new: vec![], rows, notes: None };
        buffer.apply_delta(delta(2000, 2, vec![DeltaRow { series: 0, values: vec![f64::NAN, 4.0] }]));
        assert_eq!(text(&buffer), ["[1.0, 2.0, NaN, 4.0]"]);
        buffer.apply_delta(delta(3000, 2, vec![]));
        assert_eq!(text(&buffer), ["[1.0, 2.0, NaN, NaN, NaN]"]);
        assert_eq!(buffer.newest(), Some(1000));
    }

    #[test]
    fn a_delta_that_begins_before_the_buffer_is_cut() {
        let mut buffer = filled(10_000, &[1.0, 2.0]);
        let rows = vec![DeltaRow { series: 0, values: vec![8.0, 9.0, 1.5, 2.5, 3.5] }];
        buffer.apply_delta(DeltaBody { grid: grid(8000, 5), new: vec![], rows, notes: None });
        assert_eq!(text(&buffer), ["[1.5, 2.5, 3.5]"]);
    }

    /// The values of two series at one point.
    type Point = [Option<u8>; 2];

    /// What is true of two series at ten points, and what of it changes from one time to the next.
    fn truths() -> impl Strategy<Value = (Vec<Point>, Vec<Vec<(usize, Point)>>)> {
        let values = || [proptest::option::of(0..9_u8), proptest::option::of(0..9_u8)];
        let changes = proptest::collection::vec((0..14_usize, values()), 0..5);
        (proptest::collection::vec(values(), 10), proptest::collection::vec(changes, 0..8))
    }

    proptest! {
        #[test]
        fn range_and_deltas_make_the_whole_range((first, changes) in truths(), keeps in 0..10_usize) {
            let column = |truth: &[Point], series: usize| -> Vec<f64> {
                truth.iter().map(|point| point[series].map_or(f64::NAN, f64::from)).collect()
            };
            let all = |truth: &[Point]| -> Vec<GridSeries> {
                let series = |(name, place)| GridSeries { labels: labels(name), values: column(truth, place) };
                [("a", 0), ("b", 1)].map(series).to_vec()
            };
            let mut truth = first;
            let mut buffer = SeriesBuffer::default();
            buffer.apply_range(RangeBody { grid: grid(0, 10), keeps: false, notes: vec![], series: all(&truth) });
            for changed in changes {
                for (point, values) in &changed {
                    truth.resize(truth.len().max(point + 1), [None; 2]);
                    truth[*point] = *values;
                }
                let Some(from) = changed.iter().map(|(point, _)| *point).min() else { continue };
                let rows = (0..2)
                    .map(|place| DeltaRow { series: place as u32, values: column(&truth[from..], place) })
                    .filter(|row| row.values.iter().any(|value| !value.is_nan()))
                    .collect();
                let grid = grid(from as i64 * 1000, truth.len() - from);
                buffer.apply_delta(DeltaBody { grid, new: vec![], rows, notes: None });
            }
            let mut whole = SeriesBuffer::default();
            whole.apply_range(RangeBody {
                grid: grid(0, truth.len()),
                keeps: false,
                notes: vec![],
                series: all(&truth),
            });
            prop_assert_eq!(text(&buffer), text(&whole));

            // And so does one that fills a gap.
            let grid = grid(keeps as i64 * 1000, truth.len() - keeps);
            buffer.apply_range(RangeBody { grid, keeps: true, notes: vec![], series: all(&truth[keeps..]) });
            prop_assert_eq!(text(&buffer), text(&whole));
        }
    }

    #[test]
    fn old_points_go_in_bulk() {
        let mut buffer = filled(0, &vec![1.0; 400]);
        buffer.trim(50_000);
        assert_eq!(buffer.grid(), grid(0, 400));
        buffer.trim(200_000);
        assert_eq!(buffer.grid(), grid(200_000, 200));
        assert_eq!(buffer.series().next().unwrap().1.len(), 200);
    }
}
