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
pub(super) fn DashboardList(item: Memo<Option<Arc<Unfolded>>>) -> impl IntoView {
    let heads = RwSignal::new(None::<Result<Vec<BoardHead>, String>>);
    // Those who see a share have no way to other dashboards, and need not know of them.
    if use_context::<ShareView>().is_some() {
        return view! { <p class="panel-placeholder">"Other dashboards are not part of this link."</p> }
            .into_any();
    }
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

/// Alerts that fire. There are none yet: rules are not built.
#[component]
pub(super) fn AlertList() -> impl IntoView {
    view! { <p class="panel-placeholder">"No alert rules yet. Alerts that fire are listed here as soon as there are rules."</p> }
}
