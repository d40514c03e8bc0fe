use std::collections::BTreeMap;
use std::sync::Arc;

use leptos::prelude::*;
use watchfire_dashboard::{Dashboard, Place, Values};
use watchfire_model::mapped;
use watchfire_panel::{Unfolded, layout, unfold};

use super::history::History;
use super::snapshot::{BoardSnapshot, Meta, Resolved, values_of};

/// The way back and forth between changes.
type Steps = History<Arc<Dashboard>>;

/// A dashboard on the page: as it is shown, as it was saved, and what is chosen for it. A Leptos context.
#[derive(Clone, Copy)]
pub(crate) struct Board {
    /// As it is shown.
    pub(crate) dashboard: RwSignal<Arc<Dashboard>>,
    /// As it was last saved, or loaded.
    pub(crate) saved: RwSignal<Arc<Dashboard>>,
    pub(crate) meta: RwSignal<Meta>,
    /// The variables and their choices.
    pub(crate) variables: RwSignal<Vec<Resolved>>,
    /// Whether panels can be moved and changed.
    pub(crate) editing: RwSignal<bool>,
    /// The rows that are folded here, by their key, where that is not as the dashboard has it.
    folds: RwSignal<BTreeMap<String, bool>>,
    history: RwSignal<History<Arc<Dashboard>>>,
    values: Memo<Arc<Values>>,
    items: Memo<Arc<BTreeMap<String, Arc<Unfolded>>>>,
}

impl Board {
    /// Shows what was read.
    pub(crate) fn new(snapshot: BoardSnapshot) -> Self {
        let BoardSnapshot { dashboard, meta, variables, .. } = snapshot;
        let dashboard = Arc::new(dashboard);
        let saved = RwSignal::new(dashboard.clone());
        let dashboard = RwSignal::new(dashboard);
        let variables = RwSignal::new(variables);
        let values = Memo::new(move |_| {
            dashboard
                .with(|dashboard| variables.with(|chosen| Arc::new(values_of(&dashboard.variables, chosen))))
        });
        let items = Memo::new(move |_| {
            let all = dashboard.with(|dashboard| unfold(&dashboard.panels, &values.get()));
            Arc::new(mapped(&mut all.into_iter().map(|item| (item.key.clone(), Arc::new(item)))))
        });
        Self {
            dashboard,
            saved,
            meta: RwSignal::new(meta),
            variables,
            editing: RwSignal::new(false),
            folds: RwSignal::default(),
            history: RwSignal::default(),
            values,
            items,
        }
    }

    /// Takes over another dashboard, or another version of this one.
    pub(crate) fn load(self, snapshot: BoardSnapshot) {
        let dashboard = Arc::new(snapshot.dashboard);
        self.variables.set(snapshot.variables);
        self.meta.set(snapshot.meta);
        self.saved.set(dashboard.clone());
        self.dashboard.set(dashboard);
        self.history.set(History::default());
        self.folds.update(BTreeMap::clear);
    }

    /// What is chosen for the variables.
    pub(crate) fn values(self) -> Memo<Arc<Values>> {
        self.values
    }

    /// A panel as it is shown; none once it is gone.
    pub(crate) fn item(self, key: &str) -> Memo<Option<Arc<Unfolded>>> {
        let key = key.to_owned();
        Memo::new(move |_| self.items.with(|items| items.get(&key).cloned()))
    }

    /// All panels as they are shown, by key.
    pub(crate) fn items(self) -> Memo<Arc<BTreeMap<String, Arc<Unfolded>>>> {
        self.items
    }

    /// Where the panels lie, in the order in which they are read; those of folded rows are left out.
    pub(crate) fn layout(self) -> Vec<(String, Place)> {
        let folds = self.folds.get();
        let editing = self.editing.get();
        self.items
            .with(|items| layout(items, |key, folded| !editing && folds.get(key).copied().unwrap_or(folded)))
    }

    /// Whether a row is folded.
    pub(crate) fn is_folded(self, key: &str, by_itself: bool) -> bool {
        !self.editing.get() && self.folds.with(|folds| folds.get(key).copied().unwrap_or(by_itself))
    }

    /// Folds or opens a row.
    pub(crate) fn fold(self, key: &str, folded: bool) {
        self.folds.update(|folds| {
            folds.insert(key.to_owned(), folded);
        });
    }

    /// Changes the dashboard. Changes of the same thing in a row are taken back together; an empty name is a change of its
    /// own.
    pub(crate) fn change(self, touched: &str, change: impl FnOnce(&mut Dashboard)) {
        let old = self.dashboard.get_untracked();
        let mut new = Dashboard::clone(&old);
        change(&mut new);
        if new == *old {
            return;
        }
        self.history.update(|history| history.changed(old, touched));
        self.dashboard.set(Arc::new(new));
    }

    /// Gives a new dashboard the uid that it was saved under: what is in sight, and what can be undone to.
    pub(crate) fn name(self, uid: &str) {
        let named = |dashboard: &Arc<Dashboard>| {
            Arc::new(Dashboard { uid: uid.to_owned(), ..Dashboard::clone(dashboard) })
        };
        self.history.update(|history| history.each(|state| *state = named(state)));
        self.dashboard.update(|dashboard| *dashboard = named(dashboard));
    }

    /// Takes the newest change back.
    pub(crate) fn undo(self) {
        self.step(History::undo);
    }

    /// Makes it again.
    pub(crate) fn redo(self) {
        self.step(History::redo);
    }

    fn step(self, step: impl FnOnce(&mut Steps, Arc<Dashboard>) -> Result<Arc<Dashboard>, Arc<Dashboard>>) {
        let now = self.dashboard.get_untracked();
        let there = self.history.try_update(|history| step(history, now));
        if let Some(Ok(there)) = there {
            self.dashboard.set(there);
        }
    }

    /// Whether there is something to undo, and to redo.
    pub(crate) fn ways(self) -> (bool, bool) {
        self.history.with(History::ways)
    }

    /// Whether there are changes that are not saved.
    pub(crate) fn is_changed(self) -> bool {
        self.dashboard.with(|now| self.saved.with(|saved| !Arc::ptr_eq(now, saved) && now != saved))
    }

    /// The version that was saved is the one in sight.
    pub(crate) fn was_saved(self, dashboard: Arc<Dashboard>, meta: Meta) {
        self.saved.set(dashboard);
        self.meta.set(meta);
    }
}
