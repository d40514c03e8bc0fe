use std::cmp::Ordering;

use watchfire_model::{Labels, STALE, Series, TimeRange, is_stale};
use watchfire_promql::{Answer, Value};

use super::changes::Mark;

/// Bytes that a series takes beside its labels and values.
const OVERHEAD: usize = 96;

/// The answer of a query over some time: a column for each series over one grid.
#[derive(Clone, Debug)]
pub(super) struct Extent {
    /// The first point, in milliseconds.
    pub(super) start: i64,
    /// Milliseconds from point to point.
    pub(super) step: i64,
    /// How many points.
    pub(super) len: usize,
    /// Taken before the oldest of its parts was read, as far as that part may have changed since.
    pub(super) mark: Mark,
    /// Sorted by labels, as the evaluation has them.
    series: Vec<Column>,
    /// What the evaluations remarked.
    warnings: Vec<String>,
    infos: Vec<String>,
}

/// One series; [`STALE`] where it has no value.
#[derive(Clone, Debug)]
struct Column {
    labels: Labels,
    values: Vec<f64>,
}

impl Extent {
    /// The answer of a range query over `len` points; `None` for a value that is no matrix.
    pub(super) fn of(answer: Answer, (start, step, len): (i64, i64, usize), mark: Mark) -> Option<Self> {
        let Value::Matrix(all) = answer.value else { return None };
        let mut series = Vec::with_capacity(all.len());
        for Series { labels, timestamps, values } in all {
            let values = if timestamps.len() == len {
                values
            } else {
                let mut column = vec![STALE; len];
                for (timestamp, value) in timestamps.into_iter().zip(values) {
                    let at = usize::try_from((timestamp - start) / step).ok()?;
                    *column.get_mut(at)? = value;
                }
                column
            };
            series.push(Column { labels, values });
        }
        let (warnings, infos) = (answer.warnings, answer.infos);
        Some(Self { start, step, len, mark, series, warnings, infos })
    }

    /// The time of a point.
    pub(super) fn time(&self, index: usize) -> i64 {
        self.start + index as i64 * self.step
    }

    /// The time after the last point.
    pub(super) fn end(&self) -> i64 {
        self.time(self.len)
    }

    /// How many points, from the first on, are before `time`.
    pub(super) fn before(&self, time: i64) -> usize {
        if time <= self.start {
            return 0;
        }
        // Never overflows: `time` is after `start`, both within what a query may ask for, or the end of all times.
        let distance = time.saturating_sub(self.start);
        (distance.saturating_sub(1) / self.step + 1).min(self.len as i64) as usize
    }

    /// The points of `range`, which must lie inside, as the evaluation would have answered.
    pub(super) fn answer(&self, range: TimeRange) -> Answer {
        let (from, to) = (self.before(range.start), self.before(range.end.saturating_add(1)));
        let mut all = Vec::with_capacity(self.series.len());
        for column in &self.series {
            let values = &column.values[from..to];
            let present = values.iter().filter(|value| !is_stale(**value)).count();
            if present == 0 {
                continue;
            }
            let mut series = Series {
                labels: column.labels.clone(),
                timestamps: Vec::with_capacity(present),
                values: Vec::with_capacity(present),
            };
            for (index, value) in values.iter().enumerate().filter(|(_, value)| !is_stale(**value)) {
                series.timestamps.push(self.time(from + index));
                series.values.push(*value);
            }
            all.push(series);
        }
        let (warnings, infos) = (self.warnings.clone(), self.infos.clone());
        Answer { value: Value::Matrix(all), warnings, infos, samples: 0 }
    }

    /// Forgets the points after the first `len`.
    pub(super) fn cut_end(&mut self, len: usize) {
        for column in &mut self.series {
            column.values.truncate(len);
        }
        self.len = len;
    }

    /// Forgets the first `points`, and series that have no value after them.
    pub(super) fn cut_start(&mut self, points: usize) {
        let points = points.min(self.len);
        self.series.retain_mut(|column| {
            column.values.drain(..points);
            column.values.iter().any(|value| !is_stale(*value))
        });
        self.start = self.time(points);
        self.len -= points;
    }

    /// Puts the points of `next` behind these; it begins where these end.
    pub(super) fn append(&mut self, next: Self) {
        debug_assert_eq!((self.end(), self.step), (next.start, next.step));
        let (before, len) = (self.len, self.len + next.len);
        let mut old = std::mem::take(&mut self.series).into_iter().peekable();
        let mut new = next.series.into_iter().peekable();
        let mut merged = Vec::with_capacity(old.len().max(new.len()));
        loop {
            let order = match (old.peek(), new.peek()) {
                (Some(one), Some(other)) => one.labels.cmp(&other.labels),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (None, None) => break,
            };
            let one = if order.is_le() { old.next() } else { None };
            let other = if order.is_ge() { new.next() } else { None };
            let mut column = match (one, &other) {
                (Some(one), _) => one,
                (None, Some(other)) => Column { labels: other.labels.clone(), values: vec![STALE; before] },
                (None, None) => break,
            };
            match other {
                Some(other) => column.values.extend(other.values),
                None => column.values.resize(len, STALE),
            }
            merged.push(column);
        }
        self.series = merged;
        self.len = len;
        for (mine, others) in [(&mut self.warnings, next.warnings), (&mut self.infos, next.infos)] {
            for remark in others {
                if !mine.contains(&remark) {
                    mine.push(remark);
                }
            }
        }
    }

    /// About how many bytes it takes.
    pub(super) fn bytes(&self) -> usize {
        let columns = self
            .series
            .iter()
            .map(|column| OVERHEAD + column.labels.packed().len() + column.values.capacity() * 8);
        let remarks = self.warnings.iter().chain(&self.infos).map(|text| text.len() + OVERHEAD);
        OVERHEAD + columns.sum::<usize>() + remarks.sum::<usize>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn extent(start: i64, len: usize, series: &[(&str, &[(i64, f64)])]) -> Extent {
        let all = series
            .iter()
            .map(|(host, samples)| {
                let (timestamps, values) = samples.iter().copied().unzip();
                Series { labels: Labels::of("up", [("host", *host)]).unwrap(), timestamps, values }
            })
            .collect();
        let answer = Answer {
            value: Value::Matrix(all),
            warnings: vec![format!("from {start}")],
            infos: Vec::new(),
            samples: 0,
        };
        Extent::of(answer, (start, 10, len), Mark::default()).unwrap()
    }

    fn text(extent: &Extent, start: i64, end: i64) -> String {
        let Value::Matrix(all) = extent.answer(TimeRange { start, end }).value else { panic!() };
        let line = |series: &Series| {
            let samples: Vec<String> = series
                .timestamps
                .iter()
                .zip(&series.values)
                .map(|(at, value)| format!("{at}={value}"))
                .collect();
            format!("{}: {}", series.labels.get("host").unwrap(), samples.join(" "))
        };
        all.iter().map(line).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn parts_make_a_whole() {
        let mut whole = extent(100, 3, &[("a", &[(100, 1.0), (120, 3.0)]), ("c", &[(110, f64::NAN)])]);
        whole.append(extent(130, 2, &[("a", &[(130, 4.0)]), ("b", &[(140, 5.0)])]));
        assert_eq!(text(&whole, 100, 140), "a: 100=1 120=3 130=4; b: 140=5; c: 110=NaN");
        assert_eq!(text(&whole, 130, 149), "a: 130=4; b: 140=5");
        assert_eq!(text(&whole, 110, 110), "c: 110=NaN");
        assert_eq!(whole.warnings, ["from 100", "from 130"]);
        whole.cut_end(4);
        assert_eq!(text(&whole, 0, 1000), "a: 100=1 120=3 130=4; c: 110=NaN");
        whole.cut_start(2);
        assert_eq!((whole.start, whole.len, whole.series.len()), (120, 2, 1));
        assert_eq!(text(&whole, 0, 1000), "a: 120=3 130=4");
    }

    #[test]
    fn points_before_a_time() {
        let extent = extent(100, 3, &[]);
        let table =
            [(i64::MIN, 0), (100, 0), (101, 1), (110, 1), (111, 2), (120, 2), (121, 3), (i64::MAX, 3)];
        for (time, points) in table {
            assert_eq!(extent.before(time), points, "{time}");
        }
    }
}
