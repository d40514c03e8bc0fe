//! What Watchfire reads by itself: the section `collect`.

use super::{Form, Setting, put};
use crate::config::values::{interval, optional, switch};

pub(super) static COLLECT: &[Setting] = &[
    Setting {
        key: "collect.enabled",
        flag: "collect",
        default: "true",
        form: Form::Switch,
        help: "Read this machine, and probe what is configured below; off, nothing of that is done.",
        set: |config, text| put(&mut config.collect.enabled, switch(text)),
    },
    Setting {
        key: "collect.interval",
        flag: "collect-interval",
        default: "1s",
        form: Form::Duration,
        help: "The time between two readings of CPU, memory, file systems, network and processes, 100ms to 1d; 0 turns \
               them off.",
        set: |config, text| put(&mut config.collect.interval, interval(text)),
    },
    Setting {
        key: "collect.host",
        flag: "host-name",
        default: "",
        form: Form::Text("NAME"),
        help: "The label host of this machine's series; empty for the machine's own name.",
        set: |config, text| put(&mut config.collect.host, Ok(optional(text))),
    },
    Setting {
        key: "collect.disk_io_interval",
        flag: "collect-disk-io-interval",
        default: "5s",
        form: Form::Duration,
        help: "The time between two readings of what disks do, 100ms to 1d; 0 turns them off.",
        set: |config, text| put(&mut config.collect.disk_io_interval, interval(text)),
    },
    Setting {
        key: "collect.cgroup_interval",
        flag: "collect-cgroup-interval",
        default: "5s",
        form: Form::Duration,
        help: "The time between two readings of the control group that Watchfire is in, its container's, 100ms to 1d; 0 turns them off.",
        set: |config, text| put(&mut config.collect.cgroup_interval, interval(text)),
    },
    Setting {
        key: "collect.systemd_interval",
        flag: "collect-systemd-interval",
        default: "15s",
        form: Form::Duration,
        help: "The time between two readings of systemd's units, 100ms to 1d; 0 turns them off.",
        set: |config, text| put(&mut config.collect.systemd_interval, interval(text)),
    },
    Setting {
        key: "collect.gpu_interval",
        flag: "collect-gpu-interval",
        default: "5s",
        form: Form::Duration,
        help: "The time between two readings of NVIDIA GPUs, 100ms to 1d; 0 turns them off.",
        set: |config, text| put(&mut config.collect.gpu_interval, interval(text)),
    },
];
