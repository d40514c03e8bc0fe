//! Queries as text and as trees: `/api/v1/format_query` and `/api/v1/parse_query`.

use axum::response::Response;
use watchfire_promql::{parse, pretty, to_json};

use super::envelope::data;
use super::error::Failure;
use super::form::Parameters;

/// The query in its usual form.
pub(super) async fn format(parameters: Parameters) -> Result<Response, Failure> {
    Ok(data(&pretty(&parse(parameters.text("query"))?)))
}

/// The query as a tree.
pub(super) async fn tree(parameters: Parameters) -> Result<Response, Failure> {
    let expr = parse(parameters.text("query"))?;
    Ok(data(&to_json(&expr)))
}
