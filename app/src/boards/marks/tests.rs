use super::*;

#[test]
fn queries_hold_the_range_that_is_shown() {
    let now = 1_700_000_000_000;
    for (from, to, expected) in [
        ("1600000000000", "1600003600000", (1_600_000_000_000, 1_600_003_600_000)),
        ("now-1h", "now", (now - 3_600_000, now)),
    ] {
        let times = times(TimeWindow::parse(from, to, 0, now).unwrap(), now);
        assert_eq!((times.from, times.to), expected, "{from}");
    }
}

#[test]
fn what_nothing_lists_is_seen() {
    let source = |expr: &str, tags: &[&str]| AnnotationQuery {
        expr: expr.to_owned(),
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        ..AnnotationQuery::default()
    };
    let written = |dashboard: Option<&str>, tags: &[&str]| Written {
        dashboard: dashboard.map(str::to_owned),
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        ..Written::default()
    };
    let unlisted = Unlisted::of("web", &[source("up == 0", &[]), source("", &["deploy"])]).unwrap();
    for (written, expected) in [
        (written(Some("web"), &[]), true),
        (written(Some("web"), &["other"]), true),
        // Its annotation shows it, or is switched off.
        (written(Some("web"), &["deploy"]), false),
        (written(Some("other"), &[]), false),
        (written(None, &[]), false),
    ] {
        assert_eq!(unlisted.has(&written), expected, "{written:?}");
    }
    assert_eq!(Unlisted::of("web", &[source("", &[])]), None);
    assert_eq!(Unlisted::of("", &[]), None);
    assert!(Unlisted::of("web", &[]).is_some());
}
