use leptos::prelude::*;
use watchfire_model::{Grid, TimeRange};

use super::watching::{NamedColumn, PanelData};

/// Where a chart's data comes from.
#[derive(Clone, Copy)]
#[cfg_attr(not(feature = "hydrate"), expect(dead_code, reason = "only the browser draws on a canvas"))]
pub(crate) enum ChartSource {
    /// A panel's subscriptions: the picture moves with the time.
    Live(PanelData),
    /// One answer, until another takes its place.
    Fixed(Answer),
}

/// What one range query brought.
#[derive(Clone, Copy)]
pub(crate) struct Answer {
    version: RwSignal<u32>,
    content: StoredValue<Option<Content>>,
}

#[cfg_attr(not(feature = "hydrate"), expect(dead_code, reason = "only the browser draws on a canvas"))]
struct Content {
    window: TimeRange,
    grid: Grid,
    columns: Vec<NamedColumn>,
}

impl Answer {
    /// None yet.
    pub(crate) fn new() -> Self {
        Self { version: RwSignal::new(0), content: StoredValue::new(None) }
    }

    /// Shows these columns: over `window`, with a value for each point of `grid`.
    pub(crate) fn set(self, window: TimeRange, grid: Grid, columns: Vec<NamedColumn>) {
        self.content.set_value(Some(Content { window, grid, columns }));
        self.version.update(|version| *version = version.wrapping_add(1));
    }
}

#[cfg(feature = "hydrate")]
impl ChartSource {
    /// Counts the changes of the data.
    pub(super) fn version(self) -> RwSignal<u32> {
        match self {
            Self::Live(data) => data.version,
            Self::Fixed(answer) => answer.version,
        }
    }

    /// Whether the picture changes without anybody asking.
    pub(super) fn moves(self) -> bool {
        matches!(self, Self::Live(_))
    }

    /// What to draw for a page that shows the range `page`: the range of the picture, the points in time and the series.
    pub(super) fn columns(
        self,
        spec: &super::PanelSpec,
        page: TimeRange,
    ) -> Option<(TimeRange, Grid, Vec<NamedColumn>)> {
        match self {
            Self::Live(data) => data.columns(spec, page).map(|(grid, columns)| (page, grid, columns)),
            Self::Fixed(answer) => answer.content.with_value(|content| {
                let content = content.as_ref()?;
                Some((content.window, content.grid, content.columns.clone()))
            }),
        }
    }
}
