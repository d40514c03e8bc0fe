use watchfire_model::{Grid, GridError, TimeRange, TimeWindow, choose_step, format_duration, parse_duration};

use crate::address::Search;

/// For how many points an answer is asked: more than a chart can show apart.
const MAX_POINTS: usize = 600;

/// How an answer is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Tab {
    /// Over the page's range.
    #[default]
    Graph,
    /// At the range's end.
    Table,
}

impl Tab {
    pub(super) const ALL: [Self; 2] = [Self::Graph, Self::Table];

    /// The word in the URL.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Graph => "graph",
            Self::Table => "table",
        }
    }

    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Graph => "Graph",
            Self::Table => "Table",
        }
    }
}

/// The steps that can be chosen, in milliseconds.
pub(super) const STEPS: [i64; 9] =
    [1000, 5000, 15_000, 30_000, 60_000, 300_000, 900_000, 3_600_000, 86_400_000];

/// What the URL asks for.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Asked {
    pub(super) query: String,
    pub(super) tab: Tab,
    /// Milliseconds; `None` leaves it to the page.
    pub(super) step: Option<i64>,
    pub(super) window: TimeWindow,
}

impl Asked {
    pub(super) fn from(search: &Search, window: TimeWindow) -> Self {
        let tab = search.get("tab").and_then(|word| Tab::ALL.into_iter().find(|tab| tab.word() == word));
        let step = search.get("step").and_then(|text| parse_duration(text).ok()).filter(|step| *step > 0);
        Self {
            query: search.get("q").unwrap_or_default().to_owned(),
            tab: tab.unwrap_or_default(),
            step,
            window,
        }
    }

    /// The points in time to ask for.
    pub(super) fn grid(&self, range: TimeRange) -> Result<Grid, GridError> {
        Grid::covering(range, self.step.unwrap_or_else(|| choose_step(range.length(), MAX_POINTS)))
    }
}

/// The same URL with another query.
pub(super) fn with_query(search: Search, query: &str) -> Search {
    search.with("q", query)
}

/// The same URL with another way to show the answer. The usual one is not written.
pub(super) fn with_tab(search: Search, tab: Tab) -> Search {
    search.with("tab", if tab == Tab::default() { "" } else { tab.word() })
}

/// The same URL with another step.
pub(super) fn with_step(search: Search, step: Option<i64>) -> Search {
    search.with("step", &step.map(format_duration).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_says_all() {
        let window = TimeWindow::last(3_600_000);
        let search = Search::parse("?from=now-1h");
        let search = with_step(with_tab(with_query(search, "rate(x[5m])"), Tab::Table), Some(15_000));
        assert_eq!(search.to_string(), "?from=now-1h&q=rate%28x%5B5m%5D%29&tab=table&step=15s");
        let asked = Asked::from(&search, window);
        let expected = Asked { query: "rate(x[5m])".into(), tab: Tab::Table, step: Some(15_000), window };
        assert_eq!(asked, expected);
        let plain = with_step(with_tab(search, Tab::Graph), None);
        assert_eq!(plain.to_string(), "?from=now-1h&q=rate%28x%5B5m%5D%29");
    }

    #[test]
    fn what_cannot_be_read_is_left_to_the_page() {
        let asked = Asked::from(&Search::parse("?tab=pie&step=soon"), TimeWindow::last(3_600_000));
        assert_eq!((asked.tab, asked.step, asked.query.as_str()), (Tab::Graph, None, ""));
        let range = TimeRange { start: 0, end: 3_600_000 };
        assert_eq!(asked.grid(range).unwrap().step, 10_000);
    }
}
