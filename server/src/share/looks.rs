use std::sync::Arc;
use std::time::Duration;

use moka::sync::Cache;
use tokio::sync::OnceCell;
use watchfire_service::dashboards::{Dashboards, OpenShare};

use crate::clock::now;

/// For how long a look at a share counts: so many who watch it at once take one look.
const LASTS: Duration = Duration::from_secs(1);

/// How many shares are remembered at a time.
const MOST: u64 = 10_000;

/// What was seen of a share: itself, or why it is not open.
type Seen = Result<Arc<OpenShare>, String>;

/// Looks at shares, for all who watch them. Cloning is cheap.
#[derive(Clone, Debug)]
pub(crate) struct Looks(Cache<String, Arc<OnceCell<Seen>>>);

impl Looks {
    pub(crate) fn new() -> Self {
        Self(Cache::builder().max_capacity(MOST).time_to_live(LASTS).build())
    }

    /// What a token opens, as it was a second ago at the most; not counted as a view.
    pub(crate) async fn at(&self, dashboards: &Dashboards, token: &str) -> Seen {
        let cell = self.0.get_with(token.to_owned(), Arc::default);
        let look = || async {
            let shown = dashboards.shown(token, false, now()).await;
            shown.map(Arc::new).map_err(|error| error.to_string())
        };
        cell.get_or_init(look).await.clone()
    }
}
