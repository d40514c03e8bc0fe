//! The pages.

mod not_found;
mod title;
mod views;

pub(crate) use not_found::NotFound;
pub(crate) use title::Title;
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
    /// The alerts that there are now.
    Alerts,
    /// The rules that make them.
    Rules,
    /// What became of one rule.
    Rule,
    /// Its form, or that of a new one.
    RuleForm,
    /// What is kept silent.
    Silences,
    /// The form of one silence.
    Silence,
    /// Who hears of what.
    Routing,
    /// What was sent.
    Deliveries,
    /// Who looks after what, and when: incidents, maintenance, heartbeats, schedules. One for all, as each costs every page.
    OnCall,
    /// How samples get here.
    AddData,
    /// What is scraped.
    Targets,
}

impl Page {
    /// All of them.
    pub const ALL: [Self; 19] = [
        Self::Overview,
        Self::Host,
        Self::Dashboards,
        Self::Board,
        Self::Playlists,
        Self::Shares,
        Self::Explore,
        Self::Cardinality,
        Self::Alerts,
        Self::Rules,
        Self::Rule,
        Self::RuleForm,
        Self::Silences,
        Self::Silence,
        Self::Routing,
        Self::Deliveries,
        Self::OnCall,
        Self::AddData,
        Self::Targets,
    ];

    /// In the order of the sidebar; the others are reached from these.
    pub(crate) const SIDEBAR: [Self; 6] =
        [Self::Overview, Self::Host, Self::Dashboards, Self::Explore, Self::Alerts, Self::AddData];

    /// The page at a path.
    pub fn at(path: &str) -> Option<Self> {
        if path.strip_prefix("/d/").is_some_and(|uid| !uid.is_empty() && !uid.contains('/')) {
            return Some(Self::Board);
        }
        if let Some(below) = path.strip_prefix("/alerts/rules/") {
            return match below.split_once('/') {
                None if below == "new" => Some(Self::RuleForm),
                None if !below.is_empty() => Some(Self::Rule),
                Some((uid, "edit")) if !uid.is_empty() => Some(Self::RuleForm),
                _ => None,
            };
        }
        if path.strip_prefix("/alerts/silences/").is_some_and(|id| !id.is_empty() && !id.contains('/')) {
            return Some(Self::Silence);
        }
        if let Some(below) = path.strip_prefix("/alerts/") {
            let (view, one) = below.split_once('/').unwrap_or((below, "-"));
            let is_known = matches!(view, "incidents" | "maintenance" | "heartbeats" | "schedules");
            if is_known && !one.is_empty() && !one.contains('/') {
                return Some(Self::OnCall);
            }
        }
        let named = |page: &Self| page.is_listed() || *page == Self::Board;
        Self::ALL.into_iter().filter(named).find(|page| page.path() == path)
    }

    /// Whether it is one page, rather than one for each of something.
    pub(crate) fn is_listed(self) -> bool {
        !matches!(self, Self::Board | Self::Rule | Self::RuleForm | Self::Silence | Self::OnCall)
    }

    /// Where the page is.
    pub fn path(self) -> &'static str {
        match self {
            Self::Overview => "/",
            Self::Host => "/host",
            Self::Dashboards => "/dashboards",
            // Each has its own below these.
            Self::Board => "/d/",
            Self::Rule | Self::RuleForm => "/alerts/rules/",
            Self::Silence => "/alerts/silences/",
            Self::Playlists => "/dashboards/playlists",
            Self::Shares => "/dashboards/links",
            Self::Explore => "/explore",
            Self::Cardinality => "/explore/cardinality",
            Self::Alerts => "/alerts",
            Self::Rules => "/alerts/rules",
            Self::Silences => "/alerts/silences",
            Self::Routing => "/alerts/routing",
            Self::Deliveries => "/alerts/deliveries",
            Self::OnCall => "/alerts/",
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
            Self::Alerts => "Alerts",
            Self::Rules => "Rules",
            Self::Rule | Self::RuleForm => "Rule",
            Self::Silences => "Silences",
            Self::Silence => "Silence",
            Self::Routing => "Routing",
            Self::Deliveries => "Deliveries",
            Self::OnCall => "On call",
            Self::AddData => "Add data",
            Self::Targets => "Targets",
        }
    }

    /// The same by its path, for the pages that are one with others.
    pub(crate) fn title_at(self, path: &str) -> &'static str {
        match (self, path.split('/').nth(2)) {
            (Self::OnCall, Some("incidents")) => "Incidents",
            (Self::OnCall, Some("maintenance")) => "Maintenance",
            (Self::OnCall, Some("heartbeats")) => "Heartbeats",
            (Self::OnCall, Some("schedules")) => "Schedules",
            _ => self.title(),
        }
    }

    /// Its name among the views of its family.
    pub(crate) fn view_title(self) -> &'static str {
        match self {
            Self::Dashboards => "All",
            Self::Explore => "Query",
            Self::Alerts => "Now",
            Self::AddData => "Ways in",
            other => other.title(),
        }
    }

    /// The page that this one belongs to.
    pub(crate) fn parent(self) -> Option<Self> {
        match self {
            Self::Board | Self::Playlists | Self::Shares => Some(Self::Dashboards),
            Self::Cardinality => Some(Self::Explore),
            Self::Rules | Self::Silences | Self::Routing | Self::Deliveries | Self::OnCall => {
                Some(Self::Alerts)
            }
            Self::Rule | Self::RuleForm => Some(Self::Rules),
            Self::Silence => Some(Self::Silences),
            Self::Targets => Some(Self::AddData),
            Self::Overview | Self::Host | Self::Dashboards | Self::Explore | Self::Alerts | Self::AddData => {
                None
            }
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
            ("/alerts", Some(Page::Alerts), None),
            ("/alerts/rules", Some(Page::Rules), None),
            ("/alerts/rules/hot", Some(Page::Rule), None),
            ("/alerts/rules/new", Some(Page::RuleForm), None),
            ("/alerts/rules/hot/edit", Some(Page::RuleForm), None),
            ("/alerts/rules/hot/else", None, None),
            ("/alerts/rules/", None, None),
            ("/alerts/silences/new", Some(Page::Silence), None),
            ("/alerts/silences/a/b", None, None),
            ("/alerts/incidents", Some(Page::OnCall), None),
            ("/alerts/incidents/down-1", Some(Page::OnCall), None),
            ("/alerts/incidents/", None, None),
            ("/alerts/heartbeats/a/b", None, None),
            ("/alerts/else", None, None),
        ] {
            assert_eq!(Page::at(path), page, "{path}");
            assert_eq!(page.and_then(|page| page.board(path)), uid, "{path}");
        }
        let titles = ["/alerts/incidents/down-1", "/alerts/schedules", "/alerts/rules"];
        let titles = titles.map(|path| Page::at(path).map(|page| page.title_at(path)));
        assert_eq!(titles, [Some("Incidents"), Some("Schedules"), Some("Rules")]);
    }
}
