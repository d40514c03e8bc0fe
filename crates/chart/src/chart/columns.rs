//! Which points of the grid count.

use std::ops::Range;

use super::{Chart, Series};

impl Chart<'_> {
    /// The longest distance in milliseconds that a line bridges: three times the usual distance between the samples, so
    /// that a series collected less often than the grid is fine stays a line, and a real gap stays a gap.
    pub(crate) fn longest_bridge(&self) -> i64 {
        self.usual_distance().saturating_mul(3)
    }

    /// The usual distance between samples in milliseconds: the median over all series.
    pub(crate) fn usual_distance(&self) -> i64 {
        // How often each distance occurs, in steps of the grid.
        let longest = self.series.iter().map(|series| series.values.len()).max().unwrap_or(0);
        let mut counts = vec![0_usize; longest];
        let mut all = 0;
        for series in &self.series {
            let mut last = None;
            for (index, value) in series.values.iter().enumerate() {
                if value.is_finite()
                    && let Some(previous) = last.replace(index)
                {
                    counts[index - previous] += 1;
                    all += 1;
                }
            }
        }
        let mut seen = 0;
        let median = counts.iter().position(|count| {
            seen += count;
            seen > all / 2
        });
        self.step().saturating_mul(median.unwrap_or(1).max(1) as i64)
    }

    /// The least distance between two samples of a series in milliseconds; 0 where it has not two.
    pub(crate) fn least_distance(&self, series: &Series<'_>) -> i64 {
        let mut previous = None;
        let mut least = usize::MAX;
        for (index, value) in series.values.iter().enumerate() {
            if value.is_finite()
                && let Some(before) = previous.replace(index)
            {
                least = least.min(index - before);
                if least == 1 {
                    break;
                }
            }
        }
        if least == usize::MAX { 0 } else { self.step().saturating_mul(least as i64) }
    }

    fn step(&self) -> i64 {
        self.grid.step.max(1)
    }

    /// The indices of the grid's points that can be seen, with one more on each side so that lines run to the edge.
    pub(crate) fn visible(&self) -> Range<usize> {
        let index = |time: i64| time.saturating_sub(self.grid.start).div_euclid(self.step());
        let first = index(self.window.start).max(0) as usize;
        let last = index(self.window.end).saturating_add(2).max(0) as usize;
        let (first, last) = (first.min(self.grid.len), last.min(self.grid.len));
        first..last.max(first)
    }

    /// The time of a point of the grid.
    pub(crate) fn time(&self, index: usize) -> i64 {
        self.grid.start.saturating_add(self.step().saturating_mul(index as i64))
    }
}

impl Series<'_> {
    /// The value at a point of the grid as it is drawn; NaN where there is none.
    pub(crate) fn value(&self, index: usize) -> f64 {
        let value = self.values.get(index).copied().filter(|value| value.is_finite()).unwrap_or(f64::NAN);
        if self.look.negate { -value } else { value }
    }

    /// The least and the greatest value at a point of the grid as they are drawn, where both are known.
    pub(crate) fn bounds(&self, index: usize) -> Option<(f64, f64)> {
        let (least, most) = self.envelope?;
        let (least, most) = (*least.get(index)?, *most.get(index)?);
        let both = least.is_finite() && most.is_finite();
        both.then(|| if self.look.negate { (-most, -least) } else { (least, most) })
    }
}
