use leptos::prelude::*;
use leptos::text_prop::TextProp;

/// A title that follows what is shown. The server says it at once: it writes the page's head when what the page was made of may
/// be out of its reach, on another thread.
///
/// It may be asked for once more after its page has gone: a page that took the place of another of its kind leaves its title behind,
/// and that is looked at when the page after it goes. What it was made of is no longer there then.
pub(crate) fn following(title: impl Fn() -> String + Send + Sync + 'static) -> TextProp {
    if cfg!(feature = "ssr") {
        return untrack(title).into();
    }
    let page = RwSignal::new(true);
    let still = move || page.try_get_untracked().map(|_| title()).unwrap_or_default();
    still.into()
}
