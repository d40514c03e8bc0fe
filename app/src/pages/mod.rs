//! The pages.

mod not_found;
mod views;

pub(crate) use not_found::NotFound;
pub(crate) use views::Views;

/// The pages there are: what the sidebar lists, and what the server reads ahead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// The state of everything, at a glance.
    Overview,
    /// One host in depth.
    Host,
    /// All dashboards.
    Dashboards,
    /// One of them.
    Board,
    /// Those that follow each other on a screen.
    Playlists,
    /// The links to them that others have.
    Shares,
    /// Ask anything.
    Explore,
    /// Which metrics and labels make how many series.
    Cardinality,
    /// How samples get here.
    AddData,
    /// What is scraped.
    Targets,
}

impl Page {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Overview,
        Self::Host,
        Self::Dashboards,
        Self::Board,
        Self::Playlists,
        Self::Shares,
        Self::Explore,
        Self::Cardinality,
        Self::AddData,
        Self::Targets,
    ];

    /// In the order of the sidebar; the others are reached from these.
    pub(crate) const SIDEBAR: [Self; 5] =
        [Self::Overview, Self::Host, Self::Dashboards, Self::Explore, Self::AddData];

    /// The page at a path.
    pub fn at(path: &str) -> Option<Self> {
        if path.strip_prefix("/d/").is_some_and(|uid| !uid.is_empty() && !uid.contains('/')) {
            return Some(Self::Board);
        }
        Self::ALL.into_iter().find(|page| page.path() == path)
    }

    /// Where the page is.
    pub fn path(self) -> &'static str {
        match self {
            Self::Overview => "/",
            Self::Host => "/host",
            Self::Dashboards => "/dashboards",
            // Each has its own below this.
            Self::Board => "/d/",
            Self::Playlists => "/dashboards/playlists",
            Self::Shares => "/dashboards/links",
            Self::Explore => "/explore",
            Self::Cardinality => "/explore/cardinality",
            Self::AddData => "/add-data",
            Self::Targets => "/add-data/targets",
        }
    }

    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Host => "Host",
            Self::Dashboards => "Dashboards",
            Self::Board => "Dashboard",
            Self::Playlists => "Playlists",
            Self::Shares => "Links",
            Self::Explore => "Explore",
            Self::Cardinality => "Cardinality",
            Self::AddData => "Add data",
            Self::Targets => "Targets",
        }
    }

    /// Its name among the views of its family.
    pub(crate) fn view_title(self) -> &'static str {
        match self {
            Self::Dashboards => "All",
            Self::Explore => "Query",
            Self::AddData => "Ways in",
            other => other.title(),
        }
    }

    /// The page that this one belongs to.
    pub(crate) fn parent(self) -> Option<Self> {
        match self {
            Self::Board | Self::Playlists | Self::Shares => Some(Self::Dashboards),
            Self::Cardinality => Some(Self::Explore),
            Self::Targets => Some(Self::AddData),
            Self::Overview | Self::Host | Self::Dashboards | Self::Explore | Self::AddData => None,
        }
    }

    /// Whether what it shows follows the time by itself.
    pub(crate) fn is_live(self) -> bool {
        matches!(self, Self::Overview | Self::Host | Self::Board)
    }

    /// The uid of the dashboard that the page at `path` shows; none for pages that show none.
    pub(crate) fn board(self, path: &str) -> Option<&str> {
        match self {
            Self::Overview => Some("overview"),
            Self::Host => Some("host"),
            Self::Board => path.strip_prefix(self.path()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_show_dashboards() {
        for (path, page, uid) in [
            ("/", Some(Page::Overview), Some("overview")),
            ("/host", Some(Page::Host), Some("host")),
            ("/d/mesh", Some(Page::Board), Some("mesh")),
            ("/d/", Some(Page::Board), Some("")),
            ("/explore", Some(Page::Explore), None),
            ("/d/a/b", None, None),
        ] {
            assert_eq!(Page::at(path), page, "{path}");
            assert_eq!(page.and_then(|page| page.board(path)), uid, "{path}");
        }
    }
}
