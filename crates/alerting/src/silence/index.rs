use std::collections::HashMap;

use watchfire_model::{Labels, MatchOp};

use super::Silence;

/// Which silences may mute an alert: by the first label for which a silence wants one value. So of thousands of silences
/// only few are looked at for each alert.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    /// Ids by a label's name and value.
    equal: HashMap<String, HashMap<String, Vec<String>>>,
    /// Ids of those that want no value of any label.
    others: Vec<String>,
}

impl Index {
    fn list(&mut self, silence: &Silence) -> &mut Vec<String> {
        let wanted =
            |matcher: &&crate::Matcher| matcher.op() == MatchOp::Equal && !matcher.value().is_empty();
        match silence.matchers.iter().find(wanted) {
            Some(matcher) => {
                let values = self.equal.entry(matcher.name().to_owned()).or_default();
                values.entry(matcher.value().to_owned()).or_default()
            }
            None => &mut self.others,
        }
    }

    pub(super) fn add(&mut self, silence: &Silence) {
        self.list(silence).push(silence.id.clone());
    }

    pub(super) fn remove(&mut self, silence: &Silence) {
        self.list(silence).retain(|id| *id != silence.id);
    }

    /// The ids of silences that may mute an alert with these labels, each once.
    pub(super) fn candidates<'a, 'l>(
        &'a self,
        labels: &'l Labels,
    ) -> impl Iterator<Item = &'a str> + use<'a, 'l> {
        let equal = labels.iter().filter_map(|label| self.equal.get(label.name)?.get(label.value));
        equal.flatten().chain(&self.others).map(String::as_str)
    }
}
