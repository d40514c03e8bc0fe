use watchfire_model::TimeRange;

use super::{
    CHANGED_DISTANCE, Chunk, EXACT, LONGEST_RUN, MAX_SCALE, POWERS, RAW, RESCALE, SAME, SMALL, VARINT, XOR,
    push_signed, push_varint, zigzag,
};

/// Bytes by which the stream grows: most series need few, and there are many series.
const GROWTH: usize = 48;

/// A stream that still grows.
#[derive(Clone, Debug)]
pub(crate) struct Writer {
    bytes: Vec<u8>,
    first: i64,
    last: i64,
    distance: i64,
    /// The last value as mantissa and as bits.
    mantissa: i64,
    bits: u64,
    samples: u32,
    scale: u8,
    /// Whether the last byte is a run that can grow.
    in_run: bool,
}

impl Writer {
    /// Starts with one sample.
    pub(crate) fn new(timestamp: i64, value: f64) -> Self {
        let mut bytes = Vec::with_capacity(GROWTH);
        push_signed(&mut bytes, timestamp);
        let found = (0..=MAX_SCALE).find_map(|scale| Some((scale, mantissa(value, scale)?)));
        if let Some((scale, mantissa)) = found {
            bytes.push(scale);
            push_signed(&mut bytes, mantissa);
        } else {
            bytes.push(RAW);
            bytes.extend_from_slice(&value.to_bits().to_le_bytes());
        }
        let (scale, mantissa) = found.unwrap_or_default();
        Self {
            bytes,
            first: timestamp,
            last: timestamp,
            distance: 0,
            mantissa,
            bits: value.to_bits(),
            samples: 1,
            scale,
            in_run: false,
        }
    }

    /// The newest timestamp.
    pub(crate) fn last(&self) -> i64 {
        self.last
    }

    /// The newest value's bits.
    pub(crate) fn last_bits(&self) -> u64 {
        self.bits
    }

    pub(crate) fn span(&self) -> TimeRange {
        TimeRange { start: self.first, end: self.last }
    }

    pub(crate) fn samples(&self) -> u32 {
        self.samples
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Adds a sample that is newer than the last one.
    pub(crate) fn push(&mut self, timestamp: i64, value: f64) {
        debug_assert!(timestamp > self.last);
        let distance = timestamp.wrapping_sub(self.last);
        let bits = value.to_bits();
        self.last = timestamp;
        self.samples += 1;
        if distance == self.distance && bits == self.bits {
            match self.bytes.last_mut() {
                Some(run) if self.in_run && *run < LONGEST_RUN => *run += 1,
                _ => {
                    self.reserve();
                    self.bytes.push(0);
                    self.in_run = true;
                }
            }
            return;
        }
        self.reserve();
        self.in_run = false;
        let change = (distance != self.distance).then(|| distance.wrapping_sub(self.distance));
        self.distance = distance;
        self.push_value(change, value);
        self.bits = bits;
    }

    fn push_value(&mut self, change: Option<i64>, value: f64) {
        if value.to_bits() == self.bits {
            return self.token(SAME, change);
        }
        if let Some(mantissa) = mantissa(value, self.scale) {
            // Without a mantissa the last one that there was is the base: reader and writer keep it alike.
            let delta = mantissa.wrapping_sub(self.mantissa);
            self.mantissa = mantissa;
            let small = zigzag(delta);
            if small < 60 {
                self.token(SMALL + small as u8, change);
            } else {
                self.token(VARINT, change);
                push_varint(&mut self.bytes, small);
            }
            return;
        }
        let rescaled = (self.scale + 1..=MAX_SCALE).find_map(|scale| {
            let base = self.mantissa.checked_mul(POWERS[usize::from(scale - self.scale)] as i64)?;
            Some((scale, base, mantissa(value, scale)?))
        });
        if let Some((scale, base, mantissa)) = rescaled {
            self.token(RESCALE, change);
            self.bytes.push(scale);
            push_signed(&mut self.bytes, mantissa.wrapping_sub(base));
            self.scale = scale;
            self.mantissa = mantissa;
            return;
        }
        self.token(XOR, change);
        push_varint(&mut self.bytes, (value.to_bits() ^ self.bits).swap_bytes());
    }

    fn token(&mut self, kind: u8, change: Option<i64>) {
        let flag = if change.is_some() { CHANGED_DISTANCE } else { 0 };
        // `kind` is at most 63 and `flag` the next bit.
        self.bytes.push(0x80 | flag | kind);
        if let Some(change) = change {
            push_signed(&mut self.bytes, change);
        }
    }

    /// In small steps instead of by doubling.
    fn reserve(&mut self) {
        if self.bytes.capacity() - self.bytes.len() < 24 {
            self.bytes.reserve_exact(GROWTH + self.bytes.len() / 8);
        }
    }

    /// The stream as it stays.
    pub(crate) fn finish(self) -> Chunk {
        Chunk { span: self.span(), samples: self.samples, bytes: self.bytes.into_boxed_slice() }
    }
}

/// The integer that stands for `value` at `scale`, when it stands for exactly that.
fn mantissa(value: f64, scale: u8) -> Option<i64> {
    let power = POWERS[usize::from(scale)];
    let scaled = (value * power).round_ties_even();
    // Also false for NaN.
    let mantissa = scaled as i64;
    let exact = scaled.abs() < EXACT && (mantissa as f64 / power).to_bits() == value.to_bits();
    exact.then_some(mantissa)
}
