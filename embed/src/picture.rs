//! The picture of a panel: drawn once an animation frame at most, and only when something has changed.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use js_sys::Array;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use watchfire_chart::{Picture as _, Theme};
use watchfire_panel::{Drawing, Marked, Prepared, Stage, Unfolded, escape};
use watchfire_view::{Drawn, GraphPlaces, Tip, has_time, in_words, paint_on, told};
use web_sys::{Element, Event, HtmlCanvasElement, ResizeObserver};

use crate::dom;
use crate::legend::Legend;
use crate::page::{self, Around};
use crate::pointer::{self, Pointer};

/// A picture with its legend.
pub(crate) struct Picture {
    area: Element,
    canvas: HtmlCanvasElement,
    selection: Element,
    line: Element,
    tooltip: Option<Element>,
    /// What the tooltip says, as HTML.
    tip: String,
    title: String,
    pub(crate) legend: Legend,
    places: GraphPlaces,
    /// In CSS pixels.
    size: (f64, f64),
    prepared: Option<Arc<Prepared>>,
    pub(crate) drawn: Option<Drawn>,
    pub(crate) hidden: BTreeSet<String>,
    pub(crate) pointer: Pointer,
    /// Whether it is to be drawn anew.
    due: bool,
    /// When it was last drawn because the time goes on, in parts of the range that are less than a pixel.
    moment: i64,
}

impl Picture {
    /// That of a panel, if it has one.
    pub(crate) fn take_over(panel: &Element) -> Option<Self> {
        let area = dom::find(panel, ".board-chart")?;
        Some(Self {
            canvas: dom::find(&area, "canvas")?.dyn_into().ok()?,
            selection: dom::find(&area, ".chart-selection")?,
            line: dom::find(&area, ".chart-crosshair")?,
            tooltip: None,
            tip: String::new(),
            title: dom::find(panel, "h2").and_then(|title| title.text_content()).unwrap_or_default(),
            legend: Legend::take_over(panel)?,
            places: GraphPlaces::default(),
            size: size_of(&area),
            prepared: None,
            drawn: None,
            hidden: BTreeSet::new(),
            pointer: Pointer::default(),
            due: false,
            moment: 0,
            area,
        })
    }

    /// What begins to look at it, in the `at`th panel of the page.
    pub(crate) fn begin(&self, at: usize) -> impl FnOnce() + use<> {
        let (area, legend) = (self.area.clone(), self.legend.begin(at));
        move || {
            watch_size(&area, at);
            pointer::follow(&area, at);
            legend();
        }
    }

    /// It has to be drawn anew.
    pub(crate) fn set_due(&mut self) {
        self.due = true;
    }

    /// Shows other data.
    pub(crate) fn set_data(&mut self, item: &Unfolded, prepared: Arc<Prepared>, around: &Around) {
        self.legend.show(&item.panel, &prepared, &self.hidden, around);
        self.prepared = Some(prepared);
        self.due = true;
    }

    /// Writes the legend anew: something was clicked there.
    pub(crate) fn show_legend(&mut self, item: &Unfolded, around: &Around) {
        if let Some(prepared) = self.prepared.clone() {
            self.legend.show(&item.panel, &prepared, &self.hidden, around);
        }
        self.due = true;
    }

    /// Draws what is due, and shows what the pointer meets. Returns whether the picture goes on moving by itself.
    pub(crate) fn frame(&mut self, item: &Unfolded, around: &Around) -> bool {
        if around.window.is_live() {
            // Long ranges move less than a pixel a second; no need to draw each second.
            let pixel = (around.range().length() / 1000).max(1000);
            let moment = around.now.div_euclid(pixel);
            self.due |= moment != self.moment;
            self.moment = moment;
        }
        // While the pointer rests on a chart, pictures hold still; they catch up when it leaves.
        let held = self.pointer.holds(around.crosshair) && self.drawn.is_some();
        let moving = self.due && !held && self.draw(item, around) == Some(true);
        self.due |= moving;
        self.point(item, around);
        moving
    }

    fn draw(&mut self, item: &Unfolded, around: &Around) -> Option<bool> {
        let prepared = self.prepared.clone()?;
        let theme = if around.dark { Theme::DARK } else { Theme::LIGHT };
        let mut window = around.range();
        let own = item.panel.time_range.as_deref();
        if let Some(length) = own.and_then(|text| watchfire_model::parse_duration(text).ok()) {
            window.start = window.end - length;
        }
        let (positions, moving) = self.places.step(&item.panel, &prepared);
        let marked: Vec<Marked> =
            around.marks.iter().filter(|mark| mark.is_for(item.panel.id)).cloned().collect();
        let marks: Vec<_> = marked.iter().map(|mark| mark.mark(&theme)).collect();
        let stage = Stage {
            theme: &theme,
            window,
            utc_offset: around.utc_offset,
            now: around.now,
            hidden: &self.hidden,
            marks: &marks,
            positions: &positions,
        };
        let drawing = Drawing::of(&item.panel, &prepared, &stage)?;
        paint_on(&self.canvas, &drawing, self.size, &theme)?;
        self.due = false;
        let plot = has_time(&item.panel.kind).then(|| drawing.insets(self.size.0, self.size.1)).flatten();
        let words = in_words(&drawing);
        let label = if words.is_empty() { self.title.clone() } else { format!("{}: {words}", self.title) };
        dom::set(&self.area, "aria-label", &label);
        dom::set(&self.area, "data-drawn", "true");
        self.drawn = Some(Drawn {
            prepared: prepared.clone(),
            size: self.size,
            plot,
            window,
            positions: Arc::new(positions),
            hidden: Arc::new(self.hidden.clone()),
            marked: Arc::new(marked),
            words,
        });
        Some(moving)
    }

    /// Puts the line, the selection and the tooltip where the pointer is.
    fn point(&mut self, item: &Unfolded, around: &Around) {
        let Some(drawn) = &self.drawn else { return };
        let x = around.crosshair.and_then(|time| drawn.x(time));
        let line = x.map_or_else(|| "display:none".to_owned(), |x| format!("transform:translateX({x:.1}px)"));
        dom::set(&self.line, "style", &line);
        let selection = match self.pointer.selected().filter(|_| drawn.plot.is_some()) {
            Some((from, width)) => format!("left:{from:.1}px;width:{width:.1}px"),
            None => "display:none".to_owned(),
        };
        dom::set(&self.selection, "style", &selection);
        let here = self.pointer.here;
        let tip = here.and_then(|here| {
            Some((here, told(&item.panel, drawn, here, around.crosshair, around.utc_offset)?))
        });
        let Some(((x, _), tip)) = tip else {
            if let Some(tooltip) = self.tooltip.take() {
                tooltip.remove();
                self.tip.clear();
            }
            return;
        };
        if self.tooltip.is_none() {
            self.tooltip = make_tooltip(&self.area);
        }
        let Some(tooltip) = &self.tooltip else { return };
        dom::set(tooltip, "style", &Tip::style(x, drawn.size.0));
        dom::set(
            tooltip,
            "class",
            if self.pointer.pinned { "chart-tooltip pinned" } else { "chart-tooltip" },
        );
        let html = html_of(&tip);
        if html != self.tip {
            tooltip.set_inner_html(&html);
            self.tip = html;
        }
    }
}

fn html_of(tip: &Tip) -> String {
    let mut html = format!("<time>{}</time><ul>", escape(&tip.heading));
    for line in &tip.lines {
        html += "<li><span class=\"legend-mark\" style=\"background-color:";
        html += &escape(&line.color);
        html += "\"></span><span class=\"legend-name\">";
        html += &escape(&line.name);
        html += "</span><span class=\"legend-value\">";
        html += &escape(&line.value);
        html += "</span></li>";
    }
    if tip.lines.is_empty() {
        html += "<li>no value here</li>";
    }
    if tip.more > 0 {
        let _ = write!(html, "<li class=\"hint\">and {} more</li>", tip.more);
    }
    html + "</ul>"
}

fn make_tooltip(area: &Element) -> Option<Element> {
    let tooltip = dom::make("div", "chart-tooltip")?;
    dom::set(&tooltip, "role", "status");
    // A click in it is none on the chart.
    for name in ["pointerdown", "pointerup"] {
        dom::on(&tooltip, name, |event: Event| event.stop_propagation());
    }
    area.append_child(&tooltip).ok()?;
    Some(tooltip)
}

fn size_of(area: &Element) -> (f64, f64) {
    (f64::from(area.client_width()), f64::from(area.client_height()))
}

fn watch_size(area: &Element, at: usize) {
    let measured = area.clone();
    let changed = Closure::<dyn FnMut(Array)>::new(move |_| {
        page::with(|page| {
            let size = size_of(&measured);
            if let Some(panel) = page.panels.get_mut(at) {
                if let Some(picture) = panel.picture_mut().filter(|picture| picture.size != size) {
                    picture.size = size;
                    picture.due = true;
                }
                panel.ask(&page.around, &mut page.line);
            }
            page.schedule();
        });
    });
    if let Ok(observer) = ResizeObserver::new(changed.as_ref().unchecked_ref()) {
        observer.observe(area);
    }
    changed.forget();
}
