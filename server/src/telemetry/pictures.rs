use std::sync::atomic::{AtomicU64, Ordering};

use opentelemetry::metrics::Meter;

use crate::render::{Desk, DeskStats};

/// A counter, what it counts, and where that is kept.
type Row = (&'static str, &'static str, fn(&DeskStats) -> &AtomicU64);

/// Registers the metrics of pictures by their address.
pub(super) fn register(meter: &Meter, desk: &Desk) {
    let counters: [Row; 4] = [
        ("watchfire_render_drawn_total", "Pictures that were drawn.", |stats| &stats.drawn),
        ("watchfire_render_cached_total", "Pictures that were there already.", |stats| &stats.cached),
        ("watchfire_render_failures_total", "Pictures that say what is wrong.", |stats| &stats.failed),
        ("watchfire_render_limited_total", "What a limit of pictures refused or cut short.", |stats| {
            &stats.limited
        }),
    ];
    for (name, help, value) in counters {
        let desk = desk.clone();
        meter
            .u64_observable_counter(name)
            .with_description(help)
            .with_callback(move |observer| observer.observe(value(desk.stats()).load(Ordering::Relaxed), &[]))
            .build();
    }
    let own = desk.clone();
    meter
        .f64_observable_counter("watchfire_render_seconds_total")
        .with_description("Time that drawing took, queries aside.")
        .with_callback(move |observer| {
            observer.observe(own.stats().micros.load(Ordering::Relaxed) as f64 / 1e6, &[]);
        })
        .build();
    let desk = desk.clone();
    meter
        .u64_observable_gauge("watchfire_render_cache_bytes")
        .with_description("Bytes of pictures that are kept.")
        .with_callback(move |observer| observer.observe(desk.cache_bytes(), &[]))
        .build();
}
