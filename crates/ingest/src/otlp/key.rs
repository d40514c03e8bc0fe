//! The bytes that name a series: what its labels are made of, much as it came in the request.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::str;

use watchfire_model::{KeyFormat, Labels, LabelsError, METRIC_NAME};

use super::Names;
use super::names::label_name;
use super::value::{attribute, text};
use crate::protobuf::{Broken, Reader, put_varint};

/// Keys of OTLP series. In this order:
///
/// - one byte: bit 0 says that names are kept as sent, bits 1 and 2 that there is no detail (0),
///   a bound `le` (1) or a `quantile` (2), bits 3 and 4 that nothing (0), `_bucket`, `_sum` or `_count` (3) is added to the
///   metric's name;
/// - eight bytes of the detail, if there is one: a floating-point number, the lowest byte first;
/// - the length of the labels that resource and scope give as a varint, and those: for each a byte that says whether it
///   wins over an attribute, and name and value, each after its length;
/// - the length of the metric's (family) name as a varint, and the name;
/// - the point's attributes as they came: fields of `KeyValue` with their tags and lengths.
///
/// Everything in it was checked before, so that every key can be read.
pub static OTLP_KEYS: KeyFormat = KeyFormat { tag: 5, decode: labels };

/// What tells the series of a histogram or a summary apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Detail {
    None,
    /// The label `le`.
    Bound(f64),
    /// The label `quantile`.
    Quantile(f64),
}

/// What is added to the name of a family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Suffix {
    None,
    Bucket,
    Sum,
    Count,
}

impl Suffix {
    const ALL: [Self; 4] = [Self::None, Self::Bucket, Self::Sum, Self::Count];

    fn text(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Bucket => "_bucket",
            Self::Sum => "_sum",
            Self::Count => "_count",
        }
    }
}

/// The most bytes that [`put_head`] writes.
pub(super) const HEAD: usize = 9;

/// Writes the start of a key.
#[inline]
pub(super) fn put_head(into: &mut Vec<u8>, names: Names, suffix: Suffix, detail: Detail) {
    let as_sent = u8::from(names == Names::AsSent);
    let (kind, number) = match detail {
        Detail::None => (0, None),
        Detail::Bound(bound) => (1, Some(bound)),
        Detail::Quantile(quantile) => (2, Some(quantile)),
    };
    into.push(as_sent | kind << 1 | (suffix as u8) << 3);
    if let Some(number) = number {
        // Without the sign of zero: both would be the same label.
        into.extend_from_slice(&(number + 0.0).to_bits().to_le_bytes());
    }
}

/// Whether a label of the resource or the scope gives way to an attribute or wins over it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Rank {
    Below = 0,
    Above = 1,
}

/// Adds a label to those that resource and scope give.
pub(super) fn put_label(into: &mut Vec<u8>, rank: Rank, name: &str, value: &str) {
    into.push(rank as u8);
    put_text(into, name.as_bytes());
    put_text(into, value.as_bytes());
}

/// Writes text after its length.
pub(super) fn put_text(into: &mut Vec<u8>, text: &[u8]) {
    put_varint(into, text.len() as u64);
    into.extend_from_slice(text);
}

/// The text of a bound as Prometheus writes it: the shortest that reads back, without an exponent.
fn bound_text(bound: f64) -> String {
    if bound == f64::INFINITY { "+Inf".to_owned() } else { bound.to_string() }
}

fn labels(key: &[u8]) -> Result<Labels, LabelsError> {
    let found = read(key).map_err(|_| LabelsError::Damaged)?;
    Labels::new(&found)
}

fn read(key: &[u8]) -> Result<BTreeMap<Cow<'_, str>, Cow<'_, str>>, Broken> {
    let mut reader = Reader::new(key);
    // A small number is its own varint.
    let head = reader.varint()? as u8;
    let detail = match head >> 1 & 3 {
        0 => None,
        1 => Some(("le", bound_text(reader.double()?))),
        _ => Some(("quantile", reader.double()?.to_string())),
    };
    let as_sent = head & 1 == 1;
    let mut context = reader.message()?;
    let family = text(reader.bytes()?);
    let suffix = Suffix::ALL[usize::from(head >> 3 & 3)];

    let mut attributes = Vec::new();
    while reader.tag()?.is_some() {
        let (key, value) = attribute(reader.message()?)?;
        attributes.push((text(key), value.text()));
    }
    let mut labels = joined(attributes, if as_sent { Names::AsSent } else { Names::Prometheus });
    while !context.is_empty() {
        let rank = context.varint()?;
        let (name, value) = (text(context.bytes()?), text(context.bytes()?));
        if rank == Rank::Above as u64 {
            labels.insert(name, value);
        } else {
            labels.entry(name).or_insert(value);
        }
    }
    if let Some((name, value)) = detail {
        labels.insert(Cow::Borrowed(name), Cow::Owned(value));
    }
    let metric =
        if suffix == Suffix::None { family } else { Cow::Owned(format!("{family}{}", suffix.text())) };
    labels.insert(Cow::Borrowed(METRIC_NAME), metric);
    Ok(labels)
}

/// Labels of attributes. Values of keys that become one name are joined by `;`, in the order of the keys.
pub(super) fn joined<'a>(
    mut attributes: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    names: Names,
) -> BTreeMap<Cow<'a, str>, Cow<'a, str>> {
    attributes.sort_unstable();
    let mut labels = BTreeMap::<Cow<'a, str>, Cow<'a, str>>::new();
    for (key, value) in attributes {
        let name = match (names, key) {
            (Names::AsSent, key) => key,
            (Names::Prometheus, Cow::Borrowed(key)) => label_name(key),
            (Names::Prometheus, Cow::Owned(key)) => Cow::Owned(label_name(&key).into_owned()),
        };
        match labels.get_mut(&name) {
            Some(before) => {
                let before = before.to_mut();
                before.push(';');
                before.push_str(&value);
            }
            None => {
                labels.insert(name, value);
            }
        }
    }
    labels
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protobuf::put_bytes;

    fn key(names: Names, (suffix, detail): (Suffix, Detail), attributes: &[(&str, &str)]) -> Vec<u8> {
        let mut context = Vec::new();
        put_label(&mut context, Rank::Below, "region", "eu");
        put_label(&mut context, Rank::Above, "job", "shop/cart");
        let mut key = Vec::new();
        put_head(&mut key, names, suffix, detail);
        put_text(&mut key, &context);
        put_text(&mut key, b"rpc");
        for (name, value) in attributes {
            let (mut text, mut attribute) = (Vec::new(), Vec::new());
            put_bytes(&mut text, 1, value.as_bytes());
            put_bytes(&mut attribute, 1, name.as_bytes());
            put_bytes(&mut attribute, 2, &text);
            put_bytes(&mut key, 7, &attribute);
        }
        key
    }

    #[test]
    fn keys_become_labels() {
        use Detail::{Bound, Quantile};
        use Names::{AsSent, Prometheus};
        let plain = (Suffix::None, Detail::None);
        let attributes: &[(&str, &str)] = &[("b_c", "3"), ("b.c", "2"), ("a", "1"), ("gone", "")];
        for (names, part, attributes, expected) in [
            (Prometheus, plain, attributes, r#"rpc{a="1",b_c="2;3",job="shop/cart",region="eu"}"#),
            (AsSent, plain, attributes, r#"rpc{a="1","b.c"="2",b_c="3",job="shop/cart",region="eu"}"#),
            // An attribute wins over a resource's that was made a label, and never over `job`.
            (Prometheus, plain, &[("job", "x"), ("region", "us")], r#"rpc{job="shop/cart",region="us"}"#),
            (
                Prometheus,
                (Suffix::Bucket, Bound(f64::INFINITY)),
                &[("le", "x"), ("__name__", "y")],
                r#"rpc_bucket{job="shop/cart",le="+Inf",region="eu"}"#,
            ),
            (
                Prometheus,
                (Suffix::Bucket, Bound(-0.0)),
                &[],
                r#"rpc_bucket{job="shop/cart",le="0",region="eu"}"#,
            ),
            (
                Prometheus,
                (Suffix::None, Quantile(0.99)),
                &[],
                r#"rpc{job="shop/cart",quantile="0.99",region="eu"}"#,
            ),
            (Prometheus, (Suffix::Sum, Detail::None), &[], r#"rpc_sum{job="shop/cart",region="eu"}"#),
        ] {
            let key = key(names, part, attributes);
            assert_eq!(labels(&key).unwrap().to_string(), expected);
        }
    }

    #[test]
    fn damaged_keys_are_refused() {
        let key = key(Names::Prometheus, (Suffix::None, Detail::None), &[("a", "1")]);
        for length in (0..key.len()).filter(|length| *length != key.len() - 10) {
            assert_eq!(labels(&key[..length]), Err(LabelsError::Damaged), "{length}");
        }
    }
}
