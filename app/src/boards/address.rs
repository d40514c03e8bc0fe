//! What the URL of a dashboard says besides its range: the variables, the panel that is alone in sight, what is open.

use std::collections::BTreeMap;

use watchfire_model::parse_duration;

use crate::address::Search;

/// Before the name of a variable, as in `var-host=web-1`; the same as in Grafana's links.
pub(super) const VARIABLE: &str = "var-";

/// What a dashboard's URL asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    /// The values of variables, by name.
    pub(crate) variables: BTreeMap<String, Vec<String>>,
    /// The key of the panel that is alone in sight.
    pub(crate) panel: Option<String>,
    /// The id of the panel that is open in the editor.
    pub(crate) edit: Option<u32>,
    /// How often it is asked anew, where it is not as the dashboard has it.
    pub(crate) refresh: Option<String>,
    /// Whether there is nothing around the panels.
    pub(crate) kiosk: bool,
    /// How much earlier the range lies that series are compared with, in milliseconds; 0 for none.
    pub(crate) compare: i64,
}

impl Asked {
    /// Reads the query part of a URL.
    pub(crate) fn of(search: &str) -> Self {
        let search = Search::parse(search);
        let mut variables: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in search.pairs() {
            if let Some(name) = name.strip_prefix(VARIABLE) {
                variables.entry(name.to_owned()).or_default().push(value.clone());
            }
        }
        let text = |name| search.get(name).map(str::to_owned);
        Self {
            variables,
            panel: text("panel"),
            edit: search.get("edit").and_then(|id| id.parse().ok()),
            refresh: text("refresh"),
            kiosk: search.get("kiosk").is_some(),
            compare: earlier(search.get("compare")),
        }
    }
}

/// What `compare` in a URL says: how much earlier, in milliseconds; 0 where it says nothing that can be read.
pub(crate) fn earlier(text: Option<&str>) -> i64 {
    text.and_then(|text| parse_duration(text).ok()).unwrap_or_default()
}

/// `search` with these values for a variable.
pub(crate) fn with_variable(search: &str, name: &str, values: &[String]) -> Search {
    let name = format!("{VARIABLE}{name}");
    let rest = Search::parse(search).without(&[&name]);
    values.iter().fold(rest, |search, value| search.and(&name, value))
}

/// `search` with the variables of `asked` alone, and what goes along from page to page.
pub(crate) fn with_variables(search: &Search, asked: &BTreeMap<String, Vec<String>>) -> Search {
    asked.iter().fold(search.clone(), |search, (name, values)| {
        let name = format!("{VARIABLE}{name}");
        values.iter().fold(search, |search, value| search.and(&name, value))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_hold_variables_and_panels() {
        let asked =
            Asked::of("?from=now-1h&var-host=a&var-host=b%20c&panel=7~a&kiosk&refresh=10s&edit=x&compare=1d");
        assert_eq!(asked.variables["host"], ["a", "b c"]);
        assert_eq!((asked.panel.as_deref(), asked.edit, asked.kiosk), (Some("7~a"), None, true));
        assert_eq!(asked.refresh.as_deref(), Some("10s"));
        assert_eq!(asked.compare, 86_400_000);
        assert_eq!((earlier(None), earlier(Some("soon"))), (0, 0));
        let search = with_variable("?var-host=a&from=now-1h&var-host=b", "host", &["x".into(), "y".into()]);
        assert_eq!(search.to_string(), "?from=now-1h&var-host=x&var-host=y");
        assert_eq!(
            with_variables(&Search::default(), &asked.variables).to_string(),
            "?var-host=a&var-host=b%20c"
        );
    }
}
