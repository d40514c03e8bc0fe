use super::{Matcher, MatcherError, Matchers, classic, utf8};

/// Which of Alertmanager's two syntaxes is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Syntax {
    /// Both, as Alertmanager does by default: the UTF-8 one, and the classic one where the text means something only there
    /// or means something else there.
    #[default]
    Fallback,
    /// The one since Alertmanager 0.27: any name and value, in quotes where they hold reserved characters.
    Utf8,
    /// The one before: names of plain letters, lenient with values.
    Classic,
}

/// Matchers that were read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed {
    /// In the order of the text.
    pub matchers: Vec<Matcher>,
    /// What to write instead, where only the classic syntax reads the text as it is meant.
    pub advice: Option<String>,
}

/// Reads matchers such as `{severity="critical", job=~"a|b"}`; braces may be left out. None at all is allowed.
pub fn parse_matchers(text: &str, syntax: Syntax) -> Result<Parsed, MatcherError> {
    let plain = |matchers| Parsed { matchers, advice: None };
    match syntax {
        Syntax::Utf8 => utf8::parse(text).map(plain),
        Syntax::Classic => classic::parse(text).map(plain),
        Syntax::Fallback => match (utf8::parse(text), classic::parse(text)) {
            // Its error knows more of what is meant: names are not bound to letters.
            (Err(error), Err(_)) => Err(error),
            (Ok(matchers), Ok(same)) if matchers == same => Ok(plain(matchers)),
            (Ok(matchers), Err(_)) => Ok(plain(matchers)),
            (_, Ok(matchers)) => {
                let advice = matchers.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
                Ok(Parsed { matchers, advice: Some(advice) })
            }
        },
    }
}

/// Reads a single matcher, without braces.
pub fn parse_matcher(text: &str, syntax: Syntax) -> Result<Matcher, MatcherError> {
    let trimmed = text.trim();
    if trimmed.starts_with('{') || trimmed.ends_with('}') {
        let reason = "a single matcher stands without braces: write name=\"value\"".to_owned();
        return Err(MatcherError { at: 1, reason });
    }
    let mut matchers = parse_matchers(text, syntax)?.matchers;
    match (matchers.pop(), matchers.len()) {
        (Some(matcher), 0) => Ok(matcher),
        (None, _) => {
            Err(MatcherError { at: 1, reason: "there is no matcher: write name=\"value\"".to_owned() })
        }
        (Some(_), others) => {
            let reason = format!("one matcher is expected, and there are {}", others + 1);
            Err(MatcherError { at: 1, reason })
        }
    }
}

impl Matchers {
    /// Reads matchers in either syntax, and puts them into Alertmanager's order.
    ///
    /// ```
    /// use watchfire_alerting::Matchers;
    /// let matchers = Matchers::parse(r#"severity=~"warning|critical", team!=web"#)?;
    /// assert_eq!(matchers.to_string(), r#"{severity=~"warning|critical",team!="web"}"#);
    /// # Ok::<(), watchfire_alerting::MatcherError>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self, MatcherError> {
        Ok(Self::new(parse_matchers(text, Syntax::Fallback)?.matchers))
    }

    /// Reads what a person has typed: as [`Matchers::parse`], but a value with white space has to be in quotes. The classic syntax takes
    /// `team=db severity` for one value with a blank, which nobody means who forgot a comma.
    ///
    /// ```
    /// use watchfire_alerting::Matchers;
    /// assert!(Matchers::parse("team=db severity").is_ok());
    /// assert!(Matchers::parse_typed("team=db severity").is_err());
    /// assert!(Matchers::parse_typed(r#"team="db severity", host=~web.*"#).is_ok());
    /// ```
    ///
    /// # Errors
    ///
    /// Where it goes wrong, and what mends it.
    pub fn parse_typed(text: &str) -> Result<Self, MatcherError> {
        let matchers = Self::parse(text)?;
        // What the newer syntax reads has quotes around all blanks.
        match classic::blank_in_value(text).filter(|_| utf8::parse(text).is_err()) {
            None => Ok(matchers),
            Some(at) => {
                let reason =
                    "write a comma between two matchers, or double quotes around a value with a blank"
                        .to_owned();
                Err(MatcherError { at, reason })
            }
        }
    }
}
