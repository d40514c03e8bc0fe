//! The names of metrics, units and labels, translated by the rules of
//! <https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/> as Prometheus 3 applies them by
//! default (`UnderscoreEscapingWithSuffixes`).

use std::borrow::Cow;

/// Units by UCUM's signs, and the words that Prometheus' names have for them.
const UNITS: [(&str, &str); 27] = [
    ("d", "days"),
    ("h", "hours"),
    ("min", "minutes"),
    ("s", "seconds"),
    ("ms", "milliseconds"),
    ("us", "microseconds"),
    ("ns", "nanoseconds"),
    ("By", "bytes"),
    ("KiBy", "kibibytes"),
    ("MiBy", "mebibytes"),
    ("GiBy", "gibibytes"),
    // Releases of Prometheus up to 3.8 write this one wrong, as "tibibytes".
    ("TiBy", "tebibytes"),
    ("KBy", "kilobytes"),
    ("kBy", "kilobytes"),
    ("MBy", "megabytes"),
    ("GBy", "gigabytes"),
    ("TBy", "terabytes"),
    ("m", "meters"),
    ("V", "volts"),
    ("A", "amperes"),
    ("J", "joules"),
    ("W", "watts"),
    ("g", "grams"),
    ("Cel", "celsius"),
    ("Hz", "hertz"),
    ("1", ""),
    ("%", "percent"),
];

/// The same behind a stroke, where one is meant. `m` is a minute there, as Prometheus has it.
const PER_UNITS: [(&str, &str); 7] = [
    ("s", "second"),
    ("m", "minute"),
    ("h", "hour"),
    ("d", "day"),
    ("w", "week"),
    ("mo", "month"),
    ("y", "year"),
];

/// What a metric's name depends on beside its own text and its unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Ending {
    /// A sum that only rises: `_total`.
    Total,
    /// A gauge: `_ratio` where its unit is `1`.
    Ratio,
    /// Neither.
    None,
}

/// The name of a metric's series; empty where nothing is left of it.
pub(super) fn metric_name(name: &str, unit: &str, ending: Ending) -> String {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == ':';
    let mut words: Vec<&str> = name.split(|c| !is_part(c)).filter(|word| !word.is_empty()).collect();
    if words.is_empty() {
        return String::new();
    }
    let (main, per) = unit_words(unit);
    if !main.is_empty() && !words.contains(&&*main) {
        words.push(&main);
    }
    if !per.is_empty() && !words.contains(&&*per) {
        words.push(&per);
    }
    let last = match ending {
        Ending::Total => "total",
        Ending::Ratio if unit == "1" => "ratio",
        Ending::Ratio | Ending::None => "",
    };
    if !last.is_empty() {
        words.retain(|word| *word != last);
        words.push(last);
    }
    let mut name = words.join("_");
    if name.starts_with(|first: char| first.is_ascii_digit()) {
        name.insert(0, '_');
    }
    name
}

/// The word for a unit, as metadata have it.
pub(super) fn unit_name(unit: &str) -> String {
    let (main, per) = unit_words(unit);
    let stroke = if main.is_empty() || per.is_empty() { "" } else { "_" };
    format!("{main}{stroke}{per}")
}

/// The words for what stands before the first stroke and behind it, `per_` included; empty for annotations in braces.
fn unit_words(unit: &str) -> (String, String) {
    let (main, per) = unit.split_once('/').unwrap_or((unit, ""));
    let word = |part: &str, table: &[(&str, &str)]| {
        let part = part.trim();
        if part.contains(['{', '}']) {
            return String::new();
        }
        clean(table.iter().find(|(sign, _)| *sign == part).map_or(part, |(_, word)| word))
    };
    let per = word(per, &PER_UNITS);
    let per = if per.is_empty() { per } else { format!("per_{per}") };
    (word(main, &UNITS), per)
}

/// A unit without what no name may hold: one `_` for each run of that, and none at the ends.
fn clean(unit: &str) -> String {
    let mut name = String::with_capacity(unit.len());
    for word in unit.split(|c: char| !c.is_ascii_alphanumeric() && c != ':') {
        if !name.is_empty() && !word.is_empty() {
            name.push('_');
        }
        name.push_str(word);
    }
    name
}

/// The name of a label for an attribute's key, which is not empty.
pub(super) fn label_name(key: &str) -> Cow<'_, str> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let (first, second) = (key.as_bytes().first(), key.as_bytes().get(1));
    let plain = key.chars().all(is_part);
    if plain && first.is_some_and(|c| c.is_ascii_alphabetic() || *c == b'_' && second == Some(&b'_')) {
        return Cow::Borrowed(key);
    }
    let mut name: String = key.chars().map(|c| if is_part(c) { c } else { '_' }).collect();
    if name.starts_with(|first: char| first.is_ascii_digit()) {
        name.insert_str(0, "key_");
    } else if name.starts_with('_') && !name.starts_with("__") {
        name.insert_str(0, "key");
    }
    Cow::Owned(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_are_named_as_prometheus_does() {
        use Ending::{None, Ratio, Total};
        for (name, unit, ending, expected) in [
            // From the specification.
            ("http.server.duration", "s", None, "http_server_duration_seconds"),
            ("requests.errors", "1", Ratio, "requests_errors_ratio"),
            ("foo", "{packet}/m", None, "foo_per_minute"),
            ("foo.bytes", "By", Ratio, "foo_bytes"),
            ("system.network", "By/s", Ratio, "system_network_bytes_per_second"),
            ("foo", "{annotation}", Total, "foo_total"),
            ("foo total", "1", Total, "foo_total"),
            ("weird.metric..name", "", Ratio, "weird_metric_name"),
            // From the tests of Prometheus' translator.
            ("system.io", "By", Total, "system_io_bytes_total"),
            (
                "active_directory.ds.replication.sync.object.pending",
                "{objects}/s",
                Total,
                "active_directory_ds_replication_sync_object_pending_per_second_total",
            ),
            ("system.filesystem.utilization", "1", Ratio, "system_filesystem_utilization_ratio"),
            ("metric_ratio_seconds", "1", Ratio, "metric_seconds_ratio"),
            ("total_time", "s", Total, "time_seconds_total"),
            ("memcached.operation_hit_ratio", "%", Ratio, "memcached_operation_hit_ratio_percent"),
            ("unsupported.metric.redundant", "__test $/°C", Ratio, "unsupported_metric_redundant_test_per_C"),
            ("unsupported.metric.temperature", "°F", Ratio, "unsupported_metric_temperature_F"),
            ("storage.filesystem.utilization", " ", Ratio, "storage_filesystem_utilization"),
            ("broker.rate", "m/s", Ratio, "broker_rate_meters_per_second"),
            ("foo", "w/mo", Ratio, "foo_w_per_month"),
            ("foo", "1/s", Ratio, "foo_per_second"),
            ("foo.per_second", "1/s", Ratio, "foo_per_second_per_second"),
            ("2xx.count", "", Total, "_2xx_count_total"),
            ("metric:rule", "", Ratio, "metric:rule"),
            ("_leading__and_", "", Ratio, "leading_and"),
            ("disk", "TiBy", Ratio, "disk_tebibytes"),
            ("unit.ratio", "1", None, "unit_ratio"),
            ("°é", "s", Ratio, ""),
            ("", "s", Ratio, ""),
        ] {
            assert_eq!(metric_name(name, unit, ending), expected, "{name:?} {unit:?} {ending:?}");
        }
    }

    #[test]
    fn units_are_words() {
        for (unit, expected) in [
            ("s", "seconds"),
            ("By/s", "bytes_per_second"),
            ("{request}/s", "per_second"),
            ("1", ""),
            ("", ""),
            ("{thread}", ""),
            ("m/s/s", "meters_per_s_s"),
            ("°C", "C"),
        ] {
            assert_eq!(unit_name(unit), expected, "{unit:?}");
        }
    }

    #[test]
    fn labels_are_named_as_prometheus_does() {
        for (key, expected) in [
            ("http.method", "http_method"),
            ("plain_1", "plain_1"),
            ("1st", "key_1st"),
            ("_private", "key_private"),
            (".private", "key_private"),
            ("__reserved__", "__reserved__"),
            ("..", "__"),
            ("a:b", "a_b"),
            ("größe", "gr__e"),
            ("a..b", "a__b"),
        ] {
            assert_eq!(label_name(key), expected, "{key:?}");
        }
    }
}
