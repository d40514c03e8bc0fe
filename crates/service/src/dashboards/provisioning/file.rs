//! One file: whether it changed, and what it says.

use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sha2::{Digest, Sha256};
use watchfire_dashboard::{Dashboard, ReadError, write};

use crate::dashboards::ImportFormat;
use crate::dashboards::head::digest;
use crate::dashboards::import::read_any;

/// A file that was changed so lately may have been changed again within one tick of the file system's clock.
const RACY: Duration = Duration::from_secs(2);

/// A file as it was read last.
#[derive(Clone, Debug)]
pub(super) struct Known {
    modified: SystemTime,
    size: u64,
    /// Whether it was read long enough after it was changed for its time to tell of the next change.
    settled: bool,
    hash: [u8; 32],
    /// What it said when it was last whole.
    pub(super) said: Vec<Said>,
    pub(super) error: Option<ReadError>,
}

/// One dashboard of a file.
#[derive(Clone, Debug)]
pub(super) struct Said {
    pub(super) dashboard: Dashboard,
    pub(super) digest: String,
    pub(super) format: ImportFormat,
    pub(super) is_json: bool,
}

impl Known {
    /// When the file was changed: milliseconds since the epoch.
    pub(super) fn changed_at(&self) -> i64 {
        self.modified.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64)
    }
}

/// Reads a file anew unless it is as it was; `name` is its path below its folder.
pub(super) fn read(file: &Path, name: &str, before: Option<&Known>, most: usize) -> Known {
    match try_read(file, name, before, most) {
        Ok(known) => known,
        Err(error) => {
            let error = Some(whole(format!("cannot be read: {error}")));
            match before {
                Some(before) => Known { error, settled: false, ..before.clone() },
                None => Known {
                    modified: UNIX_EPOCH,
                    size: 0,
                    settled: false,
                    hash: [0; 32],
                    said: Vec::new(),
                    error,
                },
            }
        }
    }
}

fn try_read(file: &Path, name: &str, before: Option<&Known>, most: usize) -> std::io::Result<Known> {
    let about = std::fs::metadata(file)?;
    let (modified, size) = (about.modified()?, about.len());
    if let Some(before) =
        before.filter(|before| before.settled && before.modified == modified && before.size == size)
    {
        return Ok(before.clone());
    }
    let settled = SystemTime::now().duration_since(modified).is_ok_and(|age| age > RACY);
    let said = before.map(|before| before.said.clone()).unwrap_or_default();
    if size > most as u64 {
        let error = whole(format!("it has {size} bytes, {most} are allowed (dashboards.max_bytes)"));
        return Ok(Known { modified, size, settled, hash: [0; 32], said, error: Some(error) });
    }
    let bytes = std::fs::read(file)?;
    let hash: [u8; 32] = Sha256::digest(&bytes).into();
    if let Some(before) = before.filter(|before| before.hash == hash) {
        return Ok(Known { modified, size, settled, ..before.clone() });
    }
    let read = String::from_utf8(bytes)
        .map_err(|_| whole("it is no text in UTF-8".to_owned()))
        .and_then(|text| read_any(&text, name));
    Ok(match read {
        Ok(text) => {
            let (format, is_json) = (text.format, text.is_json);
            let said = text.dashboards.into_iter().map(|(dashboard, _)| Said {
                digest: digest(&write(&dashboard)),
                dashboard,
                format,
                is_json,
            });
            Known { modified, size, settled, hash, said: said.collect(), error: None }
        }
        Err(error) => Known { modified, size, settled, hash, said, error: Some(error) },
    })
}

fn whole(message: String) -> ReadError {
    ReadError { line: None, place: String::new(), message }
}
