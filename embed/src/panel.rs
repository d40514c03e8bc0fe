//! A panel: the elements that the server has made for it, and what they show.

use std::sync::Arc;

use js_sys::Array;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use watchfire_panel::{Prepared, Unfolded};
use watchfire_view::{PanelState, csv, points_of, table_of};
use web_sys::{Element, Event, HtmlElement, IntersectionObserver, IntersectionObserverEntry};

use crate::asking::Asking;
use crate::dom;
use crate::line::Line;
use crate::page::{self, Around};
use crate::picture::Picture;
use crate::table::PanelTable;

/// What a panel is made of.
enum Form {
    Picture(Box<Picture>),
    Table(PanelTable),
    /// It stays as the server has made it.
    Fixed,
}

/// A panel of the page.
pub(crate) struct PanelView {
    pub(crate) item: Arc<Unfolded>,
    element: Element,
    form: Form,
    asking: Asking,
    seen: bool,
    prepared: Option<Arc<Prepared>>,
    state: PanelState,
}

impl PanelView {
    /// That of an item, if the server has put it on the page and there is something to follow.
    pub(crate) fn take_over(item: Arc<Unfolded>, around: &Around) -> Option<Self> {
        let element = dom::document()?.get_element_by_id(&format!("panel-{}", item.key))?;
        let form = if let Some(picture) = Picture::take_over(&element) {
            Form::Picture(Box::new(picture))
        } else if let Some(area) = dom::find(&element, ".panel-table-area") {
            Form::Table(PanelTable::new(area, &item.panel))
        } else {
            Form::Fixed
        };
        let word = element.get_attribute("data-state").unwrap_or_default();
        Some(Self {
            asking: Asking::new(&item, around),
            item,
            element,
            form,
            seen: false,
            prepared: None,
            state: PanelState::of_word(&word).unwrap_or_default(),
        })
    }

    /// What begins to look at it, the `at`th of the page.
    pub(crate) fn begin(&mut self, at: usize) -> impl FnOnce() + use<> {
        let element = self.element.clone();
        let picture = self.picture_mut().map(|picture| picture.begin(at));
        let table = match &self.form {
            Form::Table(table) => Some(table.begin(at)),
            Form::Picture(_) | Form::Fixed => None,
        };
        move || {
            watch_sight(&element, at);
            follow_menu(&element, at);
            if let Some(begin) = picture {
                begin();
            }
            if let Some(begin) = table {
                begin();
            }
        }
    }

    pub(crate) fn picture_mut(&mut self) -> Option<&mut Picture> {
        match &mut self.form {
            Form::Picture(picture) => Some(picture),
            Form::Table(_) | Form::Fixed => None,
        }
    }

    pub(crate) fn table_mut(&mut self) -> Option<&mut PanelTable> {
        match &mut self.form {
            Form::Table(table) => Some(table),
            Form::Picture(_) | Form::Fixed => None,
        }
    }

    fn see(&mut self, seen: bool, around: &Around, line: &mut Line) {
        self.seen = seen;
        self.asking.see(seen, line);
        self.ask(around, line);
    }

    /// Asks what is to be asked now, if the panel is in sight.
    pub(crate) fn ask(&mut self, around: &Around, line: &mut Line) {
        if self.seen {
            let points = points_of(f64::from(self.element.client_width()));
            self.asking.ask(&self.item, points, around, line);
        }
    }

    /// Shows what has come. Returns whether the picture goes on moving by itself.
    pub(crate) fn frame(&mut self, around: &Around, line: &Line) -> bool {
        if self.asking.has_begun() {
            if let Some(prepared) = self.asking.prepared(&self.item, around, line) {
                let prepared = Arc::new(prepared);
                self.note(&prepared.notes);
                self.prepared = Some(prepared.clone());
                match &mut self.form {
                    Form::Picture(picture) => picture.set_data(&self.item, prepared, around),
                    Form::Table(table) => table.show(&prepared, around),
                    Form::Fixed => {}
                }
            }
            let state = self.asking.state(&self.state, self.prepared.as_deref(), around, line);
            self.tell(state, around.utc_offset);
        }
        let item = &self.item;
        match &mut self.form {
            Form::Picture(picture) => picture.frame(item, around),
            Form::Table(_) | Form::Fixed => false,
        }
    }

    /// Says how the data is.
    fn tell(&mut self, state: PanelState, utc_offset: i64) {
        if state == self.state {
            return;
        }
        dom::set(&self.element, "data-state", state.word());
        let words = state.mark_words(utc_offset);
        if let Some(badge) = dom::find(&self.element, ".panel-badge") {
            dom::set(&badge, "title", &words);
            if let Some(mark) = badge.first_element_child() {
                dom::write(&mark, state.mark());
            }
        }
        if let Some(place) = dom::find(&self.element, ".panel-badge-words") {
            dom::write(&place, &words);
        }
        let (notice, more) = state.notice(self.item.panel.field.no_value.as_deref());
        if let Some(place) = dom::find(&self.element, ".panel-notice > span") {
            dom::write(&place, &notice);
        }
        if let Some(place) = dom::find(&self.element, ".panel-notice-more") {
            dom::write(&place, more);
        }
        self.state = state;
    }

    /// Says what was left out or is to be taken with care.
    fn note(&self, notes: &[String]) {
        let known = dom::find(&self.element, ".panel-notes");
        if notes.is_empty() {
            if let Some(known) = known {
                known.remove();
            }
            return;
        }
        let place = known.or_else(|| {
            let place = dom::make("span", "panel-notes")?;
            dom::set(&place, "role", "note");
            let badge = dom::find(&self.element, ".panel-badge")?;
            badge.insert_adjacent_element("afterend", &place).ok()?
        });
        if let Some(place) = place {
            let text = notes.join("\n");
            dom::set(&place, "title", &text);
            dom::set(&place, "aria-label", &text);
            dom::write(&place, &format!("⚠ {}", notes.len()));
        }
    }

    /// Gives the reader what is shown as a file.
    fn download(&self) {
        let table = self.prepared.as_deref().and_then(table_of);
        let Some((table, link)) = table.zip(dom::make("a", "")) else { return };
        let text = String::from(js_sys::encode_uri_component(&csv(&table)));
        dom::set(&link, "href", &format!("data:text/csv;charset=utf-8,{text}"));
        dom::set(&link, "download", &format!("{}.csv", self.item.panel.title));
        if let Some(link) = link.dyn_ref::<HtmlElement>() {
            link.click();
        }
    }
}

/// Follows whether a panel is in sight or nearly so; what is not need not ask for data.
fn watch_sight(element: &Element, at: usize) {
    let see = move |seen| {
        page::with(|page| {
            if let Some(panel) = page.panels.get_mut(at) {
                panel.see(seen, &page.around, &mut page.line);
            }
            page.schedule();
        });
    };
    let changed = Closure::<dyn FnMut(Array)>::new(move |entries: Array| {
        let last = entries.iter().last();
        if let Some(entry) = last.and_then(|entry| entry.dyn_into::<IntersectionObserverEntry>().ok()) {
            see(entry.is_intersecting());
        }
    });
    let options = web_sys::IntersectionObserverInit::new();
    // What comes into sight soon is there when it does.
    options.set_root_margin("300px");
    match IntersectionObserver::new_with_options(changed.as_ref().unchecked_ref(), &options) {
        Ok(observer) => observer.observe(element),
        Err(_) => see(true),
    }
    changed.forget();
}

fn follow_menu(element: &Element, at: usize) {
    let Some(menu) = dom::find(element, ".panel-menu") else { return };
    let opened = menu.clone();
    dom::on(&menu, "click", move |event: Event| {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        if target.is_some_and(|target| target.has_attribute("data-csv")) {
            // It cannot fail: the attribute has a name.
            let _ = opened.remove_attribute("open");
            // The panel is asked by itself: the click that gives the file may come back here.
            page::with(|page| page.panels.get(at).map(PanelView::download));
        }
    });
}
