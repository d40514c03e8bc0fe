//! Lists of waiting times, told in a few figures.

/// `p50 … p95 … p99 … max …` of a list of milliseconds, which is sorted by this.
pub(crate) fn percentiles(values: &mut [f64]) -> String {
    if values.is_empty() {
        return "none".into();
    }
    values.sort_by(f64::total_cmp);
    let at = |q: f64| values[((values.len() - 1) as f64 * q) as usize];
    format!("p50 {:.2} p95 {:.2} p99 {:.2} max {:.2}", at(0.5), at(0.95), at(0.99), at(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_of_the_list() {
        let mut values: Vec<f64> = (1..=101).rev().map(f64::from).collect();
        assert_eq!(percentiles(&mut values), "p50 51.00 p95 96.00 p99 100.00 max 101.00");
        assert_eq!(percentiles(&mut []), "none");
    }
}
