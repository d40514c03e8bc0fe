//! From what a panel shows to the description of its picture, one file for each kind. Kinds that are text (tables, lists, texts)
//! have none here for pages, which show them as HTML; [`table`] draws one where a whole dashboard is a picture.

mod bar_chart;
pub(crate) mod card;
mod gauges;
mod graph;
mod heatmap;
mod histogram;
mod numbers;
mod stat;
mod states;
pub(crate) mod table;
mod time_series;

use std::collections::BTreeSet;

use watchfire_chart::{
    BarGauge, Bars, Chart, Gauge, Heatmap, Insets, Mark, NodeGraph, Picture, Pie, Point, Rect, Stat, States,
    Surface, Theme,
};
use watchfire_dashboard::{Kind, Panel, QueryShape};
use watchfire_model::TimeRange;

pub use graph::{Graph, graph};

use crate::Prepared;

/// Whether a panel's series are the buckets of classic histograms.
pub(crate) fn has_buckets(panel: &Panel, prepared: &Prepared) -> bool {
    panel.view.from_buckets
        || panel.queries.iter().any(|query| query.shape == QueryShape::Heatmap)
        || (!prepared.series.is_empty()
            && prepared.series.iter().all(|series| series.labels.get(heatmap::LE).is_some()))
}

/// What the picture of a panel leaves out because it is too much, in words.
pub fn left_out(panel: &Panel, prepared: &Prepared) -> Option<String> {
    match panel.kind {
        Kind::NodeGraph => {
            let graph = graph(prepared);
            let all = graph.nodes.len() + graph.left_out;
            (graph.left_out > 0).then(|| format!("{} of {all} nodes are left out", graph.left_out))
        }
        Kind::Heatmap => {
            let end = heatmap::ends_at(panel, prepared)?;
            Some(format!("values above {end} are left out; a wider bucket_size has room for all"))
        }
        _ => None,
    }
}

/// What a picture depends on besides its panel and its data.
#[derive(Clone, Copy, Debug)]
pub struct Stage<'a> {
    /// The colours of the page.
    pub theme: &'a Theme,
    /// The range of the page.
    pub window: TimeRange,
    /// Milliseconds that the shown zone is east of UTC.
    pub utc_offset: i64,
    /// Milliseconds since the epoch.
    pub now: i64,
    /// The names of series that readers have switched off.
    pub hidden: &'a BTreeSet<String>,
    /// What is marked in time.
    pub marks: &'a [Mark<'a>],
    /// Where the nodes of a graph lie.
    pub positions: &'a [Point],
}

/// A picture of any kind.
#[derive(Clone, Debug, PartialEq)]
pub enum Drawing<'a> {
    /// Series over time.
    Time(Chart<'a>),
    /// Numbers in large type.
    Stat(Stat<'a>),
    /// Numbers on arcs.
    Gauge(Gauge<'a>),
    /// Numbers as bars of their own.
    BarGauge(BarGauge<'a>),
    /// Numbers as bars on one scale.
    Bars(Bars<'a>),
    /// Shares.
    Pie(Pie<'a>),
    /// Counts as colours.
    Heatmap(Heatmap<'a>),
    /// States over time.
    States(States<'a>),
    /// Nodes and edges.
    Graph(NodeGraph<'a>),
}

impl<'a> Drawing<'a> {
    /// The picture of a panel; none for kinds that are text.
    pub fn of(panel: &'a Panel, prepared: &'a Prepared, stage: &Stage<'a>) -> Option<Self> {
        Some(match panel.kind {
            Kind::TimeSeries => Self::Time(time_series::chart(panel, prepared, stage)),
            Kind::Stat => Self::Stat(stat::stat(panel, prepared, stage)),
            Kind::Gauge => Self::Gauge(gauges::gauge(panel, prepared, stage)),
            Kind::BarGauge => Self::BarGauge(gauges::bar_gauge(panel, prepared, stage)),
            Kind::BarChart => Self::Bars(bar_chart::bars(panel, prepared, stage)),
            Kind::Histogram => Self::Bars(histogram::bars(panel, prepared, stage)),
            Kind::Pie => Self::Pie(gauges::pie(panel, prepared, stage)),
            Kind::Heatmap => Self::Heatmap(heatmap::heatmap(panel, prepared, stage)),
            Kind::StateTimeline => Self::States(states::states(panel, prepared, stage, false)),
            Kind::StatusHistory => Self::States(states::states(panel, prepared, stage, true)),
            Kind::NodeGraph => Self::Graph(graph::node_graph(panel, prepared, stage)),
            Kind::Table
            | Kind::Text
            | Kind::AlertList
            | Kind::DashboardList
            | Kind::Logs
            | Kind::Row
            | Kind::Other(_) => return None,
        })
    }

    fn picture(&self) -> &dyn Picture {
        match self {
            Self::Time(picture) => picture,
            Self::Stat(picture) => picture,
            Self::Gauge(picture) => picture,
            Self::BarGauge(picture) => picture,
            Self::Bars(picture) => picture,
            Self::Pie(picture) => picture,
            Self::Heatmap(picture) => picture,
            Self::States(picture) => picture,
            Self::Graph(picture) => picture,
        }
    }
}

impl Picture for Drawing<'_> {
    fn insets(&self, width: f64, height: f64) -> Option<Insets> {
        self.picture().insets(width, height)
    }

    fn paint(&self, surface: &mut dyn Surface, area: Rect, theme: &Theme) {
        self.picture().paint(surface, area, theme);
    }
}
