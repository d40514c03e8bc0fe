use std::fmt::Write as _;

use super::reader::{Family, FamilyKind};

/// Writes metrics in Prometheus' text format, version 0.0.4
/// (<https://prometheus.io/docs/instrumenting/exposition_formats/>).
pub(crate) fn exposition(families: &[Family]) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail, so the results are not looked at.
    for family in families {
        let kind = match family.kind {
            FamilyKind::Counter => "counter",
            FamilyKind::Gauge => "gauge",
            FamilyKind::Histogram => "histogram",
        };
        let _ = writeln!(
            text,
            "# HELP {} {}",
            family.name,
            family.help.replace('\\', r"\\").replace('\n', r"\n")
        );
        let _ = writeln!(text, "# TYPE {} {kind}", family.name);
        for point in &family.points {
            let _ = write!(text, "{}{}", family.name, point.suffix);
            for (index, (name, value)) in point.labels.iter().enumerate() {
                let value = value.replace('\\', r"\\").replace('"', "\\\"").replace('\n', r"\n");
                let _ = write!(text, "{}{name}=\"{value}\"", if index == 0 { '{' } else { ',' });
            }
            let _ =
                writeln!(text, "{} {}", if point.labels.is_empty() { "" } else { "}" }, number(point.value));
        }
    }
    text
}

fn number(value: f64) -> String {
    if value.is_nan() {
        "NaN".to_owned()
    } else if value.is_infinite() {
        if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned()
    } else {
        value.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::reader::FamilyPoint;

    #[test]
    fn the_text_is_what_prometheus_reads() {
        let point = |suffix, labels: &[(&str, &str)], value| FamilyPoint {
            suffix,
            labels: labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            value,
        };
        let families = [
            Family {
                name: "a_total".into(),
                help: "Counts \\ things\nand more".into(),
                kind: FamilyKind::Counter,
                points: vec![point("", &[], 3.0), point("", &[("path", "\"x\"\n")], f64::NAN)],
            },
            Family {
                name: "b".into(),
                help: "Took".into(),
                kind: FamilyKind::Histogram,
                points: vec![
                    point("_bucket", &[("le", "+Inf")], 2.0),
                    point("_sum", &[], 0.25),
                    point("_count", &[], 2.0),
                ],
            },
        ];
        insta::assert_snapshot!(exposition(&families), @r#"
        # HELP a_total Counts \\ things\nand more
        # TYPE a_total counter
        a_total 3
        a_total{path="\"x\"\n"} NaN
        # HELP b Took
        # TYPE b histogram
        b_bucket{le="+Inf"} 2
        b_sum 0.25
        b_count 2
        "#);
    }
}
