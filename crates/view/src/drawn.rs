use std::collections::BTreeSet;
use std::sync::Arc;

use watchfire_chart::{Insets, Point, Reading};
use watchfire_dashboard::Kind;
use watchfire_model::TimeRange;
use watchfire_panel::{Drawing, Marked, Prepared};

/// What a panel has drawn: for the crosshair and the tooltip.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawn {
    /// What is shown.
    pub prepared: Arc<Prepared>,
    /// The size in CSS pixels.
    pub size: (f64, f64),
    /// The room around the plot, of pictures with a time axis.
    pub plot: Option<Insets>,
    /// The range of that axis.
    pub window: TimeRange,
    /// Where the nodes of a graph lie.
    pub positions: Arc<Vec<Point>>,
    /// The names that are not drawn.
    pub hidden: Arc<BTreeSet<String>>,
    /// What is marked.
    pub marked: Arc<Vec<Marked>>,
    /// What it says, for those who can't see it.
    pub words: String,
}

/// The kinds whose pictures have time from left to right.
pub fn has_time(kind: &Kind) -> bool {
    matches!(kind, Kind::TimeSeries | Kind::Heatmap | Kind::StateTimeline | Kind::StatusHistory)
}

impl Drawn {
    fn plot_width(&self, insets: &Insets) -> f64 {
        (self.size.0 - insets.left - insets.right).max(1.0)
    }

    /// The instant at so many CSS pixels from the left edge; none outside the plot and without a time axis.
    pub fn timestamp_at(&self, x: f64) -> Option<i64> {
        let insets = self.plot.as_ref()?;
        let position = (x - insets.left) / self.plot_width(insets);
        let length = self.window.length() as f64;
        (0.0..=1.0).contains(&position).then(|| self.window.start + (position * length).round() as i64)
    }

    /// The way back.
    pub fn x(&self, timestamp: i64) -> Option<f64> {
        let insets = self.plot.as_ref()?;
        let position = (timestamp - self.window.start) as f64 / self.window.length().max(1) as f64;
        (0.0..=1.0).contains(&position).then(|| insets.left + position * self.plot_width(insets))
    }

    /// The range between two places, in CSS pixels from the left edge, in whole seconds: nothing is collected more often than a
    /// person can tell apart on a chart.
    pub fn range_between(&self, one: f64, other: f64) -> Option<TimeRange> {
        let (start, end) = (self.timestamp_at(one.min(other))?, self.timestamp_at(one.max(other))?);
        Some(TimeRange { start: start.div_euclid(1000) * 1000, end: (end.div_euclid(1000) + 1) * 1000 })
    }
}

/// The numbers of a picture in words.
pub fn in_words(drawing: &Drawing<'_>) -> String {
    let readings: Vec<&Reading<'_>> = match drawing {
        Drawing::Stat(stat) => stat.items.iter().map(|item| &item.reading).collect(),
        Drawing::Gauge(gauge) => gauge.readings.iter().collect(),
        Drawing::BarGauge(gauge) => gauge.readings.iter().collect(),
        Drawing::Pie(pie) => pie.readings.iter().collect(),
        Drawing::Time(_) => return "chart; use the left and right arrow keys to read values".to_owned(),
        _ => return String::new(),
    };
    let one = |reading: &&Reading<'_>| {
        format!("{} {} {}", reading.name, reading.number, reading.unit).trim().to_owned()
    };
    readings.iter().take(20).map(one).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use watchfire_model::Grid;

    use super::*;

    #[test]
    fn places_and_times_agree() {
        let grid = Grid { start: 0, step: 1000, len: 0 };
        let (series, tables, notes) = (Vec::new(), Vec::new(), Vec::new());
        let drawn = Drawn {
            prepared: Arc::new(Prepared { grid, series, tables, notes }),
            size: (140.0, 50.0),
            plot: Some(Insets { left: 30.0, right: 10.0, top: 0.0, bottom: 0.0 }),
            window: TimeRange { start: 0, end: 100_000 },
            positions: Arc::default(),
            hidden: Arc::default(),
            marked: Arc::default(),
            words: String::new(),
        };
        for (x, time) in [(30.0, Some(0)), (80.0, Some(50_000)), (130.0, Some(100_000)), (20.0, None)] {
            assert_eq!(drawn.timestamp_at(x), time, "{x}");
            assert!(time.is_none_or(|time| drawn.x(time) == Some(x)), "{x}");
        }
        assert_eq!(drawn.range_between(80.0, 40.5), Some(TimeRange { start: 10_000, end: 51_000 }));
        assert_eq!(drawn.range_between(80.0, 20.0), None);
    }
}
