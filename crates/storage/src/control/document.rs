/// What a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DocumentKind {
    /// A dashboard; has a history.
    Dashboard,
    /// A folder of dashboards.
    Folder,
    /// A panel that several dashboards show; has a history.
    LibraryPanel,
    /// Dashboards that follow each other on a screen.
    Playlist,
    /// A link that shows a dashboard or a panel without a login.
    Share,
    /// A dashboard with its data, as of a moment.
    Snapshot,
    /// An alerting rule that a form made; has a history.
    Rule,
    /// Who hears of which alerts, where no file says it; has a history.
    NotifyConfig,
}

impl DocumentKind {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Dashboard,
        Self::Folder,
        Self::LibraryPanel,
        Self::Playlist,
        Self::Share,
        Self::Snapshot,
        Self::Rule,
        Self::NotifyConfig,
    ];

    /// As it stands in files.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Dashboard => "dashboard",
            Self::Folder => "folder",
            Self::LibraryPanel => "library_panel",
            Self::Playlist => "playlist",
            Self::Share => "share",
            Self::Snapshot => "snapshot",
            Self::Rule => "rule",
            Self::NotifyConfig => "notify_config",
        }
    }

    /// As people call it.
    pub fn words(self) -> &'static str {
        match self {
            Self::LibraryPanel => "library panel",
            Self::NotifyConfig => "configuration of notifications",
            other => other.as_str(),
        }
    }

    /// Whether versions before the current one are kept.
    pub fn has_history(self) -> bool {
        matches!(self, Self::Dashboard | Self::LibraryPanel | Self::Rule | Self::NotifyConfig)
    }

    /// Versions that are kept at least, the current one included, whatever the setting says: there is but one such configuration, and a
    /// mistake in it may show only when something burns.
    pub(super) fn least_kept(self) -> usize {
        match self {
            Self::NotifyConfig => 50,
            _ => 1,
        }
    }
}

/// A document without its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentHead {
    /// Names it among its kind.
    pub uid: String,
    /// 1, 2, ...
    pub version: u64,
    /// JSON: what lists show.
    pub head: String,
    /// When it was first stored: milliseconds since the epoch.
    pub created_at: i64,
    /// When this version was stored.
    pub updated_at: i64,
    /// What this version changed.
    pub message: String,
}

/// A document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// What is around the body. Of a version of the history, `created_at` is that version's.
    pub head: DocumentHead,
    /// What it is.
    pub body: Vec<u8>,
}

/// One version of a document without its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionHead {
    /// Its number.
    pub version: u64,
    /// When it was stored: milliseconds since the epoch.
    pub updated_at: i64,
    /// What it changed.
    pub message: String,
    /// JSON: what lists show.
    pub head: String,
}

/// What is to be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewVersion {
    /// What it is.
    pub kind: DocumentKind,
    /// Which one.
    pub uid: String,
    /// The version that it follows; `None`: there is none yet.
    pub expected: Option<u64>,
    /// JSON: what lists show.
    pub head: String,
    /// What it is.
    pub body: Vec<u8>,
    /// What it changes.
    pub message: String,
    /// Milliseconds since the epoch.
    pub now: i64,
}
