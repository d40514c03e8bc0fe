//! The parts of the interface that a browser loads when they are needed.
//!
//! `cargo xtask` splits the browser's code at the functions of [`split`]: what only a part needs lies in files of its own. A
//! page that the server has rendered is taken over once the parts that it [needs](Part::needed) are there, so that its first
//! view in the browser is the one that the server made.

mod split;

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_split::SplitLoaderError;

use crate::address::Search;
use crate::alerts::{ChartedRule, EditorPorts, LabelMap};
use crate::boards::{ChoiceMenu, EditBar, Feed, NEW, PanelItem, Pointer, ShareView};
use crate::pages::Page;
use crate::shell::{Ask, Extra, Extras};
use watchfire_dashboard::Panel;

/// The id of the link to the style sheet of all that is neither a dashboard nor a share.
pub(crate) const LATER_STYLE: &str = "later-style";

/// A part. Its name is that of its module in [`split`]'s attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The page of a share.
    Share,
    /// The frame of all other pages.
    Site,
    /// A dashboard; so are the overview and the host.
    Board,
    /// What changes and shares it.
    Editor,
    /// Pages that are lists and no more: of dashboards, playlists and links, ways in, and targets. Each part costs all others, as what they share is
    /// cut into more pieces; so small pages are one.
    Lists,
    /// Explore and cardinality, and the form of a rule, which has the same editor.
    Explore,
    /// The chart of an answer on Explore.
    Graph,
    /// What no first view shows: menus of panels and variables, keys of dashboards, what is below the pointer, the offer of a demo, going on in a playlist, dialogs of every page, and the number of alerts that fire as it changes.
    Later,
    /// Alerts, rules, silences.
    Alerts,
    /// A rule with its chart and who is told of it; the chart is that of incidents, too.
    Rule,
    /// Incidents, maintenance windows, heartbeats and schedules.
    OnCall,
    /// Who hears of what, its editor, and what was sent.
    Routes,
}

impl Part {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Share,
        Self::Site,
        Self::Board,
        Self::Editor,
        Self::Lists,
        Self::Explore,
        Self::Graph,
        Self::Later,
        Self::Alerts,
        Self::Rule,
        Self::OnCall,
        Self::Routes,
    ];

    /// Its name in the site's manifest.
    pub fn name(self) -> &'static str {
        match self {
            Self::Share => "share",
            Self::Site => "site",
            Self::Board => "board",
            Self::Editor => "editor",
            Self::Lists => "lists",
            Self::Explore => "explore",
            Self::Graph => "graph",
            Self::Later => "later",
            Self::Alerts => "alerts",
            Self::Rule => "rule",
            Self::OnCall => "oncall",
            Self::Routes => "routes",
        }
    }

    /// Whether what it has needs the style sheet [`LATER_STYLE`].
    pub fn has_later_style(self) -> bool {
        !matches!(self, Self::Share | Self::Site | Self::Board | Self::Later)
    }

    /// What the first view of the page at a path needs; `search` is the URL's query part.
    pub fn needed(path: &str, search: &str) -> Vec<Self> {
        if ["/s/", "/snapshots/"].iter().any(|start| path.starts_with(start)) {
            return vec![Self::Share];
        }
        let mut parts = vec![Self::Site];
        match Page::at(path) {
            Some(page @ (Page::Overview | Page::Host | Page::Board)) => {
                parts.push(Self::Board);
                let edited = Search::parse(search).get("edit").is_some();
                if edited || page.board(path) == Some(NEW) {
                    parts.push(Self::Editor);
                }
            }
            Some(Page::Dashboards | Page::Playlists | Page::Shares | Page::AddData | Page::Targets) => {
                parts.push(Self::Lists);
            }
            Some(page @ (Page::Explore | Page::Cardinality)) => {
                parts.push(Self::Explore);
                // A query is asked at once; what it brings is drawn.
                if page == Page::Explore && Search::parse(search).get("q").is_some() {
                    parts.push(Self::Graph);
                }
            }
            Some(Page::RuleForm) => parts.push(Self::Explore),
            Some(Page::Alerts | Page::Rules | Page::Silences | Page::Silence) => parts.push(Self::Alerts),
            Some(Page::Routing | Page::Deliveries) => parts.push(Self::Routes),
            Some(Page::Rule) => parts.push(Self::Rule),
            Some(Page::OnCall) => {
                parts.push(Self::OnCall);
                // One incident has the chart of a rule.
                if path.starts_with("/alerts/incidents/") {
                    parts.push(Self::Rule);
                }
            }
            None => {}
        }
        parts
    }

    /// Loads it; at once where it is there. Each function of `split` has to be named here.
    pub async fn load(self) -> Result<(), SplitLoaderError> {
        match self {
            Self::Share => split::load_share().await,
            Self::Site => split::load_site().await,
            Self::Board => split::load_board().await,
            Self::Editor => {
                split::load_panel_editor().await?;
                split::load_edit_tools().await?;
                split::load_edit_dialogs().await?;
                split::load_panel_tools().await
            }
            Self::Lists => {
                split::load_boards().await?;
                split::load_playlists().await?;
                split::load_shares().await?;
                split::load_add_data().await?;
                split::load_targets().await?;
                split::load_dashboard_list().await
            }
            Self::Explore => {
                split::load_explore().await?;
                split::load_cardinality().await?;
                split::load_rule_form().await
            }
            Self::Graph => split::load_explore_graph().await,
            Self::Later => {
                split::load_tooltip().await?;
                split::load_demo_bar().await?;
                split::load_extra().await?;
                split::load_panel_menu().await?;
                split::load_variable_choices().await?;
                split::load_board_keys().await?;
                split::load_ask_dialog().await?;
                split::load_playlist_turn().await?;
                split::load_count_firing().await?;
                // Of all pages, and of none of their first views.
                split::count_firing().await
            }
            Self::Alerts => {
                split::load_alerts().await?;
                split::load_alert_list().await
            }
            Self::Rule => {
                split::load_rule_page().await?;
                split::load_who_is_told().await?;
                split::load_evaluated().await?;
                split::load_rule_chart().await
            }
            Self::OnCall => split::load_on_call().await,
            Self::Routes => {
                split::load_routing().await?;
                split::load_routing_editor().await
            }
        }
    }
}

type Opening = Pin<Box<dyn Future<Output = Result<AnyView, SplitLoaderError>>>>;

/// A view of a part: at once where the part is there, as on the server; else as soon as it is. `waits` says whether words
/// stand there meanwhile.
fn lazy(part: Part, waits: bool, open: impl Fn() -> Opening + Send + Sync + 'static) -> AnyView {
    boxed(part, waits, Box::new(open))
}

fn boxed(part: Part, waits: bool, open: Box<dyn Fn() -> Opening + Send + Sync>) -> AnyView {
    if let Some(Ok(view)) = at_once(open()) {
        return view;
    }
    let loaded = RwSignal::new(None::<bool>);
    if part.has_later_style()
        && let Some(link) = document().get_element_by_id(LATER_STYLE)
    {
        // Where it is one already nothing happens.
        let _ = link.set_attribute("rel", "stylesheet");
    }
    spawn_local(async move {
        let outcome = part.load().await;
        // Who asked for it may be gone.
        loaded.try_set(Some(outcome.is_ok()));
    });
    let view = move || match loaded.get() {
        None if waits => view! { <p class="page-notice" role="status">"Loading ..."</p> }.into_any(),
        None => ().into_any(),
        Some(true) => at_once(open()).and_then(Result::ok).unwrap_or_else(failed),
        Some(false) => failed(),
    };
    view.into_any()
}

fn failed() -> AnyView {
    view! { <p class="page-notice" role="alert">"This part of the interface could not be loaded. Load the page again."</p> }.into_any()
}

fn at_once<T>(mut future: Pin<Box<dyn Future<Output = T>>>) -> Option<T> {
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}

/// The page of a share.
pub(crate) fn share(share: ShareView) -> AnyView {
    lazy(Part::Share, true, move || Box::pin(split::share(share.clone())))
}

/// All other pages, with their frame.
pub(crate) fn site() -> AnyView {
    lazy(Part::Site, true, || Box::pin(split::site()))
}

pub(crate) fn board() -> AnyView {
    lazy(Part::Board, true, || Box::pin(split::board()))
}

pub(crate) fn boards() -> AnyView {
    lazy(Part::Lists, true, || Box::pin(split::boards()))
}

pub(crate) fn playlists() -> AnyView {
    lazy(Part::Lists, true, || Box::pin(split::playlists()))
}

pub(crate) fn shares() -> AnyView {
    lazy(Part::Lists, true, || Box::pin(split::shares()))
}

pub(crate) fn explore() -> AnyView {
    lazy(Part::Explore, true, || Box::pin(split::explore()))
}

pub(crate) fn cardinality() -> AnyView {
    lazy(Part::Explore, true, || Box::pin(split::cardinality()))
}

pub(crate) fn add_data() -> AnyView {
    lazy(Part::Lists, true, || Box::pin(split::add_data()))
}

pub(crate) fn targets() -> AnyView {
    lazy(Part::Lists, true, || Box::pin(split::targets()))
}

/// A page about alerts.
pub(crate) fn alerting(page: Page) -> AnyView {
    match page {
        Page::RuleForm => lazy(Part::Explore, true, || Box::pin(split::rule_form())),
        Page::OnCall => lazy(Part::OnCall, true, || Box::pin(split::on_call())),
        Page::Rule => lazy(Part::Rule, true, || Box::pin(split::rule_page())),
        Page::Routing | Page::Deliveries => lazy(Part::Routes, true, move || Box::pin(split::routing(page))),
        _ => lazy(Part::Alerts, true, move || Box::pin(split::alerts(page))),
    }
}

/// The editor of who hears of what.
pub(crate) fn routing_editor(ports: EditorPorts) -> AnyView {
    lazy(Part::Routes, true, move || Box::pin(split::routing_editor(ports)))
}

/// The alerts of a panel of a dashboard.
pub(crate) fn alert_list(item: PanelItem) -> AnyView {
    lazy(Part::Alerts, true, move || Box::pin(split::alert_list(item)))
}

/// The dashboards of a panel of a dashboard.
pub(crate) fn dashboard_list(item: PanelItem) -> AnyView {
    lazy(Part::Lists, true, move || Box::pin(split::dashboard_list(item)))
}

/// The chart of an answer on Explore.
pub(crate) fn explore_graph(item: PanelItem, feed: Feed) -> AnyView {
    lazy(Part::Graph, false, move || Box::pin(split::explore_graph(item, feed)))
}

/// The values of an alert's rule over time.
pub(crate) fn rule_chart(of: Memo<Option<ChartedRule>>) -> AnyView {
    lazy(Part::Rule, true, move || Box::pin(split::rule_chart(of)))
}

/// The values of an alert as its rule saw them.
pub(crate) fn evaluated(of: Memo<Option<ChartedRule>>) -> AnyView {
    lazy(Part::Rule, false, move || Box::pin(split::evaluated(of)))
}

/// Who would be told of an alert with these labels, and a test of the way to them; `notes` are the texts that they would read.
pub(crate) fn who_is_told(labels: Memo<LabelMap>, notes: Memo<LabelMap>) -> AnyView {
    lazy(Part::Rule, true, move || Box::pin(split::who_is_told(labels, notes)))
}

/// What is below the pointer on a panel.
pub(crate) fn tooltip(item: PanelItem, pointer: Pointer) -> AnyView {
    lazy(Part::Later, false, move || Box::pin(split::tooltip(item, pointer)))
}

/// What can be done with a panel.
pub(crate) fn panel_menu(
    item: PanelItem,
    feed: Feed,
    shown: RwSignal<usize>,
    close: Callback<()>,
) -> AnyView {
    lazy(Part::Later, false, move || Box::pin(split::panel_menu(item, feed, shown, close)))
}

/// The choices of a variable.
pub(crate) fn variable_choices(of: ChoiceMenu) -> AnyView {
    lazy(Part::Later, false, move || Box::pin(split::variable_choices(of.clone())))
}

/// The keys of a dashboard.
pub(crate) fn board_keys(bar: EditBar) -> AnyView {
    lazy(Part::Later, false, move || Box::pin(split::board_keys(bar)))
}

/// A dialog of every page, or what else no first view shows.
pub(crate) fn extra(extra: Extra, extras: Extras) -> AnyView {
    lazy(Part::Later, false, move || Box::pin(split::extra(extra, extras)))
}

/// What is asked before something is done.
pub(crate) fn ask_dialog(ask: Ask) -> AnyView {
    lazy(Part::Later, false, move || Box::pin(split::ask_dialog(ask)))
}

/// The offer of made-up data.
pub(crate) fn demo_bar() -> AnyView {
    lazy(Part::Later, false, || Box::pin(split::demo_bar()))
}

/// Goes on in the playlist that the URL names.
pub(crate) fn playlist_turn(uid: Memo<String>, search: Memo<String>) -> AnyView {
    lazy(Part::Later, false, move || Box::pin(split::playlist_turn(uid, search)))
}

/// The editor of a panel.
pub(crate) fn panel_editor(id: u32) -> AnyView {
    lazy(Part::Editor, true, move || Box::pin(split::panel_editor(id)))
}

/// The tools of a dashboard that is edited.
pub(crate) fn edit_tools(bar: EditBar) -> AnyView {
    lazy(Part::Editor, false, move || Box::pin(split::edit_tools(bar)))
}

/// The dialogs of a dashboard.
pub(crate) fn edit_dialogs(bar: EditBar) -> AnyView {
    lazy(Part::Editor, false, move || Box::pin(split::edit_dialogs(bar)))
}

/// Keeps a panel to be pasted.
pub(crate) async fn copy_panel(panel: Panel) {
    // The loader has told the console where it failed.
    let _ = split::copy_panel(panel).await;
}

/// The tools of a panel of a dashboard that is edited.
pub(crate) fn panel_tools(item: PanelItem) -> AnyView {
    lazy(Part::Editor, false, move || Box::pin(split::panel_tools(item)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_need_what_their_first_view_shows() {
        for (path, search, expected) in [
            ("/s/abc", "", vec![Part::Share]),
            ("/snapshots/abc", "", vec![Part::Share]),
            ("/", "", vec![Part::Site, Part::Board]),
            ("/d/abc", "?from=now-1h", vec![Part::Site, Part::Board]),
            ("/d/abc", "?edit=3", vec![Part::Site, Part::Board, Part::Editor]),
            ("/d/new", "", vec![Part::Site, Part::Board, Part::Editor]),
            ("/explore", "", vec![Part::Site, Part::Explore]),
            ("/explore", "?q=up", vec![Part::Site, Part::Explore, Part::Graph]),
            ("/alerts/silences/new", "", vec![Part::Site, Part::Alerts]),
            ("/alerts/rules/new", "", vec![Part::Site, Part::Explore]),
            ("/alerts/deliveries", "", vec![Part::Site, Part::Routes]),
            ("/alerts/schedules", "", vec![Part::Site, Part::OnCall]),
            ("/alerts/incidents/a", "", vec![Part::Site, Part::OnCall, Part::Rule]),
            ("/alerts/rules/a", "", vec![Part::Site, Part::Rule]),
            ("/nowhere", "", vec![Part::Site]),
        ] {
            assert_eq!(Part::needed(path, search), expected, "{path}{search}");
        }
    }
}
