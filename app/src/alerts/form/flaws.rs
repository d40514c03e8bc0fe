//! What is wrong with a rule that is being written, as far as it can be seen without the server, and when it is told.

use watchfire_model::parse_duration;

use super::condition::Condition;
use super::draft::{Field, Typed};
use super::receivers::LABEL;

/// What is wrong, beside which field; none for what concerns the rule as a whole.
pub(super) type Flaw = (Option<Field>, String);

/// Whether a flaw is about something that somebody typed or chose, and not about what is still to come.
pub(super) fn is_typed((field, _): &Flaw, typed: &Typed) -> bool {
    field.is_none_or(|field| match field {
        // A window is missing only because of what was chosen beside it, so are the bounds of what is usual, and labels have texts of
        // their own.
        Field::Window | Field::Labels | Field::Deviations | Field::Quantile => true,
        field => !typed.text(field).is_empty(),
    })
}

impl Typed {
    /// What can be seen to be wrong here, without the server.
    pub(super) fn flaws(&self) -> Vec<Flaw> {
        let mut flaws: Vec<Flaw> = Vec::new();
        let condition = self.condition();
        for field in Field::ALL {
            let (text, asked) = (self.text(field), condition.fields().contains(&field));
            let about_condition = field.path().starts_with("condition.") && field != Field::Condition;
            if about_condition && !asked {
                continue;
            }
            let needs = condition.needs(field);
            if field.is_number()
                && (needs || !text.is_empty())
                && !text.parse::<f64>().is_ok_and(f64::is_finite)
            {
                let words = if text.is_empty() {
                    "a number is missing; write 80, or 0.95".to_owned()
                } else {
                    format!("{text:?} is no number; write 80, or 0.95")
                };
                flaws.push((Some(field), words));
            }
            if field.is_length() && (needs || !text.is_empty()) && parse_duration(text).is_err() {
                flaws.push((Some(field), format!("{text:?} is no length of time; write 5m, or 1h30m")));
            }
        }
        let is_told = |field: Field| !self.text(field).is_empty();
        if condition == Condition::Unusual && is_told(Field::Deviations) == is_told(Field::Quantile) {
            let words = "say either deviations, such as 3, or a quantile, such as 0.99";
            flaws.push((Some(Field::Deviations), words.to_owned()));
        }
        if !self.text(Field::Panel).is_empty() && self.text(Field::Panel).parse::<u32>().is_err() {
            flaws.push((
                Some(Field::Panel),
                "a panel is named by its number; take it from its URL".to_owned(),
            ));
        }
        for (place, (name, _)) in self.labels.iter().enumerate() {
            if name.trim() == LABEL && !self.receivers.is_empty() {
                let words = "receivers are chosen below; remove this label".to_owned();
                flaws.push((Some(Field::Labels), words));
            }
            if self.labels[..place].iter().any(|(other, _)| other.trim() == name.trim())
                && !name.trim().is_empty()
            {
                flaws.push((Some(Field::Labels), format!("{name:?} stands there twice; remove one of them")));
            }
        }
        flaws
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(fields: &[(Field, &str)]) -> Typed {
        fields.iter().fold(Typed::default(), |typed, (field, text)| typed.with(*field, text))
    }

    /// The fields that a new rule is told of, after some changes.
    fn told(change: impl FnOnce(Typed) -> Typed) -> Vec<Option<Field>> {
        let typed = change(Typed::default());
        let flaws = typed.rule().err().unwrap_or_default();
        flaws.into_iter().filter(|flaw| is_typed(flaw, &typed)).map(|(field, _)| field).collect()
    }

    #[test]
    fn a_new_rule_is_not_told_what_is_missing_before_it_is_to_be_saved() {
        assert!(Typed::default().rule().is_err(), "there is no threshold");
        assert!(told(|typed| typed).is_empty());
        assert_eq!(told(|typed| typed.with(Field::Threshold, "hot")), [Some(Field::Threshold)]);
        assert_eq!(told(|typed| typed.with(Field::Hold, "soon")), [Some(Field::Hold)]);
        let twice = |mut typed: Typed| {
            typed.labels = ["1", "2"].map(|value| ("a".to_owned(), value.to_owned())).to_vec();
            typed
        };
        assert_eq!(told(twice), [Some(Field::Labels)]);
        // What is usual has two bounds to choose from; none of them, and both, is told as soon as it is so.
        let unusual = |deviations: &str, quantile: &str| {
            let typed = typed(&[
                (Field::Condition, "unusual"),
                (Field::Deviations, deviations),
                (Field::Quantile, quantile),
            ]);
            told(|_| typed)
        };
        assert_eq!(unusual("", ""), [Some(Field::Deviations)]);
        assert_eq!(unusual("3", "0.99"), [Some(Field::Deviations)]);
        assert!(unusual("3", "").is_empty() && unusual("", "0.99").is_empty());
        let fresh = Typed::default();
        let is_told = |field: Option<Field>| is_typed(&(field, String::new()), &fresh);
        let fields = [Some(Field::Name), Some(Field::Query), Some(Field::Window), None];
        assert_eq!(fields.map(is_told), [false, false, true, true]);
    }

    #[test]
    fn what_cannot_be_read_is_told_beside_its_field() {
        let fields = |typed: &Typed| -> Vec<Field> {
            typed.rule().err().into_iter().flatten().filter_map(|(field, _)| field).collect()
        };
        assert_eq!(fields(&typed(&[])), [Field::Threshold]);
        let none: [Field; 0] = [];
        assert_eq!(fields(&typed(&[(Field::Threshold, " 8e1 ")])), none);
        assert_eq!(
            fields(&typed(&[(Field::Threshold, "1"), (Field::Window, "5 minutes"), (Field::Panel, "x")])),
            [Field::Window, Field::Panel]
        );
        assert_eq!(
            fields(&typed(&[(Field::Condition, "changed"), (Field::Ago, "")])),
            [Field::Ago],
            "other thresholds do not count"
        );
        let mut twice = typed(&[(Field::Threshold, "1")]);
        twice.labels = vec![("a".to_owned(), String::new()), ("a".to_owned(), String::new())];
        assert_eq!(fields(&twice), [Field::Labels]);
    }
}
