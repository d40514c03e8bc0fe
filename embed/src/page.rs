//! The page as a whole: what holds for all of its panels, and when what is done.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use watchfire_dashboard::Values;
use watchfire_model::live::Refresh;
use watchfire_model::{TimeRange, TimeWindow};
use watchfire_panel::{Marked, Unfolded};
use watchfire_view::{Embedded, Socket, browser_now, refresh_of};
use web_sys::Event;

use crate::line::{After, Line};
use crate::panel::PanelView;
use crate::picture::Picture;
use crate::{dom, look};

thread_local! {
    static PAGE: RefCell<Option<Page>> = const { RefCell::new(None) };
}

/// What holds for all panels.
pub(crate) struct Around {
    pub(crate) window: TimeWindow,
    pub(crate) time_is_free: bool,
    /// How often panels ask; none: not again.
    pub(crate) every: Option<Refresh>,
    /// What is chosen for each variable, as links name it.
    pub(crate) chosen: Vec<(String, Vec<String>)>,
    pub(crate) values: Values,
    pub(crate) marks: Vec<Marked>,
    /// Milliseconds that the shown zone is east of UTC.
    pub(crate) utc_offset: i64,
    pub(crate) dark: bool,
    /// The server's clock in whole seconds: milliseconds since the epoch.
    pub(crate) now: i64,
    /// The instant that the pointer is on, shared by all pictures.
    pub(crate) crosshair: Option<i64>,
}

impl Around {
    /// The range at this moment.
    pub(crate) fn range(&self) -> TimeRange {
        self.window.resolve(self.now)
    }
}

/// The page.
pub(crate) struct Page {
    pub(crate) around: Around,
    pub(crate) line: Line,
    pub(crate) panels: Vec<PanelView>,
    /// All panels and rows, by key.
    pub(crate) items: BTreeMap<String, Arc<Unfolded>>,
    /// The rows that are folded, where that is not as the dashboard has it.
    pub(crate) folds: BTreeMap<String, bool>,
    live: String,
    scheduled: bool,
}

/// Does something with the page, if it is there and nobody else has it: what it does may make the browser call back.
pub(crate) fn with<R>(then: impl FnOnce(&mut Page) -> R) -> Option<R> {
    PAGE.with(|page| page.try_borrow_mut().ok()?.as_mut().map(then))
}

/// What the server tells of the page.
pub(crate) fn told() -> Option<Embedded> {
    let text = dom::document()?.get_element_by_id("embed-data")?.text_content()?;
    serde_json::from_str(&text).ok()
}

/// Takes the page over.
pub(crate) fn open(told: Embedded) {
    let now = browser_now();
    let (from, to) = &told.range;
    // It was one when the server wrote it.
    let Ok(window) = TimeWindow::parse(from, to, 0, now) else { return };
    let items: Vec<Unfolded> = told.panels.into_iter().map(|panel| panel.unfolded(&told.values)).collect();
    let zone = look::zone();
    let around = Around {
        window,
        time_is_free: told.time_is_free,
        every: refresh_of(&told.refresh),
        chosen: told.chosen,
        values: told.values,
        marks: told.marks,
        utc_offset: if told.utc { 0 } else { zone },
        dark: look::is_dark(|dark| {
            with(|page| {
                page.around.dark = dark;
                page.draw_all();
            });
        }),
        now: now.div_euclid(1000) * 1000,
        crosshair: None,
    };
    let items: BTreeMap<_, _> = items.into_iter().map(|item| (item.key.clone(), Arc::new(item))).collect();
    let panels: Vec<PanelView> =
        items.values().filter_map(|item| PanelView::take_over(item.clone(), &around)).collect();
    let count = panels.len();
    let page = Page {
        around,
        line: Line::default(),
        panels,
        items,
        folds: BTreeMap::new(),
        live: told.live,
        scheduled: false,
    };
    PAGE.with(|place| *place.borrow_mut() = Some(page));
    for at in 0..count {
        // What they look at calls back; not before the page is there.
        let begin = with(|page| page.panels.get_mut(at).map(|panel| panel.begin(at))).flatten();
        if let Some(begin) = begin {
            begin();
        }
    }
    crate::rows::follow();
    connect();
    dom::each_second(tick);
    if let Some(document) = dom::document() {
        let asked = document.clone();
        dom::on(&document, "visibilitychange", move |_: Event| {
            let hidden = asked.hidden();
            with(|page| page.line.hide(hidden));
        });
    }
    if let Some(window) = dom::window() {
        dom::on(&window, "popstate", |_: Event| reload());
    }
}

fn connect() {
    let Some(path) = with(|page| page.live.clone()) else { return };
    let socket = Socket::open(&path, opened, |bytes| heard(&bytes), closed);
    with(|page| {
        page.line.pulse.heard(browser_now());
        page.line.socket = socket;
    });
}

fn opened() {
    with(|page| page.line.opened());
}

fn closed() {
    let wait = with(|page| {
        let wait = page.line.closed();
        page.schedule();
        wait
    });
    if let Some(wait) = wait.flatten() {
        dom::after(wait, connect);
    }
}

fn heard(bytes: &[u8]) {
    let after = with(|page| {
        let after = page.line.heard(bytes);
        // With the data, so that what has just come is in sight at once.
        page.set_clock();
        page.schedule();
        after
    });
    match after {
        Some(After::Close) => closed(),
        Some(After::Restarted) => {
            let root = dom::document().and_then(|document| document.document_element());
            if root.is_some_and(|root| root.has_attribute("data-dev-reload")) {
                reload();
            }
        }
        Some(After::Nothing) | None => {}
    }
}

fn tick() {
    let silent = with(|page| {
        page.set_clock();
        page.ask_all();
        page.schedule();
        page.line.is_silent()
    });
    if silent == Some(true) {
        closed();
    }
}

fn reload() {
    if let Some(window) = dom::window() {
        // Whoever looks can do it, too.
        let _ = window.location().reload();
    }
}

impl Page {
    /// Does what is to be done before the next picture of the screen; once, however often it is said.
    pub(crate) fn schedule(&mut self) {
        if !self.scheduled {
            self.scheduled = true;
            dom::next_frame(|| {
                with(Self::frame);
            });
        }
    }

    fn frame(&mut self) {
        self.scheduled = false;
        let mut moving = false;
        for panel in &mut self.panels {
            moving |= panel.frame(&self.around, &self.line);
        }
        if moving {
            self.schedule();
        }
    }

    /// Draws everything anew.
    pub(crate) fn draw_all(&mut self) {
        self.panels.iter_mut().filter_map(PanelView::picture_mut).for_each(Picture::set_due);
        self.schedule();
    }

    /// Asks for what the page shows now, where that is something else than before.
    pub(crate) fn ask_all(&mut self) {
        for panel in &mut self.panels {
            panel.ask(&self.around, &mut self.line);
        }
    }

    fn set_clock(&mut self) {
        self.around.now = self.line.now().div_euclid(1000) * 1000;
    }

    /// Shows a part of the range. The way back is that of the browser.
    pub(crate) fn zoom(&mut self, range: TimeRange) {
        use watchfire_model::TimeExpr;
        if !self.around.time_is_free {
            return;
        }
        let window = TimeWindow { from: TimeExpr::At(range.start), to: TimeExpr::At(range.end) };
        self.around.window = window;
        if let Some(here) = dom::window() {
            let search = here.location().search().unwrap_or_default();
            if let Ok(asked) = web_sys::UrlSearchParams::new_with_str(&search) {
                asked.set("from", &window.from.to_string());
                asked.set("to", &window.to.to_string());
                let url = format!("?{}", asked.to_string());
                let history = here.history();
                // The range is shown all the same.
                let _ = history
                    .map(|history| history.push_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&url)));
            }
        }
        self.ask_all();
        self.draw_all();
    }
}
