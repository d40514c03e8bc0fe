/// How a panel's data is.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum PanelState {
    /// It was not in sight yet, so nothing was asked for.
    Unseen,
    /// The first answer has not come.
    #[default]
    Loading,
    /// It is there, and follows the time.
    Ready,
    /// There is nothing in the range.
    Empty,
    /// There was nothing new since then.
    Stale(i64),
    /// The connection is lost.
    Disconnected,
    /// The query cannot be answered; and where in its text it is wrong.
    Failed(String, Option<(u32, u32)>),
}

impl PanelState {
    /// The word in the page's `data-state`.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Unseen => "waiting",
            Self::Loading => "loading",
            Self::Ready => "ready",
            Self::Empty => "empty",
            Self::Stale(_) => "stale",
            Self::Disconnected => "disconnected",
            Self::Failed(..) => "failed",
        }
    }
}
