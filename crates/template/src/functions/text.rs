//! Texts.

use super::Function;
use super::arguments::text;
use crate::error::Stop;
use crate::exec::Exec;
use crate::functions::Dialect;
use crate::value::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::of_all("toUpper", 1, 1, |exec, arguments| changed(exec, text(arguments, 0)?, upper)),
    Function::of_all("toLower", 1, 1, |exec, arguments| changed(exec, text(arguments, 0)?, lower)),
    Function::of_all("title", 1, 1, |exec, arguments| {
        let change = if exec.dialect == Dialect::Rules { title } else { title_and_lower };
        changed(exec, text(arguments, 0)?, change)
    }),
    Function::of_notifications("trimSpace", 1, 1, |_, arguments| Ok(text(arguments, 0)?.trim().into())),
];

fn changed(exec: &mut Exec<'_>, text: &str, change: fn(&str) -> String) -> Result<Value, Stop> {
    exec.meter.bytes(text.len())?;
    let changed = change(text);
    if changed.len() > exec.meter.output_bytes() {
        return Err(std::fmt::Error.into());
    }
    Ok(changed.into())
}

fn upper(text: &str) -> String {
    text.chars().map(upper_character).collect()
}

fn lower(text: &str) -> String {
    text.chars().map(lower_character).collect()
}

/// One for one, as Go does it: what would become several characters stays.
fn upper_character(c: char) -> char {
    let mut changed = c.to_uppercase();
    if changed.len() == 1 { changed.next().unwrap_or(c) } else { c }
}

fn lower_character(c: char) -> char {
    // The capital with a dot is the only one that would become two.
    if c == '\u{130}' { 'i' } else { c.to_lowercase().next().unwrap_or(c) }
}

/// The first letter of each word in capitals, the others as they are, as rules have it.
fn title(text: &str) -> String {
    title_words(text, false)
}

/// The first letter of each word in capitals, the others small, as notifications have it.
fn title_and_lower(text: &str) -> String {
    title_words(text, true)
}

/// Letters that are two in one have a form between capital and small.
fn title_character(c: char) -> char {
    match c {
        'Ǆ'..='ǆ' => 'ǅ',
        'Ǉ'..='ǉ' => 'ǈ',
        'Ǌ'..='ǌ' => 'ǋ',
        'Ǳ'..='ǳ' => 'ǲ',
        _ => upper_character(c),
    }
}

/// Words by Unicode's rules as far as they matter here (<https://unicode.org/reports/tr29/#Word_Boundaries>): dots, colons
/// and apostrophes between letters are inside of a word.
fn title_words(text: &str, lowers: bool) -> String {
    let in_word = |c: char| c == '_' || c.is_alphanumeric() || is_mark(c);
    let mut changed = String::with_capacity(text.len());
    let mut seen = false;
    let mut before = ' ';
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        let after = rest.clone().next().unwrap_or(' ');
        let joins = match c {
            '\'' | '.' | '\u{2018}' | '\u{2019}' | '\u{2024}' => {
                (before.is_alphabetic() && after.is_alphabetic())
                    || (before.is_numeric() && after.is_numeric())
            }
            ':' | '\u{b7}' => before.is_alphabetic() && after.is_alphabetic(),
            ',' | ';' => before.is_numeric() && after.is_numeric(),
            _ => in_word(c),
        };
        if !joins {
            seen = false;
        }
        if !c.is_alphabetic() {
            changed.push(c);
        } else if seen && lowers {
            changed.extend(c.to_lowercase());
        } else if seen {
            changed.push(c);
        } else if c == 'ß' {
            changed.push_str("Ss");
            seen = true;
        } else {
            changed.push(title_character(c));
            seen = true;
        }
        before = c;
    }
    changed
}

/// Accents that stand on the letter before.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe00}'..='\u{fe0f}')
}
