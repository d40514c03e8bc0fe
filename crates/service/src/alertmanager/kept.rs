//! What is kept in the store.

use serde::de::DeserializeOwned;
use watchfire_alerting::dispatch::Row;
use watchfire_alerting::maintenance::Window;
use watchfire_alerting::{Config, Fingerprint, Handling, Silence};
use watchfire_storage::{RowChange, RowStore};

use super::state::State;
use super::{Alertmanager, AlertmanagerError};

/// The kind of rows that hold alerts, groups, and what was sent.
pub const ROWS: &str = "alertmanager";

/// The kind of rows that hold silences.
pub const SILENCES: &str = "silence";

/// The kind of rows that hold what people said of alerts.
pub const HANDLINGS: &str = "alert_handling";
/// The kind of rows that hold maintenance windows.
pub const WINDOWS: &str = "maintenance";

/// What the store has.
pub(super) async fn restore(
    store: &dyn RowStore,
    config: Config,
    now: i64,
) -> Result<State, AlertmanagerError> {
    let rows: Vec<Row> = read(store, ROWS).await?;
    let silences = read::<Silence>(store, SILENCES).await?.into_iter().collect();
    let handlings = read::<Handling>(store, HANDLINGS).await?.into_iter().collect();
    let mut state = State::new(config, rows, silences, handlings, now);
    state.windows = read::<Window>(store, WINDOWS).await?;
    Ok(state)
}

/// All rows of a kind; those that cannot be read are left out and told in the log.
pub(super) async fn read<T: DeserializeOwned>(
    store: &dyn RowStore,
    kind: &str,
) -> Result<Vec<T>, AlertmanagerError> {
    let rows = store.rows(kind).await?.into_iter();
    let read = |(key, body): (String, String)| {
        serde_json::from_str(&body)
            .map_err(|error| tracing::warn!(kind, key, %error, "a row cannot be read and is left out"))
            .ok()
    };
    Ok(rows.filter_map(read).collect())
}

impl Alertmanager {
    /// Stores what changed. What could not be stored is tried again with the next changes.
    pub(super) async fn write(&self) -> Result<(), AlertmanagerError> {
        let _turn = self.0.writing.lock().await;
        self.write_in_turn().await
    }

    /// The same for one that holds the turn.
    pub(super) async fn write_in_turn(&self) -> Result<(), AlertmanagerError> {
        let (rows, silences, handlings, windows) = {
            let mut state = self.state();
            let rows = if state.outgoing.is_empty() {
                state.dispatcher.take_changes()
            } else {
                // Rows that say that somebody was told would outlive a crash, and what waits to be handed on would not.
                state.dispatcher.take_alert_changes()
            };
            let touched = std::mem::take(&mut state.touched);
            let silences: Vec<RowChange> =
                touched.into_iter().map(|id| (id.clone(), state.silences.get(&id).and_then(text))).collect();
            let handlings = state.handlings.take_changes();
            let touched = std::mem::take(&mut state.touched_windows);
            let of = |id: &str| state.windows.iter().find(|window| window.id == id);
            let windows: Vec<RowChange> =
                touched.into_iter().map(|id| (id.clone(), of(&id).and_then(text))).collect();
            (rows, silences, handlings, windows)
        };
        let rows: Vec<RowChange> =
            rows.into_iter().map(|(key, row)| (key, row.as_ref().and_then(text))).collect();
        let touched_windows: Vec<String> = windows.iter().map(|(id, _)| id.clone()).collect();
        if let Err(error) = self.0.store.write_rows(WINDOWS, windows).await {
            let mut state = self.state();
            state.touched_windows.extend(touched_windows);
            state.handlings.touch(handlings.iter().map(|(fingerprint, _)| *fingerprint));
            state.touched.extend(silences.into_iter().map(|(id, _)| id));
            state.dispatcher.touch();
            return Err(error.into());
        }
        let touched: Vec<String> = silences.iter().map(|(id, _)| id.clone()).collect();
        let said: Vec<Fingerprint> = handlings.iter().map(|(fingerprint, _)| *fingerprint).collect();
        let handlings: Vec<RowChange> = handlings
            .into_iter()
            .map(|(fingerprint, said)| (fingerprint.to_string(), said.as_ref().and_then(text)))
            .collect();
        // First what people said: what follows from it comes again by itself.
        if let Err(error) = self.0.store.write_rows(HANDLINGS, handlings).await {
            let mut state = self.state();
            state.handlings.touch(said);
            state.touched.extend(touched);
            state.dispatcher.touch();
            return Err(error.into());
        }
        if let Err(error) = self.0.store.write_rows(SILENCES, silences).await {
            self.state().touched.extend(touched);
            self.state().dispatcher.touch();
            return Err(error.into());
        }
        if let Err(error) = self.0.store.write_rows(ROWS, rows).await {
            // Which rows it were is not known any more; all are right.
            self.state().dispatcher.touch();
            return Err(error.into());
        }
        Ok(())
    }
}

/// As it is stored. Everything that is stored can be written as JSON: its keys are texts.
fn text<T: serde::Serialize>(row: &T) -> Option<String> {
    serde_json::to_string(row).ok()
}
