use watchfire_model::Labels;

/// The label by which an alert names its receivers, with commas between them: `receivers="ops,chat"`.
pub const RECEIVERS: &str = "receivers";

/// The same, as rules in form of a map set it; there may be routes that match it, and those come first.
pub const CHANNELS: &str = "channels";

/// The names in the label called `label`, in their order.
pub(super) fn named<'a>(labels: &'a Labels, label: &str) -> impl Iterator<Item = &'a str> {
    let value = labels.get(label).unwrap_or_default();
    value.split(',').map(str::trim).filter(|name| !name.is_empty())
}

/// A label that names receivers, in words: `receivers="ops,chat"`.
pub(super) fn words(labels: &Labels, label: &str) -> String {
    format!("{label}={:?}", labels.get(label).unwrap_or_default())
}
