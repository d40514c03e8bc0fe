//! Small text files that the kernel makes up when they are read, below /proc and /sys.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use super::CollectError;

/// What a read gives where the kernel was built or started without the part: EOPNOTSUPP (pressure, for one) and
/// ENODEV (a control group that has just been removed).
const NOT_THERE: [i32; 2] = [95, 19];

/// The file's text; `None` where this system does not have it.
pub(super) fn read(path: &Path) -> Result<Option<String>, CollectError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(error) if error.raw_os_error().is_some_and(|code| NOT_THERE.contains(&code)) => Ok(None),
        Err(source) => Err(CollectError::Read { path: path.to_owned(), source }),
    }
}

/// Where a value stands, for the error if it has the wrong form.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) path: &'a Path,
    /// From 1.
    pub(super) line: usize,
}

impl Place<'_> {
    /// A whole number of at most 64 bits without a sign, as the kernel prints its counters.
    pub(super) fn number(self, text: &str) -> Result<f64, CollectError> {
        text.parse::<u64>().map(|number| number as f64).map_err(|_| self.error("no whole number", text))
    }

    /// The error that `text` is not what it should be.
    pub(super) fn error(self, what: &'static str, text: &str) -> CollectError {
        CollectError::form(self.path.display().to_string(), self.line, what, text)
    }
}

/// Keeps the first of the errors of a reading, so that the rest can still be read.
#[derive(Default)]
pub(super) struct FirstError(Option<CollectError>);

impl FirstError {
    /// The value, or nothing where it is missing or there was an error.
    pub(super) fn keep<T>(&mut self, result: Result<Option<T>, CollectError>) -> Option<T> {
        match result {
            Ok(value) => value,
            Err(error) => {
                self.0.get_or_insert(error);
                None
            }
        }
    }

    pub(super) fn into_result(self) -> Result<(), CollectError> {
        self.0.map_or(Ok(()), Err)
    }
}
