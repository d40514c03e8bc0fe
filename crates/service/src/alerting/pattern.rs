use watchfire_model::{Labels, MatchOp, Matcher};

use crate::ServiceError;

/// A matcher that is ready to be asked.
#[derive(Debug)]
pub(crate) struct Pattern {
    matcher: Matcher,
    regex: Option<regex::Regex>,
}

impl Pattern {
    /// Compiles its regular expression.
    pub(crate) fn new(matcher: &Matcher) -> Result<Self, ServiceError> {
        let regex = match matcher.op {
            MatchOp::Regex | MatchOp::NotRegex => {
                let anchored = format!("^(?s:{})$", matcher.value);
                Some(regex::Regex::new(&anchored).map_err(|error| ServiceError::BadData(error.to_string()))?)
            }
            _ => None,
        };
        Ok(Self { matcher: matcher.clone(), regex })
    }

    pub(crate) fn fits(&self, labels: &Labels) -> bool {
        let value = labels.get(&self.matcher.name).unwrap_or_default();
        let matched = || self.regex.as_ref().is_some_and(|regex| regex.is_match(value));
        match self.matcher.op {
            MatchOp::Equal => value == self.matcher.value,
            MatchOp::NotEqual => value != self.matcher.value,
            MatchOp::Regex => matched(),
            MatchOp::NotRegex => !matched(),
        }
    }
}
