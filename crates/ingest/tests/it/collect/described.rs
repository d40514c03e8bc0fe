use std::collections::HashSet;

use watchfire_ingest::collect::collectors;
use watchfire_model::{MetricKind, Unit};

use crate::labels;

#[test]
fn the_host_comes_first() {
    let names: Vec<_> = collectors(None).unwrap().iter().map(|collector| collector.name()).collect();
    assert_eq!(names, ["host", "disk_io", "cgroup", "systemd", "gpu"]);
}

#[test]
fn names_tell_kind_and_unit() {
    let collectors = collectors(None).unwrap();
    let mut seen = HashSet::new();
    for metric in collectors.iter().flat_map(|collector| collector.metrics()) {
        let name = metric.name;
        assert!(seen.insert(name), "{name} stands twice");
        assert_eq!(metric.kind == MetricKind::Counter, name.ends_with("_total"), "{name}");
        let ending = match metric.unit {
            Unit::Bytes => "_bytes",
            Unit::Percent => "_percent",
            Unit::Seconds => "_seconds",
            Unit::Celsius => "_celsius",
            _ => "",
        };
        let stem = name.strip_suffix("_total").unwrap_or(name);
        assert!(stem.ends_with(ending), "{name}");
        assert!(metric.help.ends_with('.') && !metric.help.contains('|'), "{name}");
    }
    for (name, _) in labels::LABELS {
        assert!(seen.contains(name), "{name} has labels and no description");
    }
}

#[test]
fn every_collector_works_or_says_why_not() {
    for mut collector in collectors(Some("a".to_owned())).unwrap() {
        let mut batch = watchfire_model::Batch::default();
        let name = collector.name();
        assert_eq!(collector.unavailable(), None, "{name} was not asked yet");
        collector.collect(0, &mut batch).unwrap();
        if let Some(reason) = collector.unavailable() {
            assert!(batch.is_empty(), "{name} gives samples though {reason}");
        }
        let described: HashSet<&str> = collector.metrics().iter().map(|metric| metric.name).collect();
        for (series, _) in batch.iter() {
            let series = series.unwrap();
            assert!(described.contains(series.metric()), "{series}");
            assert_eq!(series.get("host"), Some("a"), "{series}");
            let known = labels::of(series.metric());
            let stray =
                series.iter().find(|l| !known.contains(&l.name) && !["__name__", "host"].contains(&l.name));
            assert!(stray.is_none(), "{series}");
        }
    }
}
