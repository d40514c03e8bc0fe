use serde::{Deserialize, Serialize};
use watchfire_dashboard::{Choice, Dashboard, Values, Variable};
use watchfire_panel::Marked;

/// A dashboard with what is chosen for it: what its first render knows, and what the API tells of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct BoardSnapshot {
    /// The dashboard; panels from the library are filled in.
    pub(crate) dashboard: Dashboard,
    /// What is known about it.
    pub(crate) meta: Meta,
    /// Its variables, in their order.
    pub(crate) variables: Vec<Resolved>,
    /// What is marked, where the page cannot ask for it itself.
    pub(crate) marks: Vec<Marked>,
}

/// What is known about a dashboard besides what stands in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "they are independent facts, and the API tells each by its name"
)]
pub(crate) struct Meta {
    /// Counts its versions; 0 for one that was not saved here yet.
    pub(crate) version: u64,
    /// The uid of its folder.
    pub(crate) folder: Option<String>,
    /// Whether it is a favourite.
    pub(crate) favourite: bool,
    /// Whether a file is its source.
    pub(crate) managed: bool,
    /// Whether it differs from that file.
    pub(crate) drifted: bool,
    /// Whether that file came with the program.
    pub(crate) shipped: bool,
    /// When it was last saved: milliseconds since the epoch.
    pub(crate) updated_at: i64,
}

/// A variable with its choices.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Resolved {
    /// Which.
    pub(crate) name: String,
    /// What can be chosen.
    pub(crate) choices: Vec<Choice>,
    /// The values that are chosen, as links name them; [`Variable::ALL`] alone for all.
    pub(crate) chosen: Vec<String>,
    /// What readers should know of it.
    pub(crate) note: Option<String>,
    /// Why there are no choices.
    pub(crate) error: Option<String>,
}

impl Resolved {
    /// Whether all are chosen.
    pub(crate) fn is_all(&self) -> bool {
        self.chosen.iter().any(|value| value == Variable::ALL)
    }

    /// What is chosen, as readers see it.
    pub(crate) fn shown(&self) -> Vec<Choice> {
        let known = |value: &String| self.choices.iter().find(|choice| choice.value == *value).cloned();
        self.chosen.iter().map(|value| known(value).unwrap_or_else(|| Choice::plain(value.clone()))).collect()
    }
}

/// The values that queries hold.
pub(crate) fn values_of(variables: &[Variable], resolved: &[Resolved]) -> Values {
    let mut values = Values::default();
    for variable in variables {
        match resolved.iter().find(|one| one.name == variable.name) {
            Some(one) if one.is_all() => values.set_all(variable, one.choices.clone()),
            Some(one) => values.set(variable, one.shown()),
            None => {}
        }
    }
    values
}
