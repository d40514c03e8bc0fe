use super::origin::Given;
use super::settings::{Form, Setting};

/// A value in TOML: strings quoted, numbers and switches bare.
pub(super) fn toml_value(setting: &Setting, text: &str) -> String {
    match (setting.form, text.parse::<u64>()) {
        (Form::Switch, _) => text.to_owned(),
        (Form::Count, Ok(number)) => number.to_string(),
        // What JSON escapes and how is right in a TOML string too, but TOML forbids the bare DEL as well.
        _ => serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007f"),
    }
}

/// Every setting as a line of a configuration file, with a comment that says where its value came from.
pub(super) fn show(winners: &[Given]) -> String {
    let key_width = winners.iter().map(|given| given.setting.key.len()).max().unwrap_or(0);
    let values: Vec<String> = winners.iter().map(|given| toml_value(given.setting, &given.text)).collect();
    let value_width = values.iter().map(|value| value.chars().count()).max().unwrap_or(0);
    let lines = winners.iter().zip(&values).map(|(given, value)| {
        format!("{:key_width$} = {value:value_width$}  # {}\n", given.setting.key, given.origin.comment())
    });
    lines.collect()
}
