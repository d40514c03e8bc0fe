use std::collections::BTreeMap;

use watchfire_dashboard::{Query, ReduceOf};
use watchfire_model::{Grid, GridSeries, Labels};

use crate::math;

/// The series of all queries on one grid: of those that ask as they came, of the others as they are calculated from them. What
/// goes wrong is told in `notes`, and leaves the query without series.
pub(crate) fn calculated(
    queries: &[Query],
    mut asked: BTreeMap<usize, Vec<GridSeries>>,
    grid: Grid,
    notes: &mut Vec<String>,
) -> Vec<Vec<GridSeries>> {
    let mut found: Vec<Option<Vec<GridSeries>>> = vec![None; queries.len()];
    for (index, query) in queries.iter().enumerate() {
        if query.math.is_empty() && query.reduce.is_none() {
            found[index] = Some(asked.remove(&index).unwrap_or_default());
        }
    }
    // Each round calculates what has all of its inputs; what goes in a circle never has.
    loop {
        let ready = |index: &usize| {
            found[*index].is_none()
                && queries[*index].inputs().iter().all(|id| {
                    // An id that nobody has is an error for the calculation to tell.
                    queries.iter().position(|query| query.id == *id).is_none_or(|at| found[at].is_some())
                })
        };
        let Some(index) = (0..queries.len()).find(ready) else { break };
        let query = &queries[index];
        let input = |id: &str| {
            let at = queries.iter().position(|query| query.id == id)?;
            found[at].clone()
        };
        let outcome = match &query.reduce {
            Some(reduce) => reduced(reduce, grid, input),
            None => math::parse(&query.math)
                .map_err(|error| error.to_string())
                .and_then(|node| math::evaluate(&node, grid.len, &input)),
        };
        found[index] = Some(outcome.unwrap_or_else(|error| {
            notes.push(format!("query {}: {error}", query.id));
            Vec::new()
        }));
    }
    let told = found.into_iter().zip(queries).map(|(series, query)| {
        series.unwrap_or_else(|| {
            notes.push(format!("query {} is calculated from itself", query.id));
            Vec::new()
        })
    });
    told.collect()
}

fn reduced(
    reduce: &ReduceOf,
    grid: Grid,
    input: impl Fn(&str) -> Option<Vec<GridSeries>>,
) -> Result<Vec<GridSeries>, String> {
    let series = input(&reduce.query).ok_or_else(|| format!("there is no query {}", reduce.query))?;
    let number = |series: GridSeries| {
        let number = reduce.by.of(series.values.iter().copied()).unwrap_or(f64::NAN);
        let labels: Labels = series.labels;
        GridSeries { labels, values: vec![number; grid.len] }
    };
    Ok(series.into_iter().map(number).collect())
}

#[cfg(test)]
mod tests {
    use watchfire_dashboard::Reducer;

    use super::*;

    fn run(queries: &[Query]) -> (Vec<String>, Vec<String>) {
        let grid = Grid { start: 0, step: 1, len: 3 };
        let values = vec![1.0, 3.0, 2.0];
        let asked = BTreeMap::from([(0, vec![GridSeries { labels: Labels::empty(), values }])]);
        let mut notes = Vec::new();
        let found = calculated(queries, asked, grid, &mut notes);
        let one = |all: &Vec<GridSeries>| {
            all.iter().map(|one| format!("{:?}", one.values)).collect::<Vec<_>>().concat()
        };
        let told = found.iter().map(one);
        (told.collect(), notes)
    }

    fn math(id: &str, text: &str) -> Query {
        Query { id: id.to_owned(), math: text.to_owned(), ..Query::default() }
    }

    #[test]
    fn queries_are_calculated_in_the_order_that_they_need() {
        let reduce = Some(ReduceOf { query: "A".to_owned(), by: Reducer::Max });
        let queries = [
            Query::new("A", "up", ""),
            math("C", "$B * 2"),
            math("B", "$M - $A"),
            Query { id: "M".to_owned(), reduce, ..Query::default() },
        ];
        let (found, notes) = run(&queries);
        assert_eq!(found, ["[1.0, 3.0, 2.0]", "[4.0, 0.0, 2.0]", "[2.0, 0.0, 1.0]", "[3.0, 3.0, 3.0]"]);
        assert!(notes.is_empty(), "{notes:?}");
    }

    #[test]
    fn what_goes_wrong_is_told() {
        let (_, notes) = run(&[
            Query::new("A", "up", ""),
            math("B", "$C"),
            math("C", "$B"),
            math("D", "$X + 1"),
            math("E", "1 +"),
        ]);
        assert_eq!(notes.len(), 4, "{notes:?}");
        assert!(notes.iter().any(|note| note == "query D: there is no query $X"), "{notes:?}");
        assert!(notes.iter().any(|note| note.contains("calculated from itself")), "{notes:?}");
    }
}
