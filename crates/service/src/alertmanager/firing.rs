//! How much fires, in short.

use watchfire_alerting::alert::is_made_up;
use watchfire_rules::Severity;

use super::Alertmanager;

impl Alertmanager {
    /// How many alerts fire at `now` that nothing mutes, and how grave the gravest of them is: a [word](Severity::word), by the label
    /// `severity`.
    pub fn firing_count(&self, now: i64) -> (usize, Option<&'static str>) {
        let state = self.state();
        let muting = state.muting(now);
        let firing = state.dispatcher.alerts().filter(|alert| !alert.is_resolved(now));
        let told = firing.filter(|alert| state.tells_of_demo || !is_made_up(&alert.labels));
        let told = told.filter(|alert| muting.muted_by(&alert.labels).is_empty());
        let (count, gravest) = told.fold((0, None::<Severity>), |(count, gravest), alert| {
            let severity = alert.labels.get("severity").and_then(Severity::of);
            (count + 1, gravest.max(severity))
        });
        (count, gravest.map(Severity::word))
    }
}
