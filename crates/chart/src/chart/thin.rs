//! Fewer points, the same picture: of all points in a column of pixels, the first, the least, the greatest and the last draw the
//! same lines as all of them. U. Jugel et al., "M4: A Visualization-Oriented Time Series Data Aggregation" (2014).

/// A point of a line in CSS pixels with the other edge of its area.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Vertex {
    pub(super) x: f64,
    pub(super) far: f64,
    pub(super) near: f64,
}

/// Thins points that come from left to right.
pub(super) struct Thinner {
    /// Columns a CSS pixel has; zero to keep all points.
    columns: f64,
    column: i64,
    count: u32,
    first: Vertex,
    last: Vertex,
    least: (u32, Vertex),
    most: (u32, Vertex),
}

impl Thinner {
    /// For `count` points over `width` CSS pixels with `scale` backend pixels each: all points are kept where there are at most
    /// two for each column.
    pub(super) fn new(count: usize, width: f64, scale: f64) -> Self {
        let columns = if count as f64 > width * scale * 2.0 { scale } else { 0.0 };
        let none = Vertex::default();
        Self {
            columns,
            column: i64::MIN,
            count: 0,
            first: none,
            last: none,
            least: (0, none),
            most: (0, none),
        }
    }

    /// Takes the next point, and writes those of the columns before it.
    pub(super) fn push(&mut self, vertex: Vertex, out: &mut Vec<Vertex>) {
        if self.columns == 0.0 {
            out.push(vertex);
            return;
        }
        let column = (vertex.x * self.columns).floor() as i64;
        if column != self.column || self.count == 0 {
            self.flush(out);
            self.column = column;
            (self.first, self.least, self.most) = (vertex, (0, vertex), (0, vertex));
        } else {
            if vertex.far < self.least.1.far {
                self.least = (self.count, vertex);
            }
            if vertex.far > self.most.1.far {
                self.most = (self.count, vertex);
            }
        }
        self.last = vertex;
        self.count += 1;
    }

    /// Writes what is left of the last column.
    pub(super) fn flush(&mut self, out: &mut Vec<Vertex>) {
        if self.count == 0 {
            return;
        }
        let end = self.count - 1;
        out.push(self.first);
        let (early, late) =
            if self.least.0 < self.most.0 { (self.least, self.most) } else { (self.most, self.least) };
        if early.0 > 0 && early.0 < end {
            out.push(early.1);
        }
        if late.0 > early.0 && late.0 < end {
            out.push(late.1);
        }
        if end > 0 {
            out.push(self.last);
        }
        self.count = 0;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn thinned(values: &[f64], width: f64) -> Vec<Vertex> {
        let mut thinner = Thinner::new(values.len(), width, 1.0);
        let mut out = Vec::new();
        for (index, far) in values.iter().enumerate() {
            let x = index as f64 / values.len() as f64 * width;
            thinner.push(Vertex { x, far: *far, near: 0.0 }, &mut out);
        }
        thinner.flush(&mut out);
        out
    }

    #[test]
    fn few_points_are_all_kept() {
        assert_eq!(thinned(&[1.0, 2.0, 3.0], 10.0).len(), 3);
    }

    proptest! {
        #[test]
        fn each_column_keeps_first_last_least_and_most(values in proptest::collection::vec(-9.0..9.0_f64, 1..400), width in 1..40_u32) {
            let width = f64::from(width);
            let out = thinned(&values, width);
            prop_assert!(out.windows(2).all(|pair| pair[0].x < pair[1].x));
            if values.len() as f64 > width * 2.0 {
                prop_assert!(out.len() as f64 <= width * 4.0);
            }
            for column in 0..width as usize {
                let all: Vec<f64> = values.iter().enumerate()
                    .filter(|(index, _)| (*index as f64 / values.len() as f64 * width).floor() as usize == column)
                    .map(|(_, value)| *value).collect();
                let kept: Vec<f64> =
                    out.iter().filter(|vertex| vertex.x.floor() as usize == column).map(|vertex| vertex.far).collect();
                prop_assert_eq!(all.first(), kept.first());
                prop_assert_eq!(all.last(), kept.last());
                let most = |values: &[f64]| values.iter().copied().fold(f64::MIN, f64::max);
                let least = |values: &[f64]| values.iter().copied().fold(f64::MAX, f64::min);
                prop_assert!(most(&all).total_cmp(&most(&kept)).is_eq());
                prop_assert!(least(&all).total_cmp(&least(&kept)).is_eq());
            }
        }
    }
}
