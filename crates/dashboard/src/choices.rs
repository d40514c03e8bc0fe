use regex::Regex;

use crate::{Choice, Sort, Variable};

impl Variable {
    /// Puts what a query brought into order, keeps what [`Variable::regex`] keeps of it, each once.
    ///
    /// # Errors
    ///
    /// The regular expression is broken.
    pub fn choices_of(&self, found: Vec<String>) -> Result<Vec<Choice>, regex::Error> {
        let mut choices: Vec<Choice> = match self.regex.as_str() {
            "" => found.into_iter().map(Choice::plain).collect(),
            regex => {
                // As JavaScript writes it, between slashes, and bare.
                let bare = regex.strip_prefix('/').and_then(|rest| rest.rsplit_once('/'));
                let pattern = match bare {
                    Some((inside, flags)) if flags.contains('i') => format!("(?i){inside}"),
                    Some((inside, _)) => inside.to_owned(),
                    None => regex.to_owned(),
                };
                let pattern = Regex::new(&pattern)?;
                found.iter().filter_map(|text| kept(&pattern, text)).collect()
            }
        };
        let mut seen = std::collections::HashSet::new();
        choices.retain(|choice| seen.insert(choice.value.clone()));
        match self.sort {
            Sort::None => {}
            Sort::Natural => choices.sort_by(|one, other| natural(&one.text, &other.text)),
            Sort::NaturalDescending => choices.sort_by(|one, other| natural(&other.text, &one.text)),
        }
        Ok(choices)
    }
}

fn kept(pattern: &Regex, text: &str) -> Option<Choice> {
    let found = pattern.captures(text)?;
    let named = |name| found.name(name).map(|group| group.as_str().to_owned());
    if let Some(value) = named("value") {
        return Some(Choice { text: named("text").unwrap_or_else(|| value.clone()), value });
    }
    let whole = found.get(1).or_else(|| found.get(0))?.as_str();
    Some(Choice { text: named("text").unwrap_or_else(|| whole.to_owned()), value: whole.to_owned() })
}

/// By the alphabet without regard to case, digits by the number that they make: `disk2` before `disk10`.
fn natural(one: &str, other: &str) -> std::cmp::Ordering {
    fn parts(text: &str) -> impl Iterator<Item = (u64, char)> {
        let mut letters = text.chars().flat_map(char::to_lowercase).peekable();
        std::iter::from_fn(move || {
            let letter = letters.next()?;
            let Some(mut number) = letter.to_digit(10).map(u64::from) else { return Some((0, letter)) };
            while let Some(digit) = letters.peek().and_then(|letter| letter.to_digit(10)) {
                letters.next();
                number = number.saturating_mul(10).saturating_add(u64::from(digit));
            }
            // All numbers stand where the digits stand among the letters.
            Some((number, '0'))
        })
    }
    let key = |(number, letter): (u64, char)| (letter, number);
    parts(one).map(key).cmp(parts(other).map(key)).then_with(|| one.cmp(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(variable: &Variable, found: &[&str]) -> Vec<String> {
        let found = found.iter().map(|text| (*text).to_owned()).collect();
        let choices = variable.choices_of(found).unwrap();
        choices.into_iter().map(|choice| format!("{}={}", choice.text, choice.value)).collect()
    }

    #[test]
    fn choices_are_sorted_as_people_count() {
        let mut variable = Variable::default();
        let found = ["disk10", "Disk2", "alpha", "disk2", "alpha"];
        assert_eq!(texts(&variable, &found), ["alpha=alpha", "Disk2=Disk2", "disk2=disk2", "disk10=disk10"]);
        variable.sort = Sort::NaturalDescending;
        assert_eq!(texts(&variable, &found)[0], "disk10=disk10");
        variable.sort = Sort::None;
        assert_eq!(texts(&variable, &found)[0], "disk10=disk10");
    }

    #[test]
    fn a_regular_expression_keeps_and_cuts() {
        let of = |regex: &str| Variable { regex: regex.to_owned(), ..Variable::default() };
        let found = ["web-1:9100", "db-1:9100", "web-2:80"];
        assert_eq!(texts(&of("/^(web-\\d+)/"), &found), ["web-1=web-1", "web-2=web-2"]);
        assert_eq!(texts(&of("/WEB/i"), &found), ["web=web"]);
        let named = of("(?P<text>[a-z]+)-(?P<value>\\d)");
        assert_eq!(texts(&named, &found), ["web=1", "web=2"], "each value once");
        assert!(of("(").choices_of(vec![]).is_err());
    }
}
