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
        help: "Whether receivers may run programs of this machine (exec_configs). Only notify.config may name them: a configuration that is \
               kept, or comes over the API, is refused with them.",
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
    Setting {
        key: "notify.give_up_after",
        flag: "notify-give-up-after",
        default: "24h",
        form: Form::Duration,
        help: "For how long it is tried to deliver a notification, 1m to 30d; after that it is a dead letter.",
        set: |config, text| put(&mut config.notify.give_up_after, duration(text, "1m", "30d")),
    },
    Setting {
        key: "notify.concurrency",
        flag: "notify-concurrency",
        default: "64",
        form: Form::Count,
        help: "Deliveries that are under way at once besides the first one of each channel of each receiver, 1 to 1000. That one always has \
               its place, so that channels that never answer hold up no others.",
        set: |config, text| put(&mut config.notify.concurrency, count(text, 1..=1000)),
    },
    Setting {
        key: "notify.channel_concurrency",
        flag: "notify-channel-concurrency",
        default: "4",
        form: Form::Count,
        help: "Those of one channel of one receiver, 1 to 100.",
        set: |config, text| put(&mut config.notify.channel_concurrency, count(text, 1..=100)),
    },
    Setting {
        key: "notify.rate",
        flag: "notify-rate",
        default: "100",
        form: Form::Count,
        help: "How often one channel of one receiver sends, 1 to 10000, in percent of what is usual for its kind, which is within what its \
               service lets through (Slack: 10 at once, then 1 a second). What waits for that is counted by watchfire_deliveries_held_back_total.",
        set: |config, text| put(&mut config.notify.rate, count(text, 1..=10_000)),
    },
    Setting {
        key: "notify.keep_done",
        flag: "notify-keep-done",
        default: "7d",
        form: Form::Duration,
        help: "How long deliveries that are done are kept for people to see, 1h to 365d.",
        set: |config, text| put(&mut config.notify.keep_done, duration(text, "1h", "365d")),
    },
    Setting {
        key: "notify.keep_dead",
        flag: "notify-keep-dead",
        default: "90d",
        form: Form::Duration,
        help: "How long dead letters are kept, in which time they can be sent again, 1h to 3650d.",
        set: |config, text| put(&mut config.notify.keep_dead, duration(text, "1h", "3650d")),
    },
];
