//! How wide text will be: pictures are laid out where no font can be asked, so widths are those of Inter, the font of our PNGs,
//! and a little more, for the wide ones among the sans-serif fonts that systems have.

/// How much wider than Inter text may be: `DejaVu Sans`, which many systems without a desktop have, is this much wider.
const REGULAR_ROOM: f64 = 1.08;
const BOLD_ROOM: f64 = 1.2;

/// Advance widths of the letters from space to tilde in hundredths of the size, regular.
const REGULAR: [u8; 95] = [
    28, 28, 40, 63, 64, 81, 64, 22, 36, 36, 50, 66, 28, 46, 28, 36, 62, 46, 61, 64, 64, 61, 62, 57, 62, 62,
    28, 28, 66, 66, 66, 51, 94, 68, 65, 73, 72, 60, 59, 74, 74, 26, 54, 65, 56, 89, 75, 76, 63, 76, 64, 64,
    64, 74, 68, 95, 64, 66, 62, 36, 36, 36, 47, 45, 50, 56, 62, 56, 62, 58, 36, 61, 59, 24, 24, 54, 24, 87,
    59, 60, 61, 61, 37, 52, 36, 58, 56, 81, 54, 56, 54, 36, 33, 36, 66,
];

/// The same of Inter's semi-bold letters.
#[cfg(feature = "pdf")]
const SEMIBOLD: [u8; 95] = [
    25, 31, 40, 64, 65, 84, 66, 21, 39, 39, 54, 67, 30, 47, 29, 38, 67, 48, 62, 65, 67, 63, 65, 59, 65, 65,
    29, 30, 67, 67, 67, 54, 100, 72, 66, 74, 72, 61, 59, 75, 74, 27, 56, 68, 57, 91, 74, 77, 64, 78, 65, 65,
    66, 73, 72, 101, 69, 70, 65, 39, 38, 39, 48, 47, 50, 57, 63, 58, 63, 59, 38, 63, 61, 26, 26, 57, 26, 90,
    61, 61, 62, 62, 40, 55, 38, 61, 58, 84, 56, 58, 56, 39, 36, 39, 67,
];

/// Digits are of one width in most fonts; Inter's one is narrower than the others.
const DIGIT: f64 = 0.62;

fn letter(letter: char) -> f64 {
    if letter.is_ascii_digit() { DIGIT } else { letter_of(&REGULAR, letter) }
}

fn letter_of(widths: &[u8; 95], letter: char) -> f64 {
    match letter {
        ' '..='~' => f64::from(widths[letter as usize - 32]) / 100.0,
        // What stands above or below a letter.
        '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' => 0.0,
        '\u{400}'..='\u{4ff}' => 0.68,
        // East Asian letters and pictures fill a square.
        '\u{1100}'..='\u{11ff}'
        | '\u{2e80}'..='\u{d7ff}'
        | '\u{f900}'..='\u{faff}'
        | '\u{ff00}'..='\u{ff60}' => 1.0,
        letter if letter as u32 >= 0x1_f000 => 1.2,
        _ => 0.6,
    }
}

/// The width of a text in CSS pixels.
pub(crate) fn text_width(text: &str, size: f64, bold: bool) -> f64 {
    let width: f64 = text.chars().map(letter).sum();
    width * size * if bold { BOLD_ROOM } else { REGULAR_ROOM }
}

/// The width that a text has where it is drawn with the fonts that come with this crate: without the room for wider ones.
#[cfg(feature = "pdf")]
pub(crate) fn inter_width(text: &str, size: f64, bold: bool) -> f64 {
    let widths = if bold { &SEMIBOLD } else { &REGULAR };
    text.chars().map(|letter| letter_of(widths, letter)).sum::<f64>() * size
}

/// As much of a text as fits `room`, with an ellipsis where it was cut; empty where not even that fits.
pub(crate) fn fitted(text: &str, size: f64, bold: bool, room: f64) -> std::borrow::Cow<'_, str> {
    if text_width(text, size, bold) <= room {
        return text.into();
    }
    let wider = size * if bold { BOLD_ROOM } else { REGULAR_ROOM };
    let room = room - letter('…') * wider;
    let mut width = 0.0;
    for (index, next) in text.char_indices() {
        width += letter(next) * wider;
        if width > room {
            if index == 0 {
                return "".into();
            }
            return [text[..index].trim_end(), "…"].concat().into();
        }
    }
    "".into()
}

/// The lines that a text takes in `room`: broken at blanks, within a word only where it is longer than a line.
pub(crate) fn wrapped(text: &str, size: f64, room: f64) -> Vec<&str> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut begin = 0;
        let mut blank = None;
        let mut width = 0.0;
        for (index, next) in paragraph.char_indices() {
            if next.is_whitespace() {
                blank = Some((index, index + next.len_utf8()));
            }
            width += letter(next) * size;
            if width > room && index > begin {
                let (end, resume) = blank.filter(|(end, _)| *end > begin).unwrap_or((index, index));
                lines.push(paragraph[begin..end].trim_end());
                begin = resume;
                blank = None;
                width = text_width(
                    paragraph.get(begin..index + next.len_utf8()).unwrap_or_default(),
                    size,
                    false,
                );
            }
        }
        lines.push(paragraph.get(begin..).unwrap_or_default().trim_end());
    }
    lines
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_does_not_fit_is_cut() {
        assert_eq!(fitted("short", 11.0, false, 100.0), "short");
        assert_eq!(fitted("a rather long name of a series", 11.0, false, 60.0), "a rather l…");
        assert_eq!(fitted("wide", 11.0, false, 3.0), "");
    }

    #[cfg(feature = "pdf")]
    #[test]
    fn our_own_fonts_are_narrower_than_the_room_that_is_left_for_others() {
        for text in ["67", "1 min 20", "127.0.0.1:9100", "requests by route"] {
            for bold in [false, true] {
                assert!(inter_width(text, 20.0, bold) < text_width(text, 20.0, bold), "{text}");
            }
        }
        assert!((inter_width("67", 20.0, true) - 24.8).abs() < 1e-9);
    }

    #[test]
    fn lines_break_at_blanks() {
        assert_eq!(wrapped("one two three\n\nfour", 10.0, 45.0), ["one two", "three", "", "four"]);
        assert_eq!(wrapped("unbreakable", 10.0, 30.0).concat(), "unbreakable");
    }

    proptest! {
        #[test]
        fn nothing_is_wider_than_its_room(text in "\\PC{0,40}", room in 0.0..200.0_f64) {
            prop_assert!(text_width(&fitted(&text, 12.0, false, room), 12.0, false) <= room + 1e-6);
        }

        #[test]
        fn wrapping_loses_only_blanks(text in "[a-zé \\n]{0,80}", room in 1.0..200.0_f64) {
            let letters = |text: &str| text.split_whitespace().collect::<String>();
            prop_assert_eq!(letters(&wrapped(&text, 12.0, room).join(" ")).len(), letters(&text).len());
        }
    }
}
