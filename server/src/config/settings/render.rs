//! Pictures by their address: the section `render`.

use super::{Form, Setting, put};
use crate::config::values::{count, duration, size};

pub(super) static RENDER: &[Setting] = &[
    Setting {
        key: "render.max_pixels",
        flag: "render-max-pixels",
        default: "16000000",
        form: Form::Count,
        help: "Pixels of one PNG, 10000 to 64000000; each takes 4 bytes while it is drawn.",
        set: |config, text| {
            put(&mut config.render.max_pixels, count(text, 10_000..=64_000_000).map(|pixels| pixels as u64))
        },
    },
    Setting {
        key: "render.max_panels",
        flag: "render-max-panels",
        default: "100",
        form: Form::Count,
        help: "Panels of one picture of a dashboard, 1 to 1000; further ones are left out, and the picture says so.",
        set: |config, text| put(&mut config.render.max_panels, count(text, 1..=1000)),
    },
    Setting {
        key: "render.max_concurrent",
        flag: "render-max-concurrent",
        default: "2",
        form: Form::Count,
        help: "Pictures that are drawn at a time, 1 to 64; sixteen times as many may wait, one more is refused.",
        set: |config, text| put(&mut config.render.max_concurrent, count(text, 1..=64)),
    },
    Setting {
        key: "render.timeout",
        flag: "render-timeout",
        default: "20s",
        form: Form::Duration,
        help: "How long one picture may take, its queries included, 100ms to 10m.",
        set: |config, text| put(&mut config.render.timeout, duration(text, "100ms", "10m")),
    },
    Setting {
        key: "render.cache_bytes",
        flag: "render-cache-bytes",
        default: "32MiB",
        form: Form::Size,
        help: "Bytes of pictures that are kept for those who ask the same, 0 to 4GiB.",
        set: |config, text| put(&mut config.render.cache_bytes, size(text, "0", "4GiB")),
    },
];
