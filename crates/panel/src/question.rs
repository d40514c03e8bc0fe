use watchfire_dashboard::{Clock, Kind, LineStyle, Panel, Query, QueryShape, Stacking, Values};
use watchfire_model::live::Role;
use watchfire_model::{TimeRange, choose_step, format_duration, parse_duration};

/// Where a panel is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sight {
    /// The page's range.
    pub range: TimeRange,
    /// How many points there is room for.
    pub points: u32,
    /// The usual distance between samples, in milliseconds.
    pub scrape_interval: i64,
    /// How much earlier the range lies that series over time are compared with, in milliseconds; 0 for none.
    pub compare: i64,
}

/// What a panel asks the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The place of the query in the panel's list.
    pub query: usize,
    /// What its answer is for.
    pub role: Role,
    /// PromQL, with all variables in place.
    pub expr: String,
    /// Whether only the newest values are asked for.
    pub instant: bool,
    /// The range: the page's, or the panel's own.
    pub range: TimeRange,
    /// Milliseconds between points.
    pub step: i64,
    /// How much earlier than the page the range lies, in milliseconds.
    pub shift: i64,
}

/// From so many samples a point on, a line has the range of its samples around it.
const SAMPLES_A_POINT: i64 = 4;

/// The questions of a panel, in the order of its queries. What its variables hold is put in.
pub fn questions(panel: &Panel, values: &Values, sight: Sight) -> Vec<Question> {
    let duration = |text: &Option<String>| text.as_deref().and_then(|text| parse_duration(text).ok());
    let shift = duration(&panel.time_shift).unwrap_or(0);
    let mut range = sight.range;
    if let Some(length) = duration(&panel.time_range) {
        range.start = range.end.saturating_sub(length);
    }
    range = TimeRange { start: range.start.saturating_sub(shift), end: range.end.saturating_sub(shift) };
    let points = panel.max_points.unwrap_or(sight.points).max(1);
    let mut all = Vec::new();
    for (index, query) in panel.queries.iter().enumerate() {
        if query.expr.trim().is_empty() {
            continue;
        }
        let least = duration(&query.min_step).or(duration(&panel.min_step)).unwrap_or(0);
        let step = choose_step(range.length(), points as usize).max(least);
        // Who says how often there are samples knows it better.
        let scrape_interval = if least > 0 { least } else { sight.scrape_interval };
        let clock = Clock { from: range.start, to: range.end, step, scrape_interval };
        let question = Question {
            query: index,
            role: Role::Value,
            expr: values.in_query(&query.expr, &clock),
            instant: is_instant(panel, query),
            range,
            step,
            shift,
        };
        let around = step >= sight.scrape_interval.saturating_mul(SAMPLES_A_POINT)
            && !question.instant
            && wants_envelope(panel, query);
        let envelope = |role| {
            let expr = in_role(&question.expr, role, step).filter(|_| around)?;
            Some(Question { role, expr, ..question.clone() })
        };
        let earlier = (sight.compare > 0 && can_compare(panel, query)).then(|| {
            let back = |timestamp: i64| timestamp.saturating_sub(sight.compare);
            let range = TimeRange { start: back(range.start), end: back(range.end) };
            let clock = Clock { from: range.start, to: range.end, ..clock };
            let expr = values.in_query(&query.expr, &clock);
            let shift = shift.saturating_add(sight.compare);
            Question { role: Role::Earlier, expr, range, shift, ..question.clone() }
        });
        let more = [envelope(Role::Least), envelope(Role::Greatest), earlier];
        all.push(question);
        all.extend(more.into_iter().flatten());
    }
    all
}

/// The query that has a role for `expr` at points that lie `step` milliseconds apart; none where `expr` is more than a
/// selector, as there are no samples between its points then.
pub fn in_role(expr: &str, role: Role, step: i64) -> Option<String> {
    let function = match role {
        Role::Value | Role::Earlier => return Some(expr.to_owned()),
        Role::Least => "min_over_time",
        Role::Greatest => "max_over_time",
    };
    is_selector(expr).then(|| format!("{function}({}[{}])", expr.trim(), format_duration(step)))
}

/// A table of a query's newest values needs no range, even where its file does not say so.
pub(crate) fn is_instant(panel: &Panel, query: &Query) -> bool {
    query.instant || (query.shape == QueryShape::Table && panel.kind == Kind::Table)
}

/// Whether the series of a query can be laid beside those of an earlier range.
fn can_compare(panel: &Panel, query: &Query) -> bool {
    panel.kind == Kind::TimeSeries
        && query.shape == QueryShape::Series
        && !query.instant
        && panel.transformations.is_empty()
        && panel.queries.iter().all(|query| query.hide || query.shape != QueryShape::Table)
}

fn wants_envelope(panel: &Panel, query: &Query) -> bool {
    let field = &panel.field;
    panel.kind == Kind::TimeSeries
        && query.shape == QueryShape::Series
        && !query.hide
        && panel.transformations.is_empty()
        && matches!(field.style, None | Some(LineStyle::Line))
        && matches!(field.stacking, None | Some(Stacking::None))
}

/// Whether a query is series as they are stored, so that what lies between its points can be asked for. It goes by the form alone,
/// as browsers that only look at a dashboard have no parser; what is wrong within the braces is told for the query itself.
pub fn is_selector(expr: &str) -> bool {
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | ':');
    let expr = expr.trim();
    let (metric, rest) = expr.split_at(expr.find(|letter| !is_name(letter)).unwrap_or(expr.len()));
    // Numbers, and names of numbers.
    let number = metric.starts_with(|letter: char| letter.is_ascii_digit())
        || ["inf", "nan"].iter().any(|name| metric.eq_ignore_ascii_case(name));
    match rest.trim_start().strip_prefix('{') {
        Some(matchers) => !number && closes_at_the_end(matchers),
        None => !number && !metric.is_empty() && rest.is_empty(),
    }
}

/// Whether the brace before `matchers` is closed by their last character, and nothing stands behind it.
fn closes_at_the_end(matchers: &str) -> bool {
    let mut quote = None;
    let mut letters = matchers.chars();
    while let Some(letter) = letters.next() {
        match (quote, letter) {
            (Some(open), close) if open == close => quote = None,
            // The next one is escaped; not so between backticks.
            (Some('"' | '\''), '\\') => drop(letters.next()),
            (None, '"' | '\'' | '`') => quote = Some(letter),
            (None, '}') => return letters.as_str().is_empty(),
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGHT: Sight = Sight {
        range: TimeRange { start: 0, end: 3_600_000 },
        points: 600,
        scrape_interval: 15_000,
        compare: 0,
    };

    fn panel(expr: &str) -> Panel {
        Panel { queries: vec![Query::new("A", expr, "")], ..Panel::default() }
    }

    #[test]
    fn variables_and_times_are_put_in() {
        let asked = questions(&panel("rate(x[$__rate_interval])"), &Values::default(), SIGHT);
        assert_eq!(asked.len(), 1);
        assert_eq!((asked[0].expr.as_str(), asked[0].step), ("rate(x[1m])", 10_000));
        let slow = Panel { min_step: Some("5m".to_owned()), ..panel("x[$__interval]") };
        assert_eq!(questions(&slow, &Values::default(), SIGHT)[0].expr, "x[5m]");
        let rare = Panel { min_step: Some("1m".to_owned()), ..panel("rate(x[$__rate_interval])") };
        assert_eq!(questions(&rare, &Values::default(), SIGHT)[0].expr, "rate(x[4m])");
    }

    #[test]
    fn panels_have_ranges_of_their_own() {
        let own = Panel {
            time_range: Some("10m".to_owned()),
            time_shift: Some("1d".to_owned()),
            max_points: Some(10),
            ..panel("up")
        };
        let asked = questions(&own, &Values::default(), SIGHT);
        let end = 3_600_000 - 86_400_000;
        assert_eq!(asked[0].range, TimeRange { start: end - 600_000, end });
        assert_eq!((asked[0].shift, asked[0].step), (86_400_000, 60_000));
    }

    #[test]
    fn an_earlier_range_is_asked_for_beside() {
        let (hour, day) = (3_600_000, 86_400_000);
        let compared =
            Sight { range: TimeRange { start: 2 * day, end: 2 * day + hour }, compare: day, ..SIGHT };
        let own = Panel { time_shift: Some("1h".to_owned()), ..panel("x @ ${__to}") };
        let asked = questions(&own, &Values::default(), compared);
        let told: Vec<_> =
            asked.iter().map(|one| (one.role, one.expr.as_str(), one.range.end, one.shift)).collect();
        let end = 2 * day;
        assert_eq!(
            told,
            [
                (Role::Value, format!("x @ {end}").as_str(), end, hour),
                (Role::Earlier, format!("x @ {}", end - day).as_str(), end - day, hour + day)
            ]
        );
        let mut stat = panel("x");
        stat.kind = Kind::Stat;
        assert_eq!(questions(&stat, &Values::default(), compared).len(), 1);
    }

    #[test]
    fn selectors_are_what_the_parser_says() {
        use watchfire_promql::ast::ExprKind;
        for expr in [
            "up",
            "  up ",
            "job:up:sum",
            "up{}",
            "up {job=\"a\"} ",
            "{job=\"a\"}",
            "{\"up\"}",
            "up{job=~\"a}|{b\", x='}'}",
            "up{job=\"\\\"}\"}",
            "up{job=`\\`}",
            "up offset 5m",
            "up{job=\"a\"} offset 5m",
            "up @ 5",
            "up[5m]",
            "up{job=\"a\"}[5m]",
            "sum(up)",
            "-up",
            "(up)",
            "up + up",
            "up{a=\"b\"} + up{a=\"b\"}",
            "up{a=\"b\"",
            "5",
            "0x1f",
            "inf",
            "NaN",
            "\"text\"",
            "",
            "1up",
            "föhn",
        ] {
            let parsed = watchfire_promql::parse(expr).map(|expr| expr.kind);
            let plain = match parsed {
                Ok(ExprKind::Vector(selector)) => selector.when.at.is_none() && selector.when.offset == 0,
                _ => false,
            };
            assert_eq!(is_selector(expr), plain, "{expr}");
        }
    }

    #[test]
    fn peaks_between_points_are_asked_for() {
        let long = Sight { range: TimeRange { start: 0, end: 86_400_000 }, ..SIGHT };
        let exprs = |panel: &Panel, sight| {
            let asked = questions(panel, &Values::default(), sight);
            asked.into_iter().map(|question| question.expr).collect::<Vec<_>>()
        };
        let plain = panel("load{job=\"a\"}");
        assert_eq!(
            exprs(&plain, long),
            ["load{job=\"a\"}", "min_over_time(load{job=\"a\"}[5m])", "max_over_time(load{job=\"a\"}[5m])"]
        );
        assert_eq!(exprs(&plain, SIGHT).len(), 1, "each sample has its point");
        assert_eq!(exprs(&panel("rate(x[5m])"), long).len(), 1);
        assert_eq!(exprs(&Panel { kind: Kind::Stat, ..plain }, long).len(), 1);
    }
}
