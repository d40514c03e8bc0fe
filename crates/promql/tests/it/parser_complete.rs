//! What is suggested where, as a table: `|` is the cursor, and `^` stands where the replaced text starts.

use watchfire_promql::{Completion, Fit, complete_at};

use crate::parser::rows;

/// What fits, as the table writes it.
fn describe(completion: &Completion) -> String {
    let conditions = |matchers: &[watchfire_model::Matcher]| {
        matchers.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
    };
    let fits = completion.fits.iter().map(|fit| match fit {
        Fit::Metrics => "metrics".to_owned(),
        Fit::Functions => "functions".to_owned(),
        Fit::Aggregations => "aggregations".to_owned(),
        Fit::Keywords(words) => format!("keywords({})", words.join(" ")),
        Fit::LabelNames(matchers) => format!("labels{{{}}}", conditions(matchers)),
        Fit::LabelValues { label, matchers } => format!("values {label}{{{}}}", conditions(matchers)),
        Fit::Durations => "durations".to_owned(),
    });
    fits.collect::<Vec<_>>().join(" ")
}

#[test]
fn suggests_what_fits() {
    let mut count = 0;
    for (marked, expected) in rows(include_str!("parser_completions.tsv")) {
        let (before, after) = marked.split_once('|').unwrap_or_else(|| panic!("no cursor in {marked}"));
        let typed = before.find('^');
        let before = before.replacen('^', "", 1);
        let completion = complete_at(&format!("{before}{after}"), before.len());
        assert_eq!(describe(&completion), expected, "{marked}");
        let start = typed.unwrap_or(before.len());
        assert_eq!(
            completion.span.start as usize..completion.span.end as usize,
            start..before.len(),
            "{marked}"
        );
        count += 1;
    }
    assert!(count > 50, "the table has only {count} rows");
}
