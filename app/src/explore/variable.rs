//! Variables of a dashboard where a query is written.

use super::suggest::{Kind, Suggestion, rank};

/// One that queries may hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Variable {
    name: String,
    /// What it holds, or is for.
    pub(super) help: String,
}

/// The times that a dashboard puts in, and what they are for.
const TIMES: [(&str, &str); 7] = [
    ("__rate_interval", "As long as rate() needs at each point."),
    ("__interval", "From one point to the next."),
    ("__range", "As long as the range that is shown."),
    ("__interval_ms", "From one point to the next, in milliseconds."),
    ("__range_s", "As long as the range that is shown, in seconds."),
    ("__from", "The range's start, in milliseconds since 1970."),
    ("__to", "The range's end, in milliseconds since 1970."),
];

/// How many of those are durations.
const DURATIONS: usize = 3;

impl Variable {
    /// Those of a dashboard, by name and what is chosen, and those that there are always.
    pub(crate) fn all(own: impl Iterator<Item = (String, Vec<String>)>) -> Vec<Self> {
        let own = own.map(|(name, chosen)| Self { name, help: chosen.join(", ") });
        let times = TIMES.map(|(name, help)| Self { name: name.to_owned(), help: help.to_owned() });
        own.chain(times).collect()
    }

    /// Whether it is a time rather than a variable of the dashboard.
    pub(super) fn is_time(&self) -> bool {
        TIMES.iter().any(|(name, _)| *name == self.name)
    }

    pub(super) fn is_duration(&self) -> bool {
        TIMES[..DURATIONS].iter().any(|(name, _)| *name == self.name)
    }

    pub(super) fn written(&self) -> String {
        format!("${}", self.name)
    }
}

/// Where the variable begins whose name the cursor stands in or behind: at its `$`.
pub(super) fn variable_at(text: &str, cursor: usize) -> Option<usize> {
    let before = text.get(..cursor)?;
    let name = before.trim_end_matches(|letter: char| letter.is_ascii_alphanumeric() || letter == '_');
    let dollar = name.strip_suffix('{').unwrap_or(name);
    dollar.ends_with('$').then(|| dollar.len() - 1)
}

/// Where the name ends that the cursor stands in.
pub(super) fn name_end(text: &str, cursor: usize) -> usize {
    let behind = text.get(cursor..).unwrap_or_default();
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    cursor + behind.find(|letter| !is_name(letter)).unwrap_or(behind.len())
}

/// Those that fit what is `typed`: `$ho`, `${ho`; the best first.
pub(super) fn fitting(variables: &[Variable], typed: &str) -> Vec<Suggestion> {
    let braced = typed.starts_with("${");
    let name = typed.trim_start_matches(['$', '{']);
    let needle = name.to_lowercase();
    let one = |variable: &Variable| {
        let rank = rank(&variable.name, name, &needle)?;
        let text = if braced { format!("${{{}}}", variable.name) } else { variable.written() };
        Some((rank, Suggestion { kind: Kind::Variable, text, help: variable.help.clone() }))
    };
    let mut found: Vec<(u8, Suggestion)> = variables.iter().filter_map(one).collect();
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, suggestion)| suggestion).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_begins_at_its_dollar() {
        for (text, start) in [
            ("up{host=\"$", Some(9)),
            ("up{host=\"$ho", Some(9)),
            ("up{host=\"a-${ho", Some(11)),
            ("rate(x[$__ra", Some(7)),
            ("up{host=\"${host}", None),
            ("up{host=\"$host ", None),
            ("up", None),
            ("{", None),
            ("", None),
        ] {
            assert_eq!(variable_at(text, text.len()), start, "{text}");
        }
        assert_eq!(name_end("up{host=\"$host\"}", 11), 14);
        assert_eq!(name_end("$ho", 3), 3);
    }

    #[test]
    fn those_that_fit_best_come_first() {
        let own =
            [("the_host".to_owned(), vec!["a".to_owned(), "b".to_owned()]), ("host".to_owned(), vec![])];
        let all = Variable::all(own.into_iter());
        let texts = |typed: &str| -> Vec<String> {
            fitting(&all, typed).into_iter().map(|suggestion| suggestion.text).collect()
        };
        assert_eq!(texts("$ho"), ["$host", "$the_host"]);
        assert_eq!(texts("${the"), ["${the_host}"]);
        assert_eq!(texts("$__ra"), ["$__rate_interval", "$__range", "$__range_s"]);
        assert_eq!(texts("$").len(), 2 + TIMES.len());
        assert_eq!(fitting(&all, "$the")[0].help, "a, b");
    }
}
