//! The demo inside of the server: for a look at dashboards without anything to watch.

use axum::extract::State;
use axum::response::Response;

use super::asked::Asked;
use super::failure::Failure;
use super::success::{created, data};
use crate::demo::Plan;
use crate::http::App;

/// Whether it runs.
pub(super) async fn status(State(app): State<App>) -> Response {
    data(app.demo.status().await)
}

/// `?history=&interval=&hosts=&seed=`: starts it; 409 where it runs.
pub(super) async fn start(State(app): State<App>, asked: Asked) -> Result<Response, Failure> {
    let plan = Plan::read(|name| asked.given(name)).map_err(Failure::bad_data)?;
    match app.demo.start(plan, app.stop.child_token()).await? {
        Some(status) => Ok(created(status)),
        None => Err(Failure::refused("the demo runs already; DELETE /api/v1/demo stops it")),
    }
}

/// Stops it and deletes its data.
pub(super) async fn stop(State(app): State<App>) -> Result<Response, Failure> {
    app.demo.stop_and_delete().await?;
    Ok(data(app.demo.status().await))
}
