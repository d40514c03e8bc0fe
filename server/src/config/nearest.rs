/// How alike two names must be (1 is equal) for one to be suggested for the other.
const ALIKE: f64 = 0.6;

/// The known name that comes nearest to `given`, if one is near.
///
/// A name that only lacks its beginning (`retention` for `storage.retention`), or has one too many, is nearer than any
/// misspelling.
pub(super) fn suggestion(given: &str, known: impl IntoIterator<Item = String>) -> Option<String> {
    let likeness = |name: &str| {
        if is_end_of(given, name) || is_end_of(name, given) {
            1.0
        } else {
            strsim::normalized_damerau_levenshtein(given, name)
        }
    };
    known
        .into_iter()
        .map(|name| (likeness(&name), name))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, name)| name)
}

/// Whether `whole` is some words and then `end`.
fn is_end_of(end: &str, whole: &str) -> bool {
    whole.strip_suffix(end).is_some_and(|beginning| beginning.ends_with(['.', '_', '-']))
}

#[cfg(test)]
mod tests {
    use super::suggestion;

    #[test]
    fn suggests_the_nearest_and_nothing_far_fetched() {
        let known = ["listen", "data_dir", "live", "storage.retention", "storage.block_window"];
        for (given, expected) in [
            ("lisen", Some("listen")),
            ("datadir", Some("data_dir")),
            ("storage.retension", Some("storage.retention")),
            ("retention", Some("storage.retention")),
            ("window", Some("storage.block_window")),
            ("server.listen", Some("listen")),
            ("tention", None),
            ("password", None),
            ("", None),
        ] {
            assert_eq!(suggestion(given, known.map(str::to_owned)).as_deref(), expected, "{given:?}");
        }
    }
}
