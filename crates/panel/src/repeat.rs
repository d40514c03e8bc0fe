use std::collections::BTreeMap;
use std::fmt::Write as _;

use watchfire_dashboard::{COLUMNS, Choice, Direction, Kind, Panel, Place, Values};

/// A panel of a dashboard as it is shown, with the variables that hold in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Unfolded {
    /// Names it on the page: its id, and with repeated panels which one.
    pub key: String,
    /// Of a copy of a repeated panel: what names all its copies, which lie together.
    pub copies: Option<String>,
    /// It, at its place.
    pub panel: Panel,
    /// The variables.
    pub values: Values,
}

/// How many copies of a panel there are at most.
const MOST_COPIES: usize = 100;

/// How many repeated panels lie beside each other where their dashboard does not say.
const ACROSS: usize = 4;

/// The panels of a dashboard with the repeated ones multiplied: one for each chosen value of their variable. A row that is
/// repeated takes the panels below it along. Where there are more values than copies, the title of the last one says so.
pub fn unfold(panels: &[Panel], values: &Values) -> Vec<Unfolded> {
    let mut order: Vec<&Panel> = panels.iter().collect();
    watchfire_model::sort_small(&mut order, &|one, other| {
        (one.at.y, one.at.x).cmp(&(other.at.y, other.at.x))
    });
    let mut done = Vec::new();
    let mut lower = 0;
    let mut rest = order.as_slice();
    while let Some((first, after)) = rest.split_first() {
        let is_row = |panel: &&Panel| panel.kind == Kind::Row;
        let length = 1 + after.iter().position(is_row).unwrap_or(after.len());
        let (section, next) = rest.split_at(length);
        rest = next;
        let copies = match &first.repeat {
            Some(repeat) if first.kind == Kind::Row => choices(values, &repeat.variable),
            _ => Vec::new(),
        };
        if copies.is_empty() {
            lower += multiplied(section, values, "", lower, &mut done);
            continue;
        }
        let top = first.at.y;
        let height = section.iter().map(|panel| panel.at.bottom()).max().unwrap_or(top).saturating_sub(top);
        for (index, choice) in copies.iter().enumerate() {
            let mut own = values.clone();
            if let Some(repeat) = &first.repeat {
                own.set_one(&repeat.variable, choice.clone());
            }
            let row = done.len();
            lower += multiplied(section, &own, &suffix(choice), lower, &mut done);
            if index + 1 < copies.len() {
                lower += height;
            } else if let (Some(repeat), Some(row)) = (&first.repeat, done.get_mut(row)) {
                row.panel.title = titled(first, left_out(values, &repeat.variable));
            }
        }
    }
    done
}

/// The panels of a section, `lower` rows further down than they stand in the dashboard. Returns by how much more those after
/// them have to go down.
fn multiplied(section: &[&Panel], values: &Values, key: &str, lower: u16, done: &mut Vec<Unfolded>) -> u16 {
    // Each of those that grow: the row below which things move, and how far.
    let mut growths: Vec<(u16, u16)> = Vec::new();
    for panel in section {
        let y = panel.at.y.saturating_add(lower).saturating_add(grown(&growths, panel.at.y));
        let at = Place { y, ..panel.at };
        let repeat = panel.repeat.as_ref().filter(|_| panel.kind != Kind::Row);
        let copies = repeat.map(|repeat| choices(values, &repeat.variable)).unwrap_or_default();
        let (Some(repeat), false) = (repeat, copies.is_empty()) else {
            let panel = Panel { at, ..(*panel).clone() };
            let key = format!("{}{key}", panel.id);
            done.push(Unfolded { key, copies: None, panel, values: values.clone() });
            continue;
        };
        let beside = match repeat.direction {
            Direction::Down => 1,
            Direction::Across => copies.len().min(repeat.most.map_or(ACROSS, usize::from).max(1)),
        };
        let width = if repeat.direction == Direction::Down { at.w } else { (COLUMNS / beside as u16).max(1) };
        for (index, choice) in copies.iter().enumerate() {
            let (line, column) = ((index / beside) as u16, (index % beside) as u16);
            let x = if repeat.direction == Direction::Down { at.x } else { column * width };
            let place = Place { x, w: width, y: at.y.saturating_add(line.saturating_mul(at.h)), h: at.h };
            let mut own = values.clone();
            own.set_one(&repeat.variable, choice.clone());
            let is_last = index + 1 == copies.len();
            let missing = if is_last { left_out(values, &repeat.variable) } else { 0 };
            done.push(Unfolded {
                key: format!("{}{key}{}", panel.id, suffix(choice)),
                copies: Some(format!("{}{key}", panel.id)),
                panel: Panel { at: place, title: titled(panel, missing), ..(*panel).clone() },
                values: own,
            });
        }
        let lines = copies.len().div_ceil(beside) as u16;
        growths.push((panel.at.bottom(), (lines - 1).saturating_mul(panel.at.h)));
    }
    grown(&growths, u16::MAX)
}

/// How far what stood at row `y` goes down. Of panels that end at the same row and all grow, the one that grows most counts.
fn grown(growths: &[(u16, u16)], y: u16) -> u16 {
    let mut most: BTreeMap<u16, u16> = BTreeMap::new();
    for (bottom, more) in growths.iter().filter(|(bottom, _)| *bottom <= y) {
        let known = most.entry(*bottom).or_default();
        *known = (*known).max(*more);
    }
    most.values().fold(0, |sum, more| sum.saturating_add(*more))
}

fn choices(values: &Values, variable: &str) -> Vec<Choice> {
    values.chosen(variable).unwrap_or_default().iter().take(MOST_COPIES).cloned().collect()
}

/// For how many chosen values there is no copy.
fn left_out(values: &Values, variable: &str) -> usize {
    values.chosen(variable).map_or(0, <[Choice]>::len).saturating_sub(MOST_COPIES)
}

/// The title of a copy behind which so many are left out.
fn titled(panel: &Panel, left_out: usize) -> String {
    if left_out == 0 {
        return panel.title.clone();
    }
    format!("{} ({left_out} more are left out)", panel.title).trim_start().to_owned()
}

/// What tells a copy from the others, fit for URLs and for ids of elements: letters, digits and points as they are, of others
/// their code, so that no two values get the same.
fn suffix(choice: &Choice) -> String {
    let mut text = String::from("~");
    for letter in choice.value.chars() {
        if letter.is_alphanumeric() || letter == '.' || letter == '-' {
            text.push(letter);
        } else {
            // Writing to a String cannot fail.
            let _ = write!(text, "_{:x}", letter as u32);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use watchfire_dashboard::Variable;

    use super::*;

    fn values(names: &[&str]) -> Values {
        let mut values = Values::default();
        let variable = Variable { name: "host".to_owned(), multi: true, ..Variable::default() };
        values.set(&variable, names.iter().map(|name| Choice::plain(*name)).collect());
        values
    }

    fn panels(json: &str) -> Vec<Panel> {
        serde_json::from_str(json).unwrap()
    }

    fn told(panels: &[Panel], hosts: &[&str]) -> Vec<String> {
        let one = |unfolded: &Unfolded| {
            let Place { x, y, w, h } = unfolded.panel.at;
            let host = unfolded.values.in_text("$host", &watchfire_dashboard::Clock::default());
            format!("{} {x},{y} {w}x{h} {host}", unfolded.key)
        };
        unfold(panels, &values(hosts)).iter().map(one).collect()
    }

    #[test]
    fn panels_are_repeated_across_and_down() {
        let across = panels(
            r#"[{"id": 1, "at": {"x": 0, "y": 0, "w": 24, "h": 4}, "repeat": {"variable": "host", "most": 2}},
                {"id": 2, "at": {"x": 0, "y": 4, "w": 12, "h": 4}}]"#,
        );
        assert_eq!(
            told(&across, &["a", "b", "c"]),
            ["1~a 0,0 12x4 a", "1~b 12,0 12x4 b", "1~c 0,4 12x4 c", "2 0,8 12x4 a + b + c"]
        );
        assert_eq!(told(&across, &["a"])[0], "1~a 0,0 24x4 a");
        let down = panels(
            r#"[{"id": 1, "at": {"x": 4, "y": 0, "w": 6, "h": 4}, "repeat": {"variable": "host", "direction": "down"}}]"#,
        );
        assert_eq!(told(&down, &["a", "b/c"]), ["1~a 4,0 6x4 a", "1~b_2fc 4,4 6x4 b/c"]);
        assert_eq!(told(&down, &[]), ["1 4,0 6x4 "]);
    }

    #[test]
    fn what_is_left_out_is_told() {
        let names: Vec<String> = (0..103).map(|index| index.to_string()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        for kind in ["stat", "row"] {
            let json = format!(
                r#"[{{"id": 1, "kind": "{kind}", "title": "T", "at": {{"x": 0, "y": 0, "w": 24, "h": 1}}, "repeat": {{"variable": "host"}}}}]"#
            );
            let titles = |names: &[&str]| -> Vec<String> {
                unfold(&panels(&json), &values(names)).into_iter().map(|one| one.panel.title).collect()
            };
            let many = titles(&names);
            assert_eq!(many.len(), 100, "{kind}");
            assert_eq!((many[98].as_str(), many[99].as_str()), ("T", "T (3 more are left out)"), "{kind}");
            assert!(titles(&names[..100]).iter().all(|title| title == "T"), "{kind}");
        }
    }

    #[test]
    fn rows_take_their_panels_along() {
        let rows = panels(
            r#"[{"id": 1, "kind": "row", "at": {"x": 0, "y": 0, "w": 24, "h": 1}, "repeat": {"variable": "host"}},
                {"id": 2, "at": {"x": 0, "y": 1, "w": 12, "h": 4}},
                {"id": 3, "kind": "row", "at": {"x": 0, "y": 5, "w": 24, "h": 1}},
                {"id": 4, "at": {"x": 0, "y": 6, "w": 12, "h": 4}}]"#,
        );
        assert_eq!(
            told(&rows, &["a", "b"]),
            [
                "1~a 0,0 24x1 a",
                "2~a 0,1 12x4 a",
                "1~b 0,5 24x1 b",
                "2~b 0,6 12x4 b",
                "3 0,10 24x1 a + b",
                "4 0,11 12x4 a + b"
            ]
        );
    }
}
