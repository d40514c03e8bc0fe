//! The configuration and the file that it comes from.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sha2::{Digest, Sha256};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use watchfire_alerting::Config;
use watchfire_alerting::channel::default_templates;
use watchfire_template::Set;

use super::{Alertmanager, templates};
use crate::clock::now;

/// Alerts are kept, and nobody is told.
pub(crate) const NOBODY: &str = "
route:
  receiver: nobody
  group_by: [alertname]
receivers:
  - name: nobody
";

/// A configuration that was read, with what its files say.
#[derive(Clone, Debug)]
pub struct Followed {
    /// What it says.
    pub config: Config,
    /// The templates that are built in, and over them those that it names.
    pub templates: Set,
}

impl Followed {
    /// What holds where there is no file.
    pub fn nobody() -> Self {
        // A test reads it, so that it is never the empty one.
        let config = Config::parse("built in", NOBODY).unwrap_or_default();
        Self { config, templates: default_templates() }
    }
}

/// How the file of the configuration is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConfigStatus {
    /// When what it says took effect last, milliseconds since the epoch; 0 for never.
    pub loaded_at: i64,
    /// What is wrong with it, a line for each problem; while there is anything, what it said before holds.
    pub error: Option<String>,
    /// How often it was refused since the start.
    pub refused: u64,
}

/// The file of a configuration, as it was seen last. Cloning shares it.
#[derive(Clone, Debug)]
pub struct ConfigFile(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    /// Of what was read last, or of what was wrong with it; `None` before.
    hash: Option<[u8; 32]>,
    status: ConfigStatus,
}

impl ConfigFile {
    /// Not read yet.
    pub fn new(path: &Path) -> Self {
        Self(Arc::new(Inner { path: path.to_owned(), seen: Mutex::default() }))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// How it is.
    pub fn status(&self) -> ConfigStatus {
        self.0.seen.lock().unwrap_or_else(PoisonError::into_inner).status.clone()
    }

    /// Reads the file; `None` where it says what it said before.
    ///
    /// # Errors
    ///
    /// What is wrong with it, a line for each problem.
    pub async fn read(&self) -> Result<Option<Followed>, String> {
        let path = &self.0.path;
        let name = path.display().to_string();
        let read = tokio::fs::read_to_string(path).await.map_err(|error| format!("{name}: {error}"));
        let mut hash = Sha256::new();
        let read = match read {
            Ok(text) => {
                // What was read out of it shows no secrets, and a new one is a change.
                let bytes = Sha256::digest(&text);
                let understood = self.understood(text).await;
                if understood.is_ok() {
                    hash.update(bytes);
                }
                understood
            }
            Err(error) => Err(error),
        };
        match &read {
            // Templates count, too: their names say whose they are, their texts what they say.
            Ok(followed) => hash.update(format!("{:?}", followed.templates)),
            Err(error) => hash.update(error),
        }
        let hash = Some(hash.finalize().into());
        let mut seen = self.0.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.hash == hash {
            return Ok(None);
        }
        seen.hash = hash;
        match read {
            Ok(followed) => {
                seen.status.error = None;
                seen.status.loaded_at = now();
                Ok(Some(followed))
            }
            Err(error) => {
                seen.status.error = Some(error.clone());
                seen.status.refused += 1;
                Err(error)
            }
        }
    }

    /// What the text says, and the files that it names.
    async fn understood(&self, text: String) -> Result<Followed, String> {
        let path = self.0.path.clone();
        let read = move || {
            let variables = |name: &str| std::env::var(name).ok();
            let config = Config::parse_with(&path.display().to_string(), &text, &variables)
                .map_err(|error| error.in_brief())?;
            let folder = path.parent().unwrap_or(Path::new(""));
            let templates = templates::read(&config.templates, folder)?;
            Ok(Followed { config, templates })
        };
        // It fails where reading panicked.
        tokio::task::spawn_blocking(read).await.map_err(|error| error.to_string())?
    }

    /// Looks at the file from time to time and follows it, until `stop`.
    pub async fn follow(self, alertmanager: Alertmanager, every: Duration, stop: CancellationToken) {
        let mut ticks = interval(every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                _ = ticks.tick() => {}
            }
            self.look(&alertmanager).await;
        }
    }

    /// Looks at the file now, and follows what changed; [`status`](Self::status) says what came of it.
    pub async fn look(&self, alertmanager: &Alertmanager) {
        match self.read().await {
            Ok(None) => {}
            Ok(Some(followed)) => {
                for note in &followed.config.notes {
                    tracing::info!(%note, "the configuration of notifications could be written better");
                }
                if let Err(error) = alertmanager.configure(followed, now()).await {
                    tracing::warn!(%error, "what follows from the new configuration could not be stored; it is tried again");
                }
                tracing::info!(file = %self.0.path.display(), "notifications follow the new configuration");
            }
            Err(error) => {
                tracing::warn!(%error, "the configuration of notifications is refused; the one before holds");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_built_in_can_be_read() {
        assert!(Config::parse("built in", NOBODY).is_ok());
    }

    #[tokio::test]
    async fn a_file_is_read_when_it_changes() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("alertmanager.yml");
        let file = ConfigFile::new(&path);
        assert!(file.read().await.is_err(), "there is none");
        assert!(file.read().await.unwrap().is_none(), "what is wrong is told once");
        std::fs::write(&path, NOBODY).unwrap();
        assert!(file.read().await.unwrap().is_some());
        assert_eq!(file.status().error, None);
        assert!(file.read().await.unwrap().is_none());
        std::fs::write(&path, "route: {receiver: somebody}\nreceivers: []\n").unwrap();
        let error = file.read().await.unwrap_err();
        assert!(error.contains("somebody"), "{error}");
        assert_eq!((file.status().error, file.status().refused), (Some(error), 2));
    }

    #[tokio::test]
    async fn another_secret_is_a_change() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("alertmanager.yml");
        let write = |secret: &str| {
            let url = format!("https://hooks.slack.com/services/{secret}");
            let slack = format!("{NOBODY}    slack_configs: [{{api_url: '{url}', channel: '#a'}}]\n");
            std::fs::write(&path, slack).unwrap();
        };
        let file = ConfigFile::new(&path);
        write("one");
        assert!(file.read().await.unwrap().is_some());
        assert!(file.read().await.unwrap().is_none());
        write("two");
        assert!(file.read().await.unwrap().is_some());
    }

    #[tokio::test]
    async fn templates_belong_to_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("alertmanager.yml");
        std::fs::write(&path, format!("{NOBODY}templates: ['*.tmpl']\n")).unwrap();
        std::fs::write(dir.path().join("a.tmpl"), "{{ define \"ours\" }}one{{ end }}").unwrap();
        let file = ConfigFile::new(&path);
        assert!(file.read().await.unwrap().unwrap().templates.get("ours").is_some());
        assert!(file.read().await.unwrap().is_none());
        std::fs::write(dir.path().join("a.tmpl"), "{{ define \"ours\" }}two{{ end }}").unwrap();
        assert!(file.read().await.unwrap().is_some(), "a template was changed");
        std::fs::write(dir.path().join("a.tmpl"), "{{ define }}").unwrap();
        let error = file.read().await.unwrap_err();
        assert!(error.contains("a.tmpl"), "{error}");
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_folder_of_templates_that_cannot_be_read_is_not_empty() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("alertmanager.yml");
        std::fs::write(&path, format!("{NOBODY}templates: ['words/*.tmpl']\n")).unwrap();
        let file = ConfigFile::new(&path);
        assert!(file.read().await.unwrap().is_some(), "there is no such folder");
        // Also root cannot follow a link to itself.
        std::os::unix::fs::symlink(dir.path().join("words"), dir.path().join("words")).unwrap();
        let error = file.read().await.unwrap_err();
        assert!(error.contains("words"), "{error}");
    }
}
