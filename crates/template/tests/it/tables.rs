//! Tables of templates and what they say.

use std::path::Path;

use watchfire_template::{Dialect, Env, Mode, Set, Time};

use crate::data;

/// Every row of a table, whose data lie beside it.
fn check(name: &str, mode: Mode) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/cases");
    let read = |kind: &str| std::fs::read_to_string(folder.join(format!("{name}.{kind}"))).unwrap();
    let data = data::value(&serde_json::from_str(&read("json")).unwrap());
    let env = Env::at(Time::parse("2026-01-02T03:04:05Z").unwrap());
    let set = Set::new(Dialect::Notifications);
    let mut rows = 0;
    for row in read("tsv").lines().filter(|row| !row.is_empty() && !row.starts_with('#')) {
        let (template, expected) = row.split_once('\t').unwrap();
        let [template, expected] =
            [template, expected].map(|text| text.replace('⏎', "\n").replace('⇥', "\t"));
        let said = match set.expand(&template, &data, &env, mode) {
            Ok(said) => said,
            Err(error) => format!("!{error}"),
        };
        assert_eq!(said, expected, "{template}");
        rows += 1;
    }
    assert!(rows > 3, "{name} has no rows");
}

#[test]
fn the_language_is_gos() {
    check("language", Mode::Text);
}

#[test]
fn errors_name_the_place_and_the_mend() {
    check("errors", Mode::Text);
}

#[test]
fn printf_is_gos() {
    check("printf", Mode::Text);
}

#[test]
fn times_are_gos() {
    check("times", Mode::Text);
}

#[test]
fn patterns_are_gos() {
    check("patterns", Mode::Text);
}

#[test]
fn html_escapes_by_the_place() {
    check("html", Mode::Html);
    check("html_errors", Mode::Html);
}
