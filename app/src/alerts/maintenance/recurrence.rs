//! How a window comes again: plain choices, and the rule of a calendar (RFC 5545, `RRULE`) that they stand for.

/// Days of a week in their order: as calendars write them, and in words.
pub(super) const DAYS: [(&str, &str); 7] =
    [("MO", "Mon"), ("TU", "Tue"), ("WE", "Wed"), ("TH", "Thu"), ("FR", "Fri"), ("SA", "Sat"), ("SU", "Sun")];

/// Which of the weekdays of a month.
pub(super) const WHICH: [(&str, &str); 5] =
    [("1", "first"), ("2", "second"), ("3", "third"), ("4", "fourth"), ("-1", "last")];

/// How often.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Often {
    #[default]
    Once,
    Daily,
    Weekly,
    /// On a day of the month, such as the 15th.
    MonthlyByDate,
    /// On a weekday of the month, such as the first Monday.
    MonthlyByDay,
    /// By a rule that is written out.
    Rule,
}

impl Often {
    pub(super) const ALL: [Self; 6] =
        [Self::Once, Self::Daily, Self::Weekly, Self::MonthlyByDate, Self::MonthlyByDay, Self::Rule];

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Once => "once",
            Self::Daily => "daily",
            Self::Weekly => "weekly",
            Self::MonthlyByDate => "monthly",
            Self::MonthlyByDay => "weekday",
            Self::Rule => "rule",
        }
    }

    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Once => "Once",
            Self::Daily => "Every day",
            Self::Weekly => "On days of the week",
            Self::MonthlyByDate => "On a day of the month",
            Self::MonthlyByDay => "On a weekday of the month",
            Self::Rule => "By a rule (RRULE)",
        }
    }

    pub(super) fn of(word: &str) -> Self {
        Self::ALL.into_iter().find(|often| often.word() == word).unwrap_or_default()
    }
}

/// What is chosen. What another choice needs stays, so that going to and fro loses nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Recurrence {
    pub(super) often: Often,
    /// Every so many days, weeks or months.
    pub(super) interval: String,
    /// Of a week, as calendars write them.
    pub(super) days: Vec<String>,
    /// Of a month: 1 to 31, or -1 for the last.
    pub(super) date: String,
    /// Which weekday of a month: a number and a day.
    pub(super) which: (String, String),
    /// The last day, `2026-12-31`; empty: for ever.
    pub(super) until: String,
    /// The rule as it is written out.
    pub(super) rule: String,
}

impl Default for Recurrence {
    fn default() -> Self {
        Self {
            often: Often::Once,
            interval: "1".to_owned(),
            days: vec!["MO".to_owned()],
            date: "1".to_owned(),
            which: ("1".to_owned(), "MO".to_owned()),
            until: String::new(),
            rule: "FREQ=WEEKLY;BYDAY=MO".to_owned(),
        }
    }
}

impl Recurrence {
    /// The rule; none for once. What is written out is not looked at: the server says what is wrong with it.
    ///
    /// # Errors
    ///
    /// The field that is wrong, and what mends it.
    pub(super) fn rule(&self) -> Result<Option<String>, (&'static str, String)> {
        let number = |field, text: &str, from: i64, to: i64| {
            let found = text.trim().parse::<i64>().ok().filter(|number| (from..=to).contains(number));
            found.ok_or_else(|| (field, format!("{text:?} is no number from {from} to {to}")))
        };
        let mut rule = match self.often {
            Often::Once => return Ok(None),
            Often::Rule => {
                let text = self.rule.trim();
                let text = text.strip_prefix("RRULE:").unwrap_or(text);
                if text.is_empty() {
                    return Err(("rule", "write a rule, such as FREQ=WEEKLY;BYDAY=MO,TH".to_owned()));
                }
                return Ok(Some(text.to_owned()));
            }
            Often::Daily => "FREQ=DAILY".to_owned(),
            Often::Weekly if self.days.is_empty() => {
                return Err(("days", "choose a day at least".to_owned()));
            }
            Often::Weekly => {
                let days =
                    DAYS.iter().map(|(word, _)| *word).filter(|word| self.days.iter().any(|day| day == word));
                format!("FREQ=WEEKLY;BYDAY={}", days.collect::<Vec<_>>().join(","))
            }
            Often::MonthlyByDate => {
                let date = if self.date.trim() == "-1" { -1 } else { number("date", &self.date, 1, 31)? };
                format!("FREQ=MONTHLY;BYMONTHDAY={date}")
            }
            Often::MonthlyByDay => format!("FREQ=MONTHLY;BYDAY={}{}", self.which.0, self.which.1),
        };
        let interval = number("interval", &self.interval, 1, 1000)?;
        if interval > 1 {
            rule = format!("{rule};INTERVAL={interval}");
        }
        let until = self.until.trim().replace('-', "");
        if !until.is_empty() {
            if until.len() != 8 || !until.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(("until", format!("{:?} is no day; write 2026-12-31, or nothing", self.until)));
            }
            rule = format!("{rule};UNTIL={until}");
        }
        Ok(Some(rule))
    }

    /// What a rule is by plain choices; one that is more than these stays as it is written.
    pub(super) fn of(rule: Option<&str>) -> Self {
        let Some(text) = rule else { return Self::default() };
        let written = Self { often: Often::Rule, rule: text.to_owned(), ..Self::default() };
        Self::plain(text).unwrap_or(written)
    }

    fn plain(text: &str) -> Option<Self> {
        let mut plain = Self { rule: text.to_owned(), ..Self::default() };
        let (mut frequency, mut days, mut date) = ("", None, None);
        for part in text.split(';') {
            match part.split_once('=')? {
                ("FREQ", value) => frequency = value,
                ("INTERVAL", value) => value.clone_into(&mut plain.interval),
                ("BYDAY", value) => days = Some(value),
                ("BYMONTHDAY", value) => date = Some(value),
                ("UNTIL", value) if value.len() == 8 && value.is_ascii() => {
                    plain.until = format!("{}-{}-{}", &value[..4], &value[4..6], &value[6..]);
                }
                _ => return None,
            }
        }
        plain.often = match (frequency, days, date) {
            ("DAILY", None, None) => Often::Daily,
            ("WEEKLY", Some(days), None) => {
                plain.days = days.split(',').map(str::to_owned).collect();
                Often::Weekly
            }
            ("MONTHLY", None, Some(date)) => {
                date.clone_into(&mut plain.date);
                Often::MonthlyByDate
            }
            ("MONTHLY", Some(day), None) => {
                let (which, _) = WHICH
                    .iter()
                    .find(|(which, _)| day.strip_prefix(which).is_some_and(|day| day.len() == 2))?;
                plain.which = ((*which).to_owned(), day.strip_prefix(which)?.to_owned());
                Often::MonthlyByDay
            }
            _ => return None,
        };
        // What does not come out as it went in is more than the choices say.
        (plain.rule().ok().flatten()?.len() == text.len()).then_some(plain)
    }

    /// In words, for a list.
    pub(super) fn words(&self) -> String {
        let every = |unit: &str| match self.interval.as_str() {
            "1" => format!("every {unit}"),
            many => format!("every {many} {unit}s"),
        };
        let day = |word: &str| {
            DAYS.iter()
                .find(|(known, _)| *known == word)
                .map_or(word.to_owned(), |(_, title)| (*title).to_owned())
        };
        let what = match self.often {
            Often::Once => return "once".to_owned(),
            Often::Rule => return self.rule.clone(),
            Often::Daily => every("day"),
            Often::Weekly => {
                let days = self.days.iter().map(|word| day(word)).collect::<Vec<_>>().join(", ");
                format!("{} on {days}", every("week"))
            }
            Often::MonthlyByDate if self.date == "-1" => format!("{} on its last day", every("month")),
            Often::MonthlyByDate => format!("{} on day {}", every("month"), self.date),
            Often::MonthlyByDay => {
                let which =
                    WHICH.iter().find(|(word, _)| *word == self.which.0).map_or("", |(_, title)| title);
                format!("{} on the {which} {}", every("month"), day(&self.which.1))
            }
        };
        if self.until.is_empty() { what } else { format!("{what} until {}", self.until) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_choices_are_rules() {
        for (rule, often, words) in [
            ("FREQ=DAILY", Often::Daily, "every day"),
            ("FREQ=DAILY;INTERVAL=3", Often::Daily, "every 3 days"),
            ("FREQ=WEEKLY;BYDAY=MO,TH", Often::Weekly, "every week on Mon, Thu"),
            (
                "FREQ=WEEKLY;BYDAY=SU;INTERVAL=2;UNTIL=20261231",
                Often::Weekly,
                "every 2 weeks on Sun until 2026-12-31",
            ),
            ("FREQ=MONTHLY;BYMONTHDAY=15", Often::MonthlyByDate, "every month on day 15"),
            ("FREQ=MONTHLY;BYMONTHDAY=-1", Often::MonthlyByDate, "every month on its last day"),
            ("FREQ=MONTHLY;BYDAY=1MO", Often::MonthlyByDay, "every month on the first Mon"),
            ("FREQ=MONTHLY;BYDAY=-1FR", Often::MonthlyByDay, "every month on the last Fri"),
        ] {
            let plain = Recurrence::of(Some(rule));
            assert_eq!((plain.often, plain.words().as_str()), (often, words), "{rule}");
            assert_eq!(plain.rule(), Ok(Some(rule.to_owned())));
        }
        // More than the choices say stays as it is written.
        for rule in [
            "FREQ=WEEKLY",
            "FREQ=YEARLY;BYMONTH=2",
            "FREQ=MONTHLY;BYMONTHDAY=1,15",
            "FREQ=MONTHLY;BYDAY=MO",
            "FREQ=MONTHLY;BYDAY=1MO,2MO",
            "FREQ=DAILY;COUNT=4",
            "FREQ=DAILY;UNTIL=20261231T000000Z",
            "FREQ=WEEKLY;BYDAY=XX",
        ] {
            let written = Recurrence::of(Some(rule));
            assert_eq!((written.often, written.rule()), (Often::Rule, Ok(Some(rule.to_owned()))), "{rule}");
        }
        assert_eq!(Recurrence::of(None).rule(), Ok(None));
        assert_eq!(Recurrence::of(None).words(), "once");
    }

    #[test]
    fn what_is_wrong_is_told_by_field() {
        let of = |often| Recurrence { often, ..Recurrence::default() };
        for (wrong, field) in [
            (Recurrence { days: Vec::new(), ..of(Often::Weekly) }, "days"),
            (Recurrence { interval: "0".to_owned(), ..of(Often::Daily) }, "interval"),
            (Recurrence { date: "32".to_owned(), ..of(Often::MonthlyByDate) }, "date"),
            (Recurrence { until: "soon".to_owned(), ..of(Often::Daily) }, "until"),
            (Recurrence { rule: " ".to_owned(), ..of(Often::Rule) }, "rule"),
        ] {
            assert_eq!(wrong.rule().unwrap_err().0, field, "{wrong:?}");
        }
        let written = Recurrence { rule: "RRULE:FREQ=DAILY".to_owned(), ..of(Often::Rule) };
        assert_eq!(written.rule(), Ok(Some("FREQ=DAILY".to_owned())));
    }
}
