//! Where links of dashboards and panels lead.

use std::fmt::Write as _;

use watchfire_dashboard::{Clock, Link, Values};
use watchfire_model::Labels;

use super::address::{Asked, with_variables};
use crate::address::{Encoded, Search};
use crate::range::{clock, kept, window_of};

/// The URL of a link, with variables put in, and the range and the variables of this page where it says so. Only ways within
/// the web are ways at all: a link must not run a script.
pub(crate) fn href(link: &Link, search: &str, values: &Values) -> String {
    if link.url.is_empty() {
        return format!(
            "/dashboards{}",
            link.tags.iter().fold(Search::default(), |search, tag| search.and("tag", tag))
        );
    }
    let url = with_values(&link.url, search, values);
    if !is_safe(&url) {
        return "#".to_owned();
    }
    // What stands behind the # is no part of the query.
    let (url, fragment) = url.find('#').map_or((url.as_str(), ""), |at| url.split_at(at));
    let (path, own) = url.split_once('?').unwrap_or((url, ""));
    let mut all = Search::parse(own);
    if link.keep_time {
        for (name, value) in kept(search).pairs() {
            all = all.with(name, value);
        }
    }
    if link.keep_variables {
        all = with_variables(&all, &Asked::of(search).variables);
    }
    format!("{path}{all}{fragment}")
}

/// A URL with the values of variables and the range of the page with this query part put in.
fn with_values(url: &str, search: &str, values: &Values) -> String {
    if !url.contains(['$', '[']) {
        return url.to_owned();
    }
    let (page, now) = (Search::parse(search), clock());
    let window = window_of(page.get("from"), page.get("to"), now);
    let range = window.map(|window| window.resolve(now)).ok();
    let times = Clock {
        from: range.map_or(0, |range| range.start),
        to: range.map_or(0, |range| range.end),
        ..Clock::default()
    };
    values.in_url(url, &times, &page.only(&["from", "to"]).form())
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
    use watchfire_dashboard::{Choice, Variable};

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
        let deep = href(&link("/x?a=1#b?c", true), search, &Values::default());
        assert_eq!(deep, "/x?a=1&from=now-1h&to=now&var-host=a%20b#b?c");
        let tagged = Link { tags: vec!["web".to_owned(), "db".to_owned()], ..Link::default() };
        assert_eq!(href(&tagged, search, &Values::default()), "/dashboards?tag=web&tag=db");
    }

    #[test]
    fn links_lead_with_the_values_of_variables() {
        let mut values = Values::default();
        let variable = |name: &str| Variable { name: name.to_owned(), multi: true, ..Variable::default() };
        let choice = |value: &str, text: &str| Choice { value: value.to_owned(), text: text.to_owned() };
        values.set(&variable("one"), vec![choice("10.0.0.1:9100", "web 1")]);
        values.set(&variable("two"), vec![choice("a b", "A"), choice("c&d", "B")]);
        values.set_all(&variable("all"), vec![choice("x", "x"), choice("y", "y")]);
        let search = "?from=1700000000000&to=1700000360000&var-one=10.0.0.1:9100";
        let labels = Labels::of("up", [("host", "$two")]).unwrap();
        let value = OfValue { name: "up", labels: &labels, text: "1", fields: &[] };
        for (url, expected) in [
            ("/d/x?var-host=$one", "/d/x?var-host=10.0.0.1:9100"),
            ("/d/x?var-host=$two&a=1", "/d/x?var-host=a%20b&var-host=c%26d&a=1"),
            ("/d/x?var-host=$all", "/d/x?var-host=%24__all"),
            ("/d/x?${two:queryparam}", "/d/x?var-two=a%20b&var-two=c%26d"),
            ("/x/$two", "/x/a%20b,c%26d"),
            ("/x?f=$__from&t=${__to}", "/x?f=1700000000000&t=1700000360000"),
            ("/x?${__url_time_range}", "/x?from=1700000000000&to=1700000360000"),
            (
                "/x?${__all_variables}",
                "/x?var-all=%24__all&var-one=10.0.0.1:9100&var-two=a%20b&var-two=c%26d",
            ),
        ] {
            let link = Link { url: url.to_owned(), ..Link::default() };
            assert_eq!(href(&link, search, &values), expected, "{url}");
            assert_eq!(value.href(&link, search, &values), expected, "{url}");
        }
        // What a label holds is no variable.
        let link = Link { url: "/x?h=${__field.labels.host}&v=$one".to_owned(), ..Link::default() };
        assert_eq!(value.href(&link, search, &values), "/x?h=%24two&v=10.0.0.1:9100");
    }
}
