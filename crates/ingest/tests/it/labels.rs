/// The labels of each metric beside `host`: what docs/METRICS.md tells, and what real samples must carry.
const LABELS: &[(&str, &[&str])] = &[
    ("system_cpu_core_usage_percent", &["core"]),
    ("system_disk_usage_bytes", &["device", "mountpoint", "fstype"]),
    ("system_disk_total_bytes", &["device", "mountpoint", "fstype"]),
    ("system_disk_available_bytes", &["device", "mountpoint", "fstype"]),
    ("system_disk_read_bytes_total", &["device"]),
    ("system_disk_written_bytes_total", &["device"]),
    ("system_network_bytes_total", &["interface", "direction"]),
    ("system_network_packets_total", &["interface", "direction"]),
    ("system_network_errors_total", &["interface", "direction"]),
    ("system_temperature_celsius", &["sensor"]),
    ("system_process_cpu_usage_percent", &["process"]),
    ("system_process_memory_usage_bytes", &["process"]),
    ("system_process_instances", &["process"]),
    ("system_process_pid", &["process"]),
    ("system_host_info", &["os", "os_version", "kernel", "arch", "cpu", "cores"]),
];

/// The labels of `metric` beside `host`.
pub(crate) fn of(metric: &str) -> &'static [&'static str] {
    LABELS.iter().find(|(name, _)| *name == metric).map_or(&[], |(_, labels)| labels)
}
