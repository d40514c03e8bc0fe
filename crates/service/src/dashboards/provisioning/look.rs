//! A look at the folders.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::file::{Known, read};
use super::{FileDashboard, FileError, Files};
use crate::dashboards::kept::RESERVED;
use crate::dashboards::uid::from_title;

/// Folders within folders: beyond that it is a circle of links.
const DEEPEST: usize = 16;

/// What was seen.
pub(super) struct Look {
    pub(super) files: Files,
    pub(super) folders: BTreeMap<String, String>,
    pub(super) errors: Vec<FileError>,
    pub(super) known: HashMap<PathBuf, Known>,
}

/// Looks at all files of all folders. Blocks.
pub(super) fn look(dirs: &[PathBuf], before: &HashMap<PathBuf, Known>, most: usize) -> Look {
    let mut look =
        Look { files: Files::new(), folders: BTreeMap::new(), errors: Vec::new(), known: HashMap::new() };
    for dir in dirs {
        let mut files = Vec::new();
        let lost = find(dir, DEEPEST, &mut files, &mut look.errors);
        // What lies in a folder that cannot be read now stays as it was.
        files.extend(before.keys().filter(|file| lost.iter().any(|lost| file.starts_with(lost))).cloned());
        files.sort();
        files.dedup();
        for file in files {
            look.take(dir, &file, before, most);
        }
    }
    look
}

impl Look {
    fn take(&mut self, dir: &Path, file: &Path, before: &HashMap<PathBuf, Known>, most: usize) {
        let below = file.strip_prefix(dir).unwrap_or(file);
        let known = read(file, &below.display().to_string(), before.get(file), most);
        if let Some(error) = &known.error {
            self.error(file, error.line, &error.place, &error.message);
        }
        let title = below.parent().map(|parent| parent.display().to_string()).unwrap_or_default();
        let folder = (!title.is_empty()).then(|| format!("file-{}", from_title(&title)));
        for said in &known.said {
            let uid = &said.dashboard.uid;
            if uid == RESERVED {
                self.error(
                    file,
                    None,
                    "uid",
                    &format!("{uid:?} stands for something else in addresses; choose another"),
                );
                continue;
            }
            if let Some(other) = self.files.get(uid) {
                let message =
                    format!("{uid:?} is the uid of {}, too; give one of them another", other.file.display());
                self.error(file, None, "uid", &message);
                continue;
            }
            if let Some(folder) = &folder {
                self.folders.insert(folder.clone(), title.clone());
            }
            let dashboard = FileDashboard {
                dashboard: said.dashboard.clone(),
                file: file.to_owned(),
                folder: folder.clone(),
                changed_at: known.changed_at(),
                digest: said.digest.clone(),
                format: said.format,
                is_json: said.is_json,
                shipped: false,
            };
            self.files.insert(uid.clone(), Arc::new(dashboard));
        }
        self.known.insert(file.to_owned(), known);
    }

    fn error(&mut self, file: &Path, line: Option<usize>, place: &str, message: &str) {
        let file = file.display().to_string();
        self.errors.push(FileError { file, line, place: place.to_owned(), message: message.to_owned() });
    }
}

/// Adds the files below `dir` that may be dashboards; the answer names the folders that could not be read.
fn find(dir: &Path, depth: usize, files: &mut Vec<PathBuf>, errors: &mut Vec<FileError>) -> Vec<PathBuf> {
    let listed = std::fs::read_dir(dir).and_then(|entries| {
        entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>()
    });
    let entries = match listed {
        Ok(entries) => entries,
        Err(error) => {
            let message =
                format!("the folder cannot be read: {error}; make it, or take it out of dashboards.dirs");
            let file = dir.display().to_string();
            errors.push(FileError { file, line: None, place: String::new(), message });
            return vec![dir.to_owned()];
        }
    };
    let mut lost = Vec::new();
    for path in entries {
        // Editors and Kubernetes keep their own things in hidden ones.
        let is_hidden = path.file_name().is_none_or(|name| name.to_string_lossy().starts_with('.'));
        if is_hidden {
            continue;
        }
        if path.is_dir() {
            if depth == 0 {
                let message = format!(
                    "it lies more than {DEEPEST} folders deep, or in a circle of links; it is left out"
                );
                let file = path.display().to_string();
                errors.push(FileError { file, line: None, place: String::new(), message });
                continue;
            }
            lost.extend(find(&path, depth - 1, files, errors));
        } else if path.extension().is_some_and(|end| end == "json" || end == "yaml" || end == "yml") {
            files.push(path);
        }
    }
    lost
}
