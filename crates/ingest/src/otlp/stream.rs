//! What names the running total of a delta.

use std::ops::Range;

use super::deltas::Span;
use super::points::Common;
use super::request::Request;
use super::value::attribute;
use crate::protobuf::{Broken, Reader};

impl Request<'_, '_> {
    /// What names the running total of a point of one `kind`, and the time of the point.
    pub(super) fn stream(
        &mut self,
        kind: u8,
        common: &Common,
        attributes: &[u8],
    ) -> Result<(u128, Span), Broken> {
        self.stream_key.clear();
        self.stream_key.push(kind);
        self.stream_key.extend_from_slice(&self.prefix);
        put_sorted(&mut self.stream_key, &mut self.attribute_order, attributes)?;
        let totals = self.deltas.totals();
        let request = *self.number_for_deltas.get_or_insert_with(|| totals.request());
        let span = Span { start: common.start, end: common.time, now: self.now, request };
        Ok((totals.hash(&self.stream_key), span))
    }
}

/// Writes the fields of attributes in the order of their keys, so that one series has one total however a sender orders
/// them. Those with the same key stay as they came. `order` is there for its memory.
fn put_sorted(into: &mut Vec<u8>, order: &mut Vec<Range<usize>>, attributes: &[u8]) -> Result<(), Broken> {
    order.clear();
    let (mut reader, mut last, mut sorted) = (Reader::new(attributes), &[][..], true);
    loop {
        let start = reader.offset();
        if reader.tag()?.is_none() {
            break;
        }
        let (key, _) = attribute(reader.message()?)?;
        sorted &= last <= key;
        last = key;
        order.push(start..reader.offset());
    }
    if sorted {
        into.extend_from_slice(attributes);
        return Ok(());
    }
    // Read anew for each comparison: there are few, and their slices could not be kept from point to point.
    order.sort_by(|one, other| {
        key_of(&attributes[one.clone()]).ok().cmp(&key_of(&attributes[other.clone()]).ok())
    });
    for field in &*order {
        into.extend_from_slice(&attributes[field.clone()]);
    }
    Ok(())
}

/// The key of the attribute in one field.
fn key_of(field: &[u8]) -> Result<&[u8], Broken> {
    let mut reader = Reader::new(field);
    reader.tag()?;
    Ok(attribute(reader.message()?)?.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protobuf::put_bytes;

    #[test]
    fn the_order_of_attributes_says_nothing() {
        let fields = |pairs: &[(&str, &str)]| {
            let mut fields = Vec::new();
            for (key, value) in pairs {
                let (mut text, mut pair) = (Vec::new(), Vec::new());
                put_bytes(&mut text, 1, value.as_bytes());
                put_bytes(&mut pair, 1, key.as_bytes());
                put_bytes(&mut pair, 2, &text);
                put_bytes(&mut fields, 7, &pair);
            }
            fields
        };
        for (sent, sorted) in [
            (&[][..], &[][..]),
            (&[("a", "1"), ("b", "2")], &[("a", "1"), ("b", "2")]),
            (&[("b", "2"), ("a", "1")], &[("a", "1"), ("b", "2")]),
            (&[("b", ""), ("ab", "xyz"), ("a", "1")], &[("a", "1"), ("ab", "xyz"), ("b", "")]),
            (&[("b", "1"), ("a", "2"), ("a", "1")], &[("a", "2"), ("a", "1"), ("b", "1")]),
        ] {
            let (mut found, mut order) = (Vec::new(), vec![3..4, 1..2]);
            put_sorted(&mut found, &mut order, &fields(sent)).unwrap();
            assert_eq!(found, fields(sorted), "{sent:?}");
        }
    }
}
