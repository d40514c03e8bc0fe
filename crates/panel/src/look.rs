use watchfire_dashboard::{Field, Matcher, Override, Panel};

use crate::Pattern;

/// How the series of a panel look: what is said for all, and what is different for some.
#[derive(Debug)]
pub struct Looks<'a> {
    field: &'a Field,
    overrides: Vec<(&'a Override, Option<Pattern>)>,
}

impl<'a> Looks<'a> {
    /// Those of a panel.
    pub fn of(panel: &'a Panel) -> Self {
        let compiled = |over: &'a Override| (over, over.matcher.regex.as_deref().and_then(Pattern::new));
        Self { field: &panel.field, overrides: panel.overrides.iter().map(compiled).collect() }
    }

    /// How the series called `name` looks, which the query with this id brought. What is different follows from the
    /// name that it has before any of this gives it another one.
    pub fn field(&self, query: &str, name: &str) -> Field {
        let fitting = self
            .overrides
            .iter()
            .filter(|(over, pattern)| fits(&over.matcher, pattern.as_ref(), query, name));
        fitting.fold(self.field.clone(), |field, (over, _)| field.with(&over.set))
    }

    /// Patterns that cannot be read; what they are for is left as it is.
    pub fn broken(&self) -> impl Iterator<Item = &str> {
        let broken = self.overrides.iter().filter(|(_, pattern)| pattern.is_none());
        broken.filter_map(|(over, _)| over.matcher.regex.as_deref())
    }
}

fn fits(matcher: &Matcher, pattern: Option<&Pattern>, query: &str, name: &str) -> bool {
    let named = matcher.names.is_empty() || matcher.names.iter().any(|wanted| wanted == name);
    let like = match (&matcher.regex, pattern) {
        (None, _) => true,
        (Some(_), Some(pattern)) => pattern.matches(name),
        // A broken one says nothing, turned around neither.
        (Some(_), None) => return false,
    };
    let asked = matcher.query.as_deref().is_none_or(|wanted| wanted == query);
    // Nothing at all is no condition that could fit.
    let says = !matcher.names.is_empty() || matcher.regex.is_some() || matcher.query.is_some();
    says && (named && like && asked) != matcher.not
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_overrides_win() {
        let panel: Panel = serde_json::from_str(
            r#"{"field": {"unit": "s", "fill": 10}, "overrides": [
                {"match": {"regex": "^5"}, "set": {"unit": "a"}},
                {"match": {"names": ["500", "x"]}, "set": {"unit": "b"}},
                {"match": {"query": "B"}, "set": {"unit": "c"}},
                {"match": {"names": ["x", "y", "z", "500"], "not": true}, "set": {"fill": 0}},
                {"match": {"regex": "("}, "set": {"unit": "d"}},
                {"match": {"regex": "[", "not": true}, "set": {"unit": "f"}},
                {"match": {}, "set": {"unit": "e"}}
            ]}"#,
        )
        .unwrap();
        let looks = Looks::of(&panel);
        for (query, name, unit, fill) in [
            ("A", "503", "a", 0),
            ("A", "500", "b", 10),
            ("B", "x", "c", 10),
            ("A", "y", "s", 10),
            ("A", "q", "s", 0),
        ] {
            let field = looks.field(query, name);
            assert_eq!((field.unit.as_deref(), field.fill), (Some(unit), Some(fill)), "{query} {name}");
        }
        assert_eq!(looks.broken().collect::<Vec<_>>(), ["(", "["]);
    }
}
