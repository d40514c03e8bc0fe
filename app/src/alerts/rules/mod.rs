//! All rules: those that forms made, and those of files.

mod actions;
mod files;
mod table;

use std::collections::BTreeMap;

use crate::pages::Title;
use leptos::prelude::*;
use serde::Deserialize;

use self::files::{FilesState, RuleFiles};
use self::table::GroupTable;
use super::{Address, choice, search_field, state_word, trouble, without_script};
use crate::address::Search;
use crate::api::{self, Failure, Poll, RuleGroup, RuleHealth, RuleShown, RuleState, RulesAnswer, envelope};
use crate::numbers::grouped;
use crate::pages::{Page, Views};

/// Seconds between two looks.
const EVERY: u32 = 3;

/// What names a rule on the page: its file, its group, and its place in there.
type Key = (String, String, usize);

/// A rule that a form made, as `/api/v1/watchfire/rules` lists it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct FormRule {
    uid: String,
    name: String,
    severity: Option<String>,
    paused: bool,
}

/// What the server told last.
#[derive(Clone, Debug, Default, PartialEq)]
struct Known {
    groups: BTreeMap<(String, String), RuleGroup>,
    /// By uid.
    forms: BTreeMap<String, FormRule>,
    files: RuleFiles,
}

impl Known {
    async fn ask() -> Result<Self, Failure> {
        let none = Search::default();
        let rules = RulesAnswer::read(&api::get("/api/v1/rules", &none).await?)?;
        let forms: Vec<FormRule> = envelope(&api::get("/api/v1/watchfire/rules", &none).await?)?;
        let files = envelope(&api::get("/api/v1/watchfire/rules/files", &none).await?)?;
        Ok(Self::new(rules.groups, forms, files))
    }

    fn new(groups: Vec<RuleGroup>, forms: Vec<FormRule>, files: RuleFiles) -> Self {
        let groups: BTreeMap<_, _> =
            groups.into_iter().map(|group| ((group.file.clone(), group.name.clone()), group)).collect();
        let forms = forms.into_iter().map(|form| (form.uid.clone(), form)).collect();
        Self { groups, forms, files }
    }

    fn rule(&self, key: &Key) -> Option<(&RuleGroup, &RuleShown)> {
        let group = self.groups.get(&(key.0.clone(), key.1.clone()))?;
        Some((group, group.rules.get(key.2)?))
    }
}

/// Which rules are shown.
#[derive(Clone, Debug, Default, PartialEq)]
struct Asked {
    state: String,
    words: Vec<String>,
}

/// The states in the URL and what they are called.
const STATES: [(&str, &str); 6] = [
    ("", "All"),
    ("firing", "Firing"),
    ("pending", "Pending"),
    ("inactive", "Inactive"),
    ("error", "With an error"),
    ("recording", "Recording"),
];

impl Asked {
    fn takes(&self, rule: &RuleShown, group: &RuleGroup) -> bool {
        let state = match self.state.as_str() {
            "firing" => rule.state == Some(RuleState::Firing),
            "pending" => rule.state == Some(RuleState::Pending),
            "inactive" => rule.state == Some(RuleState::Inactive),
            "error" => rule.health == RuleHealth::Err,
            "recording" => rule.state.is_none(),
            _ => true,
        };
        let text = format!("{} {} {} {} {:?}", rule.name, rule.query, group.name, group.file, rule.labels);
        state && self.finds(&text)
    }

    fn finds(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        self.words.iter().all(|word| text.contains(word))
    }

    /// The groups that have something to show: first those of forms together, then the others by file.
    fn groups(&self, known: &Known) -> Vec<(String, String)> {
        let of_forms = !self.form_keys(known).is_empty() || !self.paused(known).is_empty();
        let own = of_forms.then(|| ("form".to_owned(), String::new()));
        let others = known.groups.values().filter(|group| !group.is_of_form());
        let others = others.filter(|group| group.rules.iter().any(|rule| self.takes(rule, group)));
        own.into_iter().chain(others.map(|group| (group.file.clone(), group.name.clone()))).collect()
    }

    fn form_keys(&self, known: &Known) -> Vec<Key> {
        let of_forms = known.groups.values().filter(|group| group.is_of_form());
        of_forms.flat_map(|group| self.keys_of(group)).collect()
    }

    fn keys_of(&self, group: &RuleGroup) -> Vec<Key> {
        let rules = group.rules.iter().enumerate().filter(|(_, rule)| self.takes(rule, group));
        rules.map(|(place, _)| (group.file.clone(), group.name.clone(), place)).collect()
    }

    /// The rules of a group of the page.
    fn keys(&self, known: &Known, group: &(String, String)) -> Vec<Key> {
        if group.0 == "form" {
            return self.form_keys(known);
        }
        known.groups.get(group).map(|group| self.keys_of(group)).unwrap_or_default()
    }

    /// Those that are not evaluated: paused, or stored by another version that this one cannot read.
    fn paused(&self, known: &Known) -> Vec<FormRule> {
        if !self.state.is_empty() {
            return Vec::new();
        }
        let running = |uid: &String| known.groups.contains_key(&("form".to_owned(), uid.clone()));
        let idle = known.forms.values().filter(|form| !running(&form.uid));
        idle.filter(|form| self.finds(&form.name)).cloned().collect()
    }
}

/// The page.
#[component]
pub(crate) fn RulesPage() -> impl IntoView {
    let address = Address::of(Page::Rules);
    let (state, filter) = (address.value("state"), address.value("filter"));
    let asked = Memo::new(move |_| Asked {
        state: state.get(),
        words: filter.get().to_lowercase().split_whitespace().map(str::to_owned).collect(),
    });
    let known = RwSignal::new(None::<Known>);
    let poll = Poll::start(EVERY, Known::ask, move |got| known.set(Some(got)));
    let groups = Memo::new(move |_| {
        known
            .with(|known| known.as_ref().map(|known| asked.with(|asked| asked.groups(known))))
            .unwrap_or_default()
    });
    let nothing = move || {
        let some = known.with(|known| {
            known.as_ref().is_some_and(|known| !known.groups.is_empty() || !known.forms.is_empty())
        });
        (some && groups.with(Vec::is_empty))
            .then(|| view! { <p class="panel-none">"No rule matches. Shorten the filter, or choose another state."</p> })
    };
    let states = STATES.map(|(word, title)| (word.to_owned(), title.to_owned())).to_vec();
    view! {
        <Title text=Page::Rules.title()/>
        <div class="alerting" data-state=move || state_word(poll)>
            <Views current=Page::Rules/>
            <h1 class="visually-hidden">"Rules"</h1>
            <Summary known poll/>
            <FilesState known/>
            <div class="alerting-controls">
                {search_field(address, "part of a name, a query or a label")}
                {choice(address, "state", "Show", states)}
            </div>
            <For each=move || groups.get() key=Clone::clone let:group>
                <GroupTable group asked known poll/>
            </For>
            {nothing}
        </div>
    }
    .into_any()
}

#[component]
fn Summary(known: RwSignal<Option<Known>>, poll: Poll) -> impl IntoView {
    let words = move || trouble(poll, "Rules").or_else(|| known.with(|known| known.as_ref().map(counted)));
    view! {
        <section class="panel alerting-summary" aria-label="Summary">
            <p class="alerting-words" role="status">{words}</p>
            {without_script()}
            <p class="alerting-actions"><a class="button primary" href="/alerts/rules/new">"New rule"</a></p>
        </section>
    }
    .into_any()
}

fn counted(known: &Known) -> String {
    let rules: Vec<&RuleShown> = known.groups.values().flat_map(|group| &group.rules).collect();
    let paused = known.forms.values().filter(|form| form.paused).count();
    if rules.is_empty() && paused == 0 {
        return "○ No rules yet. Make one here, or name rule files with --rules-files.".to_owned();
    }
    let broken = rules.iter().filter(|rule| rule.health == RuleHealth::Err).count();
    let firing = rules.iter().filter(|rule| rule.state == Some(RuleState::Firing)).count();
    let number = |count: usize| grouped(count as u64);
    let parts = [
        (broken > 0).then(|| format!("✕ {} cannot be evaluated", number(broken))),
        Some(format!("{} rule{}", number(rules.len()), if rules.len() == 1 { "" } else { "s" })),
        (firing > 0).then(|| format!("{} firing", number(firing))),
        (paused > 0).then(|| format!("{} paused", number(paused))),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Known {
        let text = r#"{"status":"success","data":{"groups":[
            {"name":"hot","file":"form","interval":15,"rules":[{"name":"Hot","query":"temp > 80","health":"ok","state":"firing"}]},
            {"name":"node","file":"node.yml","interval":15,"rules":[
                {"name":"Full","query":"disk > 9","health":"err","state":"inactive"},
                {"name":"a:b","query":"sum(b)","health":"ok"}]}]}}"#;
        let form = |uid: &str, paused| FormRule {
            uid: uid.to_owned(),
            name: uid.to_owned(),
            paused,
            ..FormRule::default()
        };
        let groups = RulesAnswer::read(text).unwrap().groups;
        Known::new(groups, vec![form("hot", false), form("cold", true)], RuleFiles::default())
    }

    #[test]
    fn rules_are_found() {
        let known = known();
        let table: [(&str, &str, &[&str]); 7] = [
            ("", "", &["form", "node.yml"]),
            ("firing", "", &["form"]),
            ("error", "", &["node.yml"]),
            ("recording", "", &["node.yml"]),
            ("", "temp", &["form"]),
            ("", "cold", &["form"]),
            ("pending", "", &[]),
        ];
        for (state, words, expected) in table {
            let words = words.split_whitespace().map(str::to_owned).collect();
            let asked = Asked { state: state.to_owned(), words };
            let groups: Vec<_> = asked.groups(&known).into_iter().map(|(file, _)| file).collect();
            assert_eq!(groups, expected, "{state} {:?}", asked.words);
        }
        let all = Asked::default();
        assert_eq!(all.paused(&known).len(), 1);
        assert_eq!(all.keys(&known, &("node.yml".to_owned(), "node".to_owned())).len(), 2);
        assert_eq!(counted(&known), "✕ 1 cannot be evaluated · 3 rules · 1 firing · 1 paused");
    }
}
