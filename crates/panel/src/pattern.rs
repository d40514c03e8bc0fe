/// A regular expression as dashboards write them: bare, or between slashes with flags, as JavaScript does. It matches
/// somewhere in a text.
#[derive(Debug)]
pub struct Pattern(Engine);

#[cfg(target_arch = "wasm32")]
type Engine = js_sys::RegExp;
#[cfg(not(target_arch = "wasm32"))]
type Engine = regex::Regex;

impl Pattern {
    /// Reads a pattern; `None` if it is broken.
    pub fn new(text: &str) -> Option<Self> {
        let between = text.strip_prefix('/').and_then(|rest| rest.rsplit_once('/'));
        let (inside, flags) = between.unwrap_or((text, ""));
        engine(inside, flags.contains('i')).map(Self)
    }

    /// Whether it matches somewhere in `text`.
    pub fn matches(&self, text: &str) -> bool {
        #[cfg(target_arch = "wasm32")]
        return self.0.test(text);
        #[cfg(not(target_arch = "wasm32"))]
        return self.0.is_match(text);
    }

    /// `text` with the first place that matches replaced; `$1` stands for the first group.
    pub fn replace(&self, text: &str, with: &str) -> String {
        #[cfg(target_arch = "wasm32")]
        return js_sys::JsString::from(text).replace_by_pattern(&self.0, with).into();
        // The engine takes `$1a` for a group called `1a`.
        #[cfg(not(target_arch = "wasm32"))]
        return self.0.replace(text, braced(with).as_str()).into_owned();
    }
}

#[cfg(target_arch = "wasm32")]
fn engine(pattern: &str, any_case: bool) -> Option<Engine> {
    // The constructor throws at a broken pattern; through `Reflect` that is an error like another.
    let arguments = js_sys::Array::of2(&pattern.into(), &if any_case { "iu" } else { "u" }.into());
    let constructor = js_sys::Reflect::get(&js_sys::global(), &"RegExp".into()).ok()?;
    let made = js_sys::Reflect::construct(&constructor.into(), &arguments).ok()?;
    Some(made.into())
}

#[cfg(not(target_arch = "wasm32"))]
fn engine(pattern: &str, any_case: bool) -> Option<Engine> {
    if any_case { regex::Regex::new(&format!("(?i){pattern}")) } else { regex::Regex::new(pattern) }.ok()
}

/// `$1` as `${1}`.
#[cfg(not(target_arch = "wasm32"))]
fn braced(with: &str) -> String {
    let mut out = String::with_capacity(with.len() + 4);
    let mut rest = with;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let digits = rest.len() - rest.trim_start_matches(|letter: char| letter.is_ascii_digit()).len();
        if digits > 0 {
            out.push_str("${");
            out.push_str(&rest[..digits]);
            out.push('}');
            rest = &rest[digits..];
        } else {
            out.push('$');
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_somewhere() {
        for (pattern, text, matches) in [
            ("^5", "503", true),
            ("^5", "1503", false),
            ("/err(or)?/i", "An ERROR", true),
            ("/err/", "An ERROR", false),
            ("a/b", "xa/by", true),
        ] {
            assert_eq!(Pattern::new(pattern).unwrap().matches(text), matches, "{pattern} {text}");
        }
        assert!(Pattern::new("(").is_none());
    }

    #[test]
    fn groups_are_named_by_number() {
        let pattern = Pattern::new("(.*)-(\\d+)").unwrap();
        assert_eq!(pattern.replace("cpu-12", "$2th $1x of $"), "12th cpux of $");
        assert_eq!(pattern.replace("none", "$1"), "none");
    }
}
