//! Where links of dashboards and panels lead.

use std::fmt::Write as _;

use watchfire_dashboard::{Clock, Link, Values};
use watchfire_model::Labels;

use super::address::{Asked, with_variables};
use crate::address::{Encoded, Search};
use crate::range::kept;

/// The URL of a link, with variables put in, and the range and the variables of this page where it says so. Only ways within
/// the web are ways at all: a link must not run a script.
pub(crate) fn href(link: &Link, search: &str, values: &Values) -> String {
    if link.url.is_empty() {
        return format!(
            "/dashboards{}",
            link.tags.iter().fold(Search::default(), |search, tag| search.and("tag", tag))
        );
    }
    let url = values.in_text(&link.url, &Clock::default());
    if !is_safe(&url) {
        return "#".to_owned();
    }
    let (path, own) = url.split_once('?').unwrap_or((&url, ""));
    let mut all = Search::parse(own);
    if link.keep_time {
        for (name, value) in kept(search).pairs() {
            all = all.with(name, value);
        }
    }
    if link.keep_variables {
        all = with_variables(&all, &Asked::of(search).variables);
    }
    format!("{path}{all}")
}

/// A value that has links: its links may name what belongs to it.
pub(crate) struct OfValue<'a> {
    /// Of the series or the column.
    pub(crate) name: &'a str,
    pub(crate) labels: &'a Labels,
    /// The value in words.
    pub(crate) text: &'a str,
    /// The cells of its row, by column.
    pub(crate) fields: &'a [(&'a str, String)],
}

impl OfValue<'_> {
    /// The URL of the value's link; [`href`] for the rest.
    pub(crate) fn href(&self, link: &Link, search: &str, values: &Values) -> String {
        href(&Link { url: self.filled(&link.url), ..link.clone() }, search, values)
    }

    /// `${__field.labels.host}`, `${__field.name}` (or `__series.name`), `${__value.text}` (or `raw`) and
    /// `${__data.fields.host}` replaced, as Grafana has them; encoded, so that a value cannot lead elsewhere.
    fn filled(&self, url: &str) -> String {
        let mut out = String::with_capacity(url.len());
        let mut rest = url;
        while let Some((before, inside)) = rest.split_once("${__") {
            let Some((name, after)) = inside.split_once('}') else { break };
            out.push_str(before);
            match self.get(name.split_once(':').map_or(name, |(name, _)| name)) {
                // Writing to a string does not fail.
                Some(value) => drop(write!(out, "{}", Encoded(value))),
                None => drop(write!(out, "${{__{name}}}")),
            }
            rest = after;
        }
        out + rest
    }

    fn get(&self, name: &str) -> Option<&str> {
        let within = |rest: &'_ str| -> Option<String> {
            let bare = rest.strip_prefix('.').or_else(|| rest.strip_prefix('[')?.strip_suffix(']'))?;
            Some(bare.trim_matches(['"', '\'']).to_owned())
        };
        match name {
            "field.name" | "series.name" | "field.displayName" => Some(self.name),
            "value.text" | "value.raw" | "value" => Some(self.text),
            name => {
                if let Some(label) = name.strip_prefix("field.labels").and_then(within) {
                    return self.labels.get(&label);
                }
                let column = name.strip_prefix("data.fields").and_then(within)?;
                let cell = self.fields.iter().find(|(name, _)| name.eq_ignore_ascii_case(&column))?;
                Some(&cell.1)
            }
        }
    }
}

/// Whether a URL is a path of this server, or leads to another.
pub(crate) fn is_safe(url: &str) -> bool {
    let url = url.trim();
    match url.find([':', '/', '?', '#']) {
        Some(at) if url.as_bytes()[at] == b':' => {
            ["http", "https", "mailto"].iter().any(|scheme| url[..at].eq_ignore_ascii_case(scheme))
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_take_along_what_they_should() {
        let link = |url: &str, keep| Link {
            url: url.to_owned(),
            keep_time: keep,
            keep_variables: keep,
            ..Link::default()
        };
        let search = "?from=now-1h&to=now&var-host=a%20b&panel=3";
        for (url, keep, expected) in [
            ("/d/x", false, "/d/x"),
            ("/d/x?a=1", true, "/d/x?a=1&from=now-1h&to=now&var-host=a%20b"),
            ("https://example.org/$none", false, "https://example.org/$none"),
            ("javascript:alert(1)", true, "#"),
            ("JavaScript:alert(1)", true, "#"),
            (" data:text/html,x", true, "#"),
            ("relative:path", false, "#"),
        ] {
            assert_eq!(href(&link(url, keep), search, &Values::default()), expected, "{url}");
        }
        let labels = Labels::of("up", [("host", "a/b?c")]).unwrap();
        let fields = [("Mount point", "/data".to_owned())];
        let value = OfValue { name: "cpu 1", labels: &labels, text: "93", fields: &fields };
        for (url, expected) in [
            ("/host?var-host=${__field.labels.host}", "/host?var-host=a%2Fb%3Fc"),
            ("/x?n=${__series.name}&v=${__value.raw:text}", "/x?n=cpu%201&v=93"),
            ("/x?m=${__data.fields[\"Mount point\"]}", "/x?m=%2Fdata"),
            ("/x?m=${__data.fields.none}", "/x?m=%24%7B__data.fields.none%7D"),
        ] {
            assert_eq!(value.href(&link(url, false), search, &Values::default()), expected, "{url}");
        }
        let tagged = Link { tags: vec!["web".to_owned(), "db".to_owned()], ..Link::default() };
        assert_eq!(href(&tagged, search, &Values::default()), "/dashboards?tag=web&tag=db");
    }
}
