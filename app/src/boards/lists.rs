//! Panels that list things other than series.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use watchfire_panel::Unfolded;

use super::list::BoardHead;
use super::share::ShareView;
use crate::address::Encoded;
use crate::api::call;

/// Dashboards to go to: with all of the panel's tags, favourites first.
#[component]
pub(crate) fn DashboardHeads(item: Memo<Option<Arc<Unfolded>>>) -> impl IntoView {
    let heads = RwSignal::new(None::<Result<Vec<BoardHead>, String>>);
    Effect::new(move |_| {
        spawn_local(async move {
            let answer = call::<Vec<BoardHead>>("GET", "/api/v1/dashboards", None).await;
            heads.try_set(Some(answer.map_err(|refusal| refusal.to_string())));
        });
    });
    let content = move || {
        let (tags, most) = item.with(|item| {
            let view = item.as_ref().map(|item| item.panel.view.clone()).unwrap_or_default();
            (view.only, view.most.unwrap_or(50) as usize)
        });
        match heads.get() {
            None => view! { <p class="hint">"Loading ..."</p> }.into_any(),
            Some(Err(error)) => view! { <p class="field-error">{error}</p> }.into_any(),
            Some(Ok(mut heads)) => {
                heads.retain(|head| tags.iter().all(|tag| head.tags.contains(tag)));
                watchfire_model::sort_small(&mut heads, &|one, other| other.favourite.cmp(&one.favourite));
                heads.truncate(most);
                let empty =
                    heads.is_empty().then_some(view! { <p class="hint">"No dashboard has these tags."</p> });
                let one = |head: BoardHead| {
                    view! {
                        <li>
                            <a href=format!("/d/{}", Encoded(&head.uid))>{head.title}</a>
                            <span class="hint">{if head.favourite { " ★" } else { "" }}</span>
                        </li>
                    }
                };
                view! { <ul class="panel-list">{heads.into_iter().map(one).collect_view()}</ul>{empty} }
                    .into_any()
            }
        }
    };
    view! { <div class="panel-list-area">{content}</div> }.into_any()
}

/// A panel that lists dashboards, or alerts that are pending or fire. The code of either is loaded where a panel shows some; so the
/// server draws none.
#[component]
pub(super) fn ListPanel(item: Memo<Option<Arc<Unfolded>>>, alerts: bool) -> impl IntoView {
    // Those who see a share have no way to them, and need not know of them.
    if use_context::<ShareView>().is_some() {
        let what = if alerts { "Alerts" } else { "Other dashboards" };
        return view! { <p class="panel-placeholder">{what}" are not part of this link."</p> }.into_any();
    }
    let here = RwSignal::new(false);
    Effect::new(move |_| here.set(true));
    let content = move || {
        if here.get() {
            if alerts { crate::parts::alert_list(item) } else { crate::parts::dashboard_list(item) }
        } else {
            view! { <p class="hint">"Loading ..."</p> }.into_any()
        }
    };
    view! { {content} }.into_any()
}
