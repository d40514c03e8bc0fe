//! From alerts to notifications: the section `notify`.

use super::{Form, Setting, put};
use crate::config::values::{count, duration, optional, switch};

pub(super) static NOTIFY: &[Setting] = &[
    Setting {
        key: "notify.config",
        flag: "notify-config",
        default: "",
        form: Form::Text("FILE"),
        help: "Alertmanager's configuration file: who hears of which alerts. It is read again when it changes, and followed only if \
               all of it is well. Empty: what is kept by the page Alerts, Routing counts; without that nobody is told, and alerts are kept and shown all \
               the same.",
        set: |config, text| put(&mut config.notify.config, Ok(optional(text))),
    },
    Setting {
        key: "notify.files_in_kept_config",
        flag: "notify-files-in-kept-config",
        default: "false",
        form: Form::Switch,
        help: "Whether the configuration that is kept by the page Alerts, Routing may name files of this machine (..._file, templates, \
               ical_file), as notify.config always may. Whoever reaches that page can then have any file sent that the server can read.",
        set: |config, text| put(&mut config.notify.files_in_kept_config, switch(text)),
    },
    Setting {
        key: "notify.reload_interval",
        flag: "notify-reload-interval",
        default: "5s",
        form: Form::Duration,
        help: "How often that file is looked at, 100ms to 1h.",
        set: |config, text| put(&mut config.notify.reload_interval, duration(text, "100ms", "1h")),
    },
    Setting {
        key: "notify.calendar_interval",
        flag: "notify-calendar-interval",
        default: "15m",
        form: Form::Duration,
        help: "How often calendars of schedules (ical_url, ical_file) are read again, 1s to 24h. What was read last counts until then, also \
               where it can't be read.",
        set: |config, text| put(&mut config.notify.calendar_interval, duration(text, "1s", "24h")),
    },
    Setting {
        key: "notify.timeout",
        flag: "notify-timeout",
        default: "10s",
        form: Form::Duration,
        help: "How long the answer to a notification may take, where its channel says nothing else, 1s to 10m. Without an answer it is \
               sent again later.",
        set: |config, text| put(&mut config.notify.timeout, duration(text, "1s", "10m")),
    },
    Setting {
        key: "notify.link_lifetime",
        flag: "notify-link-lifetime",
        default: "7d",
        form: Form::Duration,
        help: "For how long the addresses in mails are good at which whoever has them acknowledges, snoozes or resolves an alert without a \
               login (http.external_url is where they lead), up to 365d; 0: there are none.",
        set: |config, text| put(&mut config.notify.link_lifetime, duration(text, "0s", "365d")),
    },
    Setting {
        key: "notify.chart_timeout",
        flag: "notify-chart-timeout",
        default: "5s",
        form: Form::Duration,
        help: "How long drawing the chart of a mail may take, up to 1m; after that the mail goes out without it. 0: there are none.",
        set: |config, text| put(&mut config.notify.chart_timeout, duration(text, "0s", "1m")),
    },
    Setting {
        key: "notify.programs",
        flag: "notify-programs",
        default: "false",
        form: Form::Switch,
        help: "Whether receivers may run programs of this machine (exec_configs).",
        set: |config, text| put(&mut config.notify.programs, switch(text)),
    },
    Setting {
        key: "notify.demo",
        flag: "notify-demo",
        default: "false",
        form: Form::Switch,
        help: "Tell people of alerts of made-up data, too: those with demo=\"true\". Else they are shown as muted by demo.",
        set: |config, text| put(&mut config.notify.demo, switch(text)),
    },
    Setting {
        key: "notify.max_windows",
        flag: "notify-max-windows",
        default: "1000",
        form: Form::Count,
        help: "Maintenance windows together, 1 to 100000; one more is refused.",
        set: |config, text| put(&mut config.notify.max_windows, count(text, 1..=100_000)),
    },
];
