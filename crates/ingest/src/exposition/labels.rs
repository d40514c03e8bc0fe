//! From the text of a series to its labels, and back for those that come as protobuf.

use std::borrow::Cow;

use watchfire_model::{
    KeyFormat, Labels, LabelsError, METRIC_NAME, is_plain_label_name, is_plain_metric_name,
};

use super::syntax::{Cursor, Part, Raw};

/// Keys that are the text of a series, as [`labels()`] reads it. All formats share it: what is a series in one of the text
/// formats is the same one in the other, and those of protobuf are written as text.
pub static SERIES_TEXT: KeyFormat = KeyFormat { tag: 3, decode: labels };

/// The label set of a series as it is written in a text format, with its metric's name as the label `__name__`: escapes
/// are resolved, labels sorted, and those with an empty value left out.
///
/// What [`read`](super::read) gave can only fail with a name that is there twice.
///
/// ```
/// use watchfire_ingest::exposition::labels;
/// let labels = labels(br#"http_requests_total{path="C:\\", code="200"}"#)?;
/// assert_eq!(labels.to_string(), r#"http_requests_total{code="200",path="C:\\"}"#);
/// # Ok::<(), watchfire_model::LabelsError>(())
/// ```
pub fn labels(series: &[u8]) -> Result<Labels, LabelsError> {
    decode(series, |cursor, part| cursor.series::<false>(&mut |one| part(one)).is_ok())
}

/// The label set of an exemplar, in braces.
pub(super) fn exemplar_labels(set: &[u8]) -> Result<Labels, LabelsError> {
    if set.first() != Some(&b'{') {
        return Err(LabelsError::Damaged);
    }
    decode(set, |cursor, part| cursor.label_set::<false>(true, &mut |one| part(one)).is_ok())
}

fn decode<'a>(
    text: &'a [u8],
    read: impl FnOnce(&mut Cursor<'a>, &mut dyn FnMut(Part<'a>)) -> bool,
) -> Result<Labels, LabelsError> {
    let mut cursor = Cursor::new(text);
    let mut pairs: Vec<(Cow<'a, str>, Cow<'a, str>)> = Vec::with_capacity(8);
    let mut valid = true;
    let mut push = |name: Option<Cow<'a, str>>, value: Raw<'a>| match (name, value.text()) {
        (Some(name), Some(value)) => pairs.push((name, value)),
        _ => valid = false,
    };
    let whole = read(&mut cursor, &mut |part| match part {
        Part::Metric(name) => push(Some(Cow::Borrowed(METRIC_NAME)), name),
        Part::Label(name, value) => push(name.text(), value),
    });
    if !whole || !valid || cursor.at < text.len() {
        return Err(LabelsError::Damaged);
    }
    Labels::new(pairs)
}

/// Writes the beginning of a series: the name of its metric, in two parts, and its labels, written by [`put_label`]. The
/// brace stays open where it is; tells whether it is.
pub(super) fn put_series(into: &mut Vec<u8>, (family, suffix): (&str, &str), labels: &[u8]) -> bool {
    // A suffix is always plain.
    let plain = is_plain_metric_name(family);
    if plain {
        into.extend_from_slice(family.as_bytes());
        into.extend_from_slice(suffix.as_bytes());
    } else {
        into.extend_from_slice(b"{\"");
        put_escaped(into, family);
        into.extend_from_slice(suffix.as_bytes());
        into.push(b'"');
    }
    if !labels.is_empty() {
        into.push(if plain { b'{' } else { b',' });
        into.extend_from_slice(labels);
    }
    !plain || !labels.is_empty()
}

/// Writes a label, with a comma before it where others are there.
pub(super) fn put_label(into: &mut Vec<u8>, name: &str, value: &str) {
    if !into.is_empty() {
        into.push(b',');
    }
    if is_plain_label_name(name) {
        into.extend_from_slice(name.as_bytes());
    } else {
        into.push(b'"');
        put_escaped(into, name);
        into.push(b'"');
    }
    into.extend_from_slice(b"=\"");
    put_escaped(into, value);
    into.push(b'"');
}

fn put_escaped(into: &mut Vec<u8>, text: &str) {
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' => into.extend_from_slice(&[b'\\', byte]),
            b'\n' => into.extend_from_slice(b"\\n"),
            _ => into.push(byte),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::btree_map;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_series() {
        let of = |metric, others: &[(&'static str, &'static str)]| Labels::of(metric, others.iter().copied());
        let duplicate = |name: &str| Err(LabelsError::Duplicate { name: name.to_owned() });
        for (text, expected) in [
            ("up", of("up", &[])),
            ("up{}", of("up", &[])),
            ("a:b {  b = \"1\" , a=\"\t\", }", of("a:b", &[("a", "\t"), ("b", "1")])),
            (r#"{"my.metric","a.b"="c",gone=""}"#, of("my.metric", &[("a.b", "c")])),
            (r#"{a="b","my \"metric\""}"#, of("my \"metric\"", &[("a", "b")])),
            (r#"a{b="\\n\n\"\x\\"}"#, of("a", &[("b", "\\n\n\"\\x\\")])),
            (r#"a{b="{},="}"#, of("a", &[("b", "{},=")])),
            (r#"a{b="1",b="2"}"#, duplicate("b")),
            (r#"a{__name__="b"}"#, duplicate("__name__")),
            (r#"{a="b"}"#, Err(LabelsError::Damaged)),
            (r#"a{b="c"} "#, Err(LabelsError::Damaged)),
            ("", Err(LabelsError::Damaged)),
        ] {
            assert_eq!(labels(text.as_bytes()), expected, "{text}");
        }
        assert_eq!(labels(b"a{b=\"\xff\"}"), Err(LabelsError::Damaged));
        assert_eq!(exemplar_labels(b"{}"), Ok(Labels::empty()));
        assert_eq!(exemplar_labels(b"a{}"), Err(LabelsError::Damaged));
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(
            metric in "([a-z_:]{1,5}|\\PC{1,9}|[\"\\\\\n]{1,5})",
            others in btree_map("([a-z_]{1,5}|\\PC{1,9}|[\"\\\\\n]{1,5})", "(\\PC{0,9}|[\"\\\\\nn]{0,5})", 0..5),
        ) {
            let mut inside = Vec::new();
            for (name, value) in &others {
                put_label(&mut inside, name, value);
            }
            let mut text = Vec::new();
            if put_series(&mut text, (&metric, "_sum"), &inside) {
                text.push(b'}');
            } else if metric.ends_with('a') {
                text.extend_from_slice(b"{}");
            }
            let metric = format!("{metric}_sum");
            let others = others.iter().map(|(name, value)| (name.as_str(), value.as_str()));
            prop_assert_eq!(labels(&text).unwrap(), Labels::of(&metric, others).unwrap());
        }
    }
}
