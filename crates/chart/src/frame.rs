use crate::{Chart, Style, TimeScale, ValueScale};

/// The room around the plot for the axes' labels, in CSS pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Insets {
    /// Left of the plot: the value axis' labels.
    pub left: f64,
    /// Above the plot.
    pub top: f64,
    /// Right of the plot.
    pub right: f64,
    /// Below the plot: the time axis' labels.
    pub bottom: f64,
}

impl Insets {
    /// The room that a style needs.
    pub fn of(style: Style) -> Self {
        match style {
            Style::Lines | Style::Stacked => Self { left: 62.0, top: 8.0, right: 12.0, bottom: 22.0 },
            Style::Sparkline => Self { left: 0.0, top: 2.0, right: 0.0, bottom: 2.0 },
        }
    }
}

/// Where a chart is drawn: a size in CSS pixels and the two scales. Answers which pixel stands for which time.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// The whole width in CSS pixels.
    pub width: f64,
    /// The whole height in CSS pixels.
    pub height: f64,
    /// The room around the plot.
    pub insets: Insets,
    /// The time axis.
    pub time: TimeScale,
    /// The value axis.
    pub value: ValueScale,
}

impl Frame {
    /// Lays out `chart` in `width` x `height` CSS pixels, times in the zone `utc_offset` milliseconds east of UTC.
    pub fn new(chart: &Chart<'_>, width: f64, height: f64, utc_offset: i64) -> Self {
        let insets = Insets::of(chart.style);
        let plot_height = (height - insets.top - insets.bottom).max(1.0);
        let marks = (plot_height / 40.0).floor().clamp(2.0, 8.0) as usize;
        let value = ValueScale::new(chart.extent(), chart.floor, chart.ceiling, chart.unit, marks);
        Self { width, height, insets, time: TimeScale { window: chart.window, utc_offset }, value }
    }

    /// The plot's width in CSS pixels.
    pub fn plot_width(&self) -> f64 {
        (self.width - self.insets.left - self.insets.right).max(1.0)
    }

    /// The plot's height in CSS pixels.
    pub fn plot_height(&self) -> f64 {
        (self.height - self.insets.top - self.insets.bottom).max(1.0)
    }

    /// The distance of an instant from the frame's left edge in CSS pixels.
    pub fn x(&self, timestamp: i64) -> f64 {
        self.insets.left + self.time.position(timestamp) * self.plot_width()
    }

    /// The distance of a value from the frame's top in CSS pixels.
    pub fn y(&self, value: f64) -> f64 {
        self.insets.top + (1.0 - self.value.position(value)) * self.plot_height()
    }

    /// The instant at `x` CSS pixels from the left edge, or `None` outside the plot.
    pub fn timestamp_at(&self, x: f64) -> Option<i64> {
        let position = (x - self.insets.left) / self.plot_width();
        (0.0..=1.0)
            .contains(&position)
            .then(|| self.time.window.start + (position * self.time.window.length() as f64).round() as i64)
    }

    /// How many labels the time axis has room for.
    pub fn time_labels(&self) -> usize {
        (self.plot_width() / 84.0).floor().clamp(2.0, 12.0) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::tests::chart;

    #[test]
    fn pixels_and_times_agree() {
        let columns = [vec![1.0; 300]];
        let frame = Frame::new(&chart(Style::Lines, &columns), 600.0, 180.0, 0);
        for timestamp in [frame.time.window.start, frame.time.window.start + 77_000, frame.time.window.end] {
            let back = frame.timestamp_at(frame.x(timestamp)).unwrap();
            assert!((back - timestamp).abs() <= 1, "{back} {timestamp}");
        }
        assert_eq!(frame.timestamp_at(3.0), None);
        assert!(frame.y(0.0) > frame.y(1.0));
    }
}
