use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::time::{Duration, Instant};

use watchfire_ingest::collect::{Collector, HostCollector};
use watchfire_model::{Batch, Label, Labels, METRIC_NAME, MetricDescription, MetricKind, Unit};

use crate::labels;

/// What one collection gave: series and value.
type Reading = BTreeMap<Labels, f64>;

fn read(collector: &mut HostCollector, at: i64) -> Reading {
    let mut batch = Batch::default();
    collector.collect(at, &mut batch).unwrap();
    let count = batch.len();
    assert!(batch.timestamps.iter().all(|timestamp| *timestamp == at));
    let reading: Reading = batch.iter().map(|(labels, sample)| (labels.unwrap(), sample.value)).collect();
    assert_eq!(reading.len(), count, "a series came twice in one collection");
    reading
}

/// Two collections with enough work between them for CPU usage to be real, and to be more than nothing.
fn read_twice() -> (HostCollector, Reading, Reading) {
    let mut collector = HostCollector::new(Some("test-host".to_owned())).unwrap();
    let first = read(&mut collector, 1000);
    let start = Instant::now();
    while start.elapsed() < sysinfo::MINIMUM_CPU_UPDATE_INTERVAL + Duration::from_millis(100) {
        std::hint::spin_loop();
    }
    let second = read(&mut collector, 2000);
    (collector, first, second)
}

fn metrics(reading: &Reading) -> BTreeSet<&str> {
    reading.keys().map(Labels::metric).collect()
}

/// The value of the one series of a metric.
fn value(reading: &Reading, metric: &str) -> f64 {
    let values: Vec<f64> = of(reading, metric).map(|(_, value)| value).collect();
    assert_eq!(values.len(), 1, "{metric}");
    values[0]
}

fn of<'a>(reading: &'a Reading, metric: &str) -> impl Iterator<Item = (&'a Labels, f64)> {
    reading
        .iter()
        .filter(move |(labels, _)| labels.metric() == metric)
        .map(|(labels, value)| (labels, *value))
}

#[test]
fn a_host_gives_what_it_has() {
    let (_, first, second) = read_twice();
    let mut expected: BTreeSet<&str> = BTreeSet::from([
        "system_boot_time_seconds",
        "system_cpu_core_usage_percent",
        "system_cpu_usage_percent",
        "system_host_info",
        "system_memory_available_bytes",
        "system_memory_free_bytes",
        "system_memory_total_bytes",
        "system_memory_usage_bytes",
        "system_network_bytes_total",
        "system_network_errors_total",
        "system_network_packets_total",
        "system_process_cpu_usage_percent",
        "system_process_instances",
        "system_process_memory_usage_bytes",
        "system_process_pid",
        "system_processes",
        "system_uptime_seconds",
    ]);
    if cfg!(unix) {
        expected.extend(["system_load1", "system_load5", "system_load15"]);
    }
    // The rest depends on the machine; Linux tells what it has.
    let mounts = fs::read_to_string("/proc/mounts").unwrap_or_default();
    if mounts.lines().any(|line| line.starts_with("/dev/") && line.split(' ').nth(1) == Some("/")) {
        expected.extend([
            "system_disk_usage_bytes",
            "system_disk_total_bytes",
            "system_disk_available_bytes",
        ]);
    }
    if fs::read_to_string("/proc/swaps").is_ok_and(|swaps| swaps.lines().count() > 1) {
        expected.extend(["system_swap_usage_bytes", "system_swap_total_bytes"]);
    }
    let given = metrics(&second);
    let missing: Vec<_> = expected.difference(&given).collect();
    assert!(missing.is_empty(), "{missing:?}");

    let fake: Vec<_> = metrics(&first).into_iter().filter(|name| name.contains("cpu")).collect();
    assert!(fake.is_empty(), "one reading tells nothing about {fake:?}");
}

#[test]
fn every_sample_is_described() {
    let (collector, first, second) = read_twice();
    let described: BTreeMap<&str, &MetricDescription> =
        collector.metrics().iter().map(|metric| (metric.name, metric)).collect();
    assert_eq!(described.len(), collector.metrics().len(), "a name stands twice in metrics()");

    for series in first.keys().chain(second.keys()) {
        let metric = described[series.metric()];
        assert_eq!(metric.kind == MetricKind::Counter, metric.name.ends_with("_total"), "{series}");
        let ending = match metric.unit {
            Unit::Percent => Some("_percent"),
            Unit::Seconds => Some("_seconds"),
            Unit::Celsius => Some("_celsius"),
            _ => None,
        };
        assert!(ending.is_none_or(|ending| metric.name.ends_with(ending)), "{series}");
        assert_eq!(metric.unit == Unit::Bytes, metric.name.contains("_bytes"), "{series}");

        assert_eq!(series.get("host"), Some("test-host"), "{series}");
        let known: HashSet<&str> =
            labels::of(metric.name).iter().copied().chain([METRIC_NAME, "host"]).collect();
        let names: HashSet<&str> = series.iter().map(|Label { name, .. }| name).collect();
        // A fact that the system does not tell is no label.
        let same = if metric.name == "system_host_info" { names.is_subset(&known) } else { names == known };
        assert!(same, "{series}");
    }
}

#[test]
fn values_are_possible() {
    let (_, first, second) = read_twice();
    let cores = of(&second, "system_cpu_core_usage_percent").count() as f64;
    for (series, value) in &second {
        let metric = series.metric();
        let most = match metric {
            "system_process_cpu_usage_percent" => 100.0 * cores,
            metric if metric.ends_with("_percent") => 100.0,
            "system_temperature_celsius" => 200.0,
            _ => f64::MAX,
        };
        let least = if metric == "system_temperature_celsius" { -100.0 } else { 0.0 };
        assert!((least..=most).contains(value), "{series} {value}");

        if metric.ends_with("_total")
            && let Some(before) = first.get(series)
        {
            assert!(before <= value, "{series} fell from {before} to {value}");
        }
        if metric.ends_with("_usage_bytes") && !metric.contains("process") {
            let total = metric.replace("_usage_", "_total_");
            let others = series.iter().filter(|label| label.name != METRIC_NAME);
            let total = Labels::of(&total, others.map(|l| (l.name, l.value))).unwrap();
            assert!(*value <= second[&total], "{series} {value}");
        }
    }
    let busiest = of(&second, "system_process_cpu_usage_percent").map(|(_, value)| value).fold(0.0, f64::max);
    assert!(busiest > 0.0, "this test itself was busy");
    assert!(value(&second, "system_cpu_usage_percent") > 0.0);
    assert!(of(&second, "system_process_pid").count() <= 20);
}

#[test]
fn series_keep_their_identity() {
    let (_, first, second) = read_twice();
    // Programs enter and leave the top lists, and another test may start them; all else stays.
    let lasting = |reading: &Reading| -> BTreeSet<Labels> {
        reading.keys().filter(|labels| labels.get("process").is_none()).cloned().collect()
    };
    let gone: Vec<String> = lasting(&first).difference(&lasting(&second)).map(Labels::to_string).collect();
    assert!(gone.is_empty(), "{gone:?}");
}

#[test]
fn a_blank_host_name_is_none() {
    let mut collector = HostCollector::new(Some("  ".to_owned())).unwrap();
    for series in read(&mut collector, 0).keys() {
        assert!(series.get("host").is_some_and(|host| !host.trim().is_empty()), "{series}");
    }
}

/// The values are those of the kernel.
#[cfg(target_os = "linux")]
#[test]
fn values_agree_with_proc() {
    let mut collector = HostCollector::new(None).unwrap();
    let before = DiskStats::read();
    let reading = read(&mut collector, 0);
    let after = DiskStats::read();

    for (metric, column) in [("system_disk_read_bytes_total", 5), ("system_disk_written_bytes_total", 9)] {
        for (series, value) in of(&reading, metric) {
            let device = series.get("device").unwrap();
            // A device that is mounted by another name has no line of its own.
            if let (Some(before), Some(after)) = (before.bytes(device, column), after.bytes(device, column)) {
                assert!((before..=after).contains(&value), "{series}: {before} {value} {after}");
            }
        }
    }

    let memory = fs::read_to_string("/proc/meminfo").unwrap();
    let total = memory.lines().find_map(|line| line.strip_prefix("MemTotal:")).unwrap();
    let total: f64 = total.trim_end_matches("kB").trim().parse().unwrap();
    assert!((value(&reading, "system_memory_total_bytes") - total * 1024.0).abs() < 1.0);

    let of_interfaces: BTreeSet<&str> = of(&reading, "system_network_bytes_total")
        .filter_map(|(series, _)| series.get("interface"))
        .collect();
    let in_kernel = fs::read_dir("/sys/class/net").unwrap().count();
    assert!(!of_interfaces.is_empty() && of_interfaces.len() <= in_kernel, "{of_interfaces:?}");
}

/// /proc/diskstats; Documentation/admin-guide/iostats.rst of the kernel describes it.
#[cfg(target_os = "linux")]
struct DiskStats(String);

#[cfg(target_os = "linux")]
impl DiskStats {
    fn read() -> Self {
        Self(fs::read_to_string("/proc/diskstats").unwrap())
    }

    /// The sectors in `column` of the device's line as bytes; a sector is always 512 of them.
    fn bytes(&self, device: &str, column: usize) -> Option<f64> {
        let mut lines = self.0.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
        let line = lines.find(|fields| fields.get(2) == Some(&device))?;
        Some(line[column].parse::<f64>().unwrap() * 512.0)
    }
}
