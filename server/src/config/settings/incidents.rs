//! Alerts that belong together: the section `incidents`.

use super::{Form, Setting, put};
use crate::config::values::{arrows, count, duration, retention, size};

pub(super) static INCIDENTS: &[Setting] = &[
    Setting {
        key: "incidents.window",
        flag: "incidents-window",
        default: "1h",
        form: Form::Duration,
        help: "How far apart in time alerts may be that belong together by their host, service, trace or change, 1m to 7d. The same \
               alert again within it is still the same.",
        set: |config, text| put(&mut config.incidents.window, duration(text, "1m", "7d")),
    },
    Setting {
        key: "incidents.dependencies",
        flag: "incidents-dependencies",
        default: "",
        form: Form::Text("PAIRS"),
        help: "Services and what they depend on, such as shop>payments,payments>db: what others depend on is guessed to be the cause.",
        set: |config, text| put(&mut config.incidents.dependencies, arrows(text)),
    },
    Setting {
        key: "incidents.history",
        flag: "incidents-history",
        default: "90d",
        form: Form::Duration,
        help: "How long an incident is kept after its end, 1h or more; 0 keeps it for ever.",
        set: |config, text| put(&mut config.incidents.history, retention(text, "1h")),
    },
    Setting {
        key: "incidents.max_count",
        flag: "incidents-max-count",
        default: "10000",
        form: Form::Count,
        help: "Incidents that are kept, 1 to 1000000; beyond, those go first that are over for longest.",
        set: |config, text| put(&mut config.incidents.max_count, count(text, 1..=1_000_000)),
    },
    Setting {
        key: "incidents.max_alerts",
        flag: "incidents-max-alerts",
        default: "1000",
        form: Form::Count,
        help: "Alerts of an incident that are told one by one, 1 to 100000.",
        set: |config, text| put(&mut config.incidents.max_alerts, count(text, 1..=100_000)),
    },
    Setting {
        key: "incidents.max_notes",
        flag: "incidents-max-notes",
        default: "1000",
        form: Form::Count,
        help: "Notes of an incident, 1 to 100000; one more is refused.",
        set: |config, text| put(&mut config.incidents.max_notes, count(text, 1..=100_000)),
    },
    Setting {
        key: "incidents.max_note_bytes",
        flag: "incidents-max-note-bytes",
        default: "16KiB",
        form: Form::Size,
        help: "Bytes of a note, its author included, 64 to 1MiB.",
        set: |config, text| put(&mut config.incidents.max_note_bytes, size(text, "64", "1MiB")),
    },
];
