//! What changed in the source tree, and what has to be built for it.

use std::collections::BTreeMap;
use std::fs;
use std::ops::BitOr;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// What is watched, from the repository's root.
const WATCHED: [&str; 10] = [
    "app",
    "crates",
    "embed",
    "frontend",
    "server",
    "style",
    "public",
    "migrations",
    "Cargo.toml",
    "Cargo.lock",
];

/// What has to be built.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rebuild {
    /// The browser's code.
    pub(crate) wasm: bool,
    /// The style sheet and the files of `public/`.
    pub(crate) assets: bool,
    pub(crate) server: bool,
}

impl Rebuild {
    pub(crate) const NOTHING: Self = Self { wasm: false, assets: false, server: false };
    pub(crate) const ALL: Self = Self { wasm: true, assets: true, server: true };

    /// What a change of this file asks for; the path is from the repository's root.
    pub(crate) fn for_path(path: &Path) -> Self {
        let names: Vec<&str> = path.iter().filter_map(|name| name.to_str()).collect();
        let not_in_the_program = names.iter().any(|name| matches!(*name, "tests" | "benches" | "fuzz"));
        match names.first() {
            _ if not_in_the_program => Self::NOTHING,
            Some(&("style" | "public")) => Self { assets: true, ..Self::NOTHING },
            Some(&("server" | "migrations")) => Self { server: true, ..Self::NOTHING },
            Some(&("embed" | "frontend")) => Self { wasm: true, ..Self::NOTHING },
            // The interface and the crates under it are in both programs; cargo finds out which of them is
            // new.
            Some(_) => Self { wasm: true, server: true, ..Self::NOTHING },
            None => Self::NOTHING,
        }
    }
}

impl BitOr for Rebuild {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self {
            wasm: self.wasm || other.wasm,
            assets: self.assets || other.assets,
            server: self.server || other.server,
        }
    }
}

/// The time of the last change of each watched file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Snapshot(BTreeMap<PathBuf, SystemTime>);

impl Snapshot {
    /// Looks at all watched files. One that vanishes meanwhile counts as removed.
    pub(crate) fn take(root: &Path) -> Self {
        let mut files = BTreeMap::new();
        for watched in WATCHED {
            collect(root, Path::new(watched), &mut files);
        }
        Self(files)
    }

    /// The files that were added, changed or removed between two looks.
    pub(crate) fn changes_to<'a>(&'a self, later: &'a Self) -> Vec<&'a Path> {
        let changed = later.0.iter().filter(|(path, time)| self.0.get(*path) != Some(*time));
        let removed = self.0.iter().filter(|(path, _)| !later.0.contains_key(*path));
        changed.chain(removed).map(|(path, _)| path.as_path()).collect()
    }
}

fn collect(root: &Path, path: &Path, files: &mut BTreeMap<PathBuf, SystemTime>) {
    let hidden_or_backup = path
        .file_name()
        .and_then(|name| name.to_str())
        .is_none_or(|name| name.starts_with('.') || name.ends_with('~') || name == "target");
    let full = root.join(path);
    let Ok(metadata) = fs::metadata(&full) else { return };
    if hidden_or_backup {
        return;
    }
    if metadata.is_dir() {
        for entry in fs::read_dir(&full).into_iter().flatten().flatten() {
            collect(root, &path.join(entry.file_name()), files);
        }
    } else if let Ok(time) = metadata.modified() {
        files.insert(path.to_owned(), time);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tempfile::TempDir;

    use super::*;

    #[test]
    fn a_change_builds_only_what_it_touches() {
        let both = Rebuild { wasm: true, server: true, assets: false };
        for (path, expected) in [
            ("style/main.scss", Rebuild { assets: true, ..Rebuild::NOTHING }),
            ("public/favicon.svg", Rebuild { assets: true, ..Rebuild::NOTHING }),
            ("server/src/main.rs", Rebuild { server: true, ..Rebuild::NOTHING }),
            ("migrations/0001.sql", Rebuild { server: true, ..Rebuild::NOTHING }),
            ("frontend/src/lib.rs", Rebuild { wasm: true, ..Rebuild::NOTHING }),
            ("embed/src/lib.rs", Rebuild { wasm: true, ..Rebuild::NOTHING }),
            ("app/src/lib.rs", both),
            ("crates/model/src/labels.rs", both),
            ("Cargo.toml", both),
            ("crates/storage/tests/kill.rs", Rebuild::NOTHING),
            ("server/tests/snapshots/status.snap", Rebuild::NOTHING),
        ] {
            assert_eq!(Rebuild::for_path(Path::new(path)), expected, "for {path}");
        }
    }

    #[test]
    fn two_changes_ask_for_the_sum() {
        let sum = Rebuild::for_path(Path::new("style/a.scss")) | Rebuild::for_path(Path::new("app/a.rs"));
        assert_eq!(sum, Rebuild::ALL);
        assert_eq!(Rebuild::NOTHING | Rebuild::NOTHING, Rebuild::NOTHING);
    }

    #[test]
    fn added_changed_and_removed_files_are_seen_and_others_are_not() {
        let root = TempDir::new().unwrap();
        let write = |path: &str| {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        };
        for path in ["app/same.rs", "app/changed.rs", "app/removed.rs", "docs/unwatched.md"] {
            write(path);
        }
        let before = Snapshot::take(root.path());
        assert!(before.changes_to(&Snapshot::take(root.path())).is_empty());

        let file = fs::File::options().write(true).open(root.path().join("app/changed.rs")).unwrap();
        file.set_modified(SystemTime::now() + Duration::from_secs(10)).unwrap();
        fs::remove_file(root.path().join("app/removed.rs")).unwrap();
        for path in ["style/added.scss", "app/.swap", "app/backup.rs~", "docs/another.md"] {
            write(path);
        }
        let after = Snapshot::take(root.path());
        let changes = before.changes_to(&after);
        assert_eq!(changes, ["app/changed.rs", "style/added.scss", "app/removed.rs"].map(Path::new));
    }
}
