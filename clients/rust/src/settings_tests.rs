use std::collections::HashMap;

use super::*;

fn of(variables: &[(&str, &str)]) -> (Settings, Vec<SettingError>) {
    let held: HashMap<&str, &str> = variables.iter().copied().collect();
    Settings::from_environment(|name| held.get(name).map(|text| (*text).to_owned()))
}

#[test]
fn addresses_become_urls() {
    let rows: [(&[(&str, &str)], &str); 7] = [
        (&[], "http://127.0.0.1:3473/api/v1/otlp/v1/metrics"),
        (&[("WATCHFIRE_ENDPOINT", "http://a:1/")], "http://a:1/v1/metrics"),
        (&[("WATCHFIRE_ENDPOINT", "https://a/x/v1/metrics")], "https://a/x/v1/metrics"),
        (&[("WATCHFIRE_METRICS_ENDPOINT", "http://a:1/push")], "http://a:1/push"),
        (&[("OTEL_EXPORTER_OTLP_ENDPOINT", "http://a:4318")], "http://a:4318/v1/metrics"),
        (
            &[("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "http://otel"), ("WATCHFIRE_ENDPOINT", "http://a")],
            "http://a/v1/metrics",
        ),
        (&[("WATCHFIRE_ENDPOINT", "http://a"), ("WATCHFIRE_METRICS_ENDPOINT", "http://b/c")], "http://b/c"),
    ];
    for (variables, url) in rows {
        let (settings, wrong) = of(variables);
        assert_eq!((settings.endpoint.as_str(), wrong.len()), (url, 0), "{variables:?}");
    }
    assert_eq!(server_url("http://a:1/").as_deref(), Ok("http://a:1/api/v1/otlp/v1/metrics"));
}

#[test]
fn variables_are_read() {
    let (settings, wrong) = of(&[
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "2500"),
        ("WATCHFIRE_INTERVAL", " 0.5 "),
        ("OTEL_METRIC_EXPORT_INTERVAL", "9000"),
        ("WATCHFIRE_EXIT_TIMEOUT", "0"),
        ("WATCHFIRE_HEADERS", "Authorization=Bearer%20x%2Cy, X-Scope=1=2,"),
        ("WATCHFIRE_RESOURCE_ATTRIBUTES", "service.name=shop,service.instance.id=one,zone=100%"),
        ("WATCHFIRE_GZIP", "Off"),
        ("WATCHFIRE_MAX_SERIES", "7"),
        ("OTEL_SDK_DISABLED", "true"),
        ("WATCHFIRE_DISABLED", "no"),
    ]);
    assert_eq!(wrong, []);
    let pairs = |pairs: &[(&str, &str)]| {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    let attributes = pairs(&[("service.instance.id", "one"), ("service.name", "shop"), ("zone", "100%")]);
    assert_eq!(
        settings,
        Settings {
            timeout: Duration::from_millis(2500),
            interval: Duration::from_millis(500),
            exit_timeout: Duration::ZERO,
            headers: pairs(&[("Authorization", "Bearer x,y"), ("X-Scope", "1=2")]),
            resource_attributes: attributes,
            gzip: false,
            max_series: 7,
            disabled: false,
            ..Settings::default()
        }
    );
    let resource = settings.resource("host");
    assert_eq!((&*resource["service.name"], &*resource["service.instance.id"]), ("shop", "one"));
}

#[test]
fn what_is_wrong_is_named_and_passed_over() {
    let rows = [
        ("WATCHFIRE_ENDPOINT", "127.0.0.1:3473"),
        ("WATCHFIRE_ENDPOINT", "ftp://a"),
        ("WATCHFIRE_METRICS_ENDPOINT", "nowhere"),
        ("WATCHFIRE_HEADERS", "no value"),
        ("WATCHFIRE_HEADERS", "a=b%0Ac"),
        ("WATCHFIRE_HEADERS", "ä=b"),
        ("WATCHFIRE_TIMEOUT", "0"),
        ("WATCHFIRE_TIMEOUT", "-1"),
        ("WATCHFIRE_INTERVAL", "inf"),
        ("WATCHFIRE_INTERVAL", "NaN"),
        ("OTEL_METRIC_EXPORT_INTERVAL", "0"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "soon"),
        ("WATCHFIRE_RESOURCE_ATTRIBUTES", "=x"),
        ("OTEL_EXPORTER_OTLP_COMPRESSION", "zstd"),
        ("WATCHFIRE_GZIP", "maybe"),
        ("WATCHFIRE_MAX_SERIES", "0"),
        ("WATCHFIRE_MAX_SERIES", "many"),
        ("WATCHFIRE_DISABLED", "perhaps"),
    ];
    for (name, text) in rows {
        let (settings, wrong) = of(&[(name, text)]);
        assert_eq!(settings, Settings::default(), "{name}={text}");
        assert_eq!(wrong.iter().map(|one| one.setting.as_str()).collect::<Vec<_>>(), [name], "{text}");
    }
}

#[test]
fn a_program_has_a_name() {
    let resource = Settings::default().resource("host");
    assert!(resource["service.name"].starts_with("watchfire_client"), "{resource:?}");
    assert_eq!(resource["service.instance.id"], format!("host:{}", std::process::id()));
    let named = Settings { service_name: "shop".to_owned(), ..Settings::default() };
    assert_eq!(named.resource("host")["service.name"], "shop");
}
