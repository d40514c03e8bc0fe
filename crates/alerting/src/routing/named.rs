use watchfire_model::Labels;

/// The label by which an alert names its receivers, with commas between them: `receivers="ops,chat"`.
pub const RECEIVERS: &str = "receivers";

/// The same, as rules in form of a map set it.
pub const CHANNELS: &str = "channels";

/// The names in these labels, in their order.
pub(super) fn named(labels: &Labels) -> impl Iterator<Item = &str> {
    let values = [RECEIVERS, CHANNELS].into_iter().filter_map(move |name| labels.get(name));
    values.flat_map(|value| value.split(',')).map(str::trim).filter(|name| !name.is_empty())
}

/// The labels that name receivers, in words: `receivers="ops,chat"`.
pub(super) fn words(labels: &Labels) -> String {
    let given = [RECEIVERS, CHANNELS].into_iter().filter_map(|name| Some((name, labels.get(name)?)));
    given.map(|(name, value)| format!("{name}={value:?}")).collect::<Vec<_>>().join(" and ")
}
