//! From YAML to types: by serde, but so that all mistakes come at once, each with its place.

mod deserializer;
mod failure;

use std::cell::RefCell;
use std::collections::HashSet;

use deserializer::{Hides, Reader, Session};
use serde::de::DeserializeOwned;
pub(super) use watchfire_yaml::Node;

use super::files::FileField;
use super::mask::Hidden;
use super::problem::{MOST, Report};
use super::stands::Stands;

/// What was met on the way, well or not.
#[derive(Default)]
pub(super) struct Noted {
    /// What was read as a secret.
    pub(super) secrets: Vec<Hidden>,
    /// What names files.
    pub(super) files: Vec<FileField>,
}

/// Reads a value; what can't be read of it is noted and left out, so that what follows is looked at, too. `T` must need no
/// field: each that is left out gets its default.
///
/// `stands` says what a secret may be written as instead of itself.
pub(super) fn read<T: DeserializeOwned>(
    node: &Node,
    what: &str,
    stands: Stands<'_>,
    report: &mut Report,
) -> (Option<T>, Noted) {
    let mut left_out = HashSet::new();
    loop {
        let session = Session {
            left_out: &left_out,
            unknown: RefCell::default(),
            stands,
            secrets: RefCell::default(),
            files: RefCell::default(),
        };
        let result = T::deserialize(Reader { node, name: what, session: &session, hides: Hides::Nothing });
        let unknown = session.unknown.into_inner();
        let noted = Noted { secrets: session.secrets.into_inner(), files: session.files.into_inner() };
        match result {
            Ok(value) => {
                for (place, reason) in unknown {
                    report.problem(place, reason);
                }
                return (Some(value), noted);
            }
            Err(failure) => {
                report.problem(failure.place().unwrap_or(node.place), failure.reason());
                // Each costs a look at all before it.
                if report.problems.len() > MOST {
                    return (None, noted);
                }
                // The whole can't be left out; and what is left out can't fail again.
                let culprit = failure.culprit().filter(|culprit| !std::ptr::eq(*culprit, node));
                if !culprit.is_some_and(|culprit| left_out.insert(culprit)) {
                    return (None, noted);
                }
            }
        }
    }
}
