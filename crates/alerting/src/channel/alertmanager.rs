//! Another Alertmanager, or another Watchfire: the alerts go on as they are
//! (<https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml>).

use serde_json::{Value, json};

use super::draft::Unsendable;
use super::kind::{Kind, Task};
use super::outgoing::{Method, Outgoing, Request};
use super::url::join;
use super::writer::{Writer, labels, rfc3339};
use crate::config::receiver::AlertmanagerConfig;

impl Kind for AlertmanagerConfig {
    fn content(&self, writer: &Writer<'_>) -> Result<Value, Unsendable> {
        let notification = writer.notification;
        let alerts = notification.alerts.iter().map(|notified| {
            let alert = &notified.alert;
            // What fires has to be told again only with the group: until then the other side must not take silence for
            // an end.
            let ends_at = if notified.resolved {
                alert.ends_at
            } else {
                notification.at.saturating_add(self.resolve_after.millis())
            };
            json!({
                "labels": labels(&alert.labels),
                "annotations": labels(&alert.annotations),
                "startsAt": rfc3339(alert.starts_at),
                "endsAt": rfc3339(ends_at),
                "generatorURL": alert.generator_url,
            })
        });
        Ok(alerts.collect::<Vec<_>>().into())
    }

    fn outgoing(&self, task: &Task<'_>) -> Result<Option<Outgoing>, Unsendable> {
        let base = self.url.as_ref().map_or("", |url| url.as_str());
        let url = join(base, "api/v2/alerts");
        Ok(Some(Request::json(Method::Post, url, task.content()).over(self.http_config.as_ref()).next()))
    }
}
