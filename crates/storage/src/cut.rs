use std::collections::BTreeMap;

use watchfire_model::{Labels, TimeRange};

use crate::StorageError;
use crate::block::Packed;
use crate::clock::Day;
use crate::columns::Chunk;
use crate::head::Layer;

/// The most samples of a block: what a reader holds decoded at once.
const FULL: usize = 16_384;

/// A block on its way into a partition.
pub(crate) struct NewBlock {
    pub(crate) labels: Labels,
    pub(crate) span: TimeRange,
    pub(crate) samples: usize,
    pub(crate) packed: Packed,
}

/// Cuts a layer into compressed blocks, by day. A block never spans two days or two windows, so a late sample gets a
/// block of its own instead of one that overlaps with all between. Work for the CPU.
pub(crate) fn cut(layer: &Layer, window: i64) -> Result<BTreeMap<Day, Vec<NewBlock>>, StorageError> {
    let place = |timestamp: i64| (Day::of(timestamp), timestamp.div_euclid(window));
    let mut blocks: BTreeMap<Day, Vec<NewBlock>> = BTreeMap::new();
    for (labels, columns) in layer.series() {
        let mut open = Chunk::default();
        let mut close = |chunk: &mut Chunk| -> Result<(), StorageError> {
            let chunk = std::mem::take(chunk);
            let Some(span) = chunk.span() else { return Ok(()) };
            let (samples, packed) = (chunk.timestamps.len(), Packed::encode(&chunk)?);
            let block = NewBlock { labels: labels.clone(), span, samples, packed };
            blocks.entry(Day::of(span.start)).or_default().push(block);
            Ok(())
        };
        for chunk in columns.chunks() {
            for (timestamp, value) in chunk.timestamps.iter().zip(&chunk.values) {
                let elsewhere = open.timestamps.last().is_some_and(|last| place(*last) != place(*timestamp));
                if elsewhere || open.timestamps.len() == FULL {
                    close(&mut open)?;
                }
                open.push(*timestamp, *value);
            }
        }
        close(&mut open)?;
    }
    Ok(blocks)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::DAY;
    use crate::entry::{Entry, Run};
    use crate::head::Head;

    fn spans(timestamps: impl IntoIterator<Item = i64>, window: i64) -> Vec<(usize, i64, i64, usize)> {
        let mut entry = Entry { definitions: vec![(0, Labels::of("up", []).unwrap())], runs: Vec::new() };
        entry.runs.extend(timestamps.into_iter().map(|timestamp| Run { timestamp, samples: vec![(0, 1.0)] }));
        let mut head = Head::new(i64::MIN, 0);
        head.apply(1, entry);
        let blocks = cut(&head.freeze().unwrap(), window).unwrap();
        let line =
            |(index, block): (usize, &NewBlock)| (index, block.span.start, block.span.end, block.samples);
        (0..)
            .zip(blocks.values())
            .flat_map(|(day, blocks)| blocks.iter().map(move |block| line((day, block))))
            .collect()
    }

    #[test]
    fn blocks_keep_to_days_and_windows() {
        let timestamps = [5, 990, 1000, 1500, 9000, DAY - 1, DAY];
        let expected = [
            (0, 5, 990, 2),
            (0, 1000, 1500, 2),
            (0, 9000, 9000, 1),
            (0, DAY - 1, DAY - 1, 1),
            (1, DAY, DAY, 1),
        ];
        assert_eq!(spans(timestamps, 1000), expected);
        // A window that does not divide the day.
        assert_eq!(spans([DAY - 1, DAY], 7 * 3_600_000), [(0, DAY - 1, DAY - 1, 1), (1, DAY, DAY, 1)]);
    }

    #[test]
    fn blocks_are_not_too_long() {
        let full = FULL as i64;
        assert_eq!(spans(0..=full, DAY), [(0, 0, full - 1, FULL), (0, full, full, 1)]);
    }
}
