//! How samples are kept: the section `storage`.

use super::{Form, Setting, put};
use crate::config::Durability;
use crate::config::values::{
    bound, choice, count, duration, late_window, retention, retention_rules, size, switch,
};

pub(super) static STORAGE: &[Setting] = &[
    Setting {
        key: "storage.retention",
        flag: "retention",
        default: "7d",
        form: Form::Duration,
        help: "How long samples are kept, 1h or more; 0 for ever.",
        set: |config, text| put(&mut config.storage.retention, retention(text, "1h")),
    },
    Setting {
        key: "storage.rollups",
        flag: "rollups",
        default: "true",
        form: Form::Switch,
        help: "Whether days that have ended get rollups of 5 minutes, an hour and a day, which stay when samples go and make \
               long ranges fast.",
        set: |config, text| put(&mut config.storage.rollups, switch(text)),
    },
    Setting {
        key: "storage.retention_5m",
        flag: "retention-5m",
        default: "7d",
        form: Form::Duration,
        help: "How long rollups of 5 minutes are kept, 1h or more; 0 for ever.",
        set: |config, text| put(&mut config.storage.retention_5m, retention(text, "1h")),
    },
    Setting {
        key: "storage.retention_hourly",
        flag: "retention-hourly",
        default: "30d",
        form: Form::Duration,
        help: "How long rollups of an hour are kept, 1h or more; 0 for ever.",
        set: |config, text| put(&mut config.storage.retention_hourly, retention(text, "1h")),
    },
    Setting {
        key: "storage.retention_daily",
        flag: "retention-daily",
        default: "1y",
        form: Form::Duration,
        help: "How long rollups of a day are kept, 1h or more, in whole months; 0 for ever.",
        set: |config, text| put(&mut config.storage.retention_daily, retention(text, "1h")),
    },
    Setting {
        key: "storage.block_window",
        flag: "block-window",
        default: "30m",
        form: Form::Duration,
        help: "The time range that one compressed block of a series covers, 1s to 1d.",
        set: |config, text| put(&mut config.storage.block_window, duration(text, "1s", "1d")),
    },
    Setting {
        key: "storage.durability",
        flag: "durability",
        default: "process",
        form: Form::Text("process|power-loss"),
        help: "What an acknowledged sample survives: the sudden end of the process, or of the machine's power too, \
               which costs an fsync for each group of batches.",
        set: |config, text| {
            let levels = [("process", Durability::Process), ("power-loss", Durability::PowerLoss)];
            put(&mut config.storage.durability, choice(text, &levels))
        },
    },
    Setting {
        key: "storage.min_free_bytes",
        flag: "min-free-bytes",
        default: "64MiB",
        form: Form::Size,
        help: "The free bytes on the disk below which no more samples are taken, 0 to 1TiB.",
        set: |config, text| put(&mut config.storage.min_free_bytes, size(text, "0", "1TiB")),
    },
    Setting {
        key: "storage.max_head_samples",
        flag: "max-head-samples",
        default: "8000000",
        form: Form::Count,
        help: "Samples not yet in a partition at which they are written there before the block window ends, 1000 to 1000000000; a start after a crash reads them again.",
        set: |config, text| put(&mut config.storage.max_head_samples, count(text, 1000..=1_000_000_000)),
    },
    Setting {
        key: "storage.head_window",
        flag: "head-window",
        default: "1h",
        form: Form::Duration,
        help: "How much of the newest time stays in memory for fast queries, 1m to 1d.",
        set: |config, text| put(&mut config.storage.head_window, duration(text, "1m", "1d")),
    },
    Setting {
        key: "storage.out_of_order_window",
        flag: "out-of-order-window",
        default: "1h",
        form: Form::Duration,
        help: "How far behind the newest sample of its series a sample may be, 0s to 1y; unlimited takes any age in any order, and times to come too.",
        set: |config, text| put(&mut config.storage.out_of_order_window, late_window(text)),
    },
    Setting {
        key: "storage.retention_rules",
        flag: "retention-rules",
        default: "",
        form: Form::Text("RULES"),
        help: "Shorter retentions for some series: a selector and a duration each, with semicolons between, such as {job=\"debug\"} 1d; {env=\"test\"} 6h.",
        set: |config, text| put(&mut config.storage.retention_rules, retention_rules(text)),
    },
    Setting {
        key: "storage.max_bytes",
        flag: "max-bytes",
        default: "0",
        form: Form::Size,
        help: "Bytes of everything stored, beyond which the oldest day is deleted, 0 to 1024TiB; 0 sets no bound.",
        set: |config, text| put(&mut config.storage.max_bytes, bound(text)),
    },
    Setting {
        key: "storage.max_series",
        flag: "max-series",
        default: "2000000",
        form: Form::Count,
        help: "Series in memory, 1 to 1000000000; new ones are refused beyond, never old ones.",
        set: |config, text| put(&mut config.storage.max_series, count(text, 1..=1_000_000_000)),
    },
    Setting {
        key: "storage.max_labels",
        flag: "max-labels",
        default: "64",
        form: Form::Count,
        help: "Labels of one series, 1 to 10000.",
        set: |config, text| put(&mut config.storage.max_labels, count(text, 1..=10_000)),
    },
    Setting {
        key: "storage.max_label_name",
        flag: "max-label-name",
        default: "1024",
        form: Form::Count,
        help: "Bytes of a label's name, 1 to 1000000.",
        set: |config, text| put(&mut config.storage.max_label_name, count(text, 1..=1_000_000)),
    },
    Setting {
        key: "storage.max_label_value",
        flag: "max-label-value",
        default: "8192",
        form: Form::Count,
        help: "Bytes of a label's value, 1 to 1000000.",
        set: |config, text| put(&mut config.storage.max_label_value, count(text, 1..=1_000_000)),
    },
];
