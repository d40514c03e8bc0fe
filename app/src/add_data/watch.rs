use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::tally::Tally;
use crate::address::Search;
use crate::api::{self, Failure, IngestStatus};
use crate::live::{Connection, Live};

const SECOND: Duration = Duration::from_secs(1);

/// After a refusal the server is left alone for this many seconds: it will hardly change its mind in one.
const PAUSE: u32 = 10;

/// How watching for samples is. Each looks different.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// The server has not answered yet.
    Beginning,
    Watching,
    Disconnected,
    Failed(String),
}

/// What has come, asked for each second while the page can be seen.
#[derive(Clone, Copy)]
pub(super) struct Watch {
    pub(super) tally: RwSignal<Tally>,
    pub(super) progress: RwSignal<Progress>,
    asking: StoredValue<bool>,
    /// How many seconds to wait before the next question.
    pause: StoredValue<u32>,
}

impl Watch {
    /// Begins in the browser; ends with the page.
    pub(super) fn new() -> Self {
        let watch = Self {
            tally: RwSignal::new(Tally::default()),
            progress: RwSignal::new(Progress::Beginning),
            asking: StoredValue::new(false),
            pause: StoredValue::new(0),
        };
        let connection = expect_context::<Live>().connection();
        Effect::new(move |_| {
            watch.ask();
            let tick = move || watch.tick(connection.get_untracked());
            // Without timers, which every browser has, the first answer stays.
            if let Ok(handle) = set_interval_with_handle(tick, SECOND) {
                on_cleanup(move || handle.clear());
            }
        });
        watch
    }

    fn tick(self, connection: Connection) {
        if document().hidden() {
            return;
        }
        if connection == Connection::Lost {
            self.progress.set(Progress::Disconnected);
            return;
        }
        let pause = self.pause.get_value();
        self.pause.set_value(pause.saturating_sub(1));
        if pause == 0 && !self.asking.get_value() {
            self.ask();
        }
    }

    fn ask(self) {
        self.asking.set_value(true);
        spawn_local(async move {
            let answer = api::get("/api/v1/ingest/status", &Search::default()).await;
            // The page may have been left since.
            if self.asking.try_set_value(false).is_some() {
                return;
            }
            self.progress.set(match answer.and_then(|text| IngestStatus::read(&text)) {
                Ok(status) => {
                    self.tally.update(|tally| tally.take(status));
                    Progress::Watching
                }
                Err(Failure::Unreachable) => Progress::Disconnected,
                Err(failure) => {
                    self.pause.set_value(PAUSE);
                    Progress::Failed(failure.to_string())
                }
            });
        });
    }
}
