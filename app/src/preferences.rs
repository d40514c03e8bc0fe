//! What a person has chosen for this browser: kept in cookies, so that the server's first render already follows it.

use leptos::prelude::*;

/// The colours of the interface.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ColorTheme {
    /// As the operating system has it.
    #[default]
    System,
    /// Light letters on dark.
    Dark,
    /// Dark letters on light.
    Light,
}

impl ColorTheme {
    /// In the order in which the switch goes through them.
    pub(crate) const ALL: [Self; 3] = [Self::System, Self::Dark, Self::Light];

    /// The word in the cookie and in the page's `data-theme`.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Dark => "dark",
            Self::Light => "light",
        }
    }

    /// The next one in the order of the switch.
    pub(crate) fn next(self) -> Self {
        match self {
            Self::System => Self::Dark,
            Self::Dark => Self::Light,
            Self::Light => Self::System,
        }
    }
}

/// What the cookies say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    /// The colours.
    pub theme: ColorTheme,
    /// Whether times are shown in UTC rather than in the browser's zone.
    pub utc: bool,
    /// Milliseconds that the browser's zone is east of UTC, as it was when the page was last open; 0 at first.
    pub utc_offset: i64,
    /// Whether the sidebar is folded.
    pub folded: bool,
}

const THEME: &str = "watchfire_theme";
const ZONE: &str = "watchfire_zone";
const OFFSET: &str = "watchfire_utc_offset";
const SIDEBAR: &str = "watchfire_sidebar";

impl Choices {
    /// Reads a `Cookie` header, or `document.cookie`. What is missing or strange has its default.
    pub fn from_cookies(cookies: &str) -> Self {
        let mut choices = Self::default();
        for (name, value) in cookies.split(';').filter_map(|cookie| cookie.trim().split_once('=')) {
            match name {
                THEME => {
                    let known = ColorTheme::ALL.into_iter().find(|theme| theme.word() == value);
                    choices.theme = known.unwrap_or_default();
                }
                ZONE => choices.utc = value == "utc",
                OFFSET => {
                    // No zone is further than 14 hours from UTC.
                    let minutes = value.parse::<i64>().ok().filter(|minutes| minutes.abs() <= 14 * 60);
                    choices.utc_offset = minutes.unwrap_or(0) * 60_000;
                }
                SIDEBAR => choices.folded = value == "folded",
                _ => {}
            }
        }
        choices
    }

    /// The choices of a link: its `theme`, where it names one, goes before the cookie's.
    #[must_use]
    pub fn with_theme(self, word: Option<&str>) -> Self {
        let linked = ColorTheme::ALL.into_iter().find(|theme| Some(theme.word()) == word);
        Self { theme: linked.unwrap_or(self.theme), ..self }
    }

    /// Milliseconds that the shown zone is east of UTC.
    pub fn shown_offset(self) -> i64 {
        if self.utc { 0 } else { self.utc_offset }
    }
}

/// The choices as signals; a Leptos context.
#[derive(Clone, Copy)]
pub(crate) struct Preferences {
    pub(crate) theme: RwSignal<ColorTheme>,
    pub(crate) utc: RwSignal<bool>,
    pub(crate) folded: RwSignal<bool>,
    zone_offset: RwSignal<i64>,
}

impl Preferences {
    pub(crate) fn new(choices: Choices) -> Self {
        Self {
            theme: RwSignal::new(choices.theme),
            utc: RwSignal::new(choices.utc),
            folded: RwSignal::new(choices.folded),
            zone_offset: RwSignal::new(choices.utc_offset),
        }
    }

    /// Milliseconds that the shown zone is east of UTC.
    pub(crate) fn utc_offset(self) -> i64 {
        if self.utc.get() { 0 } else { self.zone_offset.get() }
    }

    /// [`Preferences::utc_offset`], without following its changes.
    #[cfg(feature = "hydrate")]
    pub(crate) fn utc_offset_untracked(self) -> i64 {
        if self.utc.get_untracked() { 0 } else { self.zone_offset.get_untracked() }
    }

    /// Keeps the cookies and the page's theme in step with the signals. For the browser.
    pub(crate) fn keep(self) {
        Effect::new(move |before: Option<()>| {
            let theme = self.theme.get().word();
            // What a link brought is not this person's choice until the switch is used.
            if before.is_some() {
                remember(THEME, theme);
            }
            if let Some(root) = document().document_element() {
                // Only an invalid attribute name could fail.
                let _ = root.set_attribute("data-theme", theme);
            }
        });
        Effect::new(move |_| remember(ZONE, if self.utc.get() { "utc" } else { "local" }));
        Effect::new(move |_| remember(SIDEBAR, if self.folded.get() { "folded" } else { "open" }));
        Effect::new(move |_| {
            // JavaScript counts minutes to the west.
            let minutes = -(js_sys::Date::new_0().get_timezone_offset() as i64);
            remember(OFFSET, &minutes.to_string());
            self.zone_offset.set(minutes * 60_000);
        });
    }
}

/// Whether the page is dark now: as chosen, or as the operating system asks.
#[cfg(feature = "hydrate")]
pub(crate) fn is_dark(preferences: Preferences) -> Memo<bool> {
    use wasm_bindgen::prelude::*;
    let query = window().match_media("(prefers-color-scheme: dark)").ok().flatten();
    let (dark, set_dark) = signal(query.as_ref().is_none_or(web_sys::MediaQueryList::matches));
    if let Some(query) = query {
        let asked = query.clone();
        let changed = Closure::<dyn FnMut()>::new(move || set_dark.set(asked.matches()));
        query.set_onchange(Some(changed.as_ref().unchecked_ref()));
        let held = send_wrapper::SendWrapper::new((query, changed));
        on_cleanup(move || held.0.set_onchange(None));
    }
    Memo::new(move |_| match preferences.theme.get() {
        ColorTheme::System => dark.get(),
        ColorTheme::Dark => true,
        ColorTheme::Light => false,
    })
}

/// What the browser's cookies say.
#[cfg(feature = "hydrate")]
pub(crate) fn of_this_browser() -> Choices {
    use wasm_bindgen::JsCast;
    let cookies = document().dyn_ref::<web_sys::HtmlDocument>().and_then(|document| document.cookie().ok());
    // The server knows also what a share says.
    let theme = document().document_element().and_then(|root| root.get_attribute("data-theme"));
    Choices::from_cookies(&cookies.unwrap_or_default()).with_theme(theme.as_deref())
}

fn remember(name: &str, value: &str) {
    use wasm_bindgen::JsCast;
    const YEAR: u32 = 365 * 86_400;
    if let Some(document) = document().dyn_ref::<web_sys::HtmlDocument>() {
        // A browser that takes no cookies shows the defaults next time; nothing to do about it.
        let _ = document.set_cookie(&format!("{name}={value}; path=/; max-age={YEAR}; samesite=lax"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_read_with_care() {
        let table = [
            ("", Choices::default()),
            ("watchfire_theme=dark; other=1", Choices { theme: ColorTheme::Dark, ..Choices::default() }),
            ("watchfire_theme=pink;watchfire_utc_offset=99999", Choices::default()),
            (
                "watchfire_zone=utc; watchfire_utc_offset=-330; watchfire_sidebar=folded",
                Choices { utc: true, utc_offset: -330 * 60_000, folded: true, ..Choices::default() },
            ),
        ];
        for (cookies, expected) in table {
            assert_eq!(Choices::from_cookies(cookies), expected, "{cookies:?}");
        }
        let light = Choices { theme: ColorTheme::Light, ..Choices::default() };
        assert_eq!(light.with_theme(Some("dark")).theme, ColorTheme::Dark);
        assert_eq!(light.with_theme(Some("pink")), light);
        assert_eq!(light.with_theme(None), light);
        assert_eq!(Choices { utc: true, utc_offset: 5, ..Choices::default() }.shown_offset(), 0);
    }

    #[test]
    fn the_switch_goes_through_all_themes() {
        let mut theme = ColorTheme::System;
        for _ in 0..3 {
            theme = theme.next();
        }
        assert_eq!(theme, ColorTheme::System);
    }
}
