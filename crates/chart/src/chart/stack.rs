//! Series on top of each other.

use std::ops::Range;

use super::{Chart, Series, Side, Stacking};

/// The edges of stacks, as far as they have been built.
pub(super) struct Stacks {
    groups: Vec<Group>,
    begin: usize,
    len: usize,
}

struct Group {
    side: Side,
    stacking: Stacking,
    number: u32,
    /// For each visible point the upper edge of positive values, and the lower edge of negative ones.
    up: Vec<f64>,
    down: Vec<f64>,
    /// For shares, the sum of all sizes.
    total: Vec<f64>,
}

impl Stacks {
    /// Empty stacks; for shares, the totals are known.
    pub(super) fn new(chart: &Chart<'_>, visible: Range<usize>) -> Self {
        let mut stacks = Self { groups: Vec::new(), begin: visible.start, len: visible.len() };
        for series in &chart.series {
            if series.look.stacking == Stacking::None {
                continue;
            }
            let place = stacks.group(series);
            if series.look.stacking == Stacking::Percent {
                let total = &mut stacks.groups[place].total;
                for index in visible.clone() {
                    let value = series.value(index);
                    if !value.is_nan() {
                        total[index - visible.start] += value.abs();
                    }
                }
            }
        }
        stacks
    }

    fn group(&mut self, series: &Series<'_>) -> usize {
        let look = &series.look;
        let same = |group: &Group| {
            group.side == look.side && group.stacking == look.stacking && group.number == look.stack_group
        };
        self.groups.iter().position(same).unwrap_or_else(|| {
            let zeros = vec![0.0; self.len];
            let total = if look.stacking == Stacking::Percent { zeros.clone() } else { Vec::new() };
            let (side, stacking, number) = (look.side, look.stacking, look.stack_group);
            self.groups.push(Group { side, stacking, number, up: zeros.clone(), down: zeros, total });
            self.groups.len() - 1
        })
    }

    /// The layers of a series: it puts one value after the other on its stack.
    pub(super) fn layer(&mut self, series: &Series<'_>) -> Layer<'_> {
        if series.look.stacking == Stacking::None {
            return Layer { group: None, begin: self.begin };
        }
        let place = self.group(series);
        let begin = self.begin;
        Layer { group: self.groups.get_mut(place), begin }
    }
}

/// The stack that a series stands on, if any.
pub(super) struct Layer<'a> {
    group: Option<&'a mut Group>,
    begin: usize,
}

impl Layer<'_> {
    pub(super) fn is_stacked(&self) -> bool {
        self.group.is_some()
    }

    /// Puts a value on the stack at a point of the grid: its far and its near edge. Each point takes one value of a series.
    pub(super) fn put(&mut self, index: usize, value: f64) -> (f64, f64) {
        let Some(group) = &mut self.group else { return (value, 0.0) };
        let place = index - self.begin;
        let value = match group.stacking {
            Stacking::Percent if group.total[place] > 0.0 => value / group.total[place] * 100.0,
            _ => value,
        };
        let edge = if value < 0.0 { &mut group.down[place] } else { &mut group.up[place] };
        let near = *edge;
        *edge += value;
        (*edge, near)
    }
}
