use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::problem::{Place, Problem};
use watchfire_yaml::{Key, Kind, Node};

/// What is found out while one file is read. Each method that reads a value notes what is wrong with it and returns
/// `None`, so that the reader goes on and the user sees all problems at once.
pub(super) struct Reading {
    pub(super) file: Arc<str>,
    /// Where relative paths start.
    pub(super) folder: PathBuf,
    pub(super) problems: Vec<Problem>,
    /// What is read but has no effect.
    pub(super) notes: Vec<Problem>,
}

/// The entries of a mapping.
#[derive(Clone, Copy)]
pub(super) struct Fields<'n> {
    pub(super) place: Place,
    pairs: &'n [(Key, Node)],
}

impl<'n> Fields<'n> {
    /// The value of a key; `None` also where it is empty.
    pub(super) fn get(&self, name: &str) -> Option<&'n Node> {
        let (_, node) = self.pairs.iter().find(|(key, _)| key.name == name)?;
        (!matches!(node.kind, Kind::Null)).then_some(node)
    }

    /// All entries.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&'n Key, &'n Node)> + use<'n> {
        self.pairs.iter().map(|(key, node)| (key, node))
    }
}

impl Reading {
    pub(super) fn new(path: &Path) -> Self {
        let folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
        Self { file: path.display().to_string().into(), folder, problems: Vec::new(), notes: Vec::new() }
    }

    pub(super) fn problem(&mut self, place: Place, reason: impl Into<String>) {
        self.problems.push(Problem { file: self.file.clone(), place: Some(place), reason: reason.into() });
    }

    pub(super) fn note(&mut self, place: Place, reason: impl Into<String>) {
        self.notes.push(Problem { file: self.file.clone(), place: Some(place), reason: reason.into() });
    }

    /// The entries of a mapping, whatever its keys.
    pub(super) fn map<'n>(&mut self, node: &'n Node, what: &str) -> Option<Fields<'n>> {
        let Kind::Map(pairs) = &node.kind else {
            self.problem(node.place, format!("{what} must be a mapping, and this is {}", node.what()));
            return None;
        };
        Some(Fields { place: node.place, pairs })
    }

    /// The entries of a mapping whose keys are all in `known`.
    pub(super) fn fields<'n>(&mut self, node: &'n Node, what: &str, known: &[&str]) -> Option<Fields<'n>> {
        let fields = self.map(node, what)?;
        for (key, _) in fields.iter() {
            if !known.contains(&key.name.as_str()) {
                self.unknown(key, what, known);
            }
        }
        Some(fields)
    }

    /// Notes a key that is none of `known`.
    pub(super) fn unknown(&mut self, key: &Key, what: &str, known: &[&str]) {
        let nearest = known
            .iter()
            .map(|name| (strsim::damerau_levenshtein(name, &key.name), *name))
            .filter(|(distance, name)| *distance <= 1 + name.len() / 4)
            .min();
        let mend = match nearest {
            Some((_, name)) => format!("did you mean {name:?}?"),
            // Longer lists help nobody.
            None if known.len() > 15 => "Prometheus has no such key there".to_owned(),
            None => format!("known here are {}", known.join(", ")),
        };
        self.problem(key.place, format!("unknown key {:?} in {what}; {mend}", key.name));
    }

    pub(super) fn list<'n>(&mut self, node: Option<&'n Node>, what: &str) -> &'n [Node] {
        match node.map(|node| (&node.kind, node)) {
            None => &[],
            Some((Kind::List(items), _)) => items,
            Some((_, node)) => {
                self.problem(node.place, format!("{what} must be a list, and this is {}", node.what()));
                &[]
            }
        }
    }

    pub(super) fn text<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n str> {
        match &node.kind {
            Kind::Text(text) | Kind::Bare(text) => Some(text),
            Kind::Null => Some(""),
            _ => {
                self.problem(node.place, format!("{what} must be a text, and this is {}", node.what()));
                None
            }
        }
    }

    /// An optional text.
    pub(super) fn owned(&mut self, fields: &Fields<'_>, name: &str) -> Option<String> {
        self.text(fields.get(name)?, name).map(str::to_owned)
    }

    pub(super) fn texts(&mut self, node: Option<&Node>, what: &str) -> Vec<String> {
        let items = self.list(node, what);
        items.iter().filter_map(|item| self.text(item, what).map(str::to_owned)).collect()
    }

    /// A path, from the folder of the file where it is relative.
    pub(super) fn path(&mut self, fields: &Fields<'_>, name: &str) -> Option<PathBuf> {
        let text = self.text(fields.get(name)?, name)?;
        (!text.is_empty()).then(|| self.folder.join(text))
    }

    pub(super) fn flag(&mut self, fields: &Fields<'_>, name: &str, default: bool) -> bool {
        let Some(node) = fields.get(name) else { return default };
        match self.text(node, name) {
            Some("true" | "True" | "TRUE") => true,
            Some("false" | "False" | "FALSE") => false,
            Some(other) => {
                self.problem(node.place, format!("{name} must be true or false, not {other:?}"));
                default
            }
            None => default,
        }
    }

    /// A duration greater than zero.
    pub(super) fn duration(&mut self, fields: &Fields<'_>, name: &str) -> Option<Duration> {
        let node = fields.get(name)?;
        let text = self.text(node, name)?;
        match watchfire_model::parse_duration(text) {
            Ok(0) => None,
            Ok(millis) => Some(Duration::from_millis(millis.unsigned_abs())),
            Err(error) => {
                self.problem(node.place, format!("{name}: {error}"));
                None
            }
        }
    }

    /// A whole number; 0 means no limit, as in Prometheus, and gives `None`.
    pub(super) fn limit(&mut self, fields: &Fields<'_>, name: &str) -> Option<usize> {
        let node = fields.get(name)?;
        match self.text(node, name)?.parse() {
            Ok(0) => None,
            Ok(number) => Some(number),
            Err(_) => {
                self.problem(node.place, format!("{name} must be a whole number, 0 for no limit"));
                None
            }
        }
    }

    /// A size such as `10MB`, in bytes; 0 means no limit and gives `None`. Units count in steps of 1024, with an `i` or
    /// without, as Prometheus has them.
    pub(super) fn size(&mut self, fields: &Fields<'_>, name: &str) -> Option<usize> {
        let node = fields.get(name)?;
        let text = self.text(node, name)?;
        if let Some(bytes) = size(text) {
            return (bytes > 0).then_some(bytes);
        }
        self.problem(node.place, format!("{name}: {text:?} is not a size; write 512KB, 10MB or 1GiB"));
        None
    }
}

fn size(text: &str) -> Option<usize> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let number: usize = text[..digits].parse().ok()?;
    let power = match &text[digits..] {
        "" if number == 0 => 0,
        "B" => 0,
        "KB" | "KiB" => 1,
        "MB" | "MiB" => 2,
        "GB" | "GiB" => 3,
        "TB" | "TiB" => 4,
        _ => return None,
    };
    number.checked_mul(1024_usize.checked_pow(power)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        for (text, bytes) in [
            ("0", Some(0)),
            ("10B", Some(10)),
            ("2KB", Some(2048)),
            ("1MiB", Some(1 << 20)),
            ("1GB", Some(1 << 30)),
            ("10", None),
            ("MB", None),
            ("1.5MB", None),
            ("99999999999TB", None),
        ] {
            assert_eq!(size(text), bytes, "{text:?}");
        }
    }
}
