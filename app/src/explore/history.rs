use leptos::prelude::*;

/// Where the browser keeps the queries.
const KEY: &str = "watchfire_explore_history";

/// How many queries are kept.
const MOST: usize = 100;

/// The queries that were run in this browser, newest first.
#[derive(Clone, Copy)]
pub(super) struct History {
    pub(super) entries: RwSignal<Vec<String>>,
    /// Which entry the keys have brought into the box, and what stood there before.
    place: StoredValue<Option<(usize, String)>>,
}

impl History {
    /// Reads what the browser kept, as soon as there is one.
    pub(super) fn new() -> Self {
        let history = Self { entries: RwSignal::new(Vec::new()), place: StoredValue::new(None) };
        Effect::new(move |_| history.entries.set(kept()));
        history
    }

    /// A query was run.
    pub(super) fn add(self, query: &str) {
        self.place.set_value(None);
        // Other tabs write, too.
        let entries = added(kept(), query);
        keep(&entries);
        self.entries.set(entries);
    }

    pub(super) fn clear(self) {
        self.place.set_value(None);
        keep(&[]);
        self.entries.set(Vec::new());
    }

    /// Something else was typed: the keys start anew from there.
    pub(super) fn leave(self) {
        self.place.set_value(None);
    }

    /// The query before the one that the keys have brought; `text` is what stands in the box.
    pub(super) fn older(self, text: &str) -> Option<String> {
        let place = self.place.get_value();
        let (next, draft) = self.entries.with_untracked(|entries| step_back(entries, place, text))?;
        self.place.set_value(Some((next, draft)));
        self.entries.with_untracked(|entries| entries.get(next).cloned())
    }

    /// The query after it; after the newest, what stood in the box at first.
    pub(super) fn newer(self) -> Option<String> {
        let (place, draft) = self.place.get_value()?;
        if place == 0 {
            self.place.set_value(None);
            return Some(draft);
        }
        self.place.set_value(Some((place - 1, draft)));
        self.entries.with_untracked(|entries| entries.get(place - 1).cloned())
    }
}

fn added(mut entries: Vec<String>, query: &str) -> Vec<String> {
    entries.retain(|entry| entry != query);
    entries.insert(0, query.to_owned());
    entries.truncate(MOST);
    entries
}

/// The next older entry that differs from what stands in the box, and what to come back to.
fn step_back(entries: &[String], place: Option<(usize, String)>, text: &str) -> Option<(usize, String)> {
    let (from, draft) = match place {
        Some((place, draft)) => (place + 1, draft),
        None => (0, text.to_owned()),
    };
    let offset = entries.iter().skip(from).position(|entry| entry != text)?;
    Some((from + offset, draft))
}

/// A browser may refuse to keep anything; then the history lasts as long as the page.
fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

fn kept() -> Vec<String> {
    let text = storage().and_then(|storage| storage.get_item(KEY).ok().flatten());
    text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}

fn keep(entries: &[String]) {
    if let (Some(storage), Ok(text)) = (storage(), serde_json::to_string(entries)) {
        // It fails where the browser's room is used up.
        let _ = storage.set_item(KEY, &text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_is_first_and_nothing_is_there_twice() {
        let mut entries = Vec::new();
        for query in ["a", "b", "a", "c"] {
            entries = added(entries, query);
        }
        assert_eq!(entries, ["c", "a", "b"]);
        for number in 0..MOST * 2 {
            entries = added(entries, &number.to_string());
        }
        assert_eq!(entries.len(), MOST);
    }

    #[test]
    fn stepping_back_skips_what_is_shown_and_keeps_the_draft() {
        let entries = ["c", "b", "a"].map(str::to_owned);
        let first = step_back(&entries, None, "c").unwrap();
        assert_eq!(first, (1, "c".to_owned()));
        let second = step_back(&entries, Some(first), "b").unwrap();
        assert_eq!(second, (2, "c".to_owned()));
        assert_eq!(step_back(&entries, Some(second), "a"), None);
    }
}
