//! Dashboards that come with the program: files of `dashboards/` that are built into it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use watchfire_dashboard::{read, write};

use super::{FileDashboard, Files};
use crate::dashboards::ImportFormat;
use crate::dashboards::Shipped;
use crate::dashboards::head::digest;

/// What is said where others name their file.
const FILE: &str = "shipped with Watchfire";

/// The folder that they are in: its uid and title.
const FOLDER: (&str, &str) = ("shipped-watchfire", "Watchfire");

macro_rules! shipped {
    ($($name:literal),* $(,)?) => {
        /// Their texts, by the name of their file.
        const TEXTS: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../../../../../dashboards/", $name, ".json")))),*];
    };
}

shipped!(
    "agents",
    "consensus",
    "federated-learning",
    "fleet",
    "host",
    "mesh",
    "overview",
    "rag",
    "red",
    "use",
    "watchfire",
);

/// The dashboards that come with the program, by uid, each as Watchfire's own JSON.
pub fn shipped() -> impl Iterator<Item = (&'static str, &'static str)> {
    TEXTS.iter().copied()
}

/// They are read once: they stay the same as long as the program runs.
static READ: LazyLock<Files> = LazyLock::new(|| {
    let dashboard = |(name, text): &(&str, &str)| match read(text) {
        Ok((dashboard, _)) => {
            let file = FileDashboard {
                digest: digest(&write(&dashboard)),
                dashboard,
                file: PathBuf::from(FILE),
                folder: Some(FOLDER.0.to_owned()),
                changed_at: 0,
                format: ImportFormat::Watchfire,
                is_json: true,
                shipped: true,
            };
            Some((file.dashboard.uid.clone(), Arc::new(file)))
        }
        // A test reads each of them, so that this is never met.
        Err(error) => {
            tracing::error!(name, %error, "a dashboard that comes with Watchfire cannot be read");
            None
        }
    };
    TEXTS.iter().filter_map(dashboard).collect()
});

/// The dashboards that pages of the interface show: the overview and the host.
const OF_PAGES: [&str; 2] = ["overview", "host"];

/// Adds those whose uid no file has.
pub(super) fn add(which: Shipped, files: &mut Files, folders: &mut BTreeMap<String, String>) {
    let before = files.len();
    let wanted = |uid: &str| match which {
        Shipped::None => false,
        Shipped::Pages => OF_PAGES.contains(&uid),
        Shipped::All => true,
    };
    for (uid, dashboard) in READ.iter().filter(|(uid, _)| wanted(uid)) {
        files.entry(uid.clone()).or_insert_with(|| dashboard.clone());
    }
    if files.len() > before {
        folders.insert(FOLDER.0.to_owned(), FOLDER.1.to_owned());
    }
}
