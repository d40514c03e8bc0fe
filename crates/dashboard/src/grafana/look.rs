use serde_json::Value;

static NOTHING: Value = Value::Null;

/// Looks into JSON whose form nobody promised.
pub(super) trait Look {
    /// What stands under a key; null where nothing does.
    fn at(&self, key: &str) -> &Value;

    fn text(&self, key: &str) -> Option<&str> {
        self.at(key).as_str()
    }

    /// A number, also as a text.
    fn number(&self, key: &str) -> Option<f64> {
        let value = self.at(key);
        value.as_f64().or_else(|| value.as_str()?.trim().parse().ok()).filter(|number| number.is_finite())
    }

    fn flag(&self, key: &str) -> Option<bool> {
        self.at(key).as_bool()
    }

    fn list(&self, key: &str) -> &[Value] {
        self.at(key).as_array().map(Vec::as_slice).unwrap_or_default()
    }

    /// The pairs of an object, in the order of its keys.
    fn pairs(&self, key: &str) -> Vec<(&String, &Value)> {
        self.at(key).as_object().into_iter().flatten().collect()
    }
}

impl Look for Value {
    fn at(&self, key: &str) -> &Value {
        self.get(key).unwrap_or(&NOTHING)
    }
}
