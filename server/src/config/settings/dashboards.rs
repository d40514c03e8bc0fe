//! Dashboards: the sections `dashboards` and `annotations`.

use super::{Form, Setting, put};
use crate::config::values::{count, duration, names, size, switch};

pub(super) static DASHBOARDS: &[Setting] = &[
    Setting {
        key: "dashboards.dirs",
        flag: "dashboards-dirs",
        default: "",
        form: Form::Text("FOLDERS"),
        help: "Folders, separated by commas, whose .json, .yaml and .yml files are dashboards; a folder below is a folder of \
               dashboards. Relative paths start at the working directory.",
        set: |config, text| {
            let folders = names(text).into_iter().map(Into::into).collect();
            put(&mut config.dashboards.dirs, Ok(folders))
        },
    },
    Setting {
        key: "dashboards.reload_interval",
        flag: "dashboards-reload-interval",
        default: "5s",
        form: Form::Duration,
        help: "How often these folders are looked at, 100ms to 1h.",
        set: |config, text| put(&mut config.dashboards.reload_interval, duration(text, "100ms", "1h")),
    },
    Setting {
        key: "dashboards.write_back",
        flag: "dashboards-write-back",
        default: "false",
        form: Form::Switch,
        help: "Allow what was changed in the interface to be written into such a file.",
        set: |config, text| put(&mut config.dashboards.write_back, switch(text)),
    },
    Setting {
        key: "dashboards.shipped",
        flag: "dashboards-shipped",
        default: "true",
        form: Form::Switch,
        help: "Offer the dashboards that come with Watchfire; a file with the uid of one takes its place. Without, those of the pages Overview and Host remain.",
        set: |config, text| put(&mut config.dashboards.shipped, switch(text)),
    },
    Setting {
        key: "dashboards.max_bytes",
        flag: "dashboards-max-bytes",
        default: "5MiB",
        form: Form::Size,
        help: "Bytes of one dashboard, library panel or file as JSON, and of a request that brings one, 16KiB to 64MiB.",
        set: |config, text| put(&mut config.dashboards.max_bytes, size(text, "16KiB", "64MiB")),
    },
    Setting {
        key: "dashboards.keep_versions",
        flag: "dashboards-keep-versions",
        default: "100",
        form: Form::Count,
        help: "Versions of a dashboard or a library panel that are kept, the current one included, 1 to 100000.",
        set: |config, text| put(&mut config.dashboards.keep_versions, count(text, 1..=100_000)),
    },
    Setting {
        key: "dashboards.max_choices",
        flag: "dashboards-max-choices",
        default: "10000",
        form: Form::Count,
        help: "Choices of one variable, 1 to 1000000; further ones are left out, and readers are told.",
        set: |config, text| put(&mut config.dashboards.max_choices, count(text, 1..=1_000_000)),
    },
    Setting {
        key: "dashboards.max_snapshot_bytes",
        flag: "dashboards-max-snapshot-bytes",
        default: "16MiB",
        form: Form::Size,
        help: "Bytes of one snapshot, a dashboard with its data, 64KiB to 256MiB.",
        set: |config, text| put(&mut config.dashboards.max_snapshot_bytes, size(text, "64KiB", "256MiB")),
    },
    Setting {
        key: "annotations.max_count",
        flag: "annotations-max-count",
        default: "100000",
        form: Form::Count,
        help: "Annotations together, 1 to 10000000; one more is refused.",
        set: |config, text| put(&mut config.dashboards.max_annotations, count(text, 1..=10_000_000)),
    },
    Setting {
        key: "annotations.max_shown",
        flag: "annotations-max-shown",
        default: "1000",
        form: Form::Count,
        help: "Annotations of one answer, 1 to 100000; of more, the newest.",
        set: |config, text| put(&mut config.dashboards.max_annotations_shown, count(text, 1..=100_000)),
    },
    Setting {
        key: "annotations.max_bytes",
        flag: "annotations-max-bytes",
        default: "16KiB",
        form: Form::Size,
        help: "Bytes of one annotation, title, text and tags together, 64 to 1MiB.",
        set: |config, text| put(&mut config.dashboards.max_annotation_bytes, size(text, "64", "1MiB")),
    },
];
