use crate::fields::words;

/// How a series becomes one number. Points without a value do not count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Reducer {
    /// The newest value.
    #[default]
    Last,
    /// The oldest value.
    First,
    /// The least value.
    Min,
    /// The greatest value.
    Max,
    /// The arithmetic mean.
    Mean,
    /// The middle value; of an even number the mean of the two in the middle.
    Median,
    /// All added up.
    Sum,
    /// How many there are.
    Count,
    /// The greatest less the least.
    Range,
    /// The newest less the oldest.
    Difference,
    /// The same in percent of the oldest.
    DifferencePercent,
    /// The standard deviation of the whole.
    StdDev,
}

impl Reducer {
    /// All of them, in the order in which an editor offers them.
    pub const ALL: [Self; 12] = [
        Self::Last,
        Self::First,
        Self::Min,
        Self::Max,
        Self::Mean,
        Self::Median,
        Self::Sum,
        Self::Count,
        Self::Range,
        Self::Difference,
        Self::DifferencePercent,
        Self::StdDev,
    ];

    /// What people read.
    pub fn title(self) -> &'static str {
        match self {
            Self::Last => "Last",
            Self::First => "First",
            Self::Min => "Min",
            Self::Max => "Max",
            Self::Mean => "Mean",
            Self::Median => "Median",
            Self::Sum => "Sum",
            Self::Count => "Count",
            Self::Range => "Range",
            Self::Difference => "Difference",
            Self::DifferencePercent => "Difference %",
            Self::StdDev => "Std dev",
        }
    }

    /// The number that `values` become; none where there are no values to go by.
    pub fn of(self, values: impl IntoIterator<Item = f64>) -> Option<f64> {
        let mut values: Vec<f64> = values.into_iter().filter(|value| !value.is_nan()).collect();
        if self == Self::Count {
            return Some(values.len() as f64);
        }
        let (&first, &last) = (values.first()?, values.last()?);
        let count = values.len() as f64;
        let smallest = || values.iter().copied().fold(f64::INFINITY, f64::min);
        let greatest = || values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let mean = || values.iter().sum::<f64>() / count;
        Some(match self {
            Self::Last => last,
            Self::First => first,
            Self::Min => smallest(),
            Self::Max => greatest(),
            Self::Mean => mean(),
            Self::Median => {
                values.sort_unstable_by(f64::total_cmp);
                let middle = values.len() / 2;
                if values.len() % 2 == 1 {
                    values[middle]
                } else {
                    f64::midpoint(values[middle - 1], values[middle])
                }
            }
            Self::Sum => values.iter().sum(),
            Self::Count => count,
            Self::Range => greatest() - smallest(),
            Self::Difference => last - first,
            Self::DifferencePercent => (last - first) / first * 100.0,
            Self::StdDev => {
                let mean = mean();
                (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count).sqrt()
            }
        })
    }
}

words! {
    Reducer { Last = "last", First = "first", Min = "min", Max = "max", Mean = "mean", Median = "median", Sum = "sum", Count = "count", Range = "range", Difference = "difference", DifferencePercent = "difference_percent", StdDev = "std_dev" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_makes_one_number() {
        let values = [f64::NAN, 4.0, 2.0, 8.0, f64::NAN, 6.0, f64::NAN];
        let found = Reducer::ALL.map(|reducer| reducer.of(values).unwrap());
        let expected = [6.0, 4.0, 2.0, 8.0, 5.0, 5.0, 20.0, 4.0, 6.0, 2.0, 50.0, 5_f64.sqrt()];
        assert_eq!(found.map(f64::to_bits), expected.map(f64::to_bits));
        assert_eq!(Reducer::Median.of([3.0, 1.0, 2.0]), Some(2.0));
        for reducer in Reducer::ALL {
            let none = (reducer == Reducer::Count).then_some(0.0);
            assert_eq!(reducer.of([f64::NAN]), none, "{reducer:?}");
        }
    }
}
