//! Unit tests of rules in promtool's format: `watchfire test rules`.

mod format;
mod notation;
mod run;

use std::path::Path;

use watchfire_model::Labels;

use super::Checked;
use format::File;

/// Runs the tests of a file, each over a storage of its own below `scratch`.
pub async fn test_rules(path: &Path, scratch: &Path) -> Checked {
    let mut text = format!("Unit Testing:  {}\n", path.display());
    let problems = match read(path) {
        Ok(file) => run::run(&file, path, scratch).await,
        Err(errors) => errors,
    };
    if problems.is_empty() {
        text.push_str("  SUCCESS\n");
        return Checked { text, well: true };
    }
    text.push_str("  FAILED:\n");
    for problem in problems {
        for line in problem.lines() {
            text.push_str("    ");
            text.push_str(line);
            text.push('\n');
        }
    }
    Checked { text, well: false }
}

fn read(path: &Path) -> Result<File, Vec<String>> {
    let text = std::fs::read_to_string(path).map_err(|error| vec![format!("cannot be read: {error}")])?;
    let file: File =
        serde_saphyr::from_str(&text).map_err(|error| vec![error.without_snippet().to_string()])?;
    let refused = file.native_histograms().into_iter().map(|line| {
        let mend = "write the series of a classic one, with the label le";
        format!("{}:{line}: native histograms are not known here; {mend}", path.display())
    });
    let refused: Vec<String> = refused.collect();
    if refused.is_empty() { Ok(file) } else { Err(refused) }
}

/// A list of things in promtool's form.
fn listed(things: &[String]) -> String {
    if things.is_empty() {
        return "[]".to_owned();
    }
    let lines =
        things.iter().enumerate().map(|(index, thing)| format!("\n        {index}:\n          {thing}"));
    format!("[{}\n        ]", lines.collect::<String>())
}

/// A label set in braces.
fn braces(labels: &Labels) -> String {
    let pairs: Vec<String> = labels.iter().map(|label| format!("{}={:?}", label.name, label.value)).collect();
    format!("{{{}}}", pairs.join(", "))
}
