use serde::{Deserialize, Serialize};
use watchfire_dashboard::{Choice, Panel, Values};
use watchfire_panel::{Marked, Unfolded};

/// What the page of an embedded share tells its client: enough to go on from the first pictures, and nothing that viewers are
/// not to know.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Embedded {
    /// Where the live data is.
    pub live: String,
    /// Both ends of the range, as they would be typed.
    pub range: (String, String),
    /// Whether viewers may choose another range.
    pub time_is_free: bool,
    /// How often the panels ask, as dashboards write it.
    pub refresh: String,
    /// The variables: what is chosen for each, as links name it.
    pub chosen: Vec<(String, Vec<String>)>,
    /// The values that hold on the page.
    pub values: Values,
    /// The panels, those of folded rows as well.
    pub panels: Vec<EmbeddedPanel>,
    /// What is marked on charts.
    pub marks: Vec<Marked>,
    /// Whether times are in UTC rather than in the zone of the browser.
    pub utc: bool,
}

/// A panel of an [`Embedded`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct EmbeddedPanel {
    /// Names it on the page.
    pub key: String,
    /// Of a copy what names all copies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copies: Option<String>,
    /// It, at its place, without the texts of its queries.
    pub panel: Panel,
    /// The values of variables that are not as on the page, as repeated panels have them.
    pub own: Vec<(String, Choice)>,
}

impl EmbeddedPanel {
    /// A panel of a page on which `values` hold. `names`: those of the variables.
    pub fn of<'a>(item: &Unfolded, values: &Values, names: impl IntoIterator<Item = &'a str>) -> Self {
        let own = names.into_iter().filter_map(|name| {
            let own = item.values.chosen(name)?;
            let [one] = own else { return None };
            (values.chosen(name) != Some(own)).then(|| (name.to_owned(), one.clone()))
        });
        let mut panel = item.panel.clone();
        // The server has put these on the page.
        panel.description.clear();
        panel.links.clear();
        panel.view.text.clear();
        Self { key: item.key.clone(), copies: item.copies.clone(), own: own.collect(), panel }
    }

    /// It, as the page shows it.
    pub fn unfolded(self, values: &Values) -> Unfolded {
        let mut own = values.clone();
        for (name, choice) in self.own {
            own.set_one(&name, choice);
        }
        Unfolded { key: self.key, copies: self.copies, panel: self.panel, values: own }
    }
}

#[cfg(test)]
mod tests {
    use watchfire_dashboard::{Repeat, Variable};
    use watchfire_panel::unfold;

    use super::*;

    #[test]
    fn panels_come_as_they_were_unfolded() {
        let variable = Variable { name: "host".to_owned(), multi: true, ..Variable::default() };
        let mut values = Values::default();
        values.set(&variable, vec![Choice::plain("a"), Choice::plain("b")]);
        let repeat = Repeat { variable: "host".to_owned(), ..Repeat::default() };
        let panels =
            [Panel { id: 1, repeat: Some(repeat), ..Panel::default() }, Panel { id: 2, ..Panel::default() }];
        let items = unfold(&panels, &values);
        assert_eq!(items.len(), 3);
        for item in items {
            let sent = EmbeddedPanel::of(&item, &values, ["host"]);
            assert_eq!(sent.own.len(), usize::from(item.panel.id == 1));
            assert_eq!(sent.unfolded(&values), item);
        }
    }
}
