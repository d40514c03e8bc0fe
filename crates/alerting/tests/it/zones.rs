//! Time zones in templates of notifications: what Alertmanager prints, and what stands in Go's documentation of times.

use watchfire_alerting::channel::default_templates;
use watchfire_alerting::time_interval::Database;
use watchfire_template::{Env, Mode, Time, Value};

fn said(template: &str, at: &str) -> Result<String, String> {
    let at = Time::parse(at).unwrap();
    let env = Env { zones: Some(&Database), ..Env::at(at.clone()) };
    let said = default_templates().expand(template, &Value::from(at), &env, Mode::Text);
    said.map_err(|error| error.to_string())
}

#[test]
fn times_on_the_clocks_of_a_place() {
    // The first two are those of Alertmanager's own tests.
    let morning = "2024-01-01T08:15:30Z";
    for (template, at, expected) in [
        (r#"{{ . | date "2006-01-02" }}"#, morning, "2024-01-01"),
        (r#"{{ . | tz "Europe/Paris" }}"#, morning, "2024-01-01 09:15:30 +0100 CET"),
        (r#"{{ . | tz "Europe/Berlin" | date "15:04:05 MST" }}"#, morning, "09:15:30 CET"),
        (r#"{{ tz "Europe/Berlin" . }}"#, "2024-07-01T08:15:30Z", "2024-07-01 10:15:30 +0200 CEST"),
        (
            r#"{{ (tz "Europe/Berlin" .).Format "Mon Jan 2 15:04 -07:00" }}"#,
            morning,
            "Mon Jan 1 09:15 +01:00",
        ),
        // The day is another one there.
        (
            r#"{{ . | tz "America/New_York" | date "Monday, 02 Jan 2006 3:04PM MST" }}"#,
            "2024-01-01T03:00:00Z",
            "Sunday, 31 Dec 2023 10:00PM EST",
        ),
        (
            r#"{{ . | tz "Asia/Kathmandu" | date "2006-01-02T15:04:05Z07:00" }}"#,
            morning,
            "2024-01-01T14:00:30+05:45",
        ),
        (r#"{{ . | tz "Asia/Kathmandu" }}"#, morning, "2024-01-01 14:00:30 +0545 +0545"),
        // An hour that clocks show twice.
        (r#"{{ . | tz "Europe/Berlin" }}"#, "2024-10-27T00:30:00Z", "2024-10-27 02:30:00 +0200 CEST"),
        (r#"{{ . | tz "Europe/Berlin" }}"#, "2024-10-27T01:30:00Z", "2024-10-27 02:30:00 +0100 CET"),
        (r#"{{ . | tz "UTC" }}"#, "2024-01-01T09:15:30+01:00", "2024-01-01 08:15:30 +0000 UTC"),
        (r#"{{ . | tz "" }}"#, morning, "2024-01-01 08:15:30 +0000 UTC"),
        // The moment stays the same.
        (
            r#"{{ (tz "Europe/Berlin" .).Equal . }} {{ (tz "Asia/Tokyo" .).Unix }}"#,
            morning,
            "true 1704096930",
        ),
        (r#"{{ (. | tz "Asia/Tokyo").Hour }}"#, morning, "17"),
        (r#"{{ now | tz "Europe/Berlin" | date "15:04" }}"#, morning, "09:15"),
        (r#"{{ since (. | tz "Europe/Berlin") }}"#, morning, "0s"),
    ] {
        assert_eq!(said(template, at), Ok(expected.to_owned()), "{template} {at}");
    }
    for name in ["Invalid/Timezone", "Europe/Paris/../Paris", "CEST+2 "] {
        let error = said(&format!("{{{{ . | tz {name:?} }}}}"), morning).unwrap_err();
        assert!(error.contains("there is no time zone") && error.contains(name.trim()), "{error}");
    }
}
