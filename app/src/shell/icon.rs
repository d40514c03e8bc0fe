use leptos::prelude::*;

/// The icons, as paths in a square of 24 units, drawn with a pen of the text's colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Icon {
    Overview,
    Host,
    Dashboards,
    Explore,
    Alerts,
    Add,
    Fold,
    Clock,
    Keyboard,
    Link,
    System,
    Moon,
    Sun,
}

impl Icon {
    fn path(self) -> &'static str {
        match self {
            Self::Overview => "M4 4h7v9H4zM13 4h7v5h-7zM13 11h7v9h-7zM4 15h7v5H4z",
            Self::Host => "M4 4h16v7H4zM4 13h16v7H4zM8 7.5h.01M8 16.5h.01",
            Self::Dashboards => "M4 4h16v16H4zM4 10h16M10 10v10M7 7h.01",
            Self::Explore => "M10.5 4a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13zM15.5 15.5L20 20",
            Self::Alerts => "M12 3a6 6 0 0 0-6 6v5l-2 3h16l-2-3V9a6 6 0 0 0-6-6zM10 20.5h4",
            Self::Add => "M12 4v11M7.5 10.5L12 15l4.5-4.5M4 16v4h16v-4",
            Self::Fold => "M4 4h16v16H4zM10 4v16",
            Self::Clock => "M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18zM12 7v5l3 2",
            Self::Keyboard => "M3 6h18v12H3zM7 10h.01M11 10h.01M15 10h.01M17 14h.01M8 14h6",
            Self::Link => {
                "M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1"
            }
            Self::System => "M3 5h18v11H3zM9 20h6M12 16v4",
            Self::Moon => "M20 14A8 8 0 0 1 10 4a8 8 0 1 0 10 10z",
            Self::Sun => {
                "M12 8a4 4 0 1 0 0 8a4 4 0 1 0 0-8zM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.5 1.5M17.5 17.5L19 19M5 19l1.5-1.5M17.5 6.5L19 5"
            }
        }
    }
}

/// An icon beside words that say the same; so it is silent to those who listen.
#[component]
pub(super) fn IconView(#[prop(into)] icon: Signal<Icon>) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
            <path d=move || icon.get().path()></path>
        </svg>
    }
}
