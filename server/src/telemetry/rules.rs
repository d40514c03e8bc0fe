//! How the evaluation of rules goes, named as Prometheus names it with `watchfire_` in place of `prometheus_`.

use opentelemetry::KeyValue;
use opentelemetry::metrics::{AsyncInstrument, Meter};
use watchfire_service::Service;
use watchfire_service::alerting::{AlertingFailures, FORM_FILE, GroupView, SHIPPED_FILE};

/// Registers the metrics.
pub(super) fn register(meter: &Meter, service: &Service) {
    let make = Make { meter, service };
    make.counter("watchfire_rule_evaluations_total", "Evaluations of rules.", |group| {
        group.stats().evaluations
    });
    make.counter("watchfire_rule_evaluation_failures_total", "Evaluations of rules that failed.", |group| {
        group.stats().failures
    });
    make.counter(
        "watchfire_rule_group_iterations_total",
        "Evaluations of groups, those that were due and missed included.",
        |group| group.stats().iterations,
    );
    make.counter(
        "watchfire_rule_group_iterations_missed_total",
        "Evaluations of groups left out because the one before took too long.",
        |group| group.stats().missed,
    );
    make.gauge(
        "watchfire_rule_group_last_duration_seconds",
        "How long the last evaluation took.",
        f64::max,
        |group| Some(group.stats().last_duration.as_secs_f64()),
    );
    make.gauge(
        "watchfire_rule_group_last_evaluation_timestamp_seconds",
        "When the last evaluation was, in seconds since the epoch.",
        f64::max,
        |group| group.stats().last_evaluation.map(|at| at as f64 / 1000.0),
    );
    make.gauge(
        "watchfire_rule_group_last_evaluation_samples",
        "Samples that the last evaluation wrote.",
        |one, other| one + other,
        |group| Some(group.stats().last_samples as f64),
    );
    make.gauge(
        "watchfire_rule_group_interval_seconds",
        "How often the group is evaluated.",
        f64::min,
        |group| Some(group.interval() as f64 / 1000.0),
    );
    make.gauge(
        "watchfire_rule_group_rules",
        "Rules of the group.",
        |one, other| one + other,
        |group| Some(group.len() as f64),
    );
    make.alerts();
    make.files();
    make.failed(
        "watchfire_rule_samples_refused_total",
        "Samples of rules that were not stored.",
        |failures| failures.refused_samples,
    );
    make.failed(
        "watchfire_rule_state_failures_total",
        "Times that the states of alerts could not be stored.",
        |failures| failures.store,
    );
    make.failed(
        "watchfire_alert_handover_failures_total",
        "Times that alerts were not taken for notification.",
        |failures| failures.handover,
    );
}

struct Make<'a> {
    meter: &'a Meter,
    service: &'a Service,
}

/// The groups as Prometheus names them. A form makes a group of its rule alone: all of those are one, or each of thousands of rules
/// would have series of its own; so are those that come with the program.
fn folded<T>(
    service: &Service,
    value: impl Fn(&GroupView) -> Option<T>,
    fold: impl Fn(T, T) -> T,
) -> Vec<(KeyValue, T)> {
    let (mut told, mut forms, mut shipped) = (Vec::new(), None, None);
    for group in service.alerting().groups() {
        let Some(value) = value(&group) else { continue };
        let one = match group.file() {
            FORM_FILE => &mut forms,
            file if file.starts_with(SHIPPED_FILE) => &mut shipped,
            file => {
                told.push((named(&format!("{file};{}", group.name())), value));
                continue;
            }
        };
        *one = Some(match one.take() {
            Some(before) => fold(before, value),
            None => value,
        });
    }
    told.extend(forms.map(|value| (named(FORM_FILE), value)));
    told.extend(shipped.map(|value| (named("shipped"), value)));
    told
}

fn named(group: &str) -> KeyValue {
    KeyValue::new("rule_group", group.to_owned())
}

impl Make<'_> {
    fn counter(&self, name: &'static str, help: &'static str, value: fn(&GroupView) -> u64) {
        let service = self.service.clone();
        let callback = move |observer: &dyn AsyncInstrument<u64>| {
            for (name, value) in folded(&service, |group| Some(value(group)), |one, other| one + other) {
                observer.observe(value, &[name]);
            }
        };
        self.meter.u64_observable_counter(name).with_description(help).with_callback(callback).build();
    }

    /// Of groups that are told as one, what `fold` makes of two.
    fn gauge(
        &self,
        name: &'static str,
        help: &'static str,
        fold: fn(f64, f64) -> f64,
        value: fn(&GroupView) -> Option<f64>,
    ) {
        let service = self.service.clone();
        let callback = move |observer: &dyn AsyncInstrument<f64>| {
            for (name, value) in folded(&service, value, fold) {
                observer.observe(value, &[name]);
            }
        };
        self.meter.f64_observable_gauge(name).with_description(help).with_callback(callback).build();
    }

    fn alerts(&self) {
        let service = self.service.clone();
        let callback = move |observer: &dyn AsyncInstrument<u64>| {
            let counts = service.alerting().groups().iter().map(GroupView::count).collect::<Vec<_>>();
            let (pending, firing) =
                counts.iter().fold((0, 0), |sum, count| (sum.0 + count.0, sum.1 + count.1));
            for (state, count) in [("pending", pending), ("firing", firing)] {
                observer.observe(count as u64, &[KeyValue::new("alertstate", state)]);
            }
        };
        let gauge = self.meter.u64_observable_gauge("watchfire_alerts");
        gauge.with_description("Alerts of all rules, by state.").with_callback(callback).build();
    }

    fn files(&self) {
        let service = self.service.clone();
        self.meter
            .u64_observable_gauge("watchfire_rule_file_errors")
            .with_description(
                "What is wrong with rule files; while it is not 0, the rules are as they were before.",
            )
            .with_callback(move |observer| {
                observer.observe(service.alerting().files().errors.len() as u64, &[]);
            })
            .build();
        let service = self.service.clone();
        self.meter
            .u64_observable_counter("watchfire_rule_reloads_refused_total")
            .with_description("Times that changed rule files were refused.")
            .with_callback(move |observer| observer.observe(service.alerting().files().refused, &[]))
            .build();
    }

    fn failed(&self, name: &'static str, help: &'static str, value: fn(AlertingFailures) -> u64) {
        let service = self.service.clone();
        self.meter
            .u64_observable_counter(name)
            .with_description(help)
            .with_callback(move |observer| observer.observe(value(service.alerting().failures()), &[]))
            .build();
    }
}
