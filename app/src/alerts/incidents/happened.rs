//! What happened in an incident, in the order of time.

use leptos::prelude::*;

use super::{Changed, Incident};
use crate::alerts::{label_words, moment, plural};
use crate::numbers::grouped;
use crate::preferences::Preferences;

/// How many steps are shown; the newest.
const MOST: usize = 300;

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
struct Step {
    at: i64,
    mark: &'static str,
    words: String,
}

/// Whether a change of the incident is only what an acknowledgement of its last alert led to: the one has the time of the other.
fn is_followed(incident: &Incident, change: &Changed) -> bool {
    let is_state = change.what == "state" && change.to == "acknowledged";
    let is_kind = is_state || (change.what == "assignee" && !change.to.is_empty());
    is_kind && incident.said.iter().any(|said| said.what == "acknowledged" && said.at == change.at)
}

/// What an acknowledgement at a time led to, in words.
fn led_to(incident: &Incident, at: i64) -> String {
    let is_one = |change: &&Changed| change.at == at && is_followed(incident, change);
    let changes: Vec<&Changed> = incident.changes.iter().filter(is_one).collect();
    match changes.iter().find(|change| change.what == "assignee") {
        Some(change) => format!("; so {} looks after the incident", change.to),
        None if changes.is_empty() => String::new(),
        None => "; so the incident is acknowledged".to_owned(),
    }
}

/// All that happened, the newest first.
fn steps(incident: &Incident) -> Vec<Step> {
    let mut all = Vec::new();
    for member in &incident.alerts {
        let name = format!("{} {}", member.name(), label_words(&member.labels, &["alertname", "severity"]));
        let again =
            if member.times > 1 { format!(" (it fired {} times)", member.times) } else { String::new() };
        all.push(Step { at: member.starts_at, mark: "■ fires", words: name.clone() });
        if let Some(at) = member.ends_at {
            all.push(Step { at, mark: "✓ over", words: format!("{name}{again}") });
        }
    }
    for note in &incident.notes {
        all.push(Step { at: note.at, mark: "✎ note", words: format!("{}: {}", note.author, note.text) });
    }
    for said in &incident.said {
        let mark = match said.what.as_str() {
            "acknowledged" => "◨ acknowledged",
            "unacknowledged" => "◧ not looked after any more",
            "snoozed" => "⊘ snoozed",
            "resolved" => "✓ resolved by hand",
            "joined" => "+ put to it",
            "parted" => "− taken out",
            _ => "■ open again",
        };
        let member = incident.alerts.iter().find(|member| member.fingerprint == said.fingerprint);
        let name = member.map_or("an alert", |member| member.name());
        // Of one that was taken out it is where it is now.
        let why = match said.what.as_str() {
            "joined" | "parted" => String::new(),
            _ if said.comment.is_empty() => String::new(),
            _ => format!(": {}", said.comment),
        };
        let so = if said.what == "acknowledged" { led_to(incident, said.at) } else { String::new() };
        all.push(Step { at: said.at, mark, words: format!("{name}, by {}{why}{so}", said.by) });
    }
    for merged in &incident.merged {
        let member = incident.alerts.iter().find(|member| member.fingerprint == merged.fingerprint);
        let name = member.map_or("an alert", |member| member.name());
        let who = merged.assignee.as_ref().map(|who| format!("{who} looks after it"));
        let roles = merged.roles.iter().map(|(role, who)| format!("{role}: {who}"));
        let why = match &merged.by {
            Some(by) => format!("says {by}"),
            None => format!("since {name} belonged to both"),
        };
        let title = if merged.title.is_empty() { &merged.id } else { &merged.title };
        let parts = [format!("{title}, {why}")].into_iter();
        let words = parts.chain(who).chain(roles).collect::<Vec<_>>().join("; ");
        all.push(Step { at: merged.at, mark: "⊕ became part of it", words });
    }
    for sent in &incident.sent.events {
        let member = incident.alerts.iter().find(|member| member.labels == sent.labels);
        let Some(member) = member else { continue };
        let mark = if sent.to == "sent" { "✉ sent" } else { "✕ not sent" };
        all.push(Step { at: sent.at, mark, words: format!("{}: {}", member.name(), sent.words()) });
    }
    for change in incident.changes.iter().filter(|change| !is_followed(incident, change)) {
        let to = if change.to.is_empty() { "nobody" } else { &change.to };
        let (mark, words) = match change.what.as_str() {
            "state" => (super::mark(&change.to), format!("by {}", change.by)),
            "assignee" => ("→ looks after it", format!("{to}, says {}", change.by)),
            role => ("→ role", format!("{role}: {to}, says {}", change.by)),
        };
        all.push(Step { at: change.at, mark, words });
    }
    let is_part = incident.merged_into.is_some();
    let by_hand = incident.changes.iter().any(|change| Some(change.at) == incident.resolved_at);
    if let Some(at) = incident.resolved_at.filter(|_| is_part) {
        all.push(Step { at, mark: "⊕ part of another", words: "its alerts go on there".to_owned() });
    } else if let Some(at) = incident.resolved_at.filter(|_| !by_hand) {
        all.push(Step { at, mark: "✓ ended", words: "with its last alert".to_owned() });
    }
    // What was pushed later happened later, where the times are the same.
    all.sort_by_key(|step| step.at);
    all.reverse();
    all
}

/// The list.
#[component]
pub(super) fn Happened(known: RwSignal<Option<Incident>>) -> impl IntoView {
    let preferences = expect_context::<Preferences>();
    let all = Memo::new(move |_| known.with(|known| known.as_ref().map(steps)).unwrap_or_default());
    let row = move |step: Step| {
        view! {
            <li class="happened-step">
                <time>{moment(step.at, preferences)}</time>
                <strong>{step.mark}</strong>
                <span>{step.words}</span>
            </li>
        }
    };
    let badge = move || {
        let count = all.with(Vec::len);
        let more = if count > MOST { format!("; the newest {MOST}") } else { String::new() };
        format!("{}{more}", plural(count, "step"))
    };
    let left_out = move || {
        known.with(|known| {
            let sent = &known.as_ref()?.sent;
            let count = grouped(sent.events.len() as u64);
            sent.more.then(|| format!("Of what was sent only the newest {count} are told."))
        })
    };
    view! {
        <section class="panel" aria-label="Timeline">
            <header class="panel-head"><h2>"Timeline"</h2><span class="panel-badge">{badge}</span></header>
            <p class="hint">{left_out}</p>
            <ol class="happened">{move || all.get().into_iter().take(MOST).map(row).collect_view()}</ol>
        </section>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::super::{Merged, SentOfAlerts};
    use super::*;

    #[test]
    fn what_happened_stands_in_order() {
        let text = r#"{"id":"i","title":"Fire","state":"resolved","opened_at":10,"resolved_at":90,
            "alerts":[{"fingerprint":"f","labels":{"alertname":"Fire","host":"a"},"summary":"","starts_at":10,"ends_at":90,"times":2}],
            "notes":[{"at":30,"author":"ann","text":"a cable"}],
            "changes":[{"at":20,"by":"bob","what":"state","to":"acknowledged"},{"at":20,"by":"bob","what":"assignee","to":"ann"},
             {"at":40,"by":"ann","what":"communication","to":""}],
            "said":[{"at":15,"by":"ann","what":"acknowledged","comment":"on it","fingerprint":"f"},
             {"at":16,"by":"ann","what":"snoozed","comment":"","fingerprint":"gone"}]}"#;
        let mut incident: Incident = serde_json::from_str(text).unwrap();
        let sent = r#"[{"at":12,"labels":{"alertname":"Fire","host":"a"},"to":"sent","receiver":"oncall","integration":"email[0]"},
            {"at":11,"labels":{"alertname":"Fire","host":"a"},"to":"not sent","reason":"no channel","receiver":"team","integration":"slack[0]"},
            {"at":11,"labels":{"alertname":"Other"},"to":"sent","receiver":"oncall","integration":"email[0]"}]"#;
        incident.sent = SentOfAlerts { events: serde_json::from_str(sent).unwrap(), more: false };
        let told = |incident: &Incident| -> Vec<String> {
            steps(incident).iter().map(|step| format!("{} {} {}", step.at, step.mark, step.words)).collect()
        };
        let expected = [
            "90 ✓ ended with its last alert",
            "90 ✓ over Fire host=\"a\" (it fired 2 times)",
            "40 → role communication: nobody, says ann",
            "30 ✎ note ann: a cable",
            "20 → looks after it ann, says bob",
            "20 ◨ acknowledged by bob",
            "16 ⊘ snoozed an alert, by ann",
            "15 ◨ acknowledged Fire, by ann: on it",
            "12 ✉ sent Fire: mail to oncall: sent",
            "11 ✕ not sent Fire: slack to team: given up: no channel",
            "10 ■ fires Fire host=\"a\"",
        ];
        assert_eq!(told(&incident), expected);
        let mut ended = incident.clone();
        ended.resolved_at = Some(20);
        assert!(!told(&ended).iter().any(|step| step.contains("with its last alert")), "somebody ended it");
        incident.merged = vec![Merged {
            at: 50,
            id: "j".to_owned(),
            title: "Smoke".to_owned(),
            fingerprint: "f".to_owned(),
            by: None,
            assignee: Some("bob".to_owned()),
            roles: [("lead".to_owned(), "cem".to_owned())].into(),
        }];
        let words =
            "50 ⊕ became part of it Smoke, since Fire belonged to both; bob looks after it; lead: cem";
        assert!(told(&incident).iter().any(|step| step == words), "{:?}", told(&incident));
        incident.merged[0].by = Some("dan".to_owned());
        assert!(told(&incident).iter().any(|step| step.contains("Smoke, says dan; bob looks after it")));
        incident.merged[0].title.clear();
        assert!(
            told(&incident).iter().any(|step| step.contains(" j, says dan")),
            "without a title by its id"
        );
        incident.merged_into = Some("k".to_owned());
        assert_eq!(told(&incident)[0], "90 ⊕ part of another its alerts go on there");
    }

    #[test]
    fn one_acknowledgement_is_one_step() {
        let text = r#"{"state":"acknowledged","alerts":[{"fingerprint":"f","labels":{"alertname":"Hot"},"starts_at":1}],
            "said":[{"at":5,"by":"ann","what":"acknowledged","comment":"on it","fingerprint":"f"}],
            "changes":[{"at":5,"by":"ann","what":"state","to":"acknowledged"},{"at":5,"by":"ann","what":"assignee","to":"ann"}]}"#;
        let mut incident: Incident = serde_json::from_str(text).unwrap();
        let told = |incident: &Incident| -> Vec<String> {
            let all = steps(incident).into_iter().filter(|step| step.at == 5);
            all.map(|step| format!("{} {}", step.mark, step.words)).collect()
        };
        assert_eq!(told(&incident), ["◨ acknowledged Hot, by ann: on it; so ann looks after the incident"]);
        incident.changes.pop();
        assert_eq!(told(&incident), ["◨ acknowledged Hot, by ann: on it; so the incident is acknowledged"]);
        // What somebody says of the incident itself is a step of its own.
        incident.said.clear();
        assert_eq!(told(&incident), ["◨ acknowledged by ann"]);
    }
}
