//! docs/CONFIG.md: text written by hand, then the reference, made from the table of settings.
//!
//! The test fails when the two differ; `WATCHFIRE_BLESS=1 cargo test` rewrites the file's second half.

use std::fmt::Write as _;

use super::settings::{Setting, settings};
use super::show::toml_value;

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/CONFIG.md");
const MARK: &str = "<!-- From here on this file is made from server/src/config/settings: edit that. -->\n";

fn reference() -> String {
    let mut text = String::new();
    let mut section = None;
    for setting in settings() {
        if section.replace(setting.section()) != Some(setting.section()) {
            let title = match setting.section() {
                "" => "Outside of any section".to_owned(),
                name => format!("`[{name}]`"),
            };
            write!(text, "\n### {title}\n\n| Key | Default | Meaning | Flag | Environment variable |\n")
                .unwrap();
            text.push_str("| --- | --- | --- | --- | --- |\n");
        }
        let cells = [
            code(setting.key),
            code(&toml_value(setting, setting.default)),
            setting.help.to_owned(),
            flag(setting),
            code(&setting.variable()),
        ];
        writeln!(text, "| {} |", cells.map(|cell| cell.replace('|', "\\|")).join(" | ")).unwrap();
    }
    text
}

fn flag(setting: &Setting) -> String {
    match setting.form.placeholder() {
        Some(placeholder) => code(&format!("--{} {placeholder}", setting.flag)),
        None => {
            format!("{}, {}", code(&format!("--{}", setting.flag)), code(&format!("--no-{}", setting.flag)))
        }
    }
}

fn code(text: &str) -> String {
    format!("`{text}`")
}

#[test]
fn the_reference_in_docs_is_that_of_the_table() {
    let file = std::fs::read_to_string(PATH).unwrap();
    let (by_hand, written) =
        file.split_once(MARK).expect("docs/CONFIG.md has the line that begins the reference");
    let expected = reference();
    if std::env::var_os("WATCHFIRE_BLESS").is_some() {
        std::fs::write(PATH, format!("{by_hand}{MARK}{expected}")).unwrap();
    } else {
        assert!(
            written == expected,
            "docs/CONFIG.md is old; run WATCHFIRE_BLESS=1 cargo test -p watchfire config::reference"
        );
    }
}

#[test]
fn the_table_is_fit_for_reading() {
    let all: Vec<&Setting> = settings().collect();
    for (index, setting) in all.iter().enumerate() {
        let (key, section) = (setting.key, setting.section());
        assert!(
            setting.help.ends_with('.') && !setting.help.contains('`'),
            "{key}: help is a plain sentence"
        );
        let before = &all[..index];
        assert!(
            before.iter().all(|other| other.key != key && other.flag != setting.flag),
            "{key} is there twice"
        );
        let section_ended = before.iter().any(|other| other.section() == section);
        let goes_on = before.last().is_some_and(|last| last.section() == section);
        assert!(goes_on || !section_ended, "{key} stands apart from its section");
    }
}
