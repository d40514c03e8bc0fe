//! What is marked on charts: annotations, as they are drawn.

use serde::{Deserialize, Serialize};
use watchfire_chart::{Mark, Rgba, Theme};
use watchfire_dashboard::AnnotationQuery;
use watchfire_model::{Grid, Labels};

use crate::legend::filled;

/// How many marks one annotation of a dashboard makes at most.
pub const MOST_MARKS: usize = 500;

/// Something that is marked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marked {
    /// When it begins: milliseconds since the epoch.
    pub from: i64,
    /// When it ends, for a span.
    pub to: Option<i64>,
    /// Its colour, as dashboards name colours; none: that of information.
    pub color: Option<String>,
    /// What is to be said of it.
    pub text: String,
    /// The id of the only panel that it is for; none: all.
    pub panel: Option<u32>,
    /// Its number, of one that was written and that who sees it may change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<i64>,
}

impl Marked {
    /// As a chart draws it.
    pub fn mark(&self, theme: &Theme) -> Mark<'_> {
        Mark { from: self.from, to: self.to, color: self.shade(theme), text: self.text.as_str().into() }
    }

    /// Its colour on this theme.
    pub fn shade(&self, theme: &Theme) -> Rgba {
        self.color.as_deref().and_then(|color| Rgba::parse(color, theme)).unwrap_or(theme.info)
    }

    /// Whether it is drawn on a panel.
    pub fn is_for(&self, panel: u32) -> bool {
        self.panel.is_none_or(|own| own == panel)
    }
}

/// Where a series that an annotation asked for is not 0: from the first point of each such stretch to its last.
pub fn marked(query: &AnnotationQuery, labels: &Labels, values: &[f64], grid: Grid) -> Vec<Marked> {
    let text = match query.text.as_str() {
        "" => query.name.clone(),
        template => filled(template, labels),
    };
    let counts = |value: &f64| !value.is_nan() && *value != 0.0;
    let mut found: Vec<Marked> = Vec::new();
    let mut open = false;
    for (index, value) in values.iter().enumerate() {
        if counts(value) {
            let at = grid.time(index);
            match found.last_mut().filter(|_| open) {
                Some(mark) => mark.to = Some(at),
                None => found.push(Marked {
                    from: at,
                    to: None,
                    color: query.color.clone(),
                    text: text.clone(),
                    panel: None,
                    id: None,
                }),
            }
        }
        open = counts(value);
    }
    found
}

/// What is said of an annotation with these words.
pub fn words_of(title: &str, text: &str) -> String {
    match (title, text) {
        ("", text) => text.to_owned(),
        (title, "") => title.to_owned(),
        (title, text) => format!("{title}: {text}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_that_are_not_0_are_marked() {
        let query = AnnotationQuery {
            name: "Deploys".to_owned(),
            text: "{{version}} went out".to_owned(),
            ..AnnotationQuery::default()
        };
        let labels = Labels::of("deploy", [("version", "1.2")]).unwrap();
        let values = [0.0, 1.0, 2.0, 0.0, f64::NAN, 3.0];
        let found = marked(&query, &labels, &values, Grid { start: 100, step: 10, len: 6 });
        let told: Vec<_> = found.iter().map(|mark| (mark.from, mark.to, mark.text.as_str())).collect();
        assert_eq!(told, [(110, Some(120), "1.2 went out"), (150, None, "1.2 went out")]);
        assert!(found[0].is_for(7) && !Marked { panel: Some(3), ..found[0].clone() }.is_for(7));
    }
}
