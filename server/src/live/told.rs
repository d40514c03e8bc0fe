//! What those who watch have been told.

use std::collections::{HashMap, VecDeque};
use std::ops::Range;

use watchfire_model::{Grid, GridSeries, Labels};

/// Remembers what was told of each point in eight bytes, however many series there are, so that only what is new, or has
/// changed, is told again.
#[derive(Debug)]
pub(super) struct Told {
    step: i64,
    /// The time of the first digest.
    start: i64,
    /// A digest of each point's values; 0 for a point without any.
    digests: VecDeque<u64>,
    /// All series, in the order in which clients know them.
    named: Vec<Labels>,
    places: HashMap<Labels, u32>,
}

impl Told {
    pub(super) fn new(step: i64) -> Self {
        Self { step, start: 0, digests: VecDeque::new(), named: Vec::new(), places: HashMap::new() }
    }

    /// The series in the order in which clients know them.
    pub(super) fn named(&self) -> &[Labels] {
        &self.named
    }

    pub(super) fn place(&self, labels: &Labels) -> Option<u32> {
        self.places.get(labels).copied()
    }

    /// Gives series that are not known yet their places; returns them.
    pub(super) fn name(&mut self, series: &[GridSeries]) -> Vec<Labels> {
        let new: Vec<Labels> = series
            .iter()
            .map(|series| &series.labels)
            .filter(|labels| !self.places.contains_key(*labels))
            .cloned()
            .collect();
        for labels in &new {
            self.places.insert(labels.clone(), self.named.len() as u32);
            self.named.push(labels.clone());
        }
        new
    }

    /// Forgets which series and which points were told.
    pub(super) fn clear(&mut self) {
        *self = Self::new(self.step);
    }

    /// Notes the values of `grid`, and returns the points of it, from the first to the last, that were not told so before.
    /// Points from before all that was told so far are new to nobody who watches already. All series must be named.
    pub(super) fn note(&mut self, grid: Grid, series: &[GridSeries]) -> Option<Range<usize>> {
        let mut digests = vec![0_u64; grid.len];
        for one in series {
            let place = u64::from(self.place(&one.labels).unwrap_or(u32::MAX));
            for (digest, value) in digests.iter_mut().zip(&one.values) {
                if !value.is_nan() {
                    *digest = digest.wrapping_add(mix(place, value.to_bits()));
                }
            }
        }
        if self.digests.is_empty() {
            self.start = grid.start;
        }
        let told_from = self.start;
        while self.start > grid.start {
            self.start -= self.step;
            self.digests.push_front(0);
        }
        let first = ((grid.start - self.start) / self.step) as usize;
        if self.digests.len() < first + grid.len {
            self.digests.resize(first + grid.len, 0);
        }
        let mut changed: Option<Range<usize>> = None;
        for (index, (known, digest)) in self.digests.range_mut(first..).zip(digests).enumerate() {
            if std::mem::replace(known, digest) != digest && grid.time(index) >= told_from {
                changed = Some(changed.map_or(index, |changed| changed.start)..index + 1);
            }
        }
        changed
    }

    /// The first point that is remembered.
    pub(super) fn start(&self) -> Option<i64> {
        (!self.digests.is_empty()).then_some(self.start)
    }

    /// Forgets points before `start`, in bulk.
    pub(super) fn trim(&mut self, start: i64) {
        let surplus = (start - self.start).div_euclid(self.step).clamp(0, self.digests.len() as i64) as usize;
        if surplus > 64 {
            self.digests.drain(..surplus);
            self.start += surplus as i64 * self.step;
        }
    }
}

/// Mixes a place and a value (the finalizer of `MurmurHash3`); never 0 in practice, which stands for no value.
fn mix(place: u64, bits: u64) -> u64 {
    let mut mixed = bits ^ place.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    mixed = (mixed ^ (mixed >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    mixed ^ (mixed >> 33)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(host: &str, values: &[f64]) -> GridSeries {
        GridSeries { labels: Labels::of("up", [("host", host)]).unwrap(), values: values.to_vec() }
    }

    fn grid(start: i64, len: usize) -> Grid {
        Grid { start, step: 10, len }
    }

    #[test]
    fn only_what_is_new_or_has_changed() {
        const NO: f64 = f64::NAN;
        let mut told = Told::new(10);
        let mut note = |start, all: &[GridSeries]| {
            told.name(all);
            told.note(grid(start, all[0].values.len()), all)
        };
        assert_eq!(note(100, &[series("a", &[1.0, 2.0, NO])]), Some(0..2));
        assert_eq!(note(110, &[series("a", &[2.0, 3.0, NO])]), Some(1..2));
        assert_eq!(note(110, &[series("a", &[2.0, 3.0])]), None);
        // A late sample, a series that ended, and a value that went to another series.
        assert_eq!(note(100, &[series("a", &[1.0, 2.5, 3.0])]), Some(1..2));
        assert_eq!(note(120, &[series("a", &[NO, NO])]), Some(0..1));
        assert_eq!(note(100, &[series("b", &[1.0, 2.5])]), Some(0..2));
        // From before the first: those who look further back ask for themselves.
        assert_eq!(note(80, &[series("b", &[NO, 5.0, 1.5])]), Some(2..3));
        assert_eq!(note(80, &[series("b", &[NO, 6.0, 1.5])]), Some(1..2));
        assert_eq!(told.named().len(), 2);
    }

    #[test]
    fn the_front_goes_in_bulk() {
        let mut told = Told::new(10);
        let all = [series("a", &[1.0; 200])];
        told.name(&all);
        told.note(grid(0, 200), &all);
        told.trim(500);
        assert_eq!(told.start(), Some(0));
        told.trim(1000);
        assert_eq!((told.start(), told.digests.len()), (Some(1000), 100));
        assert_eq!(told.note(grid(1500, 50), &[series("a", &[1.0; 50])]), None);
    }
}
