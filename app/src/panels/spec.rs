use watchfire_chart::{Axis, Chart, Format, Look, Series};
use watchfire_model::{Function, Grid, Labels, METRIC_NAME, Matcher, SeriesQuery, TimeRange, Unit};

/// How many points a panel asks for at most. One number for all, so that panels with the same query share one subscription
/// and viewers with the same range share one evaluation.
pub(crate) const MAX_POINTS: usize = 600;

/// The kinds of panels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A chart of lines.
    Lines,
    /// A chart of areas on top of each other.
    Stacked,
    /// The newest value of the first query, with a sparkline; the second query, if any, is the total it is part of.
    Tile,
    /// The table of processes.
    Processes,
    /// What there is to know about a host: the labels of an information metric.
    Facts,
}

/// How the series of a query are named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Legend {
    /// All by this name.
    Fixed(&'static str),
    /// By the values of these labels.
    Labels(&'static [&'static str]),
    /// By this word, and then the value of this label.
    WordAnd(&'static str, &'static str),
    /// By the value of this label, and then this word.
    LabelAnd(&'static str, &'static str),
}

/// A query of a panel.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PanelQuery {
    /// Which series, and what of them.
    pub(crate) query: SeriesQuery,
    /// How its series are named.
    pub(crate) legend: Legend,
}

/// A panel: what it shows and how much room it takes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PanelSpec {
    /// Unique on its page; also the anchor in the URL.
    pub(crate) id: &'static str,
    pub(crate) title: &'static str,
    pub(crate) kind: Kind,
    pub(crate) unit: Unit,
    /// Columns of the 24 that it takes on a wide screen.
    pub(crate) columns: u8,
    /// The value axis reaches at least down to this.
    pub(crate) floor: Option<f64>,
    /// The value axis reaches at least up to this.
    pub(crate) ceiling: Option<f64>,
    pub(crate) queries: Vec<PanelQuery>,
}

impl PanelSpec {
    /// A panel of `columns` columns whose values start at zero.
    pub(crate) fn new(id: &'static str, title: &'static str, kind: Kind, unit: Unit, columns: u8) -> Self {
        Self { id, title, kind, unit, columns, floor: Some(0.0), ceiling: None, queries: Vec::new() }
    }

    /// The value axis reaches up to `ceiling`.
    pub(crate) fn up_to(mut self, ceiling: f64) -> Self {
        self.ceiling = Some(ceiling);
        self
    }

    /// Adds a query for a gauge.
    pub(crate) fn gauge(self, metric: &str, legend: Legend) -> Self {
        self.with(collected_here(metric), Function::Mean, legend)
    }

    /// Adds a query for a counter's increase each second.
    pub(crate) fn rate(self, metric: &str, legend: Legend) -> Self {
        self.with(collected_here(metric), Function::Rate, legend)
    }

    fn with(mut self, matchers: Vec<Matcher>, function: Function, legend: Legend) -> Self {
        self.queries.push(PanelQuery { query: SeriesQuery { matchers, function }, legend });
        self
    }

    /// Whether the panel is drawn.
    pub(crate) fn has_picture(&self) -> bool {
        matches!(self.kind, Kind::Lines | Kind::Stacked | Kind::Tile)
    }

    /// What is drawn, for kinds that are: series by their place in the palette.
    pub(crate) fn chart<'a>(
        &self,
        window: TimeRange,
        grid: Grid,
        utc_offset: i64,
        columns: &[(usize, &'a [f64])],
    ) -> Option<Chart<'a>> {
        if !self.has_picture() {
            return None;
        }
        let look = match self.kind {
            Kind::Stacked => Look::stacked,
            _ if columns.len() == 1 => Look::area,
            _ => Look::line,
        };
        let mut chart = Chart::new(window, grid);
        chart.utc_offset = utc_offset;
        chart.bare = self.kind == Kind::Tile;
        chart.left = Axis {
            format: Format::from(self.unit),
            soft_min: self.floor,
            soft_max: self.ceiling,
            ..Axis::default()
        };
        chart.series = columns.iter().map(|(color, values)| Series::new(values, look(*color))).collect();
        Some(chart)
    }

    /// The height of the drawing in CSS pixels.
    pub(crate) fn height(&self) -> f64 {
        match (self.kind, self.columns) {
            (Kind::Tile, _) => 36.0,
            (_, 24) => 320.0,
            _ => 200.0,
        }
    }

    /// How many series are drawn: a tile draws one.
    pub(crate) fn most_drawn(&self) -> usize {
        if self.kind == Kind::Tile { 1 } else { usize::MAX }
    }

    /// The name of a series that query number `query` brought.
    pub(crate) fn series_name(&self, query: usize, labels: &Labels) -> String {
        match self.queries.get(query).map(|query| query.legend) {
            Some(Legend::Fixed(name)) => name.to_owned(),
            Some(Legend::Labels(names)) => {
                names.iter().filter_map(|name| labels.get(name)).collect::<Vec<_>>().join(" ")
            }
            Some(Legend::WordAnd(word, name)) => format!("{word} {}", labels.get(name).unwrap_or_default()),
            Some(Legend::LabelAnd(name, word)) => format!("{} {word}", labels.get(name).unwrap_or_default()),
            None => labels.to_string(),
        }
    }
}

/// The series of a metric that this server collects itself. Those that were scraped, also from its own `/metrics`, or sent
/// have a job.
fn collected_here(metric: &str) -> Vec<Matcher> {
    vec![Matcher::metric(metric), Matcher::equal("job", "")]
}

/// Whether two series are the same thing measured by different metrics: all labels but the metric's name agree.
pub(crate) fn same_thing(a: &Labels, b: &Labels) -> bool {
    fn others(labels: &Labels) -> impl Iterator<Item = watchfire_model::Label<'_>> {
        labels.iter().filter(|label| label.name != METRIC_NAME)
    }
    others(a).eq(others(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn series_are_named_by_their_labels() {
        let spec = PanelSpec::new("net", "Network", Kind::Lines, Unit::BytesPerSecond, 12)
            .rate("system_network_bytes_total", Legend::Labels(&["interface", "direction"]))
            .gauge("system_load1", Legend::Fixed("1 min"))
            .rate("system_disk_read_bytes_total", Legend::LabelAnd("interface", "read"));
        let labels = Labels::of("m", [("direction", "receive"), ("interface", "eth0")]).unwrap();
        assert_eq!(spec.series_name(0, &labels), "eth0 receive");
        assert_eq!(spec.series_name(1, &labels), "1 min");
        assert_eq!(spec.series_name(2, &labels), "eth0 read");
    }

    #[test]
    fn a_total_belongs_to_its_part() {
        let labels = |metric, host| Labels::of(metric, [("host", host)]).unwrap();
        assert!(same_thing(&labels("used", "a"), &labels("total", "a")));
        assert!(!same_thing(&labels("used", "a"), &labels("total", "b")));
    }
}
