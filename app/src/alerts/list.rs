//! The alerts that are pending or fire now.

use crate::pages::Title;
use leptos::prelude::*;

use super::alert::{Alert, Alerts, LabelMap, Severity};
use super::counts::{Counts, counted};
use super::filter::{Term, terms};
use super::row::AlertRow;
use super::{Address, choice, plural, search_field, state_word, trouble, without_script};
use crate::api::{Poll, RuleState};
use crate::numbers::grouped;
use crate::pages::{Page, Views};

/// Seconds between two looks.
const EVERY: u32 = 3;

/// How many alerts of a group are shown at most. A filter finds the others.
const MOST: usize = 200;

/// By which label alerts are grouped where the URL says nothing.
const BY: &str = "alertname";

/// The word in the URL for no groups.
const FLAT: &str = "-";

/// The word in the URL for made-up data in the list beside the rest.
const WITH_DEMO: &str = "show";

/// Which alerts are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Shown {
    #[default]
    All,
    Firing,
    /// Those that fire and that nobody looks after.
    Open,
    Handled,
    Pending,
    Muted,
    Maintenance,
    Demo,
}

impl Shown {
    const ALL: [Self; 8] = [
        Self::All,
        Self::Firing,
        Self::Open,
        Self::Handled,
        Self::Pending,
        Self::Muted,
        Self::Maintenance,
        Self::Demo,
    ];

    fn word(self) -> &'static str {
        match self {
            Self::All => "",
            Self::Firing => "firing",
            Self::Open => "open",
            Self::Handled => "handled",
            Self::Pending => "pending",
            Self::Muted => "muted",
            Self::Maintenance => "maintenance",
            Self::Demo => "demo",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::All => "All",
            Self::Firing => "Firing",
            Self::Open => "Firing, nobody looks after it",
            Self::Handled => "Acknowledged",
            Self::Pending => "Pending",
            Self::Muted => "Muted",
            Self::Maintenance => "Muted by maintenance",
            Self::Demo => "Made-up data (demo)",
        }
    }

    fn takes(self, alert: &Alert) -> bool {
        match self {
            Self::All => true,
            Self::Firing => alert.is_firing() && !alert.is_muted(),
            Self::Open => Self::Firing.takes(alert) && alert.acknowledged.is_none(),
            Self::Handled => alert.is_firing() && alert.acknowledged.is_some(),
            Self::Pending => alert.state == RuleState::Pending,
            Self::Muted => alert.is_muted(),
            Self::Maintenance => !alert.muting.muted_by.is_empty() && !alert.is_demo(),
            Self::Demo => alert.is_demo(),
        }
    }
}

/// What the URL asks for.
#[derive(Clone, Debug, Default, PartialEq)]
struct Asked {
    shown: Shown,
    severity: Option<Severity>,
    terms: Vec<Term>,
    /// The label to group by; none: no groups.
    group: Option<String>,
    /// Who is told; empty: anybody.
    receiver: String,
    /// Whether made-up data stands beside the rest.
    demo: bool,
}

impl Asked {
    fn new(state: &str, severity: &str, filter: &str, group: &str) -> Self {
        Self {
            shown: Shown::ALL.into_iter().find(|shown| shown.word() == state).unwrap_or_default(),
            severity: Severity::ALL.into_iter().find(|known| known.word() == severity),
            terms: terms(filter),
            group: match group {
                "" => Some(BY.to_owned()),
                FLAT => None,
                label => Some(label.to_owned()),
            },
            receiver: String::new(),
            demo: false,
        }
    }

    /// What messages lead to: that of which this receiver is told.
    fn told_to(self, receiver: String) -> Self {
        Self { receiver, ..self }
    }

    /// Made-up data in the list beside the rest, or folded away.
    fn with_demo(self, demo: bool) -> Self {
        Self { demo, ..self }
    }

    /// Whether made-up data is folded away: nobody asked for it, and there is something real.
    fn folds(&self, alerts: &Alerts) -> bool {
        !self.demo && self.shown != Shown::Demo && alerts.all.values().any(|alert| !alert.is_demo())
    }

    /// How many alerts of made-up data are folded away that would be shown else.
    fn folded(&self, alerts: &Alerts) -> usize {
        if !self.folds(alerts) {
            return 0;
        }
        alerts.all.values().filter(|alert| alert.is_demo() && self.takes(alert)).count()
    }

    /// The alerts to show.
    fn found<'a>(&'a self, alerts: &'a Alerts) -> impl Iterator<Item = &'a Alert> {
        let folds = self.folds(alerts);
        alerts.all.values().filter(move |alert| self.takes(alert) && !(folds && alert.is_demo()))
    }

    fn takes(&self, alert: &Alert) -> bool {
        self.shown.takes(alert)
            && (self.receiver.is_empty() || alert.is_told_to(&self.receiver))
            && self.severity.is_none_or(|severity| alert.severity() == severity)
            && self.terms.iter().all(|term| term.takes(&alert.labels, &alert.annotations))
    }

    fn group_of(&self, alert: &Alert) -> String {
        let label = self.group.as_deref().unwrap_or_default();
        alert.labels.get(label).cloned().unwrap_or_default()
    }

    /// The groups that have something to show, those with the gravest alerts first.
    fn groups(&self, alerts: &Alerts) -> Vec<String> {
        let mut found = std::collections::BTreeMap::new();
        for alert in self.found(alerts) {
            let rank = rank(alert);
            let least = found.entry(self.group_of(alert)).or_insert(rank);
            *least = rank.min(*least);
        }
        let mut groups: Vec<_> = found.into_iter().collect();
        groups.sort_by(|one, other| one.1.cmp(&other.1).then_with(|| one.0.cmp(&other.0)));
        groups.into_iter().map(|(group, _)| group).collect()
    }

    /// The alerts of a group, the gravest first.
    fn of_group(&self, alerts: &Alerts, group: &str) -> Vec<LabelMap> {
        let mut found: Vec<&Alert> =
            self.found(alerts).filter(|alert| self.group_of(alert) == group).collect();
        found.sort_by_key(|alert| rank(alert));
        found.into_iter().map(|alert| alert.labels.clone()).collect()
    }
}

/// What needs somebody first comes first.
fn rank(alert: &Alert) -> (bool, bool, RuleState, Severity) {
    (alert.resolved.is_some(), alert.is_muted(), alert.state, alert.severity())
}

/// The page.
#[component]
pub(crate) fn AlertsPage() -> impl IntoView {
    let address = Address::of(Page::Alerts);
    let (state, severity) = (address.value("state"), address.value("severity"));
    let (filter, group) = (address.value("filter"), address.value("group"));
    let (receiver, demo) = (address.value("receiver"), address.value("demo"));
    let asked = Memo::new(move |_| {
        let asked = Asked::new(&state.get(), &severity.get(), &filter.get(), &group.get());
        asked.told_to(receiver.get()).with_demo(demo.get() == WITH_DEMO)
    });
    let alerts = RwSignal::new(None::<Alerts>);
    let poll = Poll::start(EVERY, Alerts::ask, move |got| alerts.set(Some(got)));
    let groups = Memo::new(move |_| {
        alerts
            .with(|alerts| alerts.as_ref().map(|alerts| asked.with(|asked| asked.groups(alerts))))
            .unwrap_or_default()
    });
    let states = Shown::ALL.map(|shown| (shown.word().to_owned(), shown.title().to_owned())).to_vec();
    let any = (String::new(), "Any".to_owned());
    let severities = [any]
        .into_iter()
        .chain(Severity::ALL.map(|severity| (severity.word().to_owned(), severity.mark().to_owned())));
    let nothing = move || {
        let some = alerts.with(|alerts| alerts.as_ref().is_some_and(|alerts| !alerts.all.is_empty()));
        (some && groups.with(Vec::is_empty))
            .then(|| view! { <p class="panel-none">{asked.with(|asked| none_words(&asked.terms))}</p> })
    };
    let only = move || {
        let name = Some(receiver.get()).filter(|name| !name.is_empty())?;
        let all = move |_| address.put("receiver", "", false);
        Some(view! {
            <p class="alerting-only">
                "Only what "<strong>{name}</strong>" is told of, at once or by an escalation. "
                <button type="button" class="button small" on:click=all>"Show all"</button>
            </p>
        })
    };
    view! {
        <Title text=Page::Alerts.title()/>
        <div class="alerting" data-state=move || state_word(poll)>
            <Views current=Page::Alerts/>
            <h1 class="visually-hidden">{Page::Alerts.title()}</h1>
            <Summary alerts poll/>
            <div class="alerting-controls">
                {search_field(address, "words, or severity=\"high\"")}
                {choice(address, "state", "Show", states)}
                {choice(address, "severity", "Severity", severities.collect())}
                <GroupChoice address alerts/>
            </div>
            {only}
            <For each=move || groups.get() key=Clone::clone let:group>
                <Group group asked alerts poll/>
            </For>
            {nothing}
            <MadeUp address asked alerts/>
        </div>
    }
    .into_any()
}

/// How many alerts of made-up data are folded away, and the way to see them, or to fold them again.
#[component]
fn MadeUp(address: Address, asked: Memo<Asked>, alerts: RwSignal<Option<Alerts>>) -> impl IntoView {
    let folded = Memo::new(move |_| {
        let count =
            alerts.with(|alerts| alerts.as_ref().map(|alerts| asked.with(|asked| asked.folded(alerts))));
        count.unwrap_or_default()
    });
    let shown = Memo::new(move |_| {
        let is_shown = asked.with(|asked| asked.demo);
        is_shown && alerts.with(|alerts| alerts.iter().any(|alerts| alerts.all.values().any(Alert::is_demo)))
    });
    let show = move |_| address.put("demo", WITH_DEMO, false);
    let hide = move |_| address.put("demo", "", false);
    move || match (folded.get(), shown.get()) {
        (0, false) => None,
        (0, true) => Some(
            view! {
                <p class="alerting-only">
                    "Made-up data is shown, too. "
                    <button type="button" class="button small" on:click=hide>"Fold it away"</button>
                </p>
            }
            .into_any(),
        ),
        (count, _) => Some(
            view! {
                <p class="alerting-only alerting-folded">
                    {plural(count, "alert")}" of made-up data, of which nobody is told. "
                    <button type="button" class="button small" on:click=show>"Show made-up data"</button>
                </p>
            }
            .into_any(),
        ),
    }
}

/// What there is to say where no alert matches.
fn none_words(terms: &[Term]) -> String {
    match terms.iter().find_map(Term::fault) {
        Some(fault) => format!("✕ {fault}"),
        None => "No alert matches. Shorten the filter, or choose another state.".to_owned(),
    }
}

/// How many there are of each kind, and what one can do.
#[component]
fn Summary(alerts: RwSignal<Option<Alerts>>, poll: Poll) -> impl IntoView {
    let counts = Memo::new(move |_| alerts.with(|alerts| alerts.as_ref().map(Alerts::counts)));
    let words = move || trouble(poll, "Alerts").or_else(|| Some(counted(counts.get()?)));
    let loud = move || counts.get().is_some_and(|counts| counts.firing > 0).then_some("true");
    let announced = move || match counts.get() {
        Some(Counts { firing: 1, .. }) => "1 alert fires.".to_owned(),
        Some(Counts { firing, .. }) if firing > 0 => format!("{firing} alerts fire."),
        _ => String::new(),
    };
    view! {
        <section class="panel alerting-summary" aria-label="Summary">
            <p class="alerting-words" data-loud=loud>{words}</p>
            {without_script()}
            <p class="alerting-actions">
                <a class="button primary" href="/alerts/rules/new">"New rule"</a>
                <a class="button" href="/alerts/silences/new">"New silence"</a>
            </p>
            <p class="visually-hidden" role="status">{announced}</p>
        </section>
    }
    .into_any()
}

/// By which of the labels that there are alerts are grouped.
#[component]
fn GroupChoice(address: Address, alerts: RwSignal<Option<Alerts>>) -> impl IntoView {
    let chosen = address.value("group");
    let labels = Memo::new(move |_| {
        let mut names = std::collections::BTreeSet::new();
        alerts.with(|alerts| {
            for alert in alerts.iter().flat_map(|alerts| alerts.all.values()) {
                names.extend(alert.labels.keys().filter(|name| *name != BY).cloned());
            }
        });
        // What the URL names can be chosen also while no alert has it.
        names.extend(Some(chosen.get()).filter(|name| !name.is_empty() && name != FLAT));
        names
    });
    let options = move || {
        let chosen = chosen.get();
        let fixed = [(String::new(), "name".to_owned()), (FLAT.to_owned(), "not at all".to_owned())];
        let others = labels.get().into_iter().map(|name| (name.clone(), name));
        let option = |(word, title): (String, String)| {
            let selected = word == chosen;
            view! { <option value=word selected=selected>{title}</option> }
        };
        fixed.into_iter().chain(others).map(option).collect_view()
    };
    view! {
        <label class="step">
            "Group by "
            <select name="group" on:change=move |event| address.put("group", &event_target_value(&event), false)>
                {options}
            </select>
        </label>
    }
    .into_any()
}

/// The alerts that have the same value of the label that they are grouped by.
#[component]
fn Group(group: String, asked: Memo<Asked>, alerts: RwSignal<Option<Alerts>>, poll: Poll) -> impl IntoView {
    let own = group.clone();
    let keys = Memo::new(move |_| {
        alerts
            .with(|alerts| alerts.as_ref().map(|alerts| asked.with(|asked| asked.of_group(alerts, &own))))
            .unwrap_or_default()
    });
    let heading = move || {
        asked.with(|asked| match &asked.group {
            None => "All alerts".to_owned(),
            Some(label) if group.is_empty() => format!("without {label}"),
            Some(label) if label == BY => group.clone(),
            Some(label) => format!("{label} = {group}"),
        })
    };
    let count = move || {
        let count = keys.with(Vec::len);
        let first = if count > MOST { format!("; the first {MOST} are shown") } else { String::new() };
        let plural = if count == 1 { "" } else { "s" };
        format!("{} alert{plural}{first}", grouped(count as u64))
    };
    let label = heading.clone();
    view! {
        <section class="panel alert-group" aria-label=label>
            <header class="panel-head">
                <h2>{heading}</h2>
                <span class="panel-badge">{count}</span>
            </header>
            <ul class="alert-list">
                <For each=move || keys.get().into_iter().take(MOST) key=Clone::clone let:key>
                    <AlertRow key alerts poll/>
                </For>
            </ul>
        </section>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alerts::alert::Said;
    use crate::api::Muting;

    fn alert(name: &str, host: &str, state: RuleState, severity: &str) -> (LabelMap, Alert) {
        let pairs = [("alertname", name), ("host", host), ("severity", severity)];
        let labels: LabelMap =
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        (labels.clone(), Alert { labels, state, ..Alert::default() })
    }

    #[test]
    fn the_gravest_come_first_and_filters_hold() {
        let mut silenced = alert("Loud", "a", RuleState::Firing, "critical");
        silenced.1.muting = Muting { silenced_by: vec!["s".to_owned()], ..Muting::default() };
        let all = [
            alert("Slow", "a", RuleState::Firing, "warning"),
            alert("Slow", "b", RuleState::Pending, "critical"),
            alert("Down", "b", RuleState::Firing, "high"),
            silenced,
        ];
        let said = Some(Said { by: "ann".to_owned(), ..Said::default() });
        let mut over = alert("Over", "c", RuleState::Firing, "critical");
        over.1.resolved.clone_from(&said);
        let mut looked_after = alert("Down", "c", RuleState::Firing, "high");
        looked_after.1.acknowledged = said;
        let all = all.into_iter().chain([over, looked_after]);
        let alerts = Alerts { all: all.collect(), ..Alerts::default() };
        let table: [(&str, &str, &str, &str, &[&str]); 9] = [
            ("open", "", "", "host", &["b", "a"]),
            ("handled", "", "", "host", &["c"]),
            ("", "", "", "", &["Down", "Slow", "Loud", "Over"]),
            ("firing", "", "", "", &["Down", "Slow"]),
            ("muted", "", "", "", &["Loud"]),
            ("pending", "", "", "host", &["b"]),
            ("", "critical", "", "", &["Slow", "Loud", "Over"]),
            ("", "", "host=b slow", "", &["Slow"]),
            ("", "", "", "-", &[""]),
        ];
        for (state, severity, filter, group, expected) in table {
            let asked = Asked::new(state, severity, filter, group);
            assert_eq!(asked.groups(&alerts), expected, "{state} {severity} {filter} {group}");
        }
        let flat = Asked::new("", "", "", FLAT).of_group(&alerts, "");
        let names: Vec<_> = flat.iter().map(|labels| labels["alertname"].as_str()).collect();
        assert_eq!(names, ["Down", "Down", "Slow", "Slow", "Loud", "Over"]);
    }

    #[test]
    fn made_up_data_is_folded_away_beside_what_is_real() {
        let mut made_up = alert("Fake", "a", RuleState::Firing, "critical");
        made_up.1.muting = Muting { muted_by: vec!["demo".to_owned()], ..Muting::default() };
        let real = alert("Slow", "a", RuleState::Firing, "warning");
        let mut alerts = Alerts { all: [made_up].into_iter().collect(), ..Alerts::default() };
        let asked = |state: &str| Asked::new(state, "", "", "");
        assert_eq!(asked("").groups(&alerts), ["Fake"], "there is nothing else");
        alerts.all.insert(real.0, real.1);
        let table: [(&str, bool, &[&str], usize); 6] = [
            ("", false, &["Slow"], 1),
            ("", true, &["Slow", "Fake"], 0),
            ("muted", false, &[], 1),
            ("demo", false, &["Fake"], 0),
            ("maintenance", false, &[], 0),
            ("firing", false, &["Slow"], 0),
        ];
        for (state, demo, groups, folded) in table {
            let asked = asked(state).with_demo(demo);
            assert_eq!(asked.groups(&alerts), groups, "{state} {demo}");
            assert_eq!(asked.folded(&alerts), folded, "{state} {demo}");
        }
    }
}
