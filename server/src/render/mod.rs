//! Pictures of dashboards by their address: for READMEs, mails, chats and screens without a browser. What is asked for
//! ([`asked`]) of what ([`subject`]) is evaluated, drawn where blocking is allowed ([`draw`]), and kept for those who ask the same
//! ([`desk`]).

mod alert;
mod answer;
mod asked;
mod desk;
mod draw;
mod subject;
mod trouble;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;

use crate::clock::now;
use crate::http::App;
pub(crate) use alert::AlertPainter;
use asked::{Asked, Form};
pub(crate) use desk::{Desk, DeskStats};
use draw::Ready;
use subject::{Subject, Tools};
use trouble::Trouble;

/// The routes.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/render/d/{file}", get(dashboard))
        .route("/render/d/{uid}/badge.svg", get(dashboard_badge))
        .route("/render/s/{file}", get(share))
        .route("/render/s/{token}/badge.svg", get(share_badge))
}

/// For how many seconds the picture of a share is kept by others at most: a share can be paused at any time.
const SHARE_KEPT: i64 = 60;

type Pairs = Query<Vec<(String, String)>>;

async fn dashboard(
    State(app): State<App>,
    Path(file): Path<String>,
    Query(pairs): Pairs,
    headers: HeaderMap,
) -> Response {
    of_file(&app, &Of::Dashboard, &file, &pairs, &headers).await
}

async fn share(
    State(app): State<App>,
    Path(file): Path<String>,
    Query(pairs): Pairs,
    headers: HeaderMap,
) -> Response {
    of_file(&app, &Of::Share, &file, &pairs, &headers).await
}

async fn dashboard_badge(
    State(app): State<App>,
    Path(uid): Path<String>,
    Query(pairs): Pairs,
    headers: HeaderMap,
) -> Response {
    picture(&app, &Of::Dashboard, &uid, Form::Badge, &pairs, &headers).await
}

async fn share_badge(
    State(app): State<App>,
    Path(token): Path<String>,
    Query(pairs): Pairs,
    headers: HeaderMap,
) -> Response {
    picture(&app, &Of::Share, &token, Form::Badge, &pairs, &headers).await
}

/// What a name in the path names.
#[derive(Debug)]
enum Of {
    Dashboard,
    Share,
}

async fn of_file(
    app: &App,
    of: &Of,
    file: &str,
    pairs: &[(String, String)],
    headers: &HeaderMap,
) -> Response {
    match Form::of_file(file) {
        Some((name, form)) => picture(app, of, name, form, pairs, headers).await,
        None => answer::text(&Trouble::missing(
            "there is no such picture; ask for one that ends in .png, .svg or .pdf",
        )),
    }
}

async fn picture(
    app: &App,
    of: &Of,
    name: &str,
    form: Form,
    pairs: &[(String, String)],
    headers: &HeaderMap,
) -> Response {
    let mut asked = match Asked::of(form, pairs, now()) {
        Ok(asked) => asked,
        Err(wrong) => return answer::trouble(app, &Asked::usual(form), &Trouble::bad(wrong)).await,
    };
    let drawn = async {
        app.desk.check_size(&asked)?;
        let subject = match of {
            Of::Dashboard => Subject::of_dashboard(app, name, &asked).await?,
            Of::Share => Subject::of_share(app, name, &asked).await?,
        };
        asked.theme = asked.theme.or(subject.theme);
        let asked = asked.clone();
        app.desk.drawn(&subject.key(&asked), || drawn(app, subject, asked)).await
    };
    match drawn.await {
        Ok(drawn) => {
            let most_age = match of {
                Of::Dashboard => i64::MAX,
                Of::Share => share_age(app, name, asked.now).await,
            };
            answer::picture(&drawn, headers, most_age)
        }
        Err(trouble) => answer::trouble(app, &asked, &trouble).await,
    }
}

/// For how many seconds the picture of a share may be kept at most: no longer than the share is open, as far as that is known.
async fn share_age(app: &App, token: &str, now: i64) -> i64 {
    let open = app.looks.at(&app.service.dashboards(), token).await;
    // One that is closed by now is not to be kept.
    let end = open.map_or(Some(now), |open| open.shared.share.expires_at);
    end.map_or(SHARE_KEPT, |end| (end.saturating_sub(now) / 1000).min(SHARE_KEPT))
}

/// Evaluates and draws what nobody has asked for before.
async fn drawn(app: &App, subject: Subject, asked: Asked) -> Result<draw::Drawn, Trouble> {
    let ready: Ready = subject.evaluated(&Tools::of(app), &asked).await?;
    let most_pixels = app.config.render.max_pixels;
    app.desk.at_work(move || draw::draw(&ready, &asked, most_pixels)).await
}
