use leptos::prelude::*;
use leptos_meta::Title;
use watchfire_model::Unit;

use crate::pages::Page;
use crate::panels::{Kind, Legend, PanelGrid, PanelSpec};

pub(super) fn panels() -> Vec<PanelSpec> {
    let tile = |id, title, unit| PanelSpec::new(id, title, Kind::Tile, unit, 4);
    let chart = |id, title, unit| PanelSpec::new(id, title, Kind::Lines, unit, 12);
    let of_watchfire = |id, title, unit| PanelSpec::new(id, title, Kind::Lines, unit, 8);
    vec![
        tile("cpu", "CPU", Unit::Percent)
            .up_to(100.0)
            .gauge("system_cpu_usage_percent", Legend::Fixed("CPU")),
        tile("memory", "Memory", Unit::Bytes)
            .gauge("system_memory_usage_bytes", Legend::Fixed("used"))
            .gauge("system_memory_total_bytes", Legend::Fixed("total")),
        tile("load", "Load, 1 min", Unit::Number).gauge("system_load1", Legend::Fixed("load")),
        tile("disk", "Fullest disk", Unit::Bytes)
            .gauge("system_disk_usage_bytes", Legend::Labels(&["mountpoint"]))
            .gauge("system_disk_total_bytes", Legend::Labels(&["mountpoint"])),
        tile("processes", "Processes", Unit::Count).gauge("system_processes", Legend::Fixed("processes")),
        tile("uptime", "Uptime", Unit::Seconds).gauge("system_uptime_seconds", Legend::Fixed("uptime")),
        chart("cpu-chart", "CPU", Unit::Percent)
            .up_to(100.0)
            .gauge("system_cpu_usage_percent", Legend::Fixed("all cores")),
        chart("memory-chart", "Memory", Unit::Bytes)
            .gauge("system_memory_usage_bytes", Legend::Fixed("used"))
            .gauge("system_memory_total_bytes", Legend::Fixed("total")),
        chart("network-chart", "Network", Unit::BytesPerSecond)
            .rate("system_network_bytes_total", Legend::Labels(&["interface", "direction"])),
        chart("disk-chart", "Disk I/O", Unit::BytesPerSecond)
            .rate("system_disk_read_bytes_total", Legend::LabelAnd("device", "read"))
            .rate("system_disk_written_bytes_total", Legend::LabelAnd("device", "written")),
        of_watchfire("own-cpu", "Watchfire: CPU", Unit::Percent)
            .gauge("watchfire_process_cpu_usage_percent", Legend::Fixed("of one core")),
        of_watchfire("own-memory", "Watchfire: memory", Unit::Bytes)
            .gauge("watchfire_process_resident_memory_bytes", Legend::Fixed("resident")),
        of_watchfire("own-samples", "Watchfire: samples", Unit::PerSecond)
            .rate("watchfire_storage_appended_samples_total", Legend::Fixed("samples")),
    ]
}

/// The state of everything, at a glance.
#[component]
pub(crate) fn OverviewPage() -> impl IntoView {
    view! {
        <Title text=Page::Overview.title()/>
        <h1 class="visually-hidden">"Overview"</h1>
        <PanelGrid panels=Page::Overview.panels()/>
    }
}
