//! What keeps people from hearing of alerts.

use opentelemetry::KeyValue;
use opentelemetry::metrics::Meter;
use watchfire_service::alertmanager::Alertmanager;

use crate::clock::now;

/// Registers the metrics.
pub(crate) fn register_muting(meter: &Meter, alertmanager: &Alertmanager) {
    let source = alertmanager.clone();
    meter
        .u64_observable_gauge("watchfire_alerts_muted")
        .with_description("Alerts that fire and that nobody hears of, by what mutes them.")
        .with_callback(move |observer| {
            let counts = source.muted_counts(now());
            for (by, count) in [
                ("silence", counts.silence),
                ("inhibition", counts.inhibition),
                ("maintenance", counts.maintenance),
                ("demo", counts.demo),
            ] {
                observer.observe(count as u64, &[KeyValue::new("by", by)]);
            }
        })
        .build();
    let source = alertmanager.clone();
    meter
        .u64_observable_gauge("watchfire_maintenance_windows")
        .with_description("Maintenance windows, by whether they mute now.")
        .with_callback(move |observer| {
            let (open, closed, _) = source.window_counts(now());
            for (state, count) in [("open", open), ("closed", closed)] {
                observer.observe(count as u64, &[KeyValue::new("state", state)]);
            }
        })
        .build();
    let source = alertmanager.clone();
    meter
        .u64_observable_gauge("watchfire_incidents")
        .with_description("Incidents that are kept, by state.")
        .with_callback(move |observer| {
            for (state, count) in source.incident_counts().0 {
                observer.observe(count as u64, &[KeyValue::new("state", state.word())]);
            }
        })
        .build();
    let source = alertmanager.clone();
    meter
        .u64_observable_counter("watchfire_incidents_limited_total")
        .with_description("What incidents.max_* let go, left out or refused.")
        .with_callback(move |observer| observer.observe(source.incident_counts().1, &[]))
        .build();
    let source = alertmanager.clone();
    meter
        .u64_observable_counter("watchfire_maintenance_refused_total")
        .with_description("Maintenance windows that notify.max_windows refused.")
        .with_callback(move |observer| observer.observe(source.window_counts(now()).2, &[]))
        .build();
}
