use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use watchfire_model::Labels;

use super::index::Index;
use super::{Draft, Silence, SilenceError, Status};
use crate::matcher::Matchers;

/// All silences, those that have expired included until [`forget`](Self::forget) takes them.
#[derive(Clone, Debug, Default)]
pub struct Silences {
    silences: BTreeMap<String, Silence>,
    index: Index,
}

/// What became of a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Changed {
    /// There is a new silence.
    Created {
        /// Its id.
        id: String,
    },
    /// The silence was changed.
    Updated {
        /// Its id.
        id: String,
    },
    /// What the silence has muted already would not be true any more: it has expired, and there is a new one.
    Replaced {
        /// The id of the one that expired.
        old: String,
        /// The id of the new one.
        id: String,
    },
}

impl Changed {
    /// The id of the silence that now is what the draft says.
    pub fn id(&self) -> &str {
        match self {
            Self::Created { id } | Self::Updated { id } | Self::Replaced { id, .. } => id,
        }
    }
}

impl Silences {
    /// Makes a silence what `draft` says, as Alertmanager does: in place where that changes nothing of the past, else by
    /// letting it expire and making a new one, which starts now at the earliest. `new_id` gives the id of a new one.
    pub fn set(
        &mut self,
        draft: Draft,
        now: i64,
        new_id: impl FnOnce() -> String,
    ) -> Result<Changed, SilenceError> {
        let starts_at = draft.check(now)?;
        let old = match &draft.id {
            Some(id) => Some(self.silences.get(id).ok_or_else(|| SilenceError::NotFound { id: id.clone() })?),
            None => None,
        };
        let changed = match old {
            Some(old) if old.may_become(&draft, starts_at, now) => Changed::Updated { id: old.id.clone() },
            Some(old) => Changed::Replaced { old: old.id.clone(), id: new_id() },
            None => Changed::Created { id: new_id() },
        };
        if let Changed::Replaced { old, .. } = &changed {
            self.expire(old, now)?;
        }
        let earliest = if matches!(changed, Changed::Updated { .. }) { i64::MIN } else { now };
        self.put(Silence {
            id: changed.id().to_owned(),
            matchers: draft.matchers,
            starts_at: starts_at.max(earliest),
            ends_at: draft.ends_at,
            updated_at: now,
            created_by: draft.created_by,
            comment: draft.comment,
        });
        Ok(changed)
    }

    fn put(&mut self, silence: Silence) {
        if let Some(old) = self.silences.get(&silence.id) {
            self.index.remove(old);
        }
        self.index.add(&silence);
        self.silences.insert(silence.id.clone(), silence);
    }

    /// Ends a silence now; one that has not begun will never have. One that is over stays as it is.
    pub fn expire(&mut self, id: &str, now: i64) -> Result<(), SilenceError> {
        let silence =
            self.silences.get_mut(id).ok_or_else(|| SilenceError::NotFound { id: id.to_owned() })?;
        let status = silence.status(now);
        if status != Status::Expired {
            silence.ends_at = now;
            silence.updated_at = now;
        }
        if status == Status::Pending {
            silence.starts_at = now;
        }
        Ok(())
    }

    /// Takes out those that ended at least `retention` milliseconds ago; says which.
    pub fn forget(&mut self, now: i64, retention: i64) -> Vec<String> {
        let gone = |silence: &Silence| silence.ends_at.saturating_add(retention) <= now;
        let ids: Vec<String> = self
            .silences
            .values()
            .filter(|silence| gone(silence))
            .map(|silence| silence.id.clone())
            .collect();
        for id in &ids {
            if let Some(silence) = self.silences.remove(id) {
                self.index.remove(&silence);
            }
        }
        ids
    }

    /// The silence with this id.
    pub fn get(&self, id: &str) -> Option<&Silence> {
        self.silences.get(id)
    }

    /// All of them in the order of their ids.
    pub fn iter(&self) -> impl Iterator<Item = &Silence> {
        self.silences.values()
    }

    /// Those that a filter picks (see [`Silence::is_picked_by`]), as the API lists them: active ones by their end, pending
    /// ones by their start, expired ones by their end with the latest first.
    pub fn find(&self, filter: &Matchers, now: i64) -> Vec<&Silence> {
        let mut found: Vec<&Silence> = self.iter().filter(|silence| silence.is_picked_by(filter)).collect();
        found.sort_by_key(|silence| match silence.status(now) {
            Status::Active => (Status::Active, silence.ends_at, silence.starts_at),
            Status::Pending => (Status::Pending, silence.starts_at, silence.ends_at),
            Status::Expired => (Status::Expired, -silence.ends_at, -silence.starts_at),
        });
        found
    }

    /// The silences that mute an alert with these labels at `now`, in the order of their ids.
    pub fn muting(&self, labels: &Labels, now: i64) -> Vec<&str> {
        let mut ids: Vec<&str> = self.candidates(labels, now).collect();
        ids.sort_unstable();
        ids
    }

    /// Whether any mutes it.
    pub fn is_muted(&self, labels: &Labels, now: i64) -> bool {
        self.candidates(labels, now).next().is_some()
    }

    fn candidates<'a, 'l>(
        &'a self,
        labels: &'l Labels,
        now: i64,
    ) -> impl Iterator<Item = &'a str> + use<'a, 'l> {
        let mutes = move |id: &&str| self.silences.get(*id).is_some_and(|silence| silence.mutes(labels, now));
        self.index.candidates(labels).filter(mutes)
    }

    /// When the next one begins or ends after `now`, in milliseconds since the epoch.
    pub fn next_change(&self, now: i64) -> Option<i64> {
        let turns = self.iter().flat_map(|silence| [silence.starts_at, silence.ends_at]);
        turns.filter(|at| *at > now).min()
    }
}

impl FromIterator<Silence> for Silences {
    fn from_iter<I: IntoIterator<Item = Silence>>(silences: I) -> Self {
        let mut all = Self::default();
        silences.into_iter().for_each(|silence| all.put(silence));
        all
    }
}

impl Serialize for Silences {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.silences.values())
    }
}

impl<'de> Deserialize<'de> for Silences {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Vec::<Silence>::deserialize(deserializer)?.into_iter().collect())
    }
}
