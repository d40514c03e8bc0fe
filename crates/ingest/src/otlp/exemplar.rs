//! Exemplars of points.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use watchfire_model::{Exemplar, Labels};

use super::Names;
use super::key::joined;
use super::value::{attribute, check, text};
use super::wire::exemplar;
use crate::protobuf::{Broken, Reader};

/// How many characters the labels of an exemplar may have in OpenMetrics 1.0: with more, the attributes are left out.
const MOST_CHARACTERS: usize = 128;

/// Nanoseconds in a millisecond.
const MILLISECOND: u64 = 1_000_000;

/// Reads an `Exemplar`; `None` for one without a number.
pub(super) fn read(mut reader: Reader<'_>, names: Names) -> Result<Option<Exemplar>, Broken> {
    let (mut value, mut time) = (None, 0);
    let (mut trace, mut span) = (&[][..], &[][..]);
    let mut attributes = Vec::new();
    while let Some(tag) = reader.tag()? {
        match tag {
            exemplar::TIME => time = reader.fixed64()?,
            exemplar::AS_DOUBLE => value = Some(reader.double()?),
            exemplar::AS_INT => value = Some(reader.fixed64()? as i64 as f64),
            exemplar::SPAN_ID => span = reader.bytes()?,
            exemplar::TRACE_ID => trace = reader.bytes()?,
            exemplar::FILTERED_ATTRIBUTES => {
                let message = reader.message()?;
                if check(message)?.is_none() {
                    let (key, value) = attribute(message)?;
                    attributes.push((text(key), value.text()));
                }
            }
            other => reader.skip(other, exemplar::FIELDS)?,
        }
    }
    let Some(value) = value else { return Ok(None) };
    let mut labels = joined(attributes, names);
    let ids = [("trace_id", trace), ("span_id", span)].map(|(name, id)| (name, hex(id)));
    let put_ids = |labels: &mut BTreeMap<_, _>| {
        for (name, id) in &ids {
            if !id.is_empty() {
                labels.insert(Cow::Borrowed(*name), Cow::Owned(id.clone()));
            }
        }
    };
    put_ids(&mut labels);
    let length: usize = labels.iter().map(|(name, value)| name.chars().count() + value.chars().count()).sum();
    if length > MOST_CHARACTERS {
        labels.clear();
        put_ids(&mut labels);
    }
    // No name is empty: such attributes were left out.
    let labels = Labels::new(&labels).unwrap_or_else(|_| Labels::empty());
    Ok(Some(Exemplar { labels, timestamp: (time / MILLISECOND) as i64, value }))
}

fn hex(id: &[u8]) -> String {
    id.iter().fold(String::with_capacity(2 * id.len()), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
