//! What a directive of `printf` asks for, and how it is filled up.

use std::fmt::{self, Write};

/// What a directive asks for.
#[allow(clippy::struct_excessive_bools)] // One for each flag.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spec {
    /// The letter at its end.
    pub(super) verb: char,
    pub(super) plus: bool,
    pub(super) minus: bool,
    pub(super) sharp: bool,
    pub(super) space: bool,
    pub(super) zero: bool,
    /// Names of fields are written (`%+v`).
    pub(super) names: bool,
    /// Values are written as in Go's source (`%#v`).
    pub(super) source: bool,
    /// In characters.
    pub(super) width: Option<usize>,
    pub(super) precision: Option<usize>,
}

impl Spec {
    /// `%v`
    pub(super) fn plain() -> Self {
        Self {
            verb: 'v',
            plus: false,
            minus: false,
            sharp: false,
            space: false,
            zero: false,
            names: false,
            source: false,
            width: None,
            precision: None,
        }
    }

    /// Text up to the width.
    pub(super) fn pad(&self, out: &mut impl Write, text: &str) -> fmt::Result {
        let missing = self.width.unwrap_or(0).saturating_sub(text.chars().count());
        if self.minus {
            out.write_str(text)?;
            return fill(out, ' ', missing);
        }
        fill(out, if self.zero { '0' } else { ' ' }, missing)?;
        out.write_str(text)
    }

    /// A number up to the width: zeros stand between the sign and the digits.
    pub(super) fn pad_number(&self, out: &mut impl Write, text: &str) -> fmt::Result {
        if !self.zero || self.minus || self.width.is_none() {
            return Spec { zero: false, ..*self }.pad(out, text);
        }
        let (sign, digits) = match text.strip_prefix(['+', '-', ' ']) {
            Some(digits) => text.split_at(text.len() - digits.len()),
            None => ("", text),
        };
        out.write_str(sign)?;
        fill(out, '0', self.width.unwrap_or(0).saturating_sub(text.chars().count()))?;
        out.write_str(digits)
    }
}

/// Writes a character so many times, in pieces: a bounded text refuses the first one that is too much.
pub(super) fn fill(out: &mut impl Write, character: char, count: usize) -> fmt::Result {
    const SPACES: &str = "                                                                ";
    const ZEROS: &str = "0000000000000000000000000000000000000000000000000000000000000000";
    let piece = if character == '0' { ZEROS } else { SPACES };
    let mut left = count;
    while left > 0 {
        let now = left.min(piece.len());
        out.write_str(&piece[..now])?;
        left -= now;
    }
    Ok(())
}
