use std::path::PathBuf;
use std::time::Duration;

/// How dashboards are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DashboardSettings {
    /// Bytes of one dashboard, library panel or file as JSON.
    pub max_bytes: usize,
    /// Choices of one variable; further ones are left out and told of.
    pub max_choices: usize,
    /// Annotations together.
    pub max_annotations: usize,
    /// Bytes of one annotation: title, text and tags.
    pub max_annotation_bytes: usize,
    /// Annotations in one answer.
    pub max_annotations_shown: usize,
    /// Bytes of one snapshot.
    pub max_snapshot_bytes: usize,
    /// Folders with dashboards as files.
    pub dirs: Vec<PathBuf>,
    /// How often these are looked at.
    pub reload_interval: Duration,
    /// Whether what is changed here may be written into such a file.
    pub write_back: bool,
    /// Which of the dashboards that come with the program are there; the program says all unless it is told not to.
    pub shipped: Shipped,
}

/// Which of the dashboards that come with the program are there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shipped {
    /// No one of them.
    #[default]
    None,
    /// Those that pages of the interface show.
    Pages,
    /// Each of them.
    All,
}

impl Default for DashboardSettings {
    fn default() -> Self {
        Self {
            max_bytes: 5 << 20,
            max_choices: 10_000,
            max_annotations: 100_000,
            max_annotation_bytes: 16 << 10,
            max_annotations_shown: 1000,
            max_snapshot_bytes: 16 << 20,
            dirs: Vec::new(),
            reload_interval: Duration::from_secs(5),
            write_back: false,
            shipped: Shipped::None,
        }
    }
}
