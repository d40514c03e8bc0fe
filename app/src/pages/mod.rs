//! The pages: each one a component and the panels that it shows.

mod host;
mod not_found;
mod overview;
mod views;

pub(crate) use host::HostPage;
pub(crate) use not_found::NotFound;
pub(crate) use overview::OverviewPage;
pub(crate) use views::Views;

use crate::panels::PanelSpec;

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

    pub(crate) fn panels(self) -> Vec<PanelSpec> {
        match self {
            Self::Overview => overview::panels(),
            Self::Host => host::panels(),
            // Dashboards have panels of their own; the others ask the server's API once they are in the browser.
            Self::Dashboards
            | Self::Board
            | Self::Playlists
            | Self::Shares
            | Self::Explore
            | Self::Cardinality
            | Self::AddData
            | Self::Targets => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::panels::Kind;

    #[test]
    fn panels_have_their_own_ids_and_fill_whole_rows() {
        for page in Page::ALL {
            let panels = page.panels();
            let ids: BTreeSet<_> = panels.iter().map(|panel| panel.id).collect();
            assert_eq!(ids.len(), panels.len(), "{page:?}");
            let columns: u32 = panels.iter().map(|panel| u32::from(panel.columns)).sum();
            assert_eq!(columns % 24, 0, "{page:?} leaves a hole in its last row");
        }
    }

    #[test]
    fn panels_ask_for_metrics_that_are_collected() {
        let described = include_str!("../../../docs/METRICS.md");
        for panel in Page::ALL.into_iter().flat_map(Page::panels) {
            assert!(!panel.queries.is_empty(), "{}", panel.id);
            assert!(panel.kind != Kind::Tile || panel.queries.len() <= 2, "{}: part and total", panel.id);
            for query in &panel.queries {
                let metric = &query.query.matchers[0].value;
                let own = metric.starts_with("watchfire_");
                assert!(
                    own || described.contains(&format!("`{metric}`")),
                    "{metric} is not in docs/METRICS.md"
                );
            }
        }
    }
}
