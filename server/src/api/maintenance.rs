//! `/api/v1/watchfire/maintenance`: times at which nobody hears of some alerts.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::{Value, json};
use watchfire_alerting::Matchers;
use watchfire_alerting::config::Period;
use watchfire_alerting::maintenance::{Occurrence, Schedule};
use watchfire_alerting::time_interval::Location;
use watchfire_service::alertmanager::{AlertmanagerError, SeenWindow, WindowDraft};

use crate::api::dashboards::body::Whole;
use crate::api::dashboards::failure::Failure;
use crate::api::dashboards::success::{created, data};
use crate::api::rules::map;
use crate::clock::now;
use crate::http::App;

/// All routes.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/api/v1/watchfire/maintenance", get(list).post(create))
        .route("/api/v1/watchfire/maintenance/preview", post(preview))
        .route("/api/v1/watchfire/maintenance/{id}/end", post(end))
        .route("/api/v1/watchfire/maintenance/{id}", get(one).put(save).delete(remove))
        // Bodies are bounded where they are read, by a setting.
        .layer(DefaultBodyLimit::disable())
}

/// A window as it is posted.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Posted {
    name: String,
    /// In Alertmanager's syntax.
    #[serde(default)]
    matchers: String,
    /// Without matchers: that it is meant.
    #[serde(default)]
    all: bool,
    /// As calendars write it.
    #[serde(default)]
    schedule: Option<String>,
    /// Or once: milliseconds since the epoch.
    #[serde(default)]
    starts_at: Option<i64>,
    #[serde(default)]
    ends_at: Option<i64>,
    #[serde(default)]
    comment: String,
    #[serde(default = "local")]
    created_by: String,
}

/// Who makes windows, while there is no login.
fn local() -> String {
    "local".to_owned()
}

/// What is wrong with a window: the field, and what mends it.
type Flaw = (&'static str, String);

impl Posted {
    /// All that is wrong is told at once.
    fn draft(self) -> Result<WindowDraft, Vec<Flaw>> {
        let mut flaws = Vec::new();
        if self.name.trim().is_empty() {
            flaws.push(("name", "a window needs a name".to_owned()));
        }
        let matchers = self.matchers().map_err(|flaw| flaws.push(flaw)).ok();
        let schedule = self.schedule().map_err(|flaw| flaws.push(flaw)).ok();
        let Self { name, comment, created_by, .. } = self;
        match (matchers, schedule) {
            (Some(matchers), Some(schedule)) if flaws.is_empty() => {
                Ok(WindowDraft { name, matchers, schedule, created_by, comment })
            }
            _ => Err(flaws),
        }
    }

    fn matchers(&self) -> Result<Matchers, Flaw> {
        let matchers = Matchers::parse_typed(&self.matchers);
        let matchers = matchers.map_err(|error| ("matchers", error.to_string()))?;
        if matchers.is_empty() && !self.all {
            let mend = "none would mute every alert; write some, such as team=\"web\", or \"all\": true";
            return Err(("matchers", mend.to_owned()));
        }
        Ok(matchers)
    }

    fn schedule(&self) -> Result<Schedule, Flaw> {
        match (&self.schedule, self.starts_at, self.ends_at) {
            (Some(text), None, None) => {
                text.parse::<Schedule>().map_err(|error| ("schedule", error.to_string()))
            }
            (None, Some(start), Some(end)) => {
                once(start, end).map_err(|(field, message)| (field, message.to_owned()))
            }
            _ => {
                let message = "write a schedule (DTSTART, DURATION, RRULE), or starts_at and ends_at";
                Err(("schedule", message.to_owned()))
            }
        }
    }
}

fn told(flaws: &[Flaw]) -> Vec<Value> {
    flaws.iter().map(|(field, message)| json!({"field": field, "message": message})).collect()
}

/// `field` is that of the first.
fn refused(flaws: &[Flaw]) -> Failure {
    let words = flaws.iter().map(|(field, message)| format!("{field}: {message}"));
    let text = words.collect::<Vec<_>>().join("; ");
    let field = flaws.first().map(|(field, _)| *field);
    let more = json!({"field": field, "flaws": told(flaws)});
    Failure::with(StatusCode::UNPROCESSABLE_ENTITY, "invalid", text, more)
}

/// A schedule that is once, in whole seconds.
fn once(start: i64, end: i64) -> Result<Schedule, (&'static str, &'static str)> {
    let at = Timestamp::from_second(start.div_euclid(1000));
    let at = at.map_err(|_| ("starts_at", "write milliseconds since the epoch"))?;
    let seconds = end.div_euclid(1000).saturating_sub(start.div_euclid(1000));
    let duration = Period::seconds(seconds.clamp(0, i64::MAX / 1000));
    if seconds <= 0 || duration > Schedule::LONGEST {
        return Err(("ends_at", "a window lasts at least a second and at most a year"));
    }
    let start = TimeZone::UTC.to_datetime(at);
    Ok(Schedule { start, location: Location::default(), duration, rule: None, except: Vec::new() })
}

/// Alerts of a preview that are told one by one: what a person looks through.
const TOLD: usize = 30;

fn times(all: &[Occurrence]) -> Vec<Value> {
    all.iter().map(|one| json!({"starts_at": one.starts_at, "ends_at": one.ends_at})).collect()
}

/// What a window would do, which nobody has made yet. That it can't be is an answer, too.
async fn preview(State(app): State<App>, Whole(posted): Whole<Posted>) -> Response {
    let draft = match posted.draft() {
        Ok(draft) => draft,
        Err(flaws) => return data(json!({"flaws": told(&flaws)})),
    };
    let preview = app.alertmanager.preview_window(&draft, now());
    let alerts = preview.alerts.iter().take(TOLD).map(|seen| map(&seen.alert.labels));
    data(json!({
        "flaws": [],
        "open": preview.open,
        "coming": times(&preview.coming),
        "alerts": alerts.collect::<Vec<_>>(),
        "left_out": preview.alerts.len().saturating_sub(TOLD),
    }))
}

/// Ends what is open of it.
async fn end(State(app): State<App>, Path(id): Path<String>) -> Result<StatusCode, Failure> {
    app.alertmanager.end_window(&id, now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn shown(seen: &SeenWindow) -> Value {
    let window = &seen.window;
    json!({
        "id": window.id,
        "name": window.name,
        "matchers": window.matchers.to_string(),
        "schedule": window.schedule.to_string(),
        "comment": window.comment,
        "created_by": window.created_by,
        "open": seen.open,
        "next_change": seen.next_change,
        "coming": times(&seen.coming),
        "muted": seen.muted,
    })
}

async fn list(State(app): State<App>) -> Response {
    data(app.alertmanager.windows(now()).iter().map(shown).collect::<Vec<_>>())
}

async fn one(State(app): State<App>, Path(id): Path<String>) -> Result<Response, Failure> {
    let windows = app.alertmanager.windows(now());
    let found = windows.iter().find(|seen| seen.window.id == id);
    Ok(data(shown(found.ok_or(AlertmanagerError::NoWindow(id))?)))
}

async fn create(State(app): State<App>, Whole(posted): Whole<Posted>) -> Result<Response, Failure> {
    let draft = posted.draft().map_err(|flaws| refused(&flaws))?;
    let id = app.alertmanager.set_window(None, draft).await?;
    Ok(created(json!({"id": id})))
}

async fn save(
    State(app): State<App>,
    Path(id): Path<String>,
    Whole(posted): Whole<Posted>,
) -> Result<Response, Failure> {
    let draft = posted.draft().map_err(|flaws| refused(&flaws))?;
    let id = app.alertmanager.set_window(Some(id), draft).await?;
    Ok(data(json!({"id": id})))
}

async fn remove(State(app): State<App>, Path(id): Path<String>) -> Result<StatusCode, Failure> {
    app.alertmanager.remove_window(&id).await?;
    Ok(StatusCode::NO_CONTENT)
}
