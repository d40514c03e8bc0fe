use std::collections::BTreeSet;

use watchfire_model::{GridSeries, Labels, METRIC_NAME};

/// The names of the series of one query: by a template in which `{{label}}` stands for a label's value; without one by the
/// labels that tell them apart. `query` is what a series without any label is called.
pub(crate) fn names(series: &[GridSeries], template: &str, query: &str) -> Vec<String> {
    if template.is_empty() || template == AUTO {
        let apart = telling(series);
        return series.iter().map(|series| name(&series.labels, &apart, query)).collect();
    }
    if !template.contains(WHOLE) {
        return series.iter().map(|series| filled(template, &series.labels)).collect();
    }
    // What stands beside it names the query already: one series needs nothing more.
    let apart = telling(series);
    let own = |labels: &Labels| if apart.is_empty() { String::new() } else { name(labels, &apart, query) };
    let one = |series: &GridSeries| {
        filled(&template.replace(WHOLE, &own(&series.labels)), &series.labels).trim().to_owned()
    };
    series.iter().map(one).collect()
}

/// In a template: the labels that tell the series of a query apart.
const AUTO: &str = "__auto";
const WHOLE: &str = "{{__auto}}";

/// `{{label}}` replaced by its value; by nothing where there is no such label.
pub fn filled(template: &str, labels: &Labels) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, inside)) = rest.split_once("{{") {
        let Some((label, after)) = inside.split_once("}}") else { break };
        out.push_str(before);
        out.push_str(labels.get(label.trim()).unwrap_or_default());
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The label that is enough to tell all apart, if one is; else all whose values differ. Of several that are enough `instance`
/// is what people know things by.
fn telling(series: &[GridSeries]) -> BTreeSet<String> {
    let mut differing = differing(series);
    let mut enough: Option<String> = None;
    for name in &differing {
        if (enough.is_none() || name == "instance") && is_enough(series, name) {
            enough = Some(name.clone());
        }
    }
    if let Some(enough) = enough {
        differing = BTreeSet::new();
        differing.insert(enough);
    }
    differing
}

/// Whether all series have a label, each another value of it.
fn is_enough(series: &[GridSeries], name: &str) -> bool {
    let mut values: Vec<&str> = series.iter().filter_map(|series| series.labels.get(name)).collect();
    watchfire_model::sort_small(&mut values, &|one, other| one.cmp(other));
    values.len() == series.len() && values.windows(2).all(|pair| pair[0] != pair[1])
}

/// The labels whose values differ.
fn differing(series: &[GridSeries]) -> BTreeSet<String> {
    let Some((first, others)) = series.split_first() else { return BTreeSet::new() };
    let mut apart = BTreeSet::new();
    for other in others {
        let differs = |name: &str| first.labels.get(name) != other.labels.get(name);
        for label in first.labels.iter().chain(other.labels.iter()) {
            if !apart.contains(label.name) && differs(label.name) {
                apart.insert(label.name.to_owned());
            }
        }
    }
    apart
}

fn name(labels: &Labels, apart: &BTreeSet<String>, query: &str) -> String {
    let told: Vec<_> = labels.iter().filter(|label| apart.contains(label.name)).collect();
    match told.as_slice() {
        // One series: what it is, as far as it says so itself.
        [] if !labels.metric().is_empty() => labels.metric().to_owned(),
        [] => {
            match labels.iter().map(|label| format!("{}={}", label.name, label.value)).collect::<Vec<_>>() {
                pairs if pairs.is_empty() => query.to_owned(),
                pairs => pairs.join(", "),
            }
        }
        [one] => one.value.to_owned(),
        several => {
            let pair = |label: &watchfire_model::Label<'_>| match label.name {
                METRIC_NAME => label.value.to_owned(),
                name => format!("{name}={}", label.value),
            };
            several.iter().map(pair).collect::<Vec<_>>().join(", ")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(labels: &[&[(&str, &str)]]) -> Vec<GridSeries> {
        let of = |labels: &&[(&str, &str)]| GridSeries {
            labels: Labels::new(labels.iter().copied()).unwrap(),
            values: Vec::new(),
        };
        labels.iter().map(of).collect()
    }

    #[test]
    fn templates_hold_labels() {
        let one = series(&[&[("job", "api"), ("code", "200")]]);
        for (template, name) in [
            ("{{job}}: {{ code }}", "api: 200"),
            ("{{none}}x", "x"),
            ("a {{job", "a {{job"),
            ("plain", "plain"),
        ] {
            assert_eq!(names(&one, template, ""), [name], "{template}");
        }
    }

    #[test]
    fn labels_tell_series_apart() {
        let cpu = [
            [("__name__", "cpu"), ("cpu", "0"), ("mode", "idle")],
            [("__name__", "cpu"), ("cpu", "1"), ("mode", "idle")],
        ];
        assert_eq!(names(&series(&[&cpu[0], &cpu[1]]), "", "q"), ["0", "1"]);
        assert_eq!(names(&series(&[&cpu[0]]), "", "q"), ["cpu"]);
        assert_eq!(names(&series(&[&[("a", "x"), ("b", "y")]]), "", "q"), ["a=x, b=y"]);
        assert_eq!(names(&series(&[&[]]), "", "sum(up)"), ["sum(up)"]);
        let hosts = [
            [("instance", "b:1"), ("demo", "true"), ("zone", "y")],
            [("instance", "a:1"), ("demo", ""), ("zone", "x")],
        ];
        assert_eq!(names(&series(&[&hosts[0], &hosts[1]]), "", "q"), ["b:1", "a:1"]);
        assert_eq!(names(&series(&[&hosts[0], &hosts[1]]), "load {{__auto}}", "q"), ["load b:1", "load a:1"]);
        assert_eq!(names(&series(&[&hosts[0]]), "load {{__auto}}", "q"), ["load"]);
        let two = series(&[&[("a", "1"), ("b", "1")], &[("a", "1"), ("b", "2")], &[("a", "2"), ("b", "2")]]);
        assert_eq!(names(&two, "__auto", "q"), ["a=1, b=1", "a=1, b=2", "a=2, b=2"]);
    }
}
