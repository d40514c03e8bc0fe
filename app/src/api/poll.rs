use std::future::Future;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Failure;
use crate::live::{Connection, Live};

const SECOND: Duration = Duration::from_secs(1);

/// After a refusal the server is left alone for this many seconds: it will hardly change its mind in one.
const PAUSE: u32 = 10;

/// How asking again and again goes. Each looks different.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// The server has not answered yet.
    Beginning,
    /// The last answer is there.
    Going,
    Disconnected,
    Failed(String),
}

/// A question that is asked again and again while the page can be seen.
#[derive(Clone, Copy)]
pub(crate) struct Poll {
    pub(crate) progress: RwSignal<Progress>,
    at_once: RwSignal<u32>,
    asking: StoredValue<bool>,
    /// Seconds until the next question.
    wait: StoredValue<u32>,
}

impl Poll {
    /// Asks each `every` seconds and hands answers to `take`. Begins in the browser; ends with the page.
    pub(crate) fn start<T: 'static, F: Future<Output = Result<T, Failure>> + 'static>(
        every: u32,
        question: impl Fn() -> F + Copy + 'static,
        take: impl Fn(T) + Copy + 'static,
    ) -> Self {
        let poll = Self {
            progress: RwSignal::new(Progress::Beginning),
            at_once: RwSignal::new(0),
            asking: StoredValue::new(false),
            wait: StoredValue::new(0),
        };
        let connection = expect_context::<Live>().connection();
        Effect::new(move |_| {
            poll.at_once.track();
            poll.ask(every, question(), take);
        });
        Effect::new(move |_| {
            let tick = move || {
                if poll.is_due(connection.get_untracked()) {
                    poll.ask(every, question(), take);
                }
            };
            // Without timers, which every browser has, the first answer stays.
            if let Ok(handle) = set_interval_with_handle(tick, SECOND) {
                on_cleanup(move || handle.clear());
            }
        });
        poll
    }

    /// Asks now, and then at the usual pace.
    pub(crate) fn ask_at_once(self) {
        self.at_once.update(|count| *count = count.wrapping_add(1));
    }

    /// A second has gone by.
    fn is_due(self, connection: Connection) -> bool {
        if document().hidden() {
            return false;
        }
        if connection == Connection::Lost {
            self.progress.set(Progress::Disconnected);
            return false;
        }
        let wait = self.wait.get_value().saturating_sub(1);
        self.wait.set_value(wait);
        wait == 0 && !self.asking.get_value()
    }

    fn ask<T>(
        self,
        every: u32,
        answer: impl Future<Output = Result<T, Failure>> + 'static,
        take: impl Fn(T) + 'static,
    ) {
        self.asking.set_value(true);
        spawn_local(async move {
            let answer = answer.await;
            // The page may have been left since.
            if self.asking.try_set_value(false).is_some() {
                return;
            }
            self.wait.set_value(every);
            self.progress.set(match answer {
                Ok(answer) => {
                    take(answer);
                    Progress::Going
                }
                Err(Failure::Unreachable) => Progress::Disconnected,
                Err(failure) => {
                    self.wait.set_value(PAUSE.max(every));
                    Progress::Failed(failure.to_string())
                }
            });
        });
    }
}
