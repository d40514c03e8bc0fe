//! Where the browser's code is split: what only these functions need is loaded when the first of their module is called. On
//! the server they are plain functions.
//!
//! Each function knows by itself whether its part is there, so `Part::load` loads all of a part.

#![allow(
    unsafe_code,
    reason = "the split functions are found by their symbols; the attribute checks what makes that sound"
)]
#![allow(
    clippy::unused_async,
    clippy::unnecessary_wraps,
    clippy::used_underscore_items,
    reason = "the attribute makes the functions asynchronous, also where they need not be"
)]

use leptos::prelude::*;
use leptos::wasm_split::{SplitLoaderError, wasm_split};
use watchfire_dashboard::Panel;

use crate::add_data::AddDataPage;
use crate::alerts::{
    AlertList, AlertsPage, ChartedRule, DeliveriesPage, EditorPorts, Evaluated, LabelMap, OnCallPages,
    RoutingEditor, RoutingPage, RuleChart, RuleFormPage, RulePage, RulesPage, SilencePage, SilencesPage,
    WhoIsTold,
};
use crate::boards::{
    BoardKeys, BoardListPage, BoardPage, ChoiceMenu, DashboardHeads, DemoBar, EditBar, EditDialogs,
    EditTools, Feed, MenuEntries, PanelEditor, PanelItem, PanelTools, PictureArea, PlaylistsPage, Pointer,
    SharePage, ShareView, SharesPage, Tooltip, VariableChoices, follow_playlist, remember,
};
use crate::cardinality::CardinalityPage;
use crate::explore::ExplorePage;
use crate::pages::Page;
use crate::shell::{Ask, AskDialog, Extra, Extras, follow_firing, opened};
use crate::targets::TargetsPage;

type View = Result<AnyView, SplitLoaderError>;

#[wasm_split(share, wasm_split_path = ::leptos::wasm_split, preload(load_share), fallible)]
pub(super) fn share(share: ShareView) -> View {
    Ok(view! { <SharePage share/> }.into_any())
}

#[wasm_split(site, wasm_split_path = ::leptos::wasm_split, preload(load_site), fallible)]
pub(super) fn site() -> View {
    Ok(crate::site().into_any())
}

#[wasm_split(board, wasm_split_path = ::leptos::wasm_split, preload(load_board), fallible)]
pub(super) fn board() -> View {
    Ok(view! { <BoardPage/> }.into_any())
}

#[wasm_split(lists, wasm_split_path = ::leptos::wasm_split, preload(load_boards), fallible)]
pub(super) fn boards() -> View {
    Ok(view! { <BoardListPage/> }.into_any())
}

#[wasm_split(lists, wasm_split_path = ::leptos::wasm_split, preload(load_playlists), fallible)]
pub(super) fn playlists() -> View {
    Ok(view! { <PlaylistsPage/> }.into_any())
}

#[wasm_split(lists, wasm_split_path = ::leptos::wasm_split, preload(load_shares), fallible)]
pub(super) fn shares() -> View {
    Ok(view! { <SharesPage/> }.into_any())
}

#[wasm_split(explore, wasm_split_path = ::leptos::wasm_split, preload(load_explore), fallible)]
pub(super) fn explore() -> View {
    Ok(view! { <ExplorePage/> }.into_any())
}

#[wasm_split(graph, wasm_split_path = ::leptos::wasm_split, preload(load_explore_graph), fallible)]
pub(super) fn explore_graph(item: PanelItem, feed: Feed) -> View {
    Ok(view! { <PictureArea item feed picture=StoredValue::default() legend=StoredValue::default()/> }
        .into_any())
}

#[wasm_split(explore, wasm_split_path = ::leptos::wasm_split, preload(load_cardinality), fallible)]
pub(super) fn cardinality() -> View {
    Ok(view! { <CardinalityPage/> }.into_any())
}

#[wasm_split(lists, wasm_split_path = ::leptos::wasm_split, preload(load_add_data), fallible)]
pub(super) fn add_data() -> View {
    Ok(view! { <AddDataPage/> }.into_any())
}

#[wasm_split(lists, wasm_split_path = ::leptos::wasm_split, preload(load_targets), fallible)]
pub(super) fn targets() -> View {
    Ok(view! { <TargetsPage/> }.into_any())
}

#[wasm_split(later, wasm_split_path = ::leptos::wasm_split, preload(load_tooltip), fallible)]
pub(super) fn tooltip(item: PanelItem, pointer: Pointer) -> View {
    Ok(view! { <Tooltip item pointer/> }.into_any())
}

#[wasm_split(later, wasm_split_path = ::leptos::wasm_split, preload(load_panel_menu), fallible)]
pub(super) fn panel_menu(item: PanelItem, feed: Feed, shown: RwSignal<usize>, close: Callback<()>) -> View {
    Ok(view! { <MenuEntries item feed shown close/> }.into_any())
}

#[wasm_split(later, wasm_split_path = ::leptos::wasm_split, preload(load_variable_choices), fallible)]
pub(super) fn variable_choices(of: ChoiceMenu) -> View {
    Ok(view! { <VariableChoices of/> }.into_any())
}

#[wasm_split(later, wasm_split_path = ::leptos::wasm_split, preload(load_board_keys), fallible)]
pub(super) fn board_keys(bar: EditBar) -> View {
    Ok(view! { <BoardKeys bar/> }.into_any())
}

#[wasm_split(later, wasm_split_path = ::leptos::wasm_split, preload(load_extra), fallible)]
pub(super) fn extra(extra: Extra, extras: Extras) -> View {
    Ok(opened(extra, extras))
}

#[wasm_split(later, wasm_split_path = ::leptos::wasm_split, preload(load_ask_dialog), fallible)]
pub(super) fn ask_dialog(ask: Ask) -> View {
    Ok(view! { <AskDialog ask/> }.into_any())
}

#[wasm_split(later, wasm_split_path = ::leptos::wasm_split, preload(load_demo_bar), fallible)]
pub(super) fn demo_bar() -> View {
    Ok(view! { <DemoBar/> }.into_any())
}

#[wasm_split(later, wasm_split_path = ::leptos::wasm_split, preload(load_playlist_turn), fallible)]
pub(super) fn playlist_turn(uid: Memo<String>, search: Memo<String>) -> View {
    follow_playlist(uid, search);
    Ok(().into_any())
}

#[wasm_split(later, wasm_split_path = ::leptos::wasm_split, preload(load_count_firing), fallible)]
pub(super) fn count_firing() -> Result<(), SplitLoaderError> {
    follow_firing();
    Ok(())
}

#[wasm_split(alerts, wasm_split_path = ::leptos::wasm_split, preload(load_alerts), fallible)]
pub(super) fn alerts(page: Page) -> View {
    Ok(match page {
        Page::Rules => view! { <RulesPage/> }.into_any(),
        Page::Silences => view! { <SilencesPage/> }.into_any(),
        Page::Silence => view! { <SilencePage/> }.into_any(),
        _ => view! { <AlertsPage/> }.into_any(),
    })
}

#[wasm_split(alerts, wasm_split_path = ::leptos::wasm_split, preload(load_alert_list), fallible)]
pub(super) fn alert_list(item: PanelItem) -> View {
    Ok(view! { <AlertList item/> }.into_any())
}

#[wasm_split(lists, wasm_split_path = ::leptos::wasm_split, preload(load_dashboard_list), fallible)]
pub(super) fn dashboard_list(item: PanelItem) -> View {
    Ok(view! { <DashboardHeads item/> }.into_any())
}

#[wasm_split(explore, wasm_split_path = ::leptos::wasm_split, preload(load_rule_form), fallible)]
pub(super) fn rule_form() -> View {
    Ok(view! { <RuleFormPage/> }.into_any())
}

#[wasm_split(routes, wasm_split_path = ::leptos::wasm_split, preload(load_routing), fallible)]
pub(super) fn routing(page: Page) -> View {
    Ok(match page {
        Page::Deliveries => view! { <DeliveriesPage/> }.into_any(),
        _ => view! { <RoutingPage/> }.into_any(),
    })
}

#[wasm_split(routes, wasm_split_path = ::leptos::wasm_split, preload(load_routing_editor), fallible)]
pub(super) fn routing_editor(ports: EditorPorts) -> View {
    Ok(view! { <RoutingEditor ports/> }.into_any())
}

#[wasm_split(oncall, wasm_split_path = ::leptos::wasm_split, preload(load_on_call), fallible)]
pub(super) fn on_call() -> View {
    Ok(view! { <OnCallPages/> }.into_any())
}

#[wasm_split(rule, wasm_split_path = ::leptos::wasm_split, preload(load_rule_chart), fallible)]
pub(super) fn rule_chart(of: Memo<Option<ChartedRule>>) -> View {
    Ok(view! { <RuleChart of/> }.into_any())
}

#[wasm_split(rule, wasm_split_path = ::leptos::wasm_split, preload(load_evaluated), fallible)]
pub(super) fn evaluated(of: Memo<Option<ChartedRule>>) -> View {
    Ok(view! { <Evaluated of/> }.into_any())
}

#[wasm_split(rule, wasm_split_path = ::leptos::wasm_split, preload(load_rule_page), fallible)]
pub(super) fn rule_page() -> View {
    Ok(view! { <RulePage/> }.into_any())
}

#[wasm_split(rule, wasm_split_path = ::leptos::wasm_split, preload(load_who_is_told), fallible)]
pub(super) fn who_is_told(labels: Memo<LabelMap>, notes: Memo<LabelMap>) -> View {
    Ok(view! { <WhoIsTold labels notes/> }.into_any())
}

#[wasm_split(editor, wasm_split_path = ::leptos::wasm_split, preload(load_panel_editor), fallible)]
pub(super) fn panel_editor(id: u32) -> View {
    Ok(view! { <PanelEditor id/> }.into_any())
}

#[wasm_split(editor, wasm_split_path = ::leptos::wasm_split, preload(load_edit_tools), fallible)]
pub(super) fn edit_tools(bar: EditBar) -> View {
    Ok(view! { <EditTools bar/> }.into_any())
}

#[wasm_split(editor, wasm_split_path = ::leptos::wasm_split, preload(load_edit_dialogs), fallible)]
pub(super) fn edit_dialogs(bar: EditBar) -> View {
    Ok(view! { <EditDialogs bar/> }.into_any())
}

#[wasm_split(editor, wasm_split_path = ::leptos::wasm_split, preload(load_panel_tools), fallible)]
pub(super) fn panel_tools(item: PanelItem) -> View {
    Ok(view! { <PanelTools item/> }.into_any())
}

#[wasm_split(editor, wasm_split_path = ::leptos::wasm_split, fallible)]
pub(super) fn copy_panel(panel: Panel) -> Result<(), SplitLoaderError> {
    remember(&panel);
    Ok(())
}
