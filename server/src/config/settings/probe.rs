//! What Watchfire looks at from outside: the section `probe`.

use watchfire_probe::{parse_certificates, parse_http, parse_icmp, parse_tcp};

use super::{Form, Setting, put};
use crate::config::values::{duration, interval};

pub(super) static PROBE: &[Setting] = &[
    Setting {
        key: "probe.http",
        flag: "probe-http",
        default: "",
        form: Form::Text("URLS"),
        help: "URLs that are asked by HTTP, with commas between: whether they answer, how fast and with which status.",
        set: |config, text| put(&mut config.probe.http, parse_http(text).map_err(|error| error.to_string())),
    },
    Setting {
        key: "probe.http_interval",
        flag: "probe-http-interval",
        default: "30s",
        form: Form::Duration,
        help: "The time between two probes by HTTP, 100ms to 1d; 0 turns them off.",
        set: |config, text| put(&mut config.probe.http_interval, interval(text)),
    },
    Setting {
        key: "probe.tcp",
        flag: "probe-tcp",
        default: "",
        form: Form::Text("ADDRESSES"),
        help: "Hosts and ports that are connected to, such as db:5432, with commas between.",
        set: |config, text| put(&mut config.probe.tcp, parse_tcp(text).map_err(|error| error.to_string())),
    },
    Setting {
        key: "probe.tcp_interval",
        flag: "probe-tcp-interval",
        default: "30s",
        form: Form::Duration,
        help: "The time between two probes by TCP, 100ms to 1d; 0 turns them off.",
        set: |config, text| put(&mut config.probe.tcp_interval, interval(text)),
    },
    Setting {
        key: "probe.icmp",
        flag: "probe-icmp",
        default: "",
        form: Form::Text("HOSTS"),
        help: "Hosts that are sent an ICMP echo request (ping), with commas between.",
        set: |config, text| put(&mut config.probe.icmp, parse_icmp(text).map_err(|error| error.to_string())),
    },
    Setting {
        key: "probe.icmp_interval",
        flag: "probe-icmp-interval",
        default: "30s",
        form: Form::Duration,
        help: "The time between two probes by ICMP, 100ms to 1d; 0 turns them off.",
        set: |config, text| put(&mut config.probe.icmp_interval, interval(text)),
    },
    Setting {
        key: "probe.certificates",
        flag: "probe-certificates",
        default: "",
        form: Form::Text("ADDRESSES"),
        help: "Hosts, with a port where it is not 443, whose TLS certificates are watched, with commas between.",
        set: |config, text| {
            put(&mut config.probe.certificates, parse_certificates(text).map_err(|error| error.to_string()))
        },
    },
    Setting {
        key: "probe.certificates_interval",
        flag: "probe-certificates-interval",
        default: "1h",
        form: Form::Duration,
        help: "The time between two looks at certificates, 100ms to 1d; 0 turns them off.",
        set: |config, text| put(&mut config.probe.certificates_interval, interval(text)),
    },
    Setting {
        key: "probe.timeout",
        flag: "probe-timeout",
        default: "10s",
        form: Form::Duration,
        help: "How long a target of a probe has for its whole answer, 100ms to 5m.",
        set: |config, text| put(&mut config.probe.timeout, duration(text, "100ms", "5m")),
    },
];
