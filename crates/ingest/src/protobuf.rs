//! A reader of protobuf's wire format (<https://protobuf.dev/programming-guides/encoding/>) that copies nothing, and the
//! few functions that write it.

/// Where and why bytes are no message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Broken {
    /// Where reading stopped.
    pub(crate) offset: usize,
    /// What should have been there.
    pub(crate) expected: &'static str,
}

/// The tag of a field that is a varint.
pub(crate) const fn varint_field(number: u32) -> u32 {
    number << 3
}

/// The tag of a field that takes eight bytes.
pub(crate) const fn fixed64_field(number: u32) -> u32 {
    number << 3 | 1
}

/// The tag of a field with a length: text, bytes, a message, or packed numbers.
pub(crate) const fn bytes_field(number: u32) -> u32 {
    number << 3 | 2
}

/// Fields of a message that its reader knows, as a set, so that one of them with another wire type is an error and not an
/// unknown field.
pub(crate) const fn known(numbers: &[u32]) -> u32 {
    let (mut set, mut at) = (0, 0);
    while at < numbers.len() {
        set |= 1 << numbers[at];
        at += 1;
    }
    set
}

/// Reads the fields of one message.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
    /// Where `rest` ends, counted from the start of the outermost message.
    end: usize,
}

impl<'a> Reader<'a> {
    /// A reader of an outermost message.
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, end: bytes.len() }
    }

    /// How many bytes of the outermost message lie before the next one to read.
    #[inline]
    pub(crate) fn offset(&self) -> usize {
        self.end - self.rest.len()
    }

    /// Whether everything is read.
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The tag of the next field, or `None` at the end of the message.
    #[inline]
    pub(crate) fn tag(&mut self) -> Result<Option<u32>, Broken> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let tag = self.varint()?;
        match u32::try_from(tag) {
            Ok(tag) if tag >= varint_field(1) => Ok(Some(tag)),
            _ => Err(self.broken("a field number from 1 to 536870911 before it")),
        }
    }

    /// A number in groups of seven bits.
    #[inline]
    pub(crate) fn varint(&mut self) -> Result<u64, Broken> {
        match *self.rest {
            [first, ref rest @ ..] if first < 0x80 => {
                self.rest = rest;
                Ok(u64::from(first))
            }
            [first, second, ref rest @ ..] if second < 0x80 => {
                self.rest = rest;
                Ok(u64::from(first & 0x7f) | u64::from(second) << 7)
            }
            _ => self.long_varint(),
        }
    }

    fn long_varint(&mut self) -> Result<u64, Broken> {
        let mut value = 0_u64;
        for (at, byte) in self.rest.iter().enumerate().take(10) {
            value |= u64::from(byte & 0x7f) << (7 * at);
            if *byte < 0x80 {
                if at == 9 && *byte > 1 {
                    break;
                }
                self.rest = &self.rest[at + 1..];
                return Ok(value);
            }
        }
        let cut = self.rest.len() < 10;
        Err(self.broken(if cut { "a whole varint" } else { "a varint of at most 64 bits" }))
    }

    /// A signed number as a plain varint (`int64`).
    #[inline]
    pub(crate) fn int64(&mut self) -> Result<i64, Broken> {
        Ok(self.varint()? as i64)
    }

    /// A reference or an enumerator; what does not fit is no valid one and becomes the highest.
    #[inline]
    pub(crate) fn uint32(&mut self) -> Result<u32, Broken> {
        Ok(u32::try_from(self.varint()?).unwrap_or(u32::MAX))
    }

    /// A number that always takes eight bytes.
    #[inline]
    pub(crate) fn fixed64(&mut self) -> Result<u64, Broken> {
        match self.rest.split_first_chunk() {
            Some((bytes, rest)) => {
                self.rest = rest;
                Ok(u64::from_le_bytes(*bytes))
            }
            None => Err(self.broken("eight bytes")),
        }
    }

    /// A floating-point number of eight bytes.
    #[inline]
    pub(crate) fn double(&mut self) -> Result<f64, Broken> {
        self.fixed64().map(f64::from_bits)
    }

    /// The bytes of a field with a length.
    #[inline]
    pub(crate) fn bytes(&mut self) -> Result<&'a [u8], Broken> {
        let length = self.varint()?;
        match usize::try_from(length).ok().and_then(|length| self.rest.split_at_checked(length)) {
            Some((bytes, rest)) => {
                self.rest = rest;
                Ok(bytes)
            }
            None => Err(self.broken("as many bytes as the length before it says")),
        }
    }

    /// A reader of the message within a field.
    #[inline]
    pub(crate) fn message(&mut self) -> Result<Self, Broken> {
        let rest = self.bytes()?;
        Ok(Self { rest, end: self.offset() })
    }

    /// The text of a field.
    pub(crate) fn text(&mut self) -> Result<&'a str, Broken> {
        let bytes = self.bytes()?;
        std::str::from_utf8(bytes)
            .map_err(|_| Broken { offset: self.offset() - bytes.len(), expected: "text in UTF-8" })
    }

    /// Skips the value of a field with a tag that its reader has no use for; `known` are the fields that it does know.
    #[cold]
    pub(crate) fn skip(&mut self, tag: u32, known: u32) -> Result<(), Broken> {
        if tag >> 3 < u32::BITS && known & 1 << (tag >> 3) != 0 {
            return Err(self.broken("the wire type that belongs to this field"));
        }
        match tag & 7 {
            0 => self.varint().map(drop),
            1 => self.take(8),
            2 => self.bytes().map(drop),
            5 => self.take(4),
            3 | 4 => Err(self.broken("a field that is no group: groups are not supported")),
            _ => Err(self.broken("a wire type from 0 to 5")),
        }
    }

    fn take(&mut self, count: usize) -> Result<(), Broken> {
        self.rest = self.rest.get(count..).ok_or_else(|| self.broken("all bytes of a number"))?;
        Ok(())
    }

    #[cold]
    fn broken(&self, expected: &'static str) -> Broken {
        Broken { offset: self.offset(), expected }
    }
}

/// Writes a number in groups of seven bits.
pub(crate) fn put_varint(into: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        into.push(value as u8 | 0x80);
        value >>= 7;
    }
    into.push(value as u8);
}

/// How many bytes [`put_varint`] writes.
pub(crate) fn varint_len(value: u64) -> usize {
    (value | 1).ilog2() as usize / 7 + 1
}

/// Writes a field with a length.
pub(crate) fn put_bytes(into: &mut Vec<u8>, field: u32, bytes: &[u8]) {
    put_varint(into, bytes_field(field).into());
    put_varint(into, bytes.len() as u64);
    into.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_out_of_bounds_are_refused() {
        for (bytes, expected) in [
            (b"".as_slice(), "a whole varint"),
            (b"\x80\x80", "a whole varint"),
            (b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", "a varint of at most 64 bits"),
            (b"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", "a varint of at most 64 bits"),
        ] {
            assert_eq!(Reader::new(bytes).varint(), Err(Broken { offset: 0, expected }), "{bytes:x?}");
        }
        let most = b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01";
        assert_eq!(Reader::new(most).varint(), Ok(u64::MAX));
        // Longer than it must be, as the format allows.
        assert_eq!(Reader::new(b"\x81\x80\x80\x00").varint(), Ok(1));
    }

    #[test]
    fn lengths_never_overflow() {
        let lengths: [&[u8]; 3] =
            [b"\x01", b"\xff\xff\xff\xff\x0f", b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"];
        for length in lengths {
            let expected = "as many bytes as the length before it says";
            let broken = Err(Broken { offset: length.len(), expected });
            assert_eq!(Reader::new(length).bytes(), broken, "{length:x?}");
        }
    }

    #[test]
    fn unknown_fields_of_every_type_are_skipped() {
        let known = known(&[1]);
        for (bytes, skipped) in [
            (b"\x10\x96\x01".as_slice(), Ok(())),
            (b"\x11\x01\x02\x03\x04\x05\x06\x07\x08", Ok(())),
            (b"\x12\x02\x01\x02", Ok(())),
            (b"\x15\x01\x02\x03\x04", Ok(())),
            // The highest field number.
            (b"\xf8\xff\xff\xff\x0f\x01", Ok(())),
            (b"\x11\x01", Err("all bytes of a number")),
            (b"\x15\x01", Err("all bytes of a number")),
            (b"\x13\x14", Err("a field that is no group: groups are not supported")),
            (b"\x14", Err("a field that is no group: groups are not supported")),
            (b"\x16\x01", Err("a wire type from 0 to 5")),
            (b"\x17\x01", Err("a wire type from 0 to 5")),
            (b"\x08\x01", Err("the wire type that belongs to this field")),
            (b"\x00\x01", Err("a field number from 1 to 536870911 before it")),
            (b"\x80\x80\x80\x80\x10\x01", Err("a field number from 1 to 536870911 before it")),
        ] {
            let mut reader = Reader::new(bytes);
            let read = reader.tag().and_then(|tag| reader.skip(tag.unwrap(), known));
            assert_eq!(read.map_err(|broken| broken.expected), skipped, "{bytes:x?}");
            if skipped.is_ok() {
                assert!(reader.is_empty(), "{bytes:x?}");
            }
        }
    }

    #[test]
    fn offsets_count_from_the_outermost_message() {
        let mut outer = Reader::new(b"\x0a\x03\x0a\x01\xffrest");
        assert_eq!(outer.tag(), Ok(Some(bytes_field(1))));
        let mut inner = outer.message().unwrap();
        assert_eq!((inner.offset(), outer.offset()), (2, 5));
        assert_eq!(inner.tag(), Ok(Some(bytes_field(1))));
        assert_eq!(inner.text(), Err(Broken { offset: 4, expected: "text in UTF-8" }));
        assert!(inner.is_empty());
    }

    proptest! {
        #[test]
        fn varints_come_back(value in any::<u64>(), shift in 0_u32..64) {
            let value = value >> shift;
            let mut bytes = Vec::new();
            put_varint(&mut bytes, value);
            prop_assert_eq!(bytes.len(), varint_len(value));
            let mut reader = Reader::new(&bytes);
            prop_assert_eq!(reader.varint(), Ok(value));
            prop_assert!(reader.is_empty());
        }
    }
}
