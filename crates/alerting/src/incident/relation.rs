use watchfire_model::Labels;

/// Labels whose values say that alerts belong together, and what they say.
const RELATIONS: [(&str, &str); 12] = [
    ("host", "host"),
    ("hostname", "host"),
    ("instance", "host"),
    ("node", "host"),
    ("service", "service"),
    ("service_name", "service"),
    ("trace_id", "trace"),
    ("traceID", "trace"),
    ("change", "change"),
    ("change_id", "change"),
    ("commit", "change"),
    ("deployment_id", "change"),
];

/// What an alert has in common with others, such as `host=a`; each once.
pub(super) fn relations(labels: &Labels) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for (name, kind) in RELATIONS {
        let Some(value) = labels.get(name).filter(|value| !value.is_empty()) else { continue };
        let value = if kind == "host" { without_port(value) } else { value };
        let relation = format!("{kind}={value}");
        if !found.contains(&relation) {
            found.push(relation);
        }
    }
    found
}

/// The host of `host:port`; an address in IPv6 without brackets stays.
fn without_port(text: &str) -> &str {
    match text.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) && !port.is_empty() => {
            if host.contains(':') && !host.ends_with(']') { text } else { host }
        }
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_have_many_names() {
        let of = |name: &str, value: &str| relations(&Labels::new([(name, value)]).unwrap()).join(" ");
        for (name, value, expected) in [
            ("instance", "web-1:9100", "host=web-1"),
            ("host", "web-1", "host=web-1"),
            ("node", "::1", "host=::1"),
            ("instance", "[::1]:80", "host=[::1]"),
            ("instance", "a:", "host=a:"),
            ("service", "pay:2", "service=pay:2"),
            ("job", "web", ""),
        ] {
            assert_eq!(of(name, value), expected);
        }
        let both = Labels::new([("host", "a"), ("instance", "a:1"), ("trace_id", "7")]).unwrap();
        assert_eq!(relations(&both), ["host=a", "trace=7"]);
    }
}
