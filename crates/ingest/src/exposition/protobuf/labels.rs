use super::super::labels::put_label;
use super::super::refused::{Fault, Problem};
use crate::protobuf::{Broken, Reader, bytes_field, fixed64_field, known, varint_field};

/// The tag of the field `label` in a `Metric` and in an `Exemplar`.
pub(super) const LABEL: u32 = bytes_field(1);

/// Fields of a `LabelPair`.
mod pair {
    use super::{bytes_field, known};

    pub(super) const NAME: u32 = bytes_field(1);
    pub(super) const VALUE: u32 = bytes_field(2);
    pub(super) const FIELDS: u32 = known(&[1, 2]);
}

/// Fields of an `Exemplar`, beside `label`.
mod exemplar {
    use super::{bytes_field, fixed64_field, known};

    pub(super) const VALUE: u32 = fixed64_field(2);
    pub(super) const TIMESTAMP: u32 = bytes_field(3);
    pub(super) const FIELDS: u32 = known(&[1, 2, 3]);
}

/// Fields of a `google.protobuf.Timestamp`.
mod timestamp {
    use super::{known, varint_field};

    pub(super) const SECONDS: u32 = varint_field(1);
    pub(super) const NANOS: u32 = varint_field(2);
    pub(super) const FIELDS: u32 = known(&[1, 2]);
}

/// Reads a `LabelPair`, and writes it behind the labels in `into`.
pub(super) fn label(mut reader: Reader<'_>, into: &mut Vec<u8>) -> Result<(), Fault> {
    let start = reader.offset();
    let (mut name, mut value) = ("", "");
    while let Some(tag) = reader.tag()? {
        match tag {
            pair::NAME => name = reader.text()?,
            pair::VALUE => value = reader.text()?,
            other => reader.skip(other, pair::FIELDS)?,
        }
    }
    if name.is_empty() {
        return Err(Fault::new(start, Problem::EmptyName));
    }
    put_label(into, name, value);
    Ok(())
}

/// Reads an `Exemplar`: writes its labels, in braces, to `into`, and gives its value and its timestamp in milliseconds.
pub(super) fn exemplar(mut reader: Reader<'_>, into: &mut Vec<u8>) -> Result<(f64, Option<i64>), Fault> {
    let (mut value, mut timestamp) = (0.0, None);
    into.clear();
    while let Some(tag) = reader.tag()? {
        match tag {
            LABEL => label(reader.message()?, into)?,
            exemplar::VALUE => value = reader.double()?,
            exemplar::TIMESTAMP => timestamp = Some(milliseconds(reader.message()?)?),
            other => reader.skip(other, exemplar::FIELDS)?,
        }
    }
    into.insert(0, b'{');
    into.push(b'}');
    Ok((value, timestamp))
}

fn milliseconds(mut reader: Reader<'_>) -> Result<i64, Broken> {
    let (mut seconds, mut nanos) = (0_i64, 0_i64);
    while let Some(tag) = reader.tag()? {
        match tag {
            timestamp::SECONDS => seconds = reader.int64()?,
            timestamp::NANOS => nanos = reader.int64()?,
            other => reader.skip(other, timestamp::FIELDS)?,
        }
    }
    Ok(seconds.saturating_mul(1000).saturating_add(nanos.div_euclid(1_000_000)))
}
