//! What a page in the browser does with panels, whatever draws its elements: which questions go to the server and over which
//! time ([`asked`]), what came of them ([`SeriesBuffer`], [`prepared`]), how a panel's data is ([`PanelState`]), and what the
//! pointer meets on a picture ([`told`]). The interface, which is built with Leptos, and the small client of embedded panels
//! both stand on it.

mod backoff;
mod buffer;
#[cfg(feature = "canvas")]
mod canvas;
mod csv;
mod drawn;
mod embedded;
mod feed;
mod graph;
mod interest;
mod legend;
mod order;
mod place;
mod pulse;
mod refresh;
mod socket;
mod state;
mod tip;

pub use backoff::Backoff;
pub use buffer::SeriesBuffer;
#[cfg(feature = "canvas")]
pub use canvas::paint_on;
pub use csv::{csv, table_at, table_of};
pub use drawn::{Drawn, has_time, in_words};
pub use embedded::{Embedded, EmbeddedPanel};
pub use feed::{Named, SCRAPE_INTERVAL, answer, asked, points_of, prepared};
pub use graph::GraphPlaces;
pub use interest::{Interest, WatchAsk, WatchState};
pub use legend::{chosen, sorted};
pub use order::ordered;
pub use place::place_style;
pub use pulse::Pulse;
pub use refresh::{moment, refresh_of};
pub use socket::{Socket, browser_now};
pub use state::{Freshness, PanelState, Situation};
pub use tip::{Line, Tip, marked_at, told};

/// As many points as a server takes that is set as it comes, and more than any screen is wide: the step is chosen here, and the
/// server keeps to it.
pub const MOST_POINTS: u32 = 2000;
