//! How far the values reach.

use super::stack::Stacks;
use super::{Chart, Draw, Side};
use crate::Scaling;

impl Chart<'_> {
    /// Whether a series uses the axis of a side.
    pub(crate) fn has(&self, side: Side) -> bool {
        self.series.iter().any(|series| series.look.side == side)
    }

    /// The least and the greatest value in sight on an axis; of stacks, those of the sums.
    pub(crate) fn extent(&self, side: Side) -> Option<(f64, f64)> {
        let visible = self.visible();
        let axis = if side == Side::Left { &self.left } else { &self.right };
        let logarithmic = matches!(axis.scaling, Scaling::Log(_));
        let mut extent = Extent { bounds: None, positive: logarithmic };
        let mut stacks = Stacks::new(self, visible.clone());
        for series in self.series.iter().filter(|series| series.look.side == side) {
            let mut layer = stacks.layer(series);
            let from_zero = layer.is_stacked() || series.look.draw == Draw::Bars;
            for index in visible.clone() {
                let value = series.value(index);
                if !value.is_nan() {
                    extent.include(layer.put(index, value).0);
                    if from_zero {
                        extent.include(0.0);
                    }
                }
                if let Some((least, most)) = series.bounds(index) {
                    extent.include(least);
                    extent.include(most);
                }
            }
        }
        extent.bounds
    }
}

struct Extent {
    bounds: Option<(f64, f64)>,
    positive: bool,
}

impl Extent {
    fn include(&mut self, value: f64) {
        if value.is_finite() && !(self.positive && value <= 0.0) {
            let (low, high) = self.bounds.unwrap_or((value, value));
            self.bounds = Some((low.min(value), high.max(value)));
        }
    }
}
