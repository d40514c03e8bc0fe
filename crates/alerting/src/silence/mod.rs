//! Silences: for a while nobody hears of alerts that match.

mod index;
mod store;

use serde::{Deserialize, Serialize};
pub use store::{Changed, Silences};
use watchfire_model::{Labels, MatchOp};

use crate::matcher::Matchers;

/// A silence. It mutes alerts that fulfil all of its matchers, from `starts_at` on, before `ends_at`. Times are milliseconds
/// since the epoch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Silence {
    /// What names it.
    pub id: String,
    /// What alerts have to fulfil; at least one that an absent label does not.
    pub matchers: Matchers,
    /// When it begins.
    pub starts_at: i64,
    /// When it is over.
    pub ends_at: i64,
    /// When it was changed last.
    pub updated_at: i64,
    /// Who made it.
    pub created_by: String,
    /// Why.
    pub comment: String,
}

/// Where a silence stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It mutes.
    Active,
    /// It will.
    Pending,
    /// It did.
    Expired,
}

/// What somebody wants a silence to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The silence to change; `None` for a new one.
    pub id: Option<String>,
    /// What alerts have to fulfil.
    pub matchers: Matchers,
    /// When it begins; `None` for now.
    pub starts_at: Option<i64>,
    /// When it is over.
    pub ends_at: i64,
    /// Who wants it.
    pub created_by: String,
    /// Why.
    pub comment: String,
}

/// Why a silence is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SilenceError {
    /// There is none with this id.
    #[error("there is no silence {id:?}; it may have expired long ago")]
    NotFound {
        /// The id.
        id: String,
    },
    /// It would mute everything.
    #[error("the silence has no matchers; give at least one, such as alertname=\"...\"")]
    NoMatchers,
    /// It would mute alerts that have none of its labels.
    #[error(
        "all matchers also match a label that is not there; at least one must not, or every alert is muted"
    )]
    MatchesEverything,
    /// It would never be.
    #[error("the silence ends before it starts, or at once; its end must be after its start")]
    EndsBeforeStart,
    /// It would be over already.
    #[error("the silence ends in the past; its end must be after now")]
    EndsInPast,
}

impl Silence {
    /// Where it stands at `now`. Alertmanager's API and its pages have it so, too: at its end it has expired.
    pub fn status(&self, now: i64) -> Status {
        if now < self.starts_at {
            Status::Pending
        } else if now < self.ends_at {
            Status::Active
        } else {
            Status::Expired
        }
    }

    /// Whether it mutes an alert with these labels at `now`.
    pub fn mutes(&self, labels: &Labels, now: i64) -> bool {
        self.status(now) == Status::Active && self.matchers.matches(labels)
    }

    /// Whether a filter of the API picks it: a condition on a label is held against what the silence's own matcher of that
    /// label has as its value.
    pub fn is_picked_by(&self, filter: &Matchers) -> bool {
        filter.iter().all(|condition| {
            let own = self.matchers.iter().find(|matcher| matcher.name() == condition.name());
            condition.matches_value(own.map_or("", |matcher| matcher.value()))
        })
    }

    /// Whether it may become what `draft` says without a change to what it has muted already: its matchers stay; its
    /// start stays once it is past, and is not put there; it ends in the future, and has not ended.
    fn may_become(&self, draft: &Draft, starts_at: i64, now: i64) -> bool {
        // The API counts in whole seconds where clients do.
        let second = |at: i64| at.div_euclid(1000);
        self.matchers == draft.matchers
            && match self.status(now) {
                Status::Active => second(starts_at) == second(self.starts_at) && draft.ends_at >= now,
                Status::Pending => starts_at >= now,
                Status::Expired => false,
            }
    }
}

impl Draft {
    /// Checks it; gives the start.
    fn check(&self, now: i64) -> Result<i64, SilenceError> {
        let starts_at = self.starts_at.unwrap_or(now);
        if self.matchers.is_empty() {
            return Err(SilenceError::NoMatchers);
        }
        // `a!="b"` also matches what has no `a`, but Alertmanager takes it for a choice.
        let empty = |matcher: &crate::Matcher| {
            matches!(matcher.op(), MatchOp::Equal | MatchOp::Regex) && matcher.matches_value("")
        };
        if self.matchers.iter().all(empty) {
            return Err(SilenceError::MatchesEverything);
        }
        if self.ends_at <= starts_at {
            return Err(SilenceError::EndsBeforeStart);
        }
        if self.ends_at <= now {
            return Err(SilenceError::EndsInPast);
        }
        Ok(starts_at)
    }
}
