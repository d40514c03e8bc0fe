//! The form of a report: its figures, and its place in a document between two markers.

use std::fs;

use crate::project::Project;
use crate::step::{Failure, Result};

/// The document that holds the tables, below the repository's root.
const DOCUMENT: &str = "docs/PERFORMANCE.md";

/// Memory as tables show it.
pub(crate) fn megabytes(bytes: f64) -> f64 {
    bytes / 1e6
}

/// Three digits that count, whole numbers from 100 on.
pub(crate) fn figure(value: f64) -> String {
    match value {
        value if value < 0.9995 => format!("{value:.3}"),
        value if value < 9.995 => format!("{value:.2}"),
        value if value < 99.95 => format!("{value:.1}"),
        value => thousands(&format!("{value:.0}")),
    }
}

/// `digits` with a comma before each group of three; a number with a fraction stays as it is.
pub(crate) fn thousands(digits: &str) -> String {
    if !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return digits.to_owned();
    }
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Writes the report of a bench into the document, where the last one was.
pub(crate) fn write(bench: &str, report: &str, project: &Project) -> Result<()> {
    let document = &project.root.join(DOCUMENT);
    let text = fs::read_to_string(document).map_err(Failure::at(document))?;
    let text = put_between_markers(&text, bench, report).map_err(|problem| {
        Failure::new(format!("{}: {problem}; the table above was not written", document.display()))
    })?;
    fs::write(document, text).map_err(Failure::at(document))?;
    eprintln!("    written into {}", document.display());
    Ok(())
}

/// The document with the report where the last one was; otherwise what is wrong with the document.
fn put_between_markers(document: &str, bench: &str, report: &str) -> std::result::Result<String, String> {
    let (begin, end) = (format!("<!-- {bench}:begin -->"), format!("<!-- {bench}:end -->"));
    let missing = |marker: &str| format!("it has no line `{marker}`");
    let (before, rest) = document.split_once(&begin).ok_or_else(|| missing(&begin))?;
    let (_, after) = rest.split_once(&end).ok_or_else(|| missing(&end))?;
    Ok(format!("{before}{begin}\n{}\n{end}{after}", report.trim_end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_three_digits() {
        for (value, expected) in [
            (0.0, "0.000"),
            (0.0404, "0.040"),
            (0.99951, "1.00"),
            (1.234, "1.23"),
            (9.996, "10.0"),
            (99.96, "100"),
            (999.6, "1,000"),
            (1_234_567.8, "1,234,568"),
        ] {
            assert_eq!(figure(value), expected);
        }
        assert_eq!(thousands("0.5"), "0.5");
    }

    #[test]
    fn a_report_replaces_the_one_before_and_leaves_the_rest() {
        let document = "# Performance\n\n<!-- peers:begin -->\nold\n<!-- peers:end -->\n\n\
                        <!-- ingest:begin -->\nother\n<!-- ingest:end -->\n";
        let once = put_between_markers(document, "peers", "new\n").unwrap();
        assert_eq!(once, document.replace("old", "new"));
        assert_eq!(put_between_markers(&once, "peers", "new\n").unwrap(), once);
        let other = put_between_markers(&once, "ingest", "new").unwrap();
        assert_eq!(other, once.replace("other", "new"));

        assert_eq!(
            put_between_markers("# Performance\n", "peers", "new").unwrap_err(),
            "it has no line `<!-- peers:begin -->`"
        );
        let half = "<!-- peers:begin -->\nold\n";
        assert_eq!(
            put_between_markers(half, "peers", "new").unwrap_err(),
            "it has no line `<!-- peers:end -->`"
        );
    }
}
