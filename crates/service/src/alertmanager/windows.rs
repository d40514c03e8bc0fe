//! Maintenance windows: made, changed, deleted, and what each of them does now.

use watchfire_alerting::Matchers;
use watchfire_alerting::alert::is_made_up;
use watchfire_alerting::maintenance::{Known, Occurrence, OpenWindows, Schedule, Window};

use super::{AlertFilter, Alertmanager, AlertmanagerError, SeenAlert};
use crate::dashboards::new_uid;

/// Coming times that are told of a window.
const TOLD: usize = 5;

/// What somebody wants a window to be.
#[derive(Clone, Debug, PartialEq)]
pub struct WindowDraft {
    /// What people call it.
    pub name: String,
    /// The alerts that it mutes; none for all of them.
    pub matchers: Matchers,
    /// When.
    pub schedule: Schedule,
    /// Who wants it.
    pub created_by: String,
    /// Why.
    pub comment: String,
}

/// A window as it is now.
#[derive(Clone, Debug, PartialEq)]
pub struct SeenWindow {
    /// The window.
    pub window: Window,
    /// Whether it mutes.
    pub open: bool,
    /// When it opens or closes next: milliseconds since the epoch; `None` where it stays as it is.
    pub next_change: Option<i64>,
    /// The next times that it opens.
    pub coming: Vec<Occurrence>,
    /// Alerts that fire and that it mutes.
    pub muted: usize,
}

/// How a window would be that nobody has made yet.
#[derive(Clone, Debug, PartialEq)]
pub struct WindowPreview {
    /// Whether it would mute now.
    pub open: bool,
    /// The next times that it would open.
    pub coming: Vec<Occurrence>,
    /// The alerts that fire and that it is about, also while it is not open.
    pub alerts: Vec<SeenAlert>,
}

/// How many alerts that fire are muted by what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MutedCounts {
    /// By a silence.
    pub silence: usize,
    /// By another alert.
    pub inhibition: usize,
    /// By a maintenance window.
    pub maintenance: usize,
    /// As made-up data.
    pub demo: usize,
}

impl Alertmanager {
    /// All windows, by name.
    pub fn windows(&self, now: i64) -> Vec<SeenWindow> {
        let (windows, muting) = {
            let state = self.state();
            let open = OpenWindows::new(&state.windows, now);
            let muting: Vec<String> = state
                .dispatcher
                .alerts()
                .filter(|alert| !alert.is_resolved(now))
                .filter_map(|alert| open.muting(&alert.labels))
                .map(|window| window.id.clone())
                .collect();
            (state.windows.clone(), muting)
        };
        // Nobody waits while calendars are read.
        let mut seen: Vec<SeenWindow> = windows
            .into_iter()
            .map(|window| SeenWindow {
                open: window.is_open(now),
                next_change: window.schedule.next_change(now),
                coming: window.schedule.after(now).take(TOLD).collect(),
                muted: muting.iter().filter(|id| **id == window.id).count(),
                window,
            })
            .collect();
        seen.sort_by(|one, other| {
            one.window.name.cmp(&other.window.name).then_with(|| one.window.id.cmp(&other.window.id))
        });
        seen
    }

    /// Makes a window, or changes the one with this id; gives its id. It counts from the next notification on.
    ///
    /// # Errors
    ///
    /// [`AlertmanagerError::NoWindow`], [`AlertmanagerError::TooManyWindows`], and what the store says.
    pub async fn set_window(
        &self,
        id: Option<String>,
        draft: WindowDraft,
    ) -> Result<String, AlertmanagerError> {
        let WindowDraft { name, matchers, schedule, created_by, comment } = draft;
        let fresh = new_uid(&name).map_err(|error| AlertmanagerError::Store(error.into()))?;
        let id = {
            let mut state = self.state();
            let known = id.as_ref().map(|id| state.windows.iter().position(|window| window.id == *id));
            let id = match (id, known) {
                (Some(id), Some(None)) => return Err(AlertmanagerError::NoWindow(id)),
                (Some(id), _) => id,
                (None, _) => fresh,
            };
            let window = Window {
                id: id.clone(),
                name,
                matchers,
                schedule,
                created_by,
                comment,
                known: Known::default(),
            };
            if let Some(place) = known.flatten() {
                state.windows[place] = window;
            } else {
                let (found, most) = (state.windows.len() + 1, state.max_windows);
                if found > most {
                    state.refused_windows += 1;
                    return Err(AlertmanagerError::TooManyWindows { found, most });
                }
                state.windows.push(window);
            }
            state.touched_windows.insert(id.clone());
            id
        };
        self.write().await?;
        Ok(id)
    }

    /// How a window would be at `now`.
    pub fn preview_window(&self, draft: &WindowDraft, now: i64) -> WindowPreview {
        let filter = AlertFilter { matchers: draft.matchers.clone(), ..AlertFilter::default() };
        WindowPreview {
            open: draft.schedule.contains(now),
            coming: draft.schedule.after(now).take(TOLD).collect(),
            alerts: self.alerts(&filter, now),
        }
    }

    /// Ends a window that is open: one that is once is over, one that comes again opens the next time.
    ///
    /// # Errors
    ///
    /// [`AlertmanagerError::NoWindow`], [`AlertmanagerError::BadInput`] where it is not open, and what the store says.
    pub async fn end_window(&self, id: &str, now: i64) -> Result<(), AlertmanagerError> {
        {
            let mut state = self.state();
            let found = state.windows.iter_mut().find(|window| window.id == id);
            let window = found.ok_or_else(|| AlertmanagerError::NoWindow(id.to_owned()))?;
            window.schedule = window.schedule.ended(now).ok_or_else(|| {
                AlertmanagerError::BadInput(format!("the window {id:?} is not open; there is nothing to end"))
            })?;
            // What it was until its next change holds no more.
            window.known = Known::default();
            state.touched_windows.insert(id.to_owned());
        }
        self.write().await
    }

    /// Deletes a window.
    ///
    /// # Errors
    ///
    /// [`AlertmanagerError::NoWindow`], and what the store says.
    pub async fn remove_window(&self, id: &str) -> Result<(), AlertmanagerError> {
        {
            let mut state = self.state();
            let before = state.windows.len();
            state.windows.retain(|window| window.id != id);
            if state.windows.len() == before {
                return Err(AlertmanagerError::NoWindow(id.to_owned()));
            }
            state.touched_windows.insert(id.to_owned());
        }
        self.write().await
    }

    /// How many windows there may be.
    pub fn limit_windows(&self, most: usize) {
        self.state().max_windows = most;
    }

    /// How many windows are open, how many are not, and how many were refused since the start.
    pub fn window_counts(&self, now: i64) -> (usize, usize, u64) {
        let state = self.state();
        let open = state.windows.iter().filter(|window| window.is_open(now)).count();
        (open, state.windows.len() - open, state.refused_windows)
    }

    /// What mutes the alerts that fire; an alert counts with all that mutes it.
    pub fn muted_counts(&self, now: i64) -> MutedCounts {
        let state = self.state();
        let muting = state.muting(now);
        let mut counts = MutedCounts::default();
        for alert in state.dispatcher.alerts().filter(|alert| !alert.is_resolved(now)) {
            let by = muting.muted_by(&alert.labels);
            counts.silence += usize::from(!by.silenced_by.is_empty());
            counts.inhibition += usize::from(!by.inhibited_by.is_empty());
            counts.maintenance += usize::from(by.maintained_by.is_some());
            counts.demo += usize::from(!state.tells_of_demo && is_made_up(&alert.labels));
        }
        counts
    }
}
