//! Texts that are longer than a service takes.

/// What stands where something is left out.
const MARK: char = '…';

/// A text of at most `most` characters; of a longer one the end is left out.
pub fn cut_chars(text: &str, most: usize) -> String {
    if text.chars().nth(most).is_none() {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    if most == 0 { kept } else { kept + MARK.encode_utf8(&mut [0; 4]) }
}

/// A text of at most `most` bytes; of a longer one the end is left out, no character in parts.
pub fn cut_bytes(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let Some(room) = most.checked_sub(MARK.len_utf8()) else { return String::new() };
    let mut kept = text[..text.floor_char_boundary(room)].to_owned();
    kept.push(MARK);
    kept
}

/// The same with characters for a text in HTML as Telegram knows it: no tag and no entity is cut through, and what is
/// open is closed.
pub(super) fn cut_html(text: &str, most: usize) -> String {
    if text.chars().nth(most).is_none() {
        return text.to_owned();
    }
    let end = |room: usize| text.char_indices().nth(room).map_or(text.len(), |(at, _)| at);
    let mut room = most.saturating_sub(1);
    loop {
        let mut kept = whole(&text[..end(room)]);
        let open = open_tags(kept);
        let closing: usize = open.iter().map(|tag| tag.chars().count() + 3).sum();
        if kept.chars().count() + closing < most || room == 0 {
            kept = kept.trim_end();
            let closed = open.iter().rev().flat_map(|tag| ["</", tag, ">"]).collect::<String>();
            return format!("{kept}{MARK}{closed}");
        }
        room = room.saturating_sub(closing.max(1));
    }
}

/// A text without the tag or entity at its end that is not whole.
fn whole(text: &str) -> &str {
    let tag = text.rfind('<').filter(|at| !text[*at..].contains('>'));
    let entity = text.rfind('&').filter(|at| !text[*at..].contains(';') && text.len() - at < 10);
    match (tag, entity) {
        (Some(tag), Some(entity)) => &text[..tag.min(entity)],
        (Some(at), None) | (None, Some(at)) => &text[..at],
        (None, None) => text,
    }
}

/// The names of tags that are open at the end.
fn open_tags(text: &str) -> Vec<&str> {
    let mut open = Vec::new();
    for piece in text.split('<').skip(1) {
        let Some((tag, _)) = piece.split_once('>') else { continue };
        if tag.starts_with('/') {
            open.pop();
        } else if !tag.ends_with('/') {
            open.push(tag.split_whitespace().next().unwrap_or_default());
        }
    }
    open
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts() {
        // Text, characters, what is left.
        for (text, most, kept) in [
            ("", 0, ""),
            ("abc", 3, "abc"),
            ("abcd", 3, "ab…"),
            ("ääää", 3, "ää…"),
            ("abc", 1, "…"),
            ("abc", 0, ""),
        ] {
            assert_eq!(cut_chars(text, most), kept, "{text} {most}");
        }
        for (text, most, kept) in
            [("abc", 3, "abc"), ("abcde", 4, "a…"), ("ääää", 6, "ä…"), ("äää", 2, ""), ("", 0, "")]
        {
            assert_eq!(cut_bytes(text, most), kept, "{text} {most}");
        }
    }

    #[test]
    fn long_html() {
        for (text, most, kept) in [
            ("<b>abc</b>", 10, "<b>abc</b>"),
            ("<b>abcdefghij</b>", 12, "<b>abcd…</b>"),
            ("abcdef<b>x</b>ghi", 9, "abcdef…"),
            ("abc &amp; defghi", 8, "abc…"),
            ("<a href=\"x\">y</a> zzzzzzzzzz", 22, "<a href=\"x\">y</a> zzz…"),
        ] {
            assert_eq!(cut_html(text, most), kept, "{text} {most}");
        }
    }

    proptest::proptest! {
        #[test]
        fn never_too_long(text in "[a-zä<>/&; ]{0,60}", most in 0_usize..50) {
            proptest::prop_assert!(cut_chars(&text, most).chars().count() <= most);
            proptest::prop_assert!(cut_bytes(&text, most).len() <= most);
        }
    }
}
