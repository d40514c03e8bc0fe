//! Rules and their alerts: the section `rules`.

use super::{Form, Setting, put};
use crate::config::values::{count, duration, labels, names, retention, size, switch};

pub(super) static RULES: &[Setting] = &[
    Setting {
        key: "rules.files",
        flag: "rules-files",
        default: "",
        form: Form::Text("PATTERNS"),
        help: "Rule files of Prometheus, separated by commas: names, or patterns such as rules/*.yml. They are read again when they \
               change, and followed only if all of them are well. Relative paths start at the working directory.",
        set: |config, text| put(&mut config.rules.files, Ok(names(text))),
    },
    Setting {
        key: "rules.shipped",
        flag: "rules-shipped",
        default: "true",
        form: Form::Switch,
        help: "Evaluate the rules that come with Watchfire (docs/ALERTING.md names them).",
        set: |config, text| put(&mut config.rules.shipped, switch(text)),
    },
    Setting {
        key: "rules.shipped_without",
        flag: "rules-shipped-without",
        default: "",
        form: Form::Text("NAMES"),
        help: "Those of them, separated by commas, that are left out: names of alerts, such as HighCpuUsage.",
        set: |config, text| put(&mut config.rules.shipped_without, Ok(names(text))),
    },
    Setting {
        key: "rules.external_labels",
        flag: "rules-external-labels",
        default: "",
        form: Form::Text("LABELS"),
        help: "Labels such as region=north,site=one: $externalLabels in templates of rules, and added to alerts that are handed over for \
               notification and have no label of that name.",
        set: |config, text| put(&mut config.rules.external_labels, labels(text)),
    },
    Setting {
        key: "rules.reload_interval",
        flag: "rules-reload-interval",
        default: "5s",
        form: Form::Duration,
        help: "How often these files are looked at, 100ms to 1h.",
        set: |config, text| put(&mut config.rules.reload_interval, duration(text, "100ms", "1h")),
    },
    Setting {
        key: "rules.max_file_bytes",
        flag: "rules-max-file-bytes",
        default: "16MiB",
        form: Form::Size,
        help: "Bytes of one rule file, 16KiB to 256MiB.",
        set: |config, text| put(&mut config.rules.max_file_bytes, size(text, "16KiB", "256MiB")),
    },
    Setting {
        key: "rules.interval",
        flag: "rules-interval",
        default: "15s",
        form: Form::Duration,
        help: "How often rules are evaluated whose group does not say, 100ms to 1d.",
        set: |config, text| put(&mut config.rules.interval, duration(text, "100ms", "1d")),
    },
    Setting {
        key: "rules.query_offset",
        flag: "rules-query-offset",
        default: "0s",
        form: Form::Duration,
        help: "How much earlier than the moment of an evaluation queries look whose group does not say, so that samples that come \
               late are there, 0s to 1h.",
        set: |config, text| put(&mut config.rules.query_offset, duration(text, "0s", "1h")),
    },
    Setting {
        key: "rules.resend_delay",
        flag: "rules-resend-delay",
        default: "1m",
        form: Form::Duration,
        help: "After how long an alert that still fires is handed over for notification again, 1s to 1h.",
        set: |config, text| put(&mut config.rules.resend_delay, duration(text, "1s", "1h")),
    },
    Setting {
        key: "rules.outage_tolerance",
        flag: "rules-outage-tolerance",
        default: "1h",
        form: Form::Duration,
        help: "How long the server may have been away for a pending alert to go on; after that it begins anew, 0s to 30d.",
        set: |config, text| put(&mut config.rules.outage_tolerance, duration(text, "0s", "30d")),
    },
    Setting {
        key: "rules.history",
        flag: "rules-history",
        default: "90d",
        form: Form::Duration,
        help: "How long it is kept what became of alerts, 1h or more; 0 keeps it for ever.",
        set: |config, text| put(&mut config.rules.history, retention(text, "1h")),
    },
    Setting {
        key: "rules.max_count",
        flag: "rules-max-count",
        default: "10000",
        form: Form::Count,
        help: "Rules by form together, 1 to 1000000; one more is refused.",
        set: |config, text| put(&mut config.rules.max_count, count(text, 1..=1_000_000)),
    },
    Setting {
        key: "rules.max_bytes",
        flag: "rules-max-bytes",
        default: "64KiB",
        form: Form::Size,
        help: "Bytes of one rule by form as JSON, 1KiB to 1MiB.",
        set: |config, text| put(&mut config.rules.max_bytes, size(text, "1KiB", "1MiB")),
    },
    Setting {
        key: "rules.max_shown",
        flag: "rules-max-shown",
        default: "100",
        form: Form::Count,
        help: "Series of a preview or a backtest of a rule that are told one by one, 1 to 10000.",
        set: |config, text| put(&mut config.rules.max_shown, count(text, 1..=10_000)),
    },
    Setting {
        key: "rules.max_backtest_points",
        flag: "rules-max-backtest-points",
        default: "2000000",
        form: Form::Count,
        help: "Points of a backtest over one range, of all series together, 1000 to 100000000: where evaluations as often as the rule's own \
               would be more, there are fewer of them, and the answer says how many.",
        set: |config, text| put(&mut config.rules.max_backtest_points, count(text, 1000..=100_000_000)),
    },
    Setting {
        key: "rules.max_heartbeats",
        flag: "rules-max-heartbeats",
        default: "1000",
        form: Form::Count,
        help: "Heartbeats, 1 to 100000; one more is refused.",
        set: |config, text| put(&mut config.rules.max_heartbeats, count(text, 1..=100_000)),
    },
    Setting {
        key: "rules.watchdog",
        flag: "rules-watchdog",
        default: "false",
        form: Form::Switch,
        help: "Whether an alert Watchdog fires always: sent on at an interval (repeat_interval of its route), its silence tells that \
               nothing is told any more.",
        set: |config, text| put(&mut config.rules.watchdog, switch(text)),
    },
    Setting {
        key: "rules.alert_on_error",
        flag: "rules-alert-on-error",
        default: "false",
        form: Form::Switch,
        help: "Whether a rule that cannot be evaluated is an alert of its own, RuleEvaluationFailed, with the rule's labels: its other alerts \
               stay as they are. RuleFailing of the shipped rules says the same of each group, after five minutes.",
        set: |config, text| put(&mut config.rules.alert_on_error, switch(text)),
    },
];
