//! The command line of a bench with options of its own: `--name value` or `--name=value`.

use std::path::{Path, PathBuf};
use std::slice::Iter;

use crate::step::{Failure, Result};

/// The arguments, read from the first to the last.
pub(crate) struct Arguments<'a> {
    /// The name of the bench.
    bench: &'static str,
    /// Follows each complaint.
    help: &'static str,
    rest: Iter<'a, String>,
    /// The argument that is looked at, as it was typed.
    whole: &'a str,
    name: &'a str,
    /// What follows the name and `=`.
    attached: Option<&'a str>,
}

impl<'a> Arguments<'a> {
    pub(crate) fn new(bench: &'static str, help: &'static str, arguments: &'a [String]) -> Self {
        Self { bench, help, rest: arguments.iter(), whole: "", name: "", attached: None }
    }

    /// The name of the next option; its value is asked for with the other functions.
    pub(crate) fn next(&mut self) -> Option<&'a str> {
        self.whole = self.rest.next()?;
        (self.name, self.attached) = match self.whole.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (self.whole, None),
        };
        Some(self.name)
    }

    /// Whether a value is attached.
    pub(crate) fn has_value(&self) -> bool {
        self.attached.is_some()
    }

    /// A text.
    pub(crate) fn value(&mut self) -> Result<&'a str> {
        let value = self.attached.or_else(|| self.rest.next().map(String::as_str));
        value.ok_or_else(|| self.usage(&format!("{} needs a value", self.name)))
    }

    /// A number from 1 on.
    pub(crate) fn count(&mut self) -> Result<u32> {
        let text = self.value()?;
        match text.parse() {
            Ok(number) if number > 0 => Ok(number),
            _ => Err(self.usage(&format!("{} needs a whole number from 1 on, not {text:?}", self.name))),
        }
    }

    /// A path, made absolute: the servers run elsewhere than this program.
    pub(crate) fn path(&mut self) -> Result<PathBuf> {
        let path = Path::new(self.value()?);
        std::path::absolute(path).map_err(Failure::at(path))
    }

    /// The option is one that the bench does not know.
    pub(crate) fn unknown(&self) -> Failure {
        let with = if self.has_value() { " with a value" } else { "" };
        self.usage(&format!("there is no option {:?}{with}", self.whole))
    }

    pub(crate) fn usage(&self, problem: &str) -> Failure {
        Failure::usage(format!("bench {}: {problem}.\n\n{}", self.bench, self.help))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_attached_or_follow() {
        let words =
            ["--hosts", "3", "--rounds=4", "--watchfire=/a=b", "--quiet", "--hosts"].map(str::to_owned);
        let mut arguments = Arguments::new("peers", "Help.", &words);
        assert_eq!((arguments.next(), arguments.count().unwrap()), (Some("--hosts"), 3));
        assert_eq!((arguments.next(), arguments.count().unwrap()), (Some("--rounds"), 4));
        assert_eq!((arguments.next(), arguments.path().unwrap()), (Some("--watchfire"), "/a=b".into()));
        assert_eq!((arguments.next(), arguments.has_value()), (Some("--quiet"), false));
        assert_eq!(arguments.next(), Some("--hosts"));
        let failure = arguments.count().unwrap_err();
        assert_eq!(failure.to_string(), "bench peers: --hosts needs a value.\n\nHelp.");
        assert_eq!(arguments.next(), None);
    }
}
