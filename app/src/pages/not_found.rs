use crate::pages::Title;
use leptos::prelude::*;

/// What stands where no page is.
#[component]
pub(crate) fn NotFound() -> impl IntoView {
    view! {
        <Title text="Not found"/>
        <section class="notice">
            <h1>"There is no page here"</h1>
            <p>"The address may be mistyped, or the page may have moved. "<a href="/">"Go to the overview"</a>"."</p>
        </section>
    }
}
