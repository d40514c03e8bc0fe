//! Messages of protobuf, made by hand: what a test sends must not come from the code that it tests.

/// The fields of a message, in the order of their writing.
#[derive(Default)]
pub(super) struct Message(Vec<u8>);

impl Message {
    pub(super) fn number(mut self, field: u8, value: i64) -> Self {
        self.0.push(field << 3);
        self.varint(value as u64);
        self
    }

    pub(super) fn double(mut self, field: u8, value: f64) -> Self {
        self.0.push(field << 3 | 1);
        self.0.extend_from_slice(&value.to_le_bytes());
        self
    }

    pub(super) fn text(self, field: u8, text: &str) -> Self {
        self.bytes(field, text.as_bytes())
    }

    pub(super) fn message(self, field: u8, message: &Self) -> Self {
        self.bytes(field, &message.0)
    }

    /// A `Label`: name and value.
    pub(super) fn label(self, field: u8, name: &str, value: &str) -> Self {
        self.message(field, &Self::default().text(1, name).text(2, value))
    }

    /// A `Sample`: value and time.
    pub(super) fn sample(self, field: u8, value: f64, timestamp: i64) -> Self {
        self.message(field, &Self::default().double(1, value).number(2, timestamp))
    }

    pub(super) fn plain(self) -> Vec<u8> {
        self.0
    }

    pub(super) fn compressed(&self) -> Vec<u8> {
        snap::raw::Encoder::new().compress_vec(&self.0).unwrap()
    }

    fn bytes(mut self, field: u8, bytes: &[u8]) -> Self {
        self.0.push(field << 3 | 2);
        self.varint(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
        self
    }

    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }
}
