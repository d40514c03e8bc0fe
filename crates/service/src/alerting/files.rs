//! Rule files as they were seen last.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::Serialize;
use sha2::{Digest, Sha256};
use watchfire_rules::{Flaw, Group, read_any};

use super::AlertingSettings;
use super::glob::{Unreadable, expand};

/// A file that was changed so lately may have been changed again within one tick of the file system's clock.
const RACY: Duration = Duration::from_secs(2);

/// What is wrong with a rule file, or with a rule that a form made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleError {
    /// The file; `form` where there is none.
    pub file: String,
    /// The line, from 1; 0 where it is not known.
    pub line: u32,
    /// Which group and rule.
    pub place: String,
    /// The field.
    pub field: String,
    /// What is wrong, and how to mend it.
    pub message: String,
}

impl RuleError {
    pub(super) fn of(file: &str, flaw: Flaw) -> Self {
        let Flaw { line, place, field, message, .. } = flaw;
        Self { file: file.to_owned(), line, place, field, message }
    }

    fn whole(file: &Path, message: String) -> Self {
        let file = file.display().to_string();
        Self { file, line: 0, place: String::new(), field: String::new(), message }
    }
}

impl std::fmt::Display for RuleError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.file)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        for part in [&self.place, &self.field] {
            if !part.is_empty() {
                write!(f, ": {part}")?;
            }
        }
        write!(f, ": {}", self.message)
    }
}

/// What the files say.
#[derive(Clone, Debug, Default)]
pub(super) struct Files {
    known: HashMap<PathBuf, Known>,
    /// Folders of which nobody knows what is in them.
    unread: Vec<RuleError>,
}

/// A file as it was read last.
#[derive(Clone, Debug)]
struct Known {
    modified: SystemTime,
    size: u64,
    /// Whether it was read long enough after it was changed for its time to tell of the next change.
    settled: bool,
    hash: [u8; 32],
    said: Result<Vec<Group>, Vec<RuleError>>,
}

impl Files {
    /// Looks at all files; whether something is not as it was. Blocks.
    pub(super) fn look(&mut self, settings: &AlertingSettings) -> bool {
        let mut known = HashMap::new();
        let mut changed = false;
        let (mut paths, mut unread) = (Vec::new(), Vec::new());
        for pattern in &settings.files {
            match expand(pattern) {
                Ok(found) => paths.extend(found),
                Err(Unreadable { path, error }) => {
                    let mend = "let the server read it, or write rules.files so that it is not needed";
                    unread.push(RuleError::whole(&path, format!("cannot be read: {error}; {mend}")));
                }
            }
        }
        for path in paths {
            if known.contains_key(&path) {
                continue;
            }
            let before = self.known.get(&path);
            let now = read(&path, before, settings.max_file_bytes);
            changed |= before.is_none_or(|before| before.said != now.said);
            known.insert(path, now);
        }
        changed |= self.known.keys().any(|path| !known.contains_key(path)) || self.unread != unread;
        self.known = known;
        self.unread = unread;
        changed
    }

    /// All groups with their files, and all that is wrong; both in the order of the files.
    pub(super) fn say(&self) -> (Vec<(String, Group)>, Vec<RuleError>) {
        let (mut groups, mut errors) = (Vec::new(), self.unread.clone());
        let mut paths: Vec<&PathBuf> = self.known.keys().collect();
        paths.sort();
        for path in paths {
            match &self.known[path].said {
                Ok(said) => {
                    groups.extend(said.iter().map(|group| (path.display().to_string(), group.clone())));
                }
                Err(said) => errors.extend(said.iter().cloned()),
            }
        }
        (groups, errors)
    }
}

fn read(path: &Path, before: Option<&Known>, most: u64) -> Known {
    try_read(path, before, most).unwrap_or_else(|error| Known {
        modified: SystemTime::UNIX_EPOCH,
        size: 0,
        settled: false,
        hash: [0; 32],
        said: Err(vec![RuleError::whole(
            path,
            format!("cannot be read: {error}; make it, or take it out of rules.files"),
        )]),
    })
}

fn try_read(path: &Path, before: Option<&Known>, most: u64) -> std::io::Result<Known> {
    let about = std::fs::metadata(path)?;
    let (modified, size) = (about.modified()?, about.len());
    if let Some(before) =
        before.filter(|before| before.settled && before.modified == modified && before.size == size)
    {
        return Ok(before.clone());
    }
    let settled = SystemTime::now().duration_since(modified).is_ok_and(|age| age > RACY);
    let refused = |message: String| Err(vec![RuleError::whole(path, message)]);
    if size > most {
        let said = refused(format!("it has {size} bytes, {most} are allowed (rules.max_file_bytes)"));
        return Ok(Known { modified, size, settled, hash: [0; 32], said });
    }
    let bytes = std::fs::read(path)?;
    let hash: [u8; 32] = Sha256::digest(&bytes).into();
    if let Some(before) = before.filter(|before| before.hash == hash) {
        return Ok(Known { modified, size, settled, ..before.clone() });
    }
    let said = match String::from_utf8(bytes) {
        Ok(text) => read_any(&text).map_err(|flaws| {
            let file = path.display().to_string();
            flaws.0.into_iter().map(|flaw| RuleError::of(&file, flaw)).collect()
        }),
        Err(_) => refused("it is no text in UTF-8".to_owned()),
    };
    Ok(Known { modified, size, settled, hash, said })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Also root cannot follow a link to itself.
    #[cfg(unix)]
    #[test]
    fn a_folder_that_cannot_be_read_is_an_error_and_not_empty() {
        let dir = tempfile::tempdir().unwrap();
        let (folder, aside) = (dir.path().join("rules"), dir.path().join("aside"));
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("a.yml"), "groups: [{name: a, rules: [{record: b, expr: c}]}]").unwrap();
        let settings = AlertingSettings {
            files: vec![folder.join("*.yml").display().to_string()],
            ..AlertingSettings::default()
        };
        let mut files = Files::default();
        assert!(files.look(&settings));
        let said = |files: &Files| {
            let (groups, errors) = files.say();
            (groups.len(), errors.iter().map(ToString::to_string).collect::<Vec<_>>())
        };
        assert_eq!(said(&files), (1, vec![]));
        std::fs::rename(&folder, &aside).unwrap();
        std::os::unix::fs::symlink(&folder, &folder).unwrap();
        assert!(files.look(&settings));
        let (_, errors) = said(&files);
        assert!(errors.len() == 1 && errors[0].contains("rules: cannot be read"), "{errors:?}");
        assert!(!files.look(&settings), "it is told once");
        std::fs::remove_file(&folder).unwrap();
        // One that is not there holds no files, which is no error.
        assert!(files.look(&settings));
        assert_eq!(said(&files), (0, vec![]));
        std::fs::rename(&aside, &folder).unwrap();
        assert!(files.look(&settings));
        assert_eq!(said(&files), (1, vec![]));
    }
}
