//! How a collector lists its metrics.

use watchfire_model::{MetricDescription, MetricKind, Unit};

pub(super) const fn gauge(name: &'static str, unit: Unit, help: &'static str) -> MetricDescription {
    MetricDescription { name, kind: MetricKind::Gauge, unit, help }
}

pub(super) const fn counter(name: &'static str, unit: Unit, help: &'static str) -> MetricDescription {
    MetricDescription { name, kind: MetricKind::Counter, unit, help }
}

/// Declares a constant for each metric and the list of them all, so that none can be missing from the list.
macro_rules! metrics {
    ($($constant:ident = $kind:ident($name:literal, $unit:ident, $help:literal);)*) => {
        $(
            pub(super) const $constant: watchfire_model::MetricDescription =
                $crate::collect::describe::$kind($name, watchfire_model::Unit::$unit, $help);
        )*

        /// All metrics of the collector.
        pub(super) const ALL: &[watchfire_model::MetricDescription] = &[$($constant),*];
    };
}

pub(super) use metrics;
