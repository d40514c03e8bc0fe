use leptos::prelude::*;
use leptos::text_prop::TextProp;

/// A title that follows what is shown. The server says it at once: it writes the page's head when what the page was made of may
/// be out of its reach, on another thread.
pub(crate) fn following(title: impl Fn() -> String + Send + Sync + 'static) -> TextProp {
    if cfg!(feature = "ssr") { untrack(title).into() } else { title.into() }
}
