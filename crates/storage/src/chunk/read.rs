use super::{
    CHANGED_DISTANCE, MAX_SCALE, POWERS, RAW, RESCALE, SAME, SMALL, VARINT, XOR, take_signed, take_varint,
    unzigzag,
};

/// The bytes are no chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the compressed samples are damaged")]
pub(crate) struct Damaged;

/// Appends the samples of a stream to both columns. After an error they hold those before the damage.
pub(crate) fn decode(bytes: &[u8], timestamps: &mut Vec<i64>, values: &mut Vec<f64>) -> Result<(), Damaged> {
    let mut input = bytes;
    read(&mut input, timestamps, values).ok_or(Damaged)
}

fn read(input: &mut &[u8], timestamps: &mut Vec<i64>, values: &mut Vec<f64>) -> Option<()> {
    let mut timestamp = take_signed(input)?;
    let mut scale = take_byte(input)?;
    let raw = scale == RAW;
    let (mut value, mut mantissa) = (0.0, 0_i64);
    if raw {
        let (bits, rest) = input.split_first_chunk::<8>()?;
        *input = rest;
        value = f64::from_bits(u64::from_le_bytes(*bits));
        scale = 0;
    }
    let mut power = *POWERS.get(usize::from(scale))?;
    if !raw {
        mantissa = take_signed(input)?;
        value = mantissa as f64 / power;
    }
    timestamps.push(timestamp);
    values.push(value);
    let mut distance = 0_i64;
    while let Some((&token, rest)) = input.split_first() {
        *input = rest;
        if token < 0x80 {
            for _ in 0..=token {
                timestamp = timestamp.wrapping_add(distance);
                timestamps.push(timestamp);
            }
            values.resize(values.len() + usize::from(token) + 1, value);
            continue;
        }
        if token & CHANGED_DISTANCE != 0 {
            distance = distance.wrapping_add(take_signed(input)?);
        }
        timestamp = timestamp.wrapping_add(distance);
        let kind = token & 0x3f;
        match kind {
            SAME => {}
            XOR => {
                value = f64::from_bits(value.to_bits() ^ take_varint(input)?.swap_bytes());
            }
            VARINT | RESCALE => {
                if kind == RESCALE {
                    let wider = take_byte(input)?;
                    if wider <= scale || wider > MAX_SCALE {
                        return None;
                    }
                    mantissa = mantissa.wrapping_mul(POWERS[usize::from(wider - scale)] as i64);
                    scale = wider;
                    power = POWERS[usize::from(scale)];
                }
                mantissa = mantissa.wrapping_add(take_signed(input)?);
                value = mantissa as f64 / power;
            }
            small => {
                mantissa = mantissa.wrapping_add(unzigzag(u64::from(small - SMALL)));
                value = if scale == 0 { mantissa as f64 } else { mantissa as f64 / power };
            }
        }
        timestamps.push(timestamp);
        values.push(value);
    }
    Some(())
}

fn take_byte(input: &mut &[u8]) -> Option<u8> {
    let (byte, rest) = input.split_first()?;
    *input = rest;
    Some(*byte)
}
