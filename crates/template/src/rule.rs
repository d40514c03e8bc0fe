//! Templates of rules: labels and annotations of alerts (<https://prometheus.io/docs/prometheus/latest/configuration/template_reference/>).

use std::fmt;
use std::sync::Arc;

use watchfire_model::Labels;

use crate::env::Env;
use crate::error::TemplateError;
use crate::functions::Dialect;
use crate::set::{Mode, Text};
use crate::value::{Field, Map, Object, Shape, Value};

/// A label or annotation of a rule, read once and expanded for each alert.
#[derive(Clone, Debug)]
pub struct RuleTemplate {
    text: Arc<str>,
    /// `None` where nothing is to be expanded.
    parsed: Option<Text>,
}

/// What the templates of a rule are expanded for: one alert, or one sample of a recording rule. The maps are made of label
/// sets once (`Map::from(&labels)`) and shared by all templates.
#[derive(Clone, Debug)]
pub struct RuleData {
    /// The labels of the series, `$labels`.
    pub labels: Map,
    /// The server's labels for everything that it sends, `$externalLabels`.
    pub external_labels: Map,
    /// The value of the series, `$value`.
    pub value: f64,
}

impl From<&Labels> for Map {
    fn from(labels: &Labels) -> Self {
        Self::strings(labels.iter().map(|label| (label.name, label.value)))
    }
}

impl RuleTemplate {
    /// Reads a text. `$labels`, `$externalLabels`, `$externalURL` and `$value` are there.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let parsed = if text.contains("{{") {
            let given = ["$labels", "$externalLabels", "$externalURL", "$value"];
            Some(Text::parse(text, Dialect::Rules, &given)?)
        } else {
            None
        };
        Ok(Self { text: text.into(), parsed })
    }

    /// The text that was read.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What it says of an alert.
    pub fn expand(&self, data: &RuleData, env: &Env<'_>) -> Result<String, TemplateError> {
        let Some(parsed) = &self.parsed else { return Ok(self.text.to_string()) };
        let (labels, external) =
            (Value::from(data.labels.clone()), Value::from(data.external_labels.clone()));
        let (url, value) = (Value::from(env.external_url), Value::from(data.value));
        let given = vec![
            ("$labels".into(), labels.clone()),
            ("$externalLabels".into(), external.clone()),
            ("$externalURL".into(), url.clone()),
            ("$value".into(), value.clone()),
        ];
        let field = |name, value| Field { name, key: name, value };
        let dot = Dot([
            field("Labels", labels),
            field("ExternalLabels", external),
            field("ExternalURL", url),
            field("Value", value),
        ]);
        parsed.execute(None, &Value::Object(Arc::new(dot)), given, env, Mode::Text)
    }
}

/// What a rule's label or annotation says of an alert.
pub fn expand_rule_template(text: &str, data: &RuleData, env: &Env<'_>) -> Result<String, TemplateError> {
    RuleTemplate::parse(text)?.expand(data, env)
}

/// The dot.
struct Dot([Field; 4]);

impl fmt::Debug for Dot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Dot").field(&self.0).finish()
    }
}

impl Object for Dot {
    fn type_name(&self) -> &'static str {
        "template.AlertData"
    }

    fn shape(&self) -> Shape<'_> {
        Shape::Fields(&self.0)
    }
}
