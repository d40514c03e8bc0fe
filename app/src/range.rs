//! The time range of a page: it lives in the URL, so that a link shows what the sender saw.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate, use_query_map};
use watchfire_model::{TimeError, TimeExpr, TimeWindow, format_duration, format_utc};

use crate::address::Search;
use crate::boards::Board;

const MINUTE: i64 = 60_000;

/// What a page shows when the URL says nothing: short enough that every second can be seen to move.
pub const DEFAULT_WINDOW: TimeWindow = TimeWindow::last(5 * MINUTE);

/// The ranges that the picker offers, in milliseconds; 0 for today.
pub(crate) const PRESETS: [i64; 11] = [
    5 * MINUTE,
    15 * MINUTE,
    60 * MINUTE,
    3 * 60 * MINUTE,
    6 * 60 * MINUTE,
    24 * 60 * MINUTE,
    2 * 24 * 60 * MINUTE,
    7 * 24 * 60 * MINUTE,
    30 * 24 * 60 * MINUTE,
    90 * 24 * 60 * MINUTE,
    0,
];

/// From the last midnight of the shown zone to now.
pub(crate) fn today(utc_offset: i64, now: i64) -> TimeWindow {
    const DAY: i64 = 24 * 60 * MINUTE;
    let midnight = (now + utc_offset).div_euclid(DAY) * DAY - utc_offset;
    TimeWindow { from: TimeExpr::At(midnight), to: TimeExpr::BeforeNow(0) }
}

/// The range that the query part of a URL asks for; the default where it names none.
pub fn window_of(from: Option<&str>, to: Option<&str>, now: i64) -> Result<TimeWindow, TimeError> {
    window_or(from, to, now, DEFAULT_WINDOW)
}

/// The same with another default.
fn window_or(
    from: Option<&str>,
    to: Option<&str>,
    now: i64,
    default: TimeWindow,
) -> Result<TimeWindow, TimeError> {
    match (from, to) {
        (None, None) => Ok(default),
        (from, to) => TimeWindow::parse(from.unwrap_or("now-5m"), to.unwrap_or("now"), 0, now),
    }
}

/// The range of the page; a Leptos context.
#[derive(Clone, Copy)]
pub(crate) struct PageRange {
    /// What the URL says.
    asked: Memo<Result<TimeWindow, TimeError>>,
    /// What is shown whatever the URL says.
    locked: RwSignal<Option<TimeWindow>>,
    /// What is shown where the URL says nothing: a dashboard has its own.
    default: RwSignal<TimeWindow>,
    /// How often a dashboard asks where the URL says nothing.
    refresh: RwSignal<Option<String>>,
    /// What the URL says, as it stands there.
    typed: Memo<(Option<String>, Option<String>)>,
    /// Where zooming in came from, to go back to.
    zooms: StoredValue<Vec<TimeWindow>>,
}

impl PageRange {
    /// Reads the range from the router's URL. Below a `Router`.
    pub(crate) fn from_url() -> Self {
        let query = use_query_map();
        let default = RwSignal::new(first_window());
        let locked = RwSignal::new(None);
        let asked = Memo::new(move |_| {
            if let Some(locked) = locked.get() {
                return Ok(locked);
            }
            let query = query.read();
            window_or(query.get_str("from"), query.get_str("to"), clock(), default.get())
        });
        let typed = Memo::new(move |_| {
            let query = query.read();
            (query.get("from"), query.get("to"))
        });
        Self { asked, locked, default, refresh: RwSignal::new(None), typed, zooms: StoredValue::default() }
    }

    /// Shows this range, whatever the URL says. One that can't be read locks nothing.
    pub(crate) fn lock(self, from: &str, to: &str) {
        self.locked.set(TimeWindow::parse(from, to, 0, clock()).ok());
    }

    /// Opens with the range of a dashboard where the URL names none, as long as the calling component lives.
    pub(crate) fn follow_board(self, board: Board) {
        let own = Memo::new(move |_| board.dashboard.with(|dashboard| dashboard.time.window(clock())));
        self.default.set(own.get_untracked());
        Effect::new(move |_| self.default.set(own.get()));
        Effect::new(move |_| {
            self.refresh.set(board.dashboard.with(|dashboard| dashboard.time.refresh.clone()));
        });
        on_cleanup(move || {
            // The page may be gone as a whole.
            let _ = self.default.try_set(DEFAULT_WINDOW);
            let _ = self.refresh.try_set(None);
        });
    }

    /// How often the dashboard of the page asks where the URL says nothing, if it says it.
    pub(crate) fn usual_refresh(self) -> Option<String> {
        self.refresh.get()
    }

    /// The range to show: the default where the URL's can't be read.
    pub(crate) fn window(self) -> TimeWindow {
        self.asked.get().unwrap_or_else(|_| self.default.get())
    }

    /// [`PageRange::window`], without following its changes.
    pub(crate) fn window_untracked(self) -> TimeWindow {
        self.asked.get_untracked().unwrap_or_else(|_| self.default.get_untracked())
    }

    /// What is wrong with the URL's range, if anything.
    pub(crate) fn error(self) -> Option<String> {
        self.asked.get().err().map(|error| error.to_string())
    }

    /// Both ends as a person would type them; if they can't be read, as someone did.
    pub(crate) fn words(self) -> (String, String) {
        match (self.asked.get(), self.typed.get()) {
            (Ok(window), _) => (window.from.to_string(), window.to.to_string()),
            (Err(_), (from, to)) => (from.unwrap_or_default(), to.unwrap_or_default()),
        }
    }

    /// Whether something is wrong with the URL's range, without following its changes.
    pub(crate) fn error_untracked(self) -> Option<TimeError> {
        self.asked.get_untracked().err()
    }

    /// The range in words.
    pub(crate) fn label(self, utc_offset: i64) -> String {
        let window = self.window();
        let year = |timestamp| format_utc(timestamp, utc_offset, "%Y");
        let this_year = year(clock());
        let at = |timestamp| {
            let pattern = if year(timestamp) == this_year { "%b %d, %H:%M:%S" } else { "%b %d %Y, %H:%M" };
            format_utc(timestamp, utc_offset, pattern)
        };
        match (window.from, window.to) {
            (watchfire_model::TimeExpr::BeforeNow(back), _) if window.is_live() => {
                format!("Last {}", words(back))
            }
            (watchfire_model::TimeExpr::At(start), _) if window.is_live() => format!("Since {}", at(start)),
            _ => {
                let range = window.resolve(clock());
                format!("{} – {}", at(range.start), at(range.end))
            }
        }
    }
}

/// What the first page shows where its URL says nothing. Only the server knows it before the page is there; the browser reads what it
/// takes over as it stands.
fn first_window() -> TimeWindow {
    #[cfg(feature = "ssr")]
    if let Some(crate::boards::FirstBoard(Some(Ok(snapshot)))) = use_context() {
        return snapshot.dashboard.time.window(clock());
    }
    DEFAULT_WINDOW
}

type Navigate = std::sync::Arc<dyn Fn(&str, NavigateOptions) + Send + Sync>;

/// Ways to another range. Made once where it is used, below a `Router`.
#[derive(Clone)]
pub(crate) struct GoTo {
    range: PageRange,
    path: Memo<String>,
    search: Memo<String>,
    navigate: Navigate,
}

impl GoTo {
    pub(crate) fn new() -> Self {
        let navigate = use_navigate();
        let location = use_location();
        Self {
            range: expect_context(),
            path: location.pathname,
            search: location.search,
            navigate: std::sync::Arc::new(navigate),
        }
    }

    /// Shows another range. It becomes an entry in the browser's history.
    pub(crate) fn window(&self, window: TimeWindow) {
        let path = self.path.get_untracked();
        let options = NavigateOptions { scroll: false, ..NavigateOptions::default() };
        let search = self.search.with_untracked(|search| search_with(search, window));
        (self.navigate)(&format!("{path}{search}"), options);
    }

    /// Shows a part of the range, from which [`GoTo::zoom_out`] comes back.
    pub(crate) fn zoom_in(&self, window: TimeWindow) {
        let here = self.range.window_untracked();
        self.range.zooms.update_value(|zooms| zooms.push(here));
        self.window(window);
    }

    /// Goes back to where the last zoom came from.
    pub(crate) fn zoom_out(&self) {
        if let Some(window) = self.range.zooms.try_update_value(Vec::pop).flatten() {
            self.window(window);
        }
    }
}

/// What a page's URL says besides the range, and `window`.
pub(crate) fn search_with(search: &str, window: TimeWindow) -> Search {
    let others = Search::parse(search).without(&["from", "to", "theme"]);
    let range = Search::parse(&query_of(window));
    others.pairs().iter().fold(range, |all, (name, value)| all.and(name, value))
}

/// The part of a URL's query part that goes along from page to page.
pub(crate) fn kept(search: &str) -> Search {
    Search::parse(search).only(&["from", "to", "theme"])
}

/// A page's query part with the range that it shows, also where its URL leaves that to the page.
pub(crate) fn with_range(search: &str, window: TimeWindow) -> String {
    let all = Search::parse(search);
    if all.get("from").is_some() {
        return search.to_owned();
    }
    all.with("from", &window.from.to_string()).with("to", &window.to.to_string()).to_string()
}

/// The query part of a URL that shows `window`.
pub(crate) fn query_of(window: TimeWindow) -> String {
    format!("?from={}&to={}", window.from, window.to)
}

/// A duration in words: `5 minutes`, `1 hour`, `7 days`.
pub(crate) fn words(millis: i64) -> String {
    for (unit, name) in
        [(24 * 60 * MINUTE, "day"), (60 * MINUTE, "hour"), (MINUTE, "minute"), (1000, "second")]
    {
        if millis >= unit && millis % unit == 0 {
            let count = millis / unit;
            return if count == 1 { format!("1 {name}") } else { format!("{count} {name}s") };
        }
    }
    format_duration(millis)
}

/// Milliseconds since the epoch, on the server and in the browser alike.
pub(crate) fn clock() -> i64 {
    #[cfg(feature = "ssr")]
    return std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |elapsed| elapsed.as_millis() as i64);
    #[cfg(not(feature = "ssr"))]
    return js_sys::Date::now() as i64;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_and_windows_agree() {
        for length in PRESETS.into_iter().filter(|length| *length > 0) {
            let window = TimeWindow::last(length);
            assert_eq!(window_of(Some(&window.from.to_string()), Some("now"), 0), Ok(window));
        }
        assert_eq!(query_of(DEFAULT_WINDOW), "?from=now-5m&to=now");
        let search = "from=now-1h&q=a%20b&theme=dark";
        assert_eq!(search_with(search, DEFAULT_WINDOW).to_string(), "?from=now-5m&to=now&q=a%20b");
        // A variable may have several values.
        let several = "var-host=a&from=now-1h&var-host=b";
        assert_eq!(
            search_with(several, DEFAULT_WINDOW).to_string(),
            "?from=now-5m&to=now&var-host=a&var-host=b"
        );
        assert_eq!(kept(search).to_string(), "?from=now-1h&theme=dark");
        assert_eq!(window_of(None, None, 0), Ok(DEFAULT_WINDOW));
        assert!(window_of(Some("soon"), None, 0).is_err());
        assert!(window_of(Some("now"), Some("now-1h"), 0).is_err());
    }

    #[test]
    fn days_begin_at_midnight_of_the_zone() {
        let (hour, day) = (60 * MINUTE, 24 * 60 * MINUTE);
        for (offset, now, from) in
            [(0, day + hour, day), (2 * hour, day + hour, day - 2 * hour), (-2 * hour, day + hour, 2 * hour)]
        {
            let window = today(offset, now);
            assert_eq!((window.resolve(now).start, window.is_live()), (from, true), "{offset}");
        }
    }

    #[test]
    fn durations_in_words() {
        let table = [
            (5 * MINUTE, "5 minutes"),
            (60 * MINUTE, "1 hour"),
            (24 * 60 * MINUTE, "1 day"),
            (90_000, "90 seconds"),
            (1500, "1s500ms"),
        ];
        for (millis, text) in table {
            assert_eq!(words(millis), text);
        }
    }
}
