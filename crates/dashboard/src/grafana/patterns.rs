/// A regular expression of Grafana as this program has them. There a bare one is for the whole of a text, and one between
/// slashes is JavaScript's, with flags behind it, and matches somewhere
/// (<https://github.com/grafana/grafana/blob/main/packages/grafana-data/src/text/string.ts>, `stringToJsRegex`).
pub(super) fn of(text: &str) -> String {
    let Some(rest) = text.strip_prefix('/') else { return whole(text) };
    match rest.rsplit_once('/') {
        // Only this flag changes whether a text matches; the slashes keep it.
        Some((inside, flags)) if flags.contains('i') => format!("/{inside}/i"),
        // Without its slashes it would be read as one that has them.
        Some((inside, _)) if inside.starts_with('/') => format!("/{inside}/"),
        Some((inside, _)) => inside.to_owned(),
        None => text.to_owned(),
    }
}

fn whole(text: &str) -> String {
    let start = if text.starts_with('^') { "" } else { "^" };
    let ends = text.strip_suffix('$').is_some_and(|rest| {
        let slashes = rest.len() - rest.trim_end_matches('\\').len();
        slashes % 2 == 0
    });
    // Without a group, as Grafana does it: of `a|b` the one is bound to the start, the other to the end.
    format!("{start}{text}{}", if ends { "" } else { "$" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bare_ones_are_for_the_whole_text() {
        for (grafana, own) in [
            ("cpu", "^cpu$"),
            ("cpu.*", "^cpu.*$"),
            ("^cpu", "^cpu$"),
            ("cpu$", "^cpu$"),
            (r"cost\$", r"^cost\$$"),
            (r"path\\$", r"^path\\$"),
            ("a|b", "^a|b$"),
            ("a/b", "^a/b$"),
            ("", "^$"),
            ("/cpu/", "cpu"),
            ("/^cpu$/", "^cpu$"),
            ("/cpu/g", "cpu"),
            ("/cpu/i", "/cpu/i"),
            ("/cpu/gi", "/cpu/i"),
            ("/a/b/", "a/b"),
            ("//a/b/", "//a/b/"),
            ("/broken", "/broken"),
        ] {
            assert_eq!(of(grafana), own, "{grafana}");
        }
    }
}
