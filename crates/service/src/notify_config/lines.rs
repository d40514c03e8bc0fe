//! What changed between two texts, line by line.

use serde::Serialize;

/// Lines around a change that are told with it.
const AROUND: usize = 3;

/// The most pairs of lines that are compared: a configuration of two thousand lines that was written anew. What is larger is told as
/// gone and new.
const MOST_PAIRS: usize = 4_000_000;

/// A line of either text. Lines are counted from 1; one that both have stands in both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DiffLine {
    /// Its number in the text before; `None`: it is new.
    pub before: Option<usize>,
    /// Its number in the text after; `None`: it is gone.
    pub after: Option<usize>,
    /// What it says.
    pub text: String,
}

/// The lines that changed, with some around them, in their order; none where the texts say the same.
pub(super) fn diff(before: &str, after: &str) -> Vec<DiffLine> {
    let (one, other): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let start = one.iter().zip(&other).take_while(|(one, other)| one == other).count();
    let rest = one.len().min(other.len()) - start;
    let end = one.iter().rev().zip(other.iter().rev()).take(rest).take_while(|(one, other)| one == other);
    let end = end.count();
    let steps = steps(&one[start..one.len() - end], &other[start..other.len() - end]);
    let same = |many: usize| std::iter::repeat_n(Step::Same, many);
    let all: Vec<Step> = same(start).chain(steps).chain(same(end)).collect();
    let near = near_changes(&all);
    let (mut at, mut to) = (0, 0);
    let mut lines = Vec::new();
    for (step, is_near) in all.into_iter().zip(near) {
        let (is_before, is_after) = (step != Step::New, step != Step::Gone);
        if is_near {
            let text = if is_before { one[at] } else { other[to] };
            let (before, after) = (is_before.then_some(at + 1), is_after.then_some(to + 1));
            lines.push(DiffLine { before, after, text: text.to_owned() });
        }
        at += usize::from(is_before);
        to += usize::from(is_after);
    }
    lines
}

/// What becomes of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Same,
    Gone,
    New,
}

/// The way from one list to another that keeps the most lines.
fn steps(one: &[&str], other: &[&str]) -> Vec<Step> {
    let (rows, columns) = (one.len(), other.len());
    let mut steps = Vec::with_capacity(rows + columns);
    if rows.saturating_mul(columns) > MOST_PAIRS {
        steps.extend(std::iter::repeat_n(Step::Gone, rows));
        steps.extend(std::iter::repeat_n(Step::New, columns));
        return steps;
    }
    // How many lines can be kept from here to the ends.
    let width = columns + 1;
    let mut kept = vec![0_u32; (rows + 1) * width];
    for row in (0..rows).rev() {
        for column in (0..columns).rev() {
            kept[row * width + column] = if one[row] == other[column] {
                kept[(row + 1) * width + column + 1] + 1
            } else {
                kept[(row + 1) * width + column].max(kept[row * width + column + 1])
            };
        }
    }
    let (mut row, mut column) = (0, 0);
    while row < rows && column < columns {
        if one[row] == other[column] {
            steps.push(Step::Same);
            (row, column) = (row + 1, column + 1);
        } else if kept[(row + 1) * width + column] >= kept[row * width + column + 1] {
            steps.push(Step::Gone);
            row += 1;
        } else {
            steps.push(Step::New);
            column += 1;
        }
    }
    steps.extend(std::iter::repeat_n(Step::Gone, rows - row));
    steps.extend(std::iter::repeat_n(Step::New, columns - column));
    steps
}

/// Of each step whether a change is at most [`AROUND`] lines away.
fn near_changes(steps: &[Step]) -> Vec<bool> {
    let mut near = vec![false; steps.len()];
    for (at, _) in steps.iter().enumerate().filter(|(_, step)| **step != Step::Same) {
        let end = steps.len().min(at + AROUND + 1);
        near[at.saturating_sub(AROUND)..end].fill(true);
    }
    near
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(before: &str, after: &str) -> Vec<String> {
        let lines = diff(before, after).into_iter();
        lines
            .map(|line| {
                let mark = match (line.before, line.after) {
                    (Some(_), Some(_)) => ' ',
                    (Some(_), None) => '-',
                    _ => '+',
                };
                format!("{mark}{}", line.text)
            })
            .collect()
    }

    #[test]
    fn changes_stand_among_what_stays() {
        assert_eq!(told("a\nb\nc\n", "a\nx\nc\n"), [" a", "-b", "+x", " c"]);
        assert_eq!(told("a\n", "a\n"), [""; 0]);
        assert_eq!(told("", "a\nb\n"), ["+a", "+b"]);
        // What is far away is left out; numbers say where lines stand.
        let before = (1..=20).map(|number| number.to_string()).collect::<Vec<_>>().join("\n") + "\n";
        let after = before.replace("10\n", "ten\n10\n");
        assert_eq!(told(&before, &after), [" 7", " 8", " 9", "+ten", " 10", " 11", " 12"]);
        let lines = diff(&before, &after);
        assert_eq!((lines[3].before, lines[3].after), (None, Some(10)));
        assert_eq!((lines[4].before, lines[4].after), (Some(10), Some(11)));
    }

    #[test]
    fn what_is_too_large_to_compare_is_gone_and_new() {
        let text = |word: &str| format!("{word}\n").repeat(3000);
        assert_eq!(diff(&text("a"), &text("b")).len(), 6000);
    }

    proptest! {
        /// From the lines that are told, and those before them, the text after comes out.
        #[test]
        fn nothing_is_left_out(one in "([abc]\n){0,12}", other in "([abc]\n){0,12}") {
            let (before, after): (Vec<&str>, Vec<&str>) = (one.lines().collect(), other.lines().collect());
            let lines = diff(&one, &other);
            prop_assert_eq!(lines.is_empty(), one == other);
            let gone = lines.iter().filter(|line| line.after.is_none()).count();
            let new = lines.iter().filter(|line| line.before.is_none()).count();
            prop_assert_eq!(before.len() - gone, after.len() - new);
            for line in lines {
                prop_assert!(line.before.is_none_or(|at| before[at - 1] == line.text));
                prop_assert!(line.after.is_none_or(|at| after[at - 1] == line.text));
            }
        }
    }
}
