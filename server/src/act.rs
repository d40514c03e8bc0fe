//! The page behind the address in a message: whoever has it acknowledges, snoozes or resolves the alert, without a login. To open it
//! changes nothing, since programs that look at mails follow links; only its buttons do.

use std::fmt::Write as _;

use axum::Router;
use axum::extract::{Form, Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;
use watchfire_alerting::{Alert, Fingerprint};
use watchfire_model::format_utc;
use watchfire_service::alertmanager::{AlertmanagerError, LinkError, Said};

use crate::clock::now;
use crate::http::App;

/// For how long an alert can be snoozed: the button's words, and hours.
const SNOOZES: [(&str, i64); 4] = [("1 hour", 1), ("4 hours", 4), ("1 day", 24), ("1 week", 168)];

const HOUR: i64 = 3_600_000;

/// The route.
pub(crate) fn routes() -> Router<App> {
    Router::new().route("/act/{token}", get(page).post(act))
}

/// What the form says.
#[derive(Deserialize)]
struct Asked {
    /// `acknowledge`, `resolve`, or for how many hours to be quiet.
    act: String,
    #[serde(default)]
    by: String,
    #[serde(default)]
    comment: String,
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            char => escaped.push(char),
        }
    }
    escaped
}

const STYLE: &str = ":root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:36rem;margin:2rem auto;padding:0 1rem;color:#18181b;background:#fff}\
    dl{display:grid;grid-template-columns:auto 1fr;gap:.25rem 1rem}dt{color:#52525b}dd{margin:0;overflow-wrap:anywhere}\
    label{display:block;margin:.75rem 0}input{font:inherit;width:100%;box-sizing:border-box;padding:.4rem}\
    button{font:inherit;margin:.25rem .25rem .25rem 0;padding:.5rem .9rem;cursor:pointer}\
    @media(prefers-color-scheme:dark){body{color:#f4f4f5;background:#18181b}dt{color:#a1a1aa}}";

/// A small page that needs nothing else; `body` is HTML.
fn html(status: StatusCode, title: &str, body: &str) -> Response {
    let title = escaped(title);
    let page = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <meta name=\"robots\" content=\"noindex\"><title>{title}</title><style>{STYLE}</style></head>\
         <body><h1>{title}</h1>{body}</body></html>"
    );
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        // The address is a key: nobody else may learn or keep it.
        (header::CACHE_CONTROL, "no-store"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'",
        ),
    ];
    (status, headers, page).into_response()
}

fn said(status: StatusCode, title: &str, text: &str) -> Response {
    html(status, title, &format!("<p>{}</p>", escaped(text)))
}

/// What was done, and the ways on from there: back to the buttons, which can take it back, and into Watchfire.
fn done(app: &App, token: &str, title: &str, text: &str) -> Response {
    let body = format!(
        "<p>{}</p><p><a href=\"/act/{}\">Back to the alert</a> · {}</p>",
        escaped(text),
        escaped(token),
        all_alerts(app)
    );
    html(StatusCode::OK, title, &body)
}

/// The way to the page of all alerts, as messages have it.
fn all_alerts(app: &App) -> String {
    let base = app.service.alerting().settings().external_url.trim_end_matches('/').to_owned();
    format!("<a href=\"{}/alerts\">All alerts in Watchfire</a>", escaped(&base))
}

fn alert_of(app: &App, token: &str, now: i64) -> Result<Fingerprint, Box<Response>> {
    let links = app.notifying.links.as_ref().ok_or(LinkError::Unknown);
    links.and_then(|links| links.read(token, now)).map_err(|error| {
        let status = match error {
            LinkError::Unknown => StatusCode::NOT_FOUND,
            LinkError::Expired => StatusCode::GONE,
        };
        Box::new(said(status, "Not possible", &error.to_string()))
    })
}

fn failed(error: &AlertmanagerError) -> Response {
    match error {
        AlertmanagerError::NoAlert(_) => said(
            StatusCode::CONFLICT,
            "It is over",
            "This alert does not fire any more; there is nothing to do.",
        ),
        AlertmanagerError::Store(_) => {
            said(StatusCode::SERVICE_UNAVAILABLE, "Not done", &format!("{error}; try again later"))
        }
        AlertmanagerError::Silence(_)
        | AlertmanagerError::BadInput(_)
        | AlertmanagerError::NoWindow(_)
        | AlertmanagerError::TooManyWindows { .. }
        | AlertmanagerError::Incident(_) => said(StatusCode::BAD_REQUEST, "Not done", &error.to_string()),
    }
}

fn described(alert: &Alert) -> String {
    let mut list = String::from("<dl>");
    let mut row = |name: &str, value: &str| {
        let text = escaped(value);
        // Whoever reads it may follow it; nothing else of what a rule says becomes an address.
        let text = if value.starts_with("https://") || value.starts_with("http://") {
            format!("<a href=\"{text}\" rel=\"noreferrer\">{text}</a>")
        } else {
            text
        };
        // Writing to a String can't fail.
        let _ = write!(list, "<dt>{}</dt><dd>{text}</dd>", escaped(name));
    };
    row("fires since", &format_utc(alert.starts_at, 0, "%Y-%m-%d %H:%M:%S UTC"));
    for label in alert.annotations.iter().chain(alert.labels.iter()) {
        row(label.name, label.value);
    }
    list.push_str("</dl>");
    list
}

async fn page(State(app): State<App>, Path(token): Path<String>) -> Response {
    let now = now();
    let fingerprint = match alert_of(&app, &token, now) {
        Ok(fingerprint) => fingerprint,
        Err(response) => return *response,
    };
    let alert = match app.alertmanager.firing(fingerprint, now) {
        Ok(alert) => alert,
        Err(error) => return failed(&error),
    };
    let acknowledged = app.alertmanager.acknowledgement(fingerprint, now).map(|handling| {
        let at = format_utc(handling.at, 0, "%Y-%m-%d %H:%M:%S UTC");
        format!("<p>{} looks after it since {at}.</p>", escaped(&handling.by))
    });
    // To say it twice changes nothing; to take it back does.
    let acknowledge = match acknowledged {
        None => "<button name=\"act\" value=\"acknowledge\">Acknowledge</button>",
        Some(_) => "<button name=\"act\" value=\"take_back\">Nobody looks after it any more</button>",
    };
    let mut snoozes = String::new();
    for (words, hours) in SNOOZES {
        // Writing to a String can't fail.
        let _ = write!(snoozes, "<button name=\"act\" value=\"{hours}\">Snooze for {words}</button>");
    }
    let body = format!(
        "{}{}<form method=\"post\"><label>Your name <input name=\"by\" maxlength=\"{}\" autocomplete=\"name\"></label>\
         <label>Comment <input name=\"comment\" maxlength=\"{}\"></label>\
         {acknowledge}{snoozes}\
         <button name=\"act\" value=\"resolve\">Resolve</button></form><p>{}</p>",
        acknowledged.unwrap_or_default(),
        described(&alert),
        Said::LONGEST_BY,
        Said::LONGEST_COMMENT,
        all_alerts(&app),
    );
    html(StatusCode::OK, alert.labels.get("alertname").unwrap_or("Alert"), &body)
}

async fn act(State(app): State<App>, Path(token): Path<String>, Form(asked): Form<Asked>) -> Response {
    let now = now();
    let fingerprint = match alert_of(&app, &token, now) {
        Ok(fingerprint) => fingerprint,
        Err(response) => return *response,
    };
    let by = Some(asked.by.trim()).filter(|by| !by.is_empty()).unwrap_or(Said::NAMELESS).to_owned();
    let mut who = Said { by, comment: asked.comment.trim().to_owned(), until: None };
    let outcome = match asked.act.as_str() {
        "acknowledge" => app.alertmanager.acknowledge(fingerprint, &who, now).await.map(|_| {
            ("Acknowledged", "You are known to look after it. It is not told again unless something changes.")
        }),
        "take_back" => app
            .alertmanager
            .take_back(fingerprint, &who, now)
            .await
            .map(|()| ("Taken back", "Nobody is known to look after it. It is told again as others are.")),
        "resolve" => app.alertmanager.resolve(fingerprint, &who, now).await.map(|_| {
            ("Resolved", "Who was told of it is told that it is over. If it begins anew, it is a new alert.")
        }),
        hours => match SNOOZES.iter().find(|(_, known)| known.to_string() == hours) {
            Some((_, hours)) => {
                who.until = Some(now + hours * HOUR);
                let snoozed = app.alertmanager.snooze(fingerprint, &who, now).await;
                snoozed.map(|_| ("Snoozed", "Nobody hears of it until then; a silence stands for it."))
            }
            None => {
                return said(
                    StatusCode::BAD_REQUEST,
                    "Not done",
                    "act: choose one of the buttons of the page",
                );
            }
        },
    };
    match outcome {
        Ok((title, text)) => done(&app, &token, title, text),
        Err(error) => failed(&error),
    }
}
