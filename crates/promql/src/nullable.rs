//! Whether a regular expression matches the empty text, without an engine: the browser has none. The syntax is RE2's
//! (<https://github.com/google/re2/wiki/Syntax>).

use std::iter::Peekable;
use std::str::Chars;

/// Whether `pattern`, matched against a whole text, matches the empty one. Of a pattern that is not valid it says anything.
pub(crate) fn matches_empty(pattern: &str) -> bool {
    let mut chars = pattern.chars().peekable();
    let mut outer = Vec::new();
    let mut group = Group::default();
    while let Some(c) = chars.next() {
        let atom = match c {
            '(' => {
                if skip_group_start(&mut chars) {
                    outer.push(std::mem::take(&mut group));
                    continue;
                }
                true
            }
            ')' => {
                let inner = group.finish();
                group = outer.pop().unwrap_or_default();
                inner
            }
            '|' => {
                group.next_alternative();
                continue;
            }
            '*' | '?' => {
                group.atom = true;
                continue;
            }
            '+' => continue,
            '{' => {
                if let Some(least) = repetition(&mut chars) {
                    group.atom |= least == 0;
                    continue;
                }
                false
            }
            '^' | '$' => true,
            '[' => {
                skip_class(&mut chars);
                false
            }
            '\\' => escape(&mut chars),
            _ => false,
        };
        group.push(atom);
    }
    group.finish()
}

/// What was read of a group: alternatives of atoms in a row.
struct Group {
    /// Whether an alternative that is complete matches the empty text.
    any: bool,
    /// Whether all atoms but the last of this alternative do.
    all: bool,
    /// Whether its last atom, which may still be repeated, does.
    atom: bool,
}

impl Default for Group {
    fn default() -> Self {
        Self { any: false, all: true, atom: true }
    }
}

impl Group {
    fn push(&mut self, atom: bool) {
        self.all &= self.atom;
        self.atom = atom;
    }

    fn next_alternative(&mut self) {
        *self = Self { any: self.finish(), ..Self::default() };
    }

    fn finish(&self) -> bool {
        self.any || (self.all && self.atom)
    }
}

/// Reads on after `(`; whether a group begins rather than flags alone.
fn skip_group_start(chars: &mut Peekable<Chars<'_>>) -> bool {
    if chars.next_if_eq(&'?').is_none() {
        return true;
    }
    for c in chars.by_ref() {
        match c {
            ':' | '>' => return true,
            ')' => return false,
            _ => {}
        }
    }
    false
}

/// Reads on after `{`: the least count, or `None` if this is no repetition but a plain brace.
fn repetition(chars: &mut Peekable<Chars<'_>>) -> Option<u32> {
    let mut ahead = chars.clone();
    let mut least = String::new();
    while let Some(digit) = ahead.next_if(char::is_ascii_digit) {
        least.push(digit);
    }
    if ahead.next_if_eq(&',').is_some() {
        while ahead.next_if(char::is_ascii_digit).is_some() {}
    }
    let least = least.parse().ok()?;
    ahead.next_if_eq(&'}')?;
    *chars = ahead;
    Some(least)
}

/// Reads on after `[`.
fn skip_class(chars: &mut Peekable<Chars<'_>>) {
    chars.next_if_eq(&'^');
    // A bracket that stands first is a member.
    let mut first = true;
    while let Some(c) = chars.next() {
        match c {
            ']' if !first => return,
            '\\' => {
                chars.next();
            }
            '[' if chars.next_if_eq(&':').is_some() => {
                chars.find(|c| *c == ']');
            }
            _ => {}
        }
        first = false;
    }
}

/// Reads on after a backslash.
fn escape(chars: &mut Peekable<Chars<'_>>) -> bool {
    match chars.next() {
        Some('A' | 'z' | 'B') => true,
        Some('p' | 'P' | 'x') => {
            if chars.next_if_eq(&'{').is_some() {
                chars.find(|c| *c == '}');
            } else {
                chars.next();
            }
            false
        }
        Some('Q') => {
            let mut empty = true;
            while let Some(c) = chars.next() {
                if c == '\\' && chars.next_if_eq(&'E').is_some() {
                    break;
                }
                empty = false;
            }
            empty
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_what_matches_nothing() {
        let yes = [
            "",
            ".*",
            "a*",
            "a?",
            "a*b*",
            "(a|)",
            "(a|b)*",
            "a||b",
            "^$",
            "(?i)",
            "(?:a)?",
            "(?P<n>a*)",
            "a{0}",
            "a{0,3}",
            "[ab]*",
            "[]a]*",
            "[[:alpha:]]*",
            r"\d*",
            r"\pL*",
            r"\p{Greek}*",
            r"\x{10}?",
            "()",
            r"\A\z",
            r"\B",
            r"(a*)+",
            "a*+",
            "x{0,}",
            r"\Q\E",
        ];
        let no = [
            "a", ".+", "a+", "a|b", "(a|b)+", "a*b", "[ab]", "(?i)a", "a{1,}", "a{2}", "{", "a{,3}", r"\d",
            r"\.", r"\Qa*\E", "[*]", "[]*]", r"\*", r"\b", "(a)(b)*", r"\x41",
        ];
        for pattern in yes {
            assert!(matches_empty(pattern), "{pattern:?}");
        }
        for pattern in no {
            assert!(!matches_empty(pattern), "{pattern:?}");
        }
    }
}
