use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// What a panel draws. A kind that this version does not know is kept as it is written, so that a dashboard from a
        /// newer one survives being saved.
        #[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
        pub enum Kind {
            $($(#[$doc])* $variant,)*
            /// None of those above.
            Other(String),
        }

        impl Kind {
            /// Those that this version draws, in the order in which an editor offers them.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// As files write it.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $name,)*
                    Self::Other(name) => name,
                }
            }

            fn of(name: &str) -> Self {
                match name {
                    $($name => Self::$variant,)*
                    other => Self::Other(other.to_owned()),
                }
            }
        }
    };
}

kinds! {
    /// Lines, areas, bars or points over time.
    #[default]
    TimeSeries = "time_series",
    /// One number in large type, with a sparkline.
    Stat = "stat",
    /// A number on an arc.
    Gauge = "gauge",
    /// Numbers as bars, each on a scale of its own.
    BarGauge = "bar_gauge",
    /// Numbers side by side as bars on one scale.
    BarChart = "bar_chart",
    /// Shares of a whole.
    Pie = "pie",
    /// Rows and columns.
    Table = "table",
    /// Counts by time and size, as colours.
    Heatmap = "heatmap",
    /// How often values of each size occur.
    Histogram = "histogram",
    /// States over time, as bands.
    StateTimeline = "state_timeline",
    /// States over time, as a box for each moment.
    StatusHistory = "status_history",
    /// Markdown.
    Text = "text",
    /// Nodes, and edges between them.
    NodeGraph = "node_graph",
    /// Alerts that fire.
    AlertList = "alert_list",
    /// Dashboards to go to.
    DashboardList = "dashboard_list",
    /// Lines of logs.
    Logs = "logs",
    /// A heading; the panels below it, up to the next one, fold away with it.
    Row = "row",
}

impl fmt::Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Ok(Self::of(&name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_name_of_its_own() {
        for kind in Kind::ALL {
            assert_eq!(Kind::of(kind.as_str()), *kind);
        }
        assert_eq!(Kind::of("hologram"), Kind::Other("hologram".to_owned()));
        assert_eq!(serde_json::to_string(&Kind::Other("hologram".to_owned())).unwrap(), r#""hologram""#);
    }
}
