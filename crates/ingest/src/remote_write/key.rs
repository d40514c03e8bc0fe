use std::str;

use watchfire_model::{KeyFormat, Label, Labels, LabelsError, PACKED_KEYS};

use crate::protobuf::{Broken, Reader, bytes_field, known};

/// Keys of version 1: the fields `labels` of a `TimeSeries`, tags and lengths included, as they came.
pub(super) static LABEL_FIELDS: KeyFormat = KeyFormat { tag: 1, decode: labels_of_fields };

/// Keys of version 2: those of [`PACKED_KEYS`], and so with their tag. Reading one that is no label set also tells why:
/// a sender can make such a key, where the writers of packed label sets never do.
pub(super) static PACKED_LABELS: KeyFormat = KeyFormat { tag: PACKED_KEYS.tag, decode: labels_of_packed };

/// The tag of the field `labels` in a `TimeSeries` and in an `Exemplar` of version 1.
pub(super) const LABELS: u32 = bytes_field(1);

const NAME: u32 = bytes_field(1);
const VALUE: u32 = bytes_field(2);
const LABEL_MESSAGE_FIELDS: u32 = known(&[1, 2]);

/// A label's name and value, not known to be text yet.
pub(super) type Pair<'a> = (&'a [u8], &'a [u8]);

fn labels_of_fields(key: &[u8]) -> Result<Labels, LabelsError> {
    let mut pairs = Vec::with_capacity(16);
    let mut reader = Reader::new(key);
    let damaged = |_: Broken| LabelsError::Damaged;
    while let Some(tag) = reader.tag().map_err(damaged)? {
        if tag != LABELS {
            return Err(LabelsError::Damaged);
        }
        let pair = reader.message().and_then(label).map_err(damaged)?;
        if pair.0.is_empty() {
            // At once, before a key of very many empty labels takes memory.
            return Err(LabelsError::EmptyName { value: String::from_utf8_lossy(pair.1).into_owned() });
        }
        pairs.push(pair);
    }
    labels_of_pairs(&pairs)
}

/// Reads a `Label`.
pub(super) fn label(mut reader: Reader<'_>) -> Result<Pair<'_>, Broken> {
    let (mut name, mut value) = (&[][..], &[][..]);
    while let Some(tag) = reader.tag()? {
        match tag {
            NAME => name = reader.bytes()?,
            VALUE => value = reader.bytes()?,
            other => reader.skip(other, LABEL_MESSAGE_FIELDS)?,
        }
    }
    Ok((name, value))
}

/// The label set of pairs in any order.
pub(super) fn labels_of_pairs(pairs: &[Pair<'_>]) -> Result<Labels, LabelsError> {
    let mut labels = Vec::with_capacity(pairs.len());
    for (name, value) in pairs {
        let text = |bytes| str::from_utf8(bytes).map_err(|_| LabelsError::Damaged);
        labels.push(Label { name: text(name)?, value: text(value)? });
    }
    if rises(pairs) {
        return Ok(Labels::from_sorted(labels));
    }
    Labels::new(labels.iter().map(|label| (label.name, label.value)))
}

/// Whether the names rise strictly and none is empty: so the pairs are a label set as they stand, but for empty values.
pub(super) fn rises(pairs: &[Pair<'_>]) -> bool {
    let mut before: &[u8] = &[];
    pairs.iter().all(|(name, _)| {
        let rises = before < *name;
        before = name;
        rises
    })
}

fn labels_of_packed(key: &[u8]) -> Result<Labels, LabelsError> {
    let text = str::from_utf8(key).map_err(|_| LabelsError::Damaged)?;
    Labels::from_packed(text).or_else(|damaged| {
        let pairs = unpack(key).ok_or(damaged)?;
        labels_of_pairs(&pairs)
    })
}

/// Writes pairs in the form of [`Labels::packed`]; those with an empty value are left out. What is no label set becomes a
/// key that [`PACKED_LABELS`] refuses.
#[inline]
pub(super) fn pack(into: &mut Vec<u8>, pairs: &[Pair<'_>]) {
    for (name, value) in pairs {
        if !value.is_empty() {
            pack_text(into, name);
            pack_text(into, value);
        }
    }
}

#[inline]
fn pack_text(into: &mut Vec<u8>, text: &[u8]) {
    let mut length = text.len();
    while length >= 64 {
        into.push((length % 64) as u8 + 64);
        length /= 64;
    }
    into.push(length as u8);
    into.extend_from_slice(text);
}

/// Reads what [`pack`] wrote.
fn unpack(mut key: &[u8]) -> Option<Vec<Pair<'_>>> {
    let mut pairs = Vec::new();
    while !key.is_empty() {
        pairs.push((unpack_text(&mut key)?, unpack_text(&mut key)?));
    }
    Some(pairs)
}

fn unpack_text<'a>(key: &mut &'a [u8]) -> Option<&'a [u8]> {
    // Six groups hold 36 bits, and a body has less than 2^31 bytes.
    let groups = key.iter().take(6).position(|byte| *byte < 64)? + 1;
    let (length, rest) = key.split_at_checked(groups)?;
    let length = length.iter().rev().fold(0_usize, |length, byte| length << 6 | usize::from(byte & 63));
    let (text, rest) = rest.split_at_checked(length)?;
    *key = rest;
    Some(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn packed(pairs: &[(&str, &str)]) -> Vec<u8> {
        let pairs: Vec<Pair<'_>> = pairs.iter().map(|(n, v)| (n.as_bytes(), v.as_bytes())).collect();
        let mut key = Vec::new();
        pack(&mut key, &pairs);
        key
    }

    #[test]
    fn says_why_a_packed_key_is_no_label_set() {
        let duplicate = LabelsError::Duplicate { name: "a".into() };
        assert_eq!(labels_of_packed(&packed(&[("a", "1"), ("a", "2")])), Err(duplicate));
        let nameless = LabelsError::EmptyName { value: "1".into() };
        assert_eq!(labels_of_packed(&packed(&[("", "1"), ("a", "2")])), Err(nameless));
        for damaged in
            [b"\x01\xff\x01b".as_slice(), b"\x01", b"\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x01a", b"\x01a\x02b"]
        {
            assert_eq!(labels_of_packed(damaged), Err(LabelsError::Damaged), "{damaged:x?}");
        }
    }

    #[test]
    fn reads_label_fields() {
        let none: [(&str, &str); 0] = [];
        let duplicate = LabelsError::Duplicate { name: "a".into() };
        for (key, labels) in [
            (b"".as_slice(), Labels::new(none)),
            (b"\x0a\x06\x0a\x01a\x12\x01b", Labels::new([("a", "b")])),
            // The value first, the tag longer than it must be, and an unknown field.
            (b"\x8a\x00\x08\x12\x01b\x0a\x01a\x18\x07", Labels::new([("a", "b")])),
            // Not sorted.
            (b"\x0a\x06\x0a\x01b\x12\x01b\x0a\x06\x0a\x01a\x12\x01b", Labels::new([("a", "b"), ("b", "b")])),
            // No value: no label.
            (b"\x0a\x03\x0a\x01a", Labels::new(none)),
            (b"\x0a\x03\x12\x01a", Err(LabelsError::EmptyName { value: "a".into() })),
            (b"\x0a\x06\x0a\x01a\x12\x01b\x0a\x06\x0a\x01a\x12\x01c", Err(duplicate)),
            (b"\x0a\x06\x0a\x01a\x12\x01\xff", Err(LabelsError::Damaged)),
            (b"\x0a\x06\x0a\x01a\x12\x02b", Err(LabelsError::Damaged)),
            (b"\x0a\x06\x0a\x01a\x12\x01", Err(LabelsError::Damaged)),
            (b"\x12\x06\x0a\x01a\x12\x01b", Err(LabelsError::Damaged)),
        ] {
            assert_eq!(labels_of_fields(key), labels, "{key:x?}");
        }
    }

    proptest! {
        #[test]
        fn packs_as_labels_do(pairs in proptest::collection::btree_map("\\PC{1,90}", "\\PC{0,5000}", 0..6)) {
            let labels = Labels::new(&pairs).unwrap();
            let pairs: Vec<_> = pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
            let key = packed(&pairs);
            prop_assert_eq!(&key, labels.packed().as_bytes());
            prop_assert_eq!(labels_of_packed(&key).unwrap(), labels);
        }
    }
}
