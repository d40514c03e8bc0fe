use leptos::prelude::*;
use leptos_meta::Title;
use watchfire_model::Unit;

use crate::pages::Page;
use crate::panels::{Kind, Legend, PanelGrid, PanelSpec};

pub(super) fn panels() -> Vec<PanelSpec> {
    let chart = |id, title, unit| PanelSpec::new(id, title, Kind::Lines, unit, 12);
    let by_interface = Legend::Labels(&["interface", "direction"]);
    let by_mount = Legend::Labels(&["mountpoint"]);
    vec![
        PanelSpec::new("facts", "This host", Kind::Facts, Unit::Number, 24)
            .gauge("system_host_info", Legend::Labels(&["host"]))
            .gauge("system_uptime_seconds", Legend::Fixed("Uptime"))
            .gauge("system_memory_total_bytes", Legend::Fixed("Memory")),
        PanelSpec::new("cores", "CPU by core", Kind::Stacked, Unit::Percent, 12)
            .gauge("system_cpu_core_usage_percent", Legend::WordAnd("core", "core")),
        chart("load", "Load", Unit::Number)
            .gauge("system_load1", Legend::Fixed("1 min"))
            .gauge("system_load5", Legend::Fixed("5 min"))
            .gauge("system_load15", Legend::Fixed("15 min")),
        chart("memory", "Memory", Unit::Bytes)
            .gauge("system_memory_usage_bytes", Legend::Fixed("used"))
            .gauge("system_memory_available_bytes", Legend::Fixed("available"))
            .gauge("system_memory_total_bytes", Legend::Fixed("total")),
        chart("swap", "Swap", Unit::Bytes)
            .gauge("system_swap_usage_bytes", Legend::Fixed("used"))
            .gauge("system_swap_total_bytes", Legend::Fixed("total")),
        PanelSpec::new("process-table", "Top processes", Kind::Processes, Unit::Number, 24)
            .gauge("system_process_cpu_usage_percent", Legend::Labels(&["process"]))
            .gauge("system_process_memory_usage_bytes", Legend::Labels(&["process"]))
            .gauge("system_process_instances", Legend::Labels(&["process"]))
            .gauge("system_process_pid", Legend::Labels(&["process"])),
        chart("network", "Network traffic", Unit::BytesPerSecond)
            .rate("system_network_bytes_total", by_interface),
        chart("packets", "Network packets", Unit::PerSecond)
            .rate("system_network_packets_total", by_interface),
        chart("errors", "Network errors", Unit::PerSecond).rate("system_network_errors_total", by_interface),
        chart("disk-io", "Disk I/O", Unit::BytesPerSecond)
            .rate("system_disk_read_bytes_total", Legend::LabelAnd("device", "read"))
            .rate("system_disk_written_bytes_total", Legend::LabelAnd("device", "written")),
        chart("disk-space", "Disk space used", Unit::Bytes).gauge("system_disk_usage_bytes", by_mount),
        chart("disk-free", "Disk space available", Unit::Bytes)
            .gauge("system_disk_available_bytes", by_mount),
        PanelSpec { floor: None, ..chart("temperature", "Temperature", Unit::Celsius) }
            .gauge("system_temperature_celsius", Legend::Labels(&["sensor"])),
        chart("collector", "Cost of collecting", Unit::Seconds)
            .gauge("watchfire_collector_last_duration_seconds", Legend::Labels(&["collector"])),
    ]
}

/// One host in depth.
#[component]
pub(crate) fn HostPage() -> impl IntoView {
    view! {
        <Title text=Page::Host.title()/>
        <h1 class="visually-hidden">"Host"</h1>
        <PanelGrid panels=Page::Host.panels()/>
    }
}
