//! The work for the CPU: blocks of many flushes in, one block and rollups out.

use std::collections::BTreeMap;
use std::sync::Arc;

use watchfire_model::{Labels, TimeRange};

use crate::block::{self, BlockWriter, NewBlock};
use crate::catalogue::Catalogue;
use crate::chunk::{Chunk, encode_range};
use crate::index::SeriesId;
use crate::partition::ReadBlock;
use crate::piece::Piece;
use crate::rollup::columns;
use crate::selected::SelectedSeries;

/// Samples of a chunk in a merged block: what a reader of one of them has to decode.
const CHUNK: usize = 1024;

const ALWAYS: TimeRange = TimeRange { start: i64::MIN, end: i64::MAX };

/// What comes of the blocks of some series.
#[derive(Default)]
pub(super) struct Merged {
    /// The numbers of the blocks whose samples are all in the new ones.
    pub(super) old: Vec<i64>,
    pub(super) new: Vec<NewBlock>,
    /// The lowest row of the journal of the old ones: later blocks must not win against any of them.
    pub(super) seq: i64,
    /// For each width the columns of each series.
    pub(super) rollups: Vec<Vec<(Labels, Vec<Arc<Chunk>>)>>,
}

pub(super) enum MergeError {
    Encode(std::io::Error),
    Damaged,
}

impl From<std::io::Error> for MergeError {
    fn from(error: std::io::Error) -> Self {
        Self::Encode(error)
    }
}

/// Merges the blocks of the series from `first` to `last`.
pub(super) fn merge(
    blocks: &[ReadBlock],
    catalogue: &Catalogue,
    first: SeriesId,
    last: SeriesId,
    widths: &[i64],
) -> Result<Merged, MergeError> {
    let mut merged =
        Merged { seq: i64::MAX, rollups: widths.iter().map(|_| Vec::new()).collect(), ..Merged::default() };
    let mut by_series: BTreeMap<SeriesId, Vec<Piece>> = BTreeMap::new();
    for (block, first_of_block, directory) in blocks {
        if !block.is_whole(*first_of_block, directory) {
            // It stays for whoever wants to look at it.
            block.note_damage("it does not fit its checksum");
            continue;
        }
        let mut last_of_block = *first_of_block;
        let mut nameless = false;
        block::read_directory(*first_of_block, directory, |place| {
            last_of_block = place.series;
            nameless |= catalogue.labels(place.series).is_none();
            if (first..=last).contains(&place.series) {
                let piece = Piece::stored(block, place.span, place.samples, place.at);
                by_series.entry(place.series).or_default().push(piece);
            }
        })
        .ok_or(MergeError::Damaged)?;
        merged.seq = merged.seq.min(block.seq());
        // The series after `last` come in the next step; until then the block gives theirs, and the same samples as the new ones.
        // One with series whose labels are damaged stays for whoever mends those.
        if last_of_block <= last && !nameless {
            merged.old.push(block.id);
        }
    }
    let mut writer = BlockWriter::default();
    for (id, pieces) in by_series {
        let Some(labels) = catalogue.labels(id) else { continue };
        let series = SelectedSeries::new(labels.clone(), pieces, Vec::new());
        if !series.reads_whole() {
            return Err(MergeError::Damaged);
        }
        let all = series.to_series(ALWAYS);
        let parts = all.timestamps.chunks(CHUNK).zip(all.values.chunks(CHUNK));
        let chunks: Vec<Arc<Chunk>> =
            parts.filter_map(|(timestamps, values)| encode_range(timestamps, values)).map(Arc::new).collect();
        if chunks.is_empty() {
            continue;
        }
        writer.add(id, &chunks)?;
        for (width, rollups) in widths.iter().zip(&mut merged.rollups) {
            let buckets = columns::build(&all.timestamps, &all.values, *width);
            let columns = columns::encode(&buckets).unwrap_or_default();
            rollups.push((labels.clone(), columns.into_iter().map(Arc::new).collect()));
        }
    }
    merged.new = writer.finish()?;
    Ok(merged)
}
