use std::ops::Range;

use watchfire_model::{Labels, METRIC_NAME};

use super::line::{StatsdKind, StatsdLine};

/// Puts together the keys of series: name and labels as they are stored, such as `api_hits_total,env:prod`. So lines that
/// are stored as one series have one key, however their names and tags were spelt and ordered.
///
/// Its memory is kept from line to line: one of a series that is known needs none.
#[derive(Debug, Default)]
pub(super) struct KeyWriter {
    key: String,
    /// Names of labels, one after the other.
    names: String,
    /// Where the name of each label lies in `names`, and its value in the line's tags.
    labels: Vec<(Range<usize>, Range<usize>)>,
}

impl KeyWriter {
    /// The key of a line's series.
    pub(super) fn write(&mut self, line: &StatsdLine<'_>) -> Key<'_> {
        let Self { key, names, labels } = self;
        key.clear();
        clean(line.name, true, key);
        let suffix = match line.kind {
            StatsdKind::Counter => "_total",
            StatsdKind::Timing => "_seconds",
            StatsdKind::Gauge | StatsdKind::Distribution | StatsdKind::Set => "",
        };
        if !key.ends_with(suffix) {
            key.push_str(suffix);
        }
        let metric = key.len();
        names.clear();
        labels.clear();
        let mut next = 0;
        for tag in line.tags.split(',') {
            let start = next;
            let end = start + tag.len();
            next = end + 1;
            let (name, value) = match tag.split_once(':') {
                // A label without a value is absent.
                Some((_, "")) => continue,
                Some((name, _)) => (name, start + name.len() + 1..end),
                // Datadog's agent takes empty tags, too.
                None if tag.is_empty() => continue,
                // An empty range stands for `true`.
                None => (tag, end..end),
            };
            let at = names.len();
            clean(name, false, names);
            let is_reserved = match &names[at..] {
                METRIC_NAME => true,
                // Buckets have one of their own.
                "le" => line.kind.is_histogram(),
                _ => false,
            };
            if !is_reserved {
                labels.push((at..names.len(), value));
            }
        }
        // Of two with one name, the first one stays: the order of equal ones is kept.
        labels.sort_by(|one, other| names[one.0.clone()].cmp(&names[other.0.clone()]));
        labels.dedup_by(|later, first| names[later.0.clone()] == names[first.0.clone()]);
        for (name, value) in labels {
            let value = &line.tags[value.clone()];
            key.push(',');
            key.push_str(&names[name.clone()]);
            key.push(':');
            key.push_str(if value.is_empty() { "true" } else { value });
        }
        Key { text: key, metric }
    }
}

/// The key of a series.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key<'a> {
    /// The metric's name, and `,label:value` for each label, sorted by name. Names hold neither `,` nor, but for the
    /// metric's, `:`, and values hold no `,`, since tags end there.
    pub(super) text: &'a str,
    /// Where the metric's name ends.
    metric: usize,
}

impl<'a> Key<'a> {
    /// The metric's name as it is stored; of a histogram, without `_bucket`, `_sum` and `_count`.
    pub(super) fn metric(self) -> &'a str {
        &self.text[..self.metric]
    }

    /// The label set, the metric's name included.
    pub(super) fn labels(self) -> Labels {
        let others = self.text[self.metric..].split(',').filter_map(|label| label.split_once(':'));
        let labels = Labels::of(self.metric(), others);
        // Names are distinct, and none is empty: a tag without one is a bad line.
        labels.unwrap_or_else(|_| Labels::empty())
    }
}

/// Adds a name in Prometheus' form: what it does not allow becomes `_`.
fn clean(name: &str, is_metric: bool, into: &mut String) {
    if name.starts_with(|first: char| first.is_ascii_digit()) {
        into.push('_');
    }
    into.extend(name.chars().map(|letter| match letter {
        letter if letter.is_ascii_alphanumeric() => letter,
        ':' if is_metric => letter,
        _ => '_',
    }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statsd::parse_line;

    fn key(line: &str) -> String {
        KeyWriter::default().write(&parse_line(line.as_bytes()).unwrap()).text.to_owned()
    }

    #[test]
    fn keys_are_what_is_stored() {
        let table = [
            ("api.hits:1|c", "api_hits_total"),
            ("api-hits_total:1|c", "api_hits_total"),
            ("load:1|g", "load"),
            ("query:1|ms", "query_seconds"),
            ("query_seconds:1|ms", "query_seconds"),
            ("1st.größe:1|g", "_1st_gr__e"),
            ("load:1|g|#b:2,a:1", "load,a:1,b:2"),
            ("load:1|g|#a:1,b:2,a:3", "load,a:1,b:2"),
            ("load:1|g|#a-b:1,a.b:2,7:x", "load,_7:x,a_b:1"),
            ("load:1|g|#canary,url:http://a:1/", "load,canary:true,url:http://a:1/"),
            ("load:1|g|#,empty:,,a:1,", "load,a:1"),
            ("load:1|g|#__name__:x,le:1", "load,le:1"),
            ("size:1|d|#le:1,a:1", "size,a:1"),
            ("query:1|ms|#le", "query_seconds"),
        ];
        for (line, expected) in table {
            assert_eq!(key(line), expected, "{line}");
        }
    }

    #[test]
    fn labels_come_from_the_key() {
        let mut writer = KeyWriter::default();
        let line = parse_line(b"load:1|g|#url:http://a:1/,canary").unwrap();
        let key = writer.write(&line);
        assert_eq!(key.metric(), "load");
        assert_eq!(key.labels().to_string(), r#"load{canary="true",url="http://a:1/"}"#);
    }
}
