//! Where links of dashboards and panels lead.

use watchfire_dashboard::{Clock, Link, Values};

use super::address::{Asked, with_variables};
use crate::address::Search;
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
        let tagged = Link { tags: vec!["web".to_owned(), "db".to_owned()], ..Link::default() };
        assert_eq!(href(&tagged, search, &Values::default()), "/dashboards?tag=web&tag=db");
    }
}
