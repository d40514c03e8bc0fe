use serde_json::Value;

use super::Config;

impl Config {
    /// The configuration for people and for `amtool`: with `<secret>` in place of secrets, and without what is empty. It is
    /// JSON, which is YAML, too.
    pub fn shown(&self) -> Value {
        let mut value = serde_json::to_value(self).unwrap_or_default();
        strip(&mut value);
        value
    }
}

/// Takes out what is empty; says whether nothing is left.
fn strip(value: &mut Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => {
            // An empty item is one still: its place counts.
            for item in items.iter_mut() {
                strip(item);
            }
            items.is_empty()
        }
        Value::Object(fields) => {
            fields.retain(|_, field| !strip(field));
            fields.is_empty()
        }
        Value::Bool(_) | Value::Number(_) => false,
    }
}
