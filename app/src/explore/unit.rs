use watchfire_model::{METRIC_NAME, MatchOp, Unit};
use watchfire_promql::ast::{AggregateOp, BinaryOp, Expr, ExprKind, Selector};

/// What the values of a query count, as far as the names of its metrics tell
/// (<https://prometheus.io/docs/practices/naming/>): for the axis and the legend.
pub(crate) fn unit_of(expr: &Expr) -> Unit {
    match &expr.kind {
        ExprKind::Vector(selector) | ExprKind::Matrix { selector, .. } => unit_of_selector(selector),
        ExprKind::Subquery(subquery) => unit_of(&subquery.expr),
        ExprKind::Unary { expr, .. } | ExprKind::Paren(expr) => unit_of(expr),
        ExprKind::Aggregate(aggregate) => match aggregate.op {
            AggregateOp::Count | AggregateOp::CountValues | AggregateOp::Group | AggregateOp::Stdvar => {
                Unit::Number
            }
            _ => unit_of(&aggregate.expr),
        },
        ExprKind::Call { function, args } => unit_of_call(function.name, args),
        ExprKind::Binary(binary) => {
            let (left, right) = (unit_of(&binary.lhs), unit_of(&binary.rhs));
            let same = left == right || matches!(binary.rhs.kind, ExprKind::Number(_));
            match binary.op {
                BinaryOp::Add | BinaryOp::Sub if same => left,
                op if op.is_set() || (op.is_comparison() && !binary.return_bool) => left,
                _ => Unit::Number,
            }
        }
        ExprKind::Number(_) | ExprKind::String(_) => Unit::Number,
    }
}

/// Its short name, as panels have it.
pub(crate) fn unit_name(unit: Unit) -> &'static str {
    match unit {
        Unit::Number | Unit::Count => "short",
        Unit::Percent => "percent",
        Unit::Bytes => "bytes",
        Unit::BytesPerSecond => "binBps",
        Unit::PerSecond => "suffix:/s",
        Unit::Seconds => "s",
        Unit::Celsius => "celsius",
    }
}

fn unit_of_call(name: &str, args: &[Expr]) -> Unit {
    let inner = args.iter().map(unit_of).find(|unit| *unit != Unit::Number).unwrap_or(Unit::Number);
    match name {
        "rate" | "irate" | "deriv" => match inner {
            Unit::Bytes => Unit::BytesPerSecond,
            // Seconds each second are a share.
            Unit::Seconds | Unit::Percent | Unit::Celsius => Unit::Number,
            _ => Unit::PerSecond,
        },
        "abs" | "avg_over_time" | "ceil" | "clamp" | "clamp_max" | "clamp_min" | "delta"
        | "first_over_time" | "floor" | "histogram_quantile" | "idelta" | "increase" | "label_join"
        | "label_replace" | "last_over_time" | "mad_over_time" | "max_over_time" | "min_over_time"
        | "predict_linear" | "quantile_over_time" | "round" | "scalar" | "sort" | "sort_by_label"
        | "sort_by_label_desc" | "sort_desc" | "stddev_over_time" | "sum_over_time" => {
            // Buckets are counted, what they are counted by is measured.
            if name == "histogram_quantile" && inner == Unit::PerSecond {
                args.get(1).map_or(Unit::Number, bucket_unit)
            } else {
                inner
            }
        }
        _ => Unit::Number,
    }
}

/// The unit of the metric that the buckets below `expr` belong to.
fn bucket_unit(expr: &Expr) -> Unit {
    match &expr.kind {
        ExprKind::Vector(selector) | ExprKind::Matrix { selector, .. } => {
            metric_of(selector).map_or(Unit::Number, |name| unit_of_name(name.trim_end_matches("_bucket")))
        }
        _ => expr.children().map(bucket_unit).find(|unit| *unit != Unit::Number).unwrap_or(Unit::Number),
    }
}

fn metric_of(selector: &Selector) -> Option<&str> {
    let named =
        selector.matchers.iter().find(|matcher| matcher.name == METRIC_NAME && matcher.op == MatchOp::Equal);
    named.map(|matcher| matcher.value.as_str())
}

fn unit_of_selector(selector: &Selector) -> Unit {
    metric_of(selector).map_or(Unit::Number, unit_of_name)
}

fn unit_of_name(name: &str) -> Unit {
    let name = name.trim_end_matches("_total").trim_end_matches("_sum");
    let ends = |suffix: &str| name.ends_with(suffix);
    match () {
        () if ends("_bytes") => Unit::Bytes,
        () if ends("_timestamp_seconds") => Unit::Number,
        () if ends("_seconds") => Unit::Seconds,
        () if ends("_percent") => Unit::Percent,
        () if ends("_celsius") => Unit::Celsius,
        () => Unit::Number,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_units() {
        let table = [
            ("system_memory_usage_bytes", Unit::Bytes),
            ("rate(system_network_bytes_total[5m])", Unit::BytesPerSecond),
            ("sum by (a) (rate(requests_total[5m]))", Unit::PerSecond),
            ("a_seconds + b_seconds", Unit::Seconds),
            ("a_bytes / b_bytes", Unit::Number),
            ("a_bytes > 5", Unit::Bytes),
            ("a_bytes > bool 5", Unit::Number),
            ("count(a_bytes)", Unit::Number),
            ("max_over_time(a_percent[1h])", Unit::Percent),
            ("rate(cpu_seconds_total[1m])", Unit::Number),
            ("start_timestamp_seconds", Unit::Number),
            ("time()", Unit::Number),
        ];
        for (query, unit) in table {
            assert_eq!(unit_of(&watchfire_promql::parse(query).unwrap()), unit, "{query}");
        }
    }

    #[test]
    fn a_quantile_is_measured_as_its_buckets_are() {
        let query = "histogram_quantile(0.9, sum by (le) (rate(request_duration_seconds_bucket[5m])))";
        assert_eq!(unit_of(&watchfire_promql::parse(query).unwrap()), Unit::Seconds);
    }
}
