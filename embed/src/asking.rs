//! What a panel asks the server.

use std::collections::BTreeMap;

use watchfire_model::TimeWindow;
use watchfire_model::live::Refresh;
use watchfire_panel::{Prepared, Question, Unfolded, questions};
use watchfire_view::{
    Freshness, MOST_POINTS, Named, PanelState, Situation, WatchAsk, answer, asked, browser_now, moment,
    prepared,
};

use crate::line::{Entry, Line};
use crate::page::Around;

/// What the questions of a panel follow from.
#[derive(Clone, Copy, PartialEq)]
struct Reason {
    window: TimeWindow,
    every: Option<Refresh>,
    points: u32,
    /// When they were last to be asked anew; 0 for those that follow the time by themselves.
    moment: i64,
}

/// The questions of a panel and its subscriptions.
pub(crate) struct Asking {
    named: Named,
    reason: Option<Reason>,
    /// The question, its window, and the number of its subscription.
    all: Vec<(Question, TimeWindow, u32)>,
    /// Whether somebody sees what they bring.
    active: bool,
    /// The subscriptions and their versions that the panel was last made of.
    made_of: Option<Vec<(u32, (u32, bool))>>,
}

impl Asking {
    pub(crate) fn new(item: &Unfolded, around: &Around) -> Self {
        let named = Named::of(&item.panel, &item.values, around.chosen.iter().cloned(), &around.values);
        Self { named, reason: None, all: Vec::new(), active: false, made_of: None }
    }

    /// Whether anything was asked yet.
    pub(crate) fn has_begun(&self) -> bool {
        self.reason.is_some()
    }

    /// Says whether the panel can be seen: what is not, is paused.
    pub(crate) fn see(&mut self, active: bool, line: &mut Line) {
        if self.active != active {
            self.active = active;
            self.all.iter().for_each(|(.., id)| line.activate(*id, active));
        }
    }

    /// Asks what is to be asked now, if that is not what was asked before.
    pub(crate) fn ask(&mut self, item: &Unfolded, points: u32, around: &Around, line: &mut Line) {
        let window = around.window;
        // Ranges that end before now move with the refresh; live ones by themselves.
        let by_itself = window.is_live() && item.panel.time_shift.is_none();
        let moment = if by_itself { 0 } else { moment(around.every, around.now) };
        let reason = Reason { window, every: around.every, points, moment };
        if self.reason == Some(reason) {
            return;
        }
        let same_refresh = self.reason.is_some_and(|before| before.every == around.every);
        let first = self.reason.is_none();
        self.reason = Some(reason);
        let at = if moment > 0 { moment } else { browser_now() };
        let refreshes = around.every.is_some();
        let wanted = asked(&item.panel, &item.values, window, at, refreshes, (points, 0), questions);
        let same = wanted.len() == self.all.len()
            && wanted.iter().zip(&self.all).all(|(new, old)| new.0 == old.0 && new.1 == old.1);
        if same && same_refresh && !first {
            return;
        }
        let watch = |(question, window): (Question, TimeWindow)| {
            let id = line.watch(WatchAsk {
                asked: self.named.asked(&question),
                window,
                max_points: MOST_POINTS,
                min_step: question.step,
                refresh: around.every.unwrap_or_default(),
            });
            (question, window, id)
        };
        // The new ones first, so that what both have in common is not given up and asked for again.
        let new: Vec<_> = wanted.into_iter().map(watch).collect();
        for (.., id) in std::mem::replace(&mut self.all, new) {
            line.release(id, self.active);
        }
        self.active = true;
        self.made_of = None;
    }

    fn entries<'a>(&'a self, line: &'a Line) -> impl Iterator<Item = (&'a Question, &'a Entry)> {
        self.all.iter().filter_map(|(question, _, id)| Some((question, line.entry(*id)?)))
    }

    /// What the panel shows now, with what is to be said of it; none if that is what it was before, or not all there.
    pub(crate) fn prepared(&mut self, item: &Unfolded, around: &Around, line: &Line) -> Option<Prepared> {
        let state = |entry: &Entry| (entry.version, entry.refusal().is_some());
        let versions: Vec<(u32, (u32, bool))> =
            self.all.iter().filter_map(|(.., id)| Some((*id, state(line.entry(*id)?)))).collect();
        // A part of the answers would show for a blink what is not so.
        let whole = self.entries(line).all(|(_, entry)| entry.version > 0 || entry.refusal().is_some());
        let refused = !self.all.is_empty() && self.entries(line).all(|(_, entry)| entry.refusal().is_some());
        if !whole || refused || self.made_of.as_ref() == Some(&versions) {
            return None;
        }
        self.made_of = Some(versions);
        let page = around.range();
        let mut answers = BTreeMap::new();
        let mut notes: Vec<String> = Vec::new();
        for (question, entry) in self.entries(line) {
            if let Some(message) = entry.refusal() {
                let id = item.panel.queries.get(question.query).map_or("", |query| query.id.as_str());
                let note = ["query ", id, ": ", message].concat();
                if !notes.contains(&note) {
                    notes.push(note);
                }
                continue;
            }
            answers.insert((question.query, question.role), answer(question, &entry.buffer, page.start));
            for note in &entry.notes {
                if !notes.contains(note) {
                    notes.push(note.clone());
                }
            }
        }
        let step = self.all.first().map_or(1000, |(question, ..)| question.step);
        let mut made = prepared(&item.panel, &item.values, answers, page, step);
        notes.append(&mut made.notes);
        made.notes = notes;
        Some(made)
    }

    /// How the panel's data is now.
    pub(crate) fn state(
        &self,
        before: &PanelState,
        shown: Option<&Prepared>,
        around: &Around,
        line: &Line,
    ) -> PanelState {
        let watches: Vec<_> = self.entries(line).map(|(_, entry)| entry.state.clone()).collect();
        let freshness = self.entries(line).map(|(question, entry)| Freshness {
            newest: entry.buffer.newest().map(|newest| newest + question.shift),
            step: entry.buffer.grid().step,
            instant: question.instant,
        });
        let freshness: Vec<_> = freshness.collect();
        before.then(&Situation {
            watches: &watches,
            freshness: &freshness,
            lost: line.lost,
            live: around.window.is_live(),
            refresh: around.every,
            now: around.now,
            empty: shown.is_none_or(|shown| shown.series.is_empty() && shown.tables.is_empty()),
        })
    }
}
