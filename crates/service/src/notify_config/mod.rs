//! Who hears of which alerts, as people say it here: Alertmanager's configuration, kept in versions where no file says it.
//!
//! It is kept as it is written, with masks in place of secrets; the secrets lie beside it, encrypted by a key of a file of its own. So
//! nothing that is shown of any version has a secret to begin with.

mod draft;
mod error;
mod kept;
mod lines;
mod sealed;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use watchfire_alerting::Config;
use watchfire_alerting::config::Draft;
use watchfire_storage::{ControlError, ControlStore};

use crate::alertmanager::{Alertmanager, ConfigFile, ConfigStatus, Followed, NOBODY};
use crate::clock::now;
pub use draft::{Checked, Writing};
use draft::{Files, Looked, look};
pub use error::{Flaw, NotifyConfigError};
use kept::Kept;
pub use kept::VersionHead;
pub use lines::DiffLine;
use sealed::Secrets;

/// Who makes changes and does not say who they are, while there is no login.
const PRINCIPAL: &str = "local";

/// Characters of a name.
const LONGEST_AUTHOR: usize = 200;

/// Characters of what a version changes.
const LONGEST_MESSAGE: usize = 2000;

/// The way to the configuration that is kept. Cloning shares it.
#[derive(Clone)]
pub struct NotifyConfig(Arc<Inner>);

struct Inner {
    store: Arc<dyn ControlStore>,
    /// The file that says it in place of what is kept.
    file: Option<ConfigFile>,
    /// Which files what comes over the API may name.
    files: Files,
    /// Held from the look at what is there until the new version is followed, so that the last version is the one that is followed.
    saving: tokio::sync::Mutex<()>,
    status: Mutex<ConfigStatus>,
}

/// Where the configuration comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfigSource {
    /// From a file, which alone can change it.
    File,
    /// It is kept here.
    Kept,
    /// Nobody has said anything yet: nobody is told of alerts.
    Default,
}

impl ConfigSource {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Kept => "kept",
            Self::Default => "default",
        }
    }
}

/// The configuration as it may be shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// Where it comes from.
    pub source: ConfigSource,
    /// The version; the number is 0 where none is kept.
    pub head: VersionHead,
    /// What it says. Problems are those that keep it from being followed.
    pub checked: Checked,
}

impl NotifyConfig {
    /// The configuration in a store, unless `file` says it. What is kept, or comes over the API, may name files of this machine only
    /// with `files_allowed`, and never programs; `file` always may.
    pub fn new(store: Arc<dyn ControlStore>, file: Option<ConfigFile>, files_allowed: bool) -> Self {
        let files = if files_allowed { Files::Allowed } else { Files::Refused };
        let (saving, status) = (tokio::sync::Mutex::default(), Mutex::default());
        Self(Arc::new(Inner { store, file, files, saving, status }))
    }

    /// The file that says it in place of what is kept.
    pub fn file(&self) -> Option<&ConfigFile> {
        self.0.file.as_ref()
    }

    /// Where the configuration comes from.
    pub fn source(&self) -> ConfigSource {
        let status = self.status();
        match &self.0.file {
            Some(_) => ConfigSource::File,
            None if status.loaded_at > 0 || status.error.is_some() => ConfigSource::Kept,
            None => ConfigSource::Default,
        }
    }

    /// How what is followed is: the file, or what is kept.
    pub fn status(&self) -> ConfigStatus {
        match &self.0.file {
            Some(file) => file.status(),
            None => self.0.status.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }

    /// What is kept, to begin with; `None` where nothing is, or where it cannot be followed, which [`status`](Self::status) tells then.
    ///
    /// # Errors
    ///
    /// What the store says.
    pub async fn begin(&self) -> Result<Option<Followed>, ControlError> {
        let Some(kept) = kept::read(&*self.0.store, None).await? else { return Ok(None) };
        match followed(kept, self.0.files.clone()).await {
            Ok(followed) => {
                self.followed_now();
                Ok(Some(followed))
            }
            Err(error) => {
                tracing::error!(%error, "the configuration of notifications that is kept can't be followed; nobody is told of alerts");
                self.refused(&error);
                Ok(None)
            }
        }
    }

    async fn looked(&self, writing: Writing, secrets: Secrets) -> Result<Box<Looked>, NotifyConfigError> {
        looked(writing, secrets, self.0.files.clone()).await
    }

    fn followed_now(&self) {
        let mut status = self.0.status.lock().unwrap_or_else(PoisonError::into_inner);
        status.loaded_at = now();
        status.error = None;
    }

    fn refused(&self, error: &NotifyConfigError) {
        let mut status = self.0.status.lock().unwrap_or_else(PoisonError::into_inner);
        status.refused += 1;
        status.error = Some(error.to_string());
    }

    /// What it says, without secrets.
    ///
    /// # Errors
    ///
    /// What the store says.
    pub async fn shown(&self) -> Result<Shown, NotifyConfigError> {
        if let Some(file) = &self.0.file {
            return Ok(shown_file(file).await);
        }
        if let Some(kept) = kept::read(&*self.0.store, None).await? {
            return shown_kept(kept, self.0.files.clone()).await;
        }
        let writing = Writing::Yaml(NOBODY.trim_start().to_owned());
        let checked = self.looked(writing, Secrets::new()).await?.checked;
        Ok(Shown { source: ConfigSource::Default, head: VersionHead::default(), checked })
    }

    /// What is to be said of a configuration, in which masks stand for the secrets that are kept.
    ///
    /// # Errors
    ///
    /// What the store says; not what is wrong with the configuration.
    pub async fn check(&self, writing: Writing) -> Result<Checked, NotifyConfigError> {
        Ok(self.looked(writing, self.secrets().await?).await?.checked)
    }

    /// A configuration as it would be followed.
    ///
    /// # Errors
    ///
    /// [`NotifyConfigError::Refused`] with all that is wrong with it.
    pub async fn tried(&self, writing: Writing) -> Result<Followed, NotifyConfigError> {
        let looked = self.looked(writing, self.secrets().await?).await?;
        looked.followed.ok_or(NotifyConfigError::Refused(looked.checked.problems))
    }

    /// The secrets that masks stand for. Where they can't be read each mask is told as a problem.
    async fn secrets(&self) -> Result<Secrets, NotifyConfigError> {
        if self.0.file.is_some() {
            return Ok(Secrets::new());
        }
        let kept = kept::read(&*self.0.store, None).await?;
        Ok(kept.and_then(|kept| kept.secrets.ok()).unwrap_or_default())
    }

    /// Stores a configuration as the version after `expected` (0: there is none), and lets `alertmanager` follow it. The version that
    /// it is.
    ///
    /// # Errors
    ///
    /// [`NotifyConfigError`]; nothing is changed then.
    pub async fn save(
        &self,
        alertmanager: &Alertmanager,
        writing: Writing,
        expected: u64,
        by: (&str, &str),
    ) -> Result<VersionHead, NotifyConfigError> {
        let _saving = self.0.saving.lock().await;
        let current = self.changeable(expected, by).await?;
        let (secrets, next) = match &current {
            Some(kept) => (kept.secrets.clone().unwrap_or_default(), kept.body.next),
            None => (Secrets::new(), 1),
        };
        Box::pin(self.store(alertmanager, self.looked(writing, secrets).await?, next, expected, by)).await
    }

    /// Stores an earlier version as the newest one, with the secrets that it had, and lets `alertmanager` follow it.
    ///
    /// # Errors
    ///
    /// As [`save`](Self::save), and [`NotifyConfigError::NoVersion`].
    pub async fn restore(
        &self,
        alertmanager: &Alertmanager,
        version: u64,
        expected: u64,
        by: (&str, &str),
    ) -> Result<VersionHead, NotifyConfigError> {
        let _saving = self.0.saving.lock().await;
        let current = self.changeable(expected, by).await?;
        let next = current.map_or(1, |kept| kept.body.next);
        let before = kept::read(&*self.0.store, Some(version)).await?;
        let before = before.ok_or(NotifyConfigError::NoVersion(version))?;
        let secrets = before.secrets.map_err(|reason| whole(&reason))?;
        let looked = self.looked(Writing::Yaml(before.body.yaml), secrets).await?;
        Box::pin(self.store(alertmanager, looked, next, expected, by)).await
    }

    /// The version that is there, if it may be changed and is the one that the writer has seen.
    async fn changeable(
        &self,
        expected: u64,
        (author, message): (&str, &str),
    ) -> Result<Option<Kept>, NotifyConfigError> {
        if let Some(file) = &self.0.file {
            return Err(NotifyConfigError::FromFile(file.path().display().to_string()));
        }
        for (field, text, most) in [("author", author, LONGEST_AUTHOR), ("message", message, LONGEST_MESSAGE)]
        {
            if text.chars().count() > most {
                let reason = format!("it has more than {most} characters; write less");
                return Err(NotifyConfigError::BadField { field, reason });
            }
        }
        let current = kept::read(&*self.0.store, None).await?;
        let version = current.as_ref().map_or(0, |kept| kept.head.version);
        if version == expected { Ok(current) } else { Err(NotifyConfigError::Conflict { current: version }) }
    }

    async fn store(
        &self,
        alertmanager: &Alertmanager,
        looked: Box<Looked>,
        next: u64,
        expected: u64,
        (author, message): (&str, &str),
    ) -> Result<VersionHead, NotifyConfigError> {
        let Looked { checked, followed, draft } = *looked;
        let Some(followed) = followed else { return Err(NotifyConfigError::Refused(checked.problems)) };
        let masked = draft.masked(&checked.yaml, next);
        // What is read of it at the next start has to be what was written.
        let again = Draft::read("kept", &masked.text, &|number| masked.secrets.get(&number).cloned());
        let plain = |config: &Config| Config { notes: Vec::new(), ..config.clone() };
        let same = again.config.is_ok_and(|config| plain(&config) == plain(&followed.config));
        if !same {
            let reason =
                "its secrets can't be told apart from the rest; write it without anchors and aliases";
            return Err(whole(reason));
        }
        let author = if author.trim().is_empty() { PRINCIPAL } else { author.trim() };
        let (message, now) = (message.trim(), now());
        let kept = (masked.text, &masked.secrets, masked.next);
        let expected = (expected > 0).then_some(expected);
        let version = kept::write(&*self.0.store, kept, expected, (author, message), now).await?;
        if let Err(error) = alertmanager.configure(followed, now).await {
            tracing::warn!(%error, "what follows from the new configuration could not be stored; it is tried again");
        }
        self.followed_now();
        tracing::info!(version, author, "notifications follow the new configuration");
        Ok(VersionHead { version, updated_at: now, author: author.to_owned(), message: message.to_owned() })
    }

    /// The versions that are kept, the newest first.
    ///
    /// # Errors
    ///
    /// What the store says.
    pub async fn versions(&self) -> Result<Vec<VersionHead>, NotifyConfigError> {
        let versions = self.0.store.versions(kept::KIND, kept::UID).await?;
        let head = |version: watchfire_storage::VersionHead| {
            kept::version_head(version.version, version.updated_at, version.message, &version.head)
        };
        Ok(versions.into_iter().map(head).collect())
    }

    /// One version as it may be shown.
    ///
    /// # Errors
    ///
    /// [`NotifyConfigError::NoVersion`].
    pub async fn version(&self, version: u64) -> Result<Shown, NotifyConfigError> {
        let kept = kept::read(&*self.0.store, Some(version)).await?;
        let kept = kept.ok_or(NotifyConfigError::NoVersion(version))?;
        shown_kept(kept, self.0.files.clone()).await
    }

    /// What changed from one version (0: nothing was kept) to another (`None`: what counts, a file or what comes with the program
    /// included), with masks in place of secrets.
    ///
    /// # Errors
    ///
    /// [`NotifyConfigError::NoVersion`].
    pub async fn diff(&self, from: u64, to: Option<u64>) -> Result<Vec<DiffLine>, NotifyConfigError> {
        let before = self.text(from).await?;
        let after = match to {
            Some(version) => self.text(version).await?,
            None => self.text_that_counts().await?,
        };
        // Long texts take their time.
        let compared = tokio::task::spawn_blocking(move || lines::diff(&before, &after));
        compared.await.map_err(|error| whole(&error.to_string()))
    }

    /// The text of a version as it is kept; of 0 nothing.
    async fn text(&self, version: u64) -> Result<String, NotifyConfigError> {
        if version == 0 {
            return Ok(String::new());
        }
        let kept = kept::read(&*self.0.store, Some(version)).await?;
        let kept = kept.ok_or(NotifyConfigError::NoVersion(version))?;
        Ok(kept.body.yaml)
    }

    async fn text_that_counts(&self) -> Result<String, NotifyConfigError> {
        if self.0.file.is_none()
            && let Some(kept) = kept::read(&*self.0.store, None).await?
        {
            return Ok(kept.body.yaml);
        }
        Ok(self.shown().await?.checked.yaml)
    }
}

/// A flaw of the whole.
fn whole(reason: &str) -> NotifyConfigError {
    let flaw = Flaw { line: 0, column: 0, path: String::new(), message: reason.to_owned() };
    NotifyConfigError::Refused(vec![flaw])
}

/// Looks at a configuration where that may take its time.
///
/// Boxed, since a configuration is large.
async fn looked(writing: Writing, secrets: Secrets, files: Files) -> Result<Box<Looked>, NotifyConfigError> {
    let looked = tokio::task::spawn_blocking(move || Box::new(look(writing, &secrets, &files)));
    // It fails where reading panicked.
    looked.await.map_err(|error| whole(&error.to_string()))
}

async fn followed(kept: Kept, files: Files) -> Result<Followed, NotifyConfigError> {
    let secrets = kept.secrets.map_err(|reason| whole(&reason))?;
    let looked = looked(Writing::Yaml(kept.body.yaml), secrets, files).await?;
    looked.followed.ok_or(NotifyConfigError::Refused(looked.checked.problems))
}

async fn shown_kept(kept: Kept, files: Files) -> Result<Shown, NotifyConfigError> {
    let (secrets, unread) = match kept.secrets {
        Ok(secrets) => (secrets, None),
        Err(reason) => (Secrets::new(), Some(reason)),
    };
    let mut checked = looked(Writing::Yaml(kept.body.yaml), secrets, files).await?.checked;
    if let Some(message) = unread {
        checked.problems.insert(0, Flaw { line: 0, column: 0, path: String::new(), message });
    }
    Ok(Shown { source: ConfigSource::Kept, head: kept.head, checked })
}

/// The file as it is now. What can't be read is not shown: nobody knows what in it is secret.
async fn shown_file(file: &ConfigFile) -> Shown {
    let read = tokio::fs::read_to_string(file.path()).await;
    let looked = match read {
        Ok(text) => {
            let folder = file.path().parent().map(PathBuf::from).unwrap_or_default();
            tokio::task::spawn_blocking(move || {
                let looked = look(Writing::Yaml(text), &Secrets::new(), &Files::From(folder));
                let masked =
                    looked.draft.config.is_ok().then(|| looked.draft.masked(&looked.checked.yaml, 1).text);
                (looked.checked.problems, looked.checked.notes, masked)
            })
            .await
            .map_err(|error| error.to_string())
        }
        Err(error) => Err(error.to_string()),
    };
    let head = VersionHead::default();
    let empty =
        Checked { yaml: String::new(), document: Value::Null, problems: Vec::new(), notes: Vec::new() };
    let checked = match looked {
        Err(message) => {
            let message = format!("{}: {message}", file.path().display());
            Checked { problems: vec![Flaw { line: 0, column: 0, path: String::new(), message }], ..empty }
        }
        Ok((problems, notes, masked)) => {
            let yaml = masked.unwrap_or_default();
            let document = Draft::read("shown", &yaml, &|_| None).document();
            Checked { yaml, document, problems, notes }
        }
    };
    Shown { source: ConfigSource::File, head, checked }
}

#[cfg(test)]
mod tests;
