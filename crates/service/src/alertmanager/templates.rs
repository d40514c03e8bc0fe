//! The templates that a configuration names.

use std::path::Path;

use watchfire_alerting::channel::default_templates;
use watchfire_template::Set;

use crate::alerting::glob::expand;

/// Bytes of one file.
const LARGEST: u64 = 4 * 1024 * 1024;

/// Those that are built in, and over them those of files, whose paths count from the folder of the configuration. A pattern that
/// names no file is none, as with Alertmanager. Blocks.
///
/// # Errors
///
/// The file and what is wrong with it.
pub(crate) fn read(patterns: &[String], folder: &Path) -> Result<Set, String> {
    let mut set = default_templates();
    for pattern in patterns {
        let files = expand(&folder.join(pattern).to_string_lossy());
        for path in files.map_err(|error| format!("templates: {error}"))? {
            let name = path.display().to_string();
            let failed = |error: std::io::Error| format!("{name}: {error}");
            if std::fs::metadata(&path).map_err(failed)?.len() > LARGEST {
                return Err(format!("{name}: a file of templates may have {LARGEST} bytes"));
            }
            let text = std::fs::read_to_string(&path).map_err(failed)?;
            set.add(&name, &text).map_err(|error| error.to_string())?;
        }
    }
    Ok(set)
}
