use std::collections::HashSet;

use watchfire_model::{METRIC_NAME, Metadata, MetadataKind};

use super::key::Pair;
use super::room::Room;
use super::symbols::Symbols;
use super::{metadata_kind, text};
use crate::DecodeError;

/// What version 2 says beside one series, with references to symbols.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    /// The enumerator of the metric's type.
    pub(super) kind: u32,
    /// The reference of the help.
    pub(super) help: u32,
    /// The reference of the unit.
    pub(super) unit: u32,
}

/// Which metrics of a request were described already: version 2 does so again with each series.
#[derive(Default)]
pub(super) struct Described<'a> {
    families: HashSet<&'a [u8]>,
    /// Whether the symbol at each place was looked up as a metric before: faster than the set.
    seen: Vec<bool>,
}

impl<'a> Described<'a> {
    /// Adds what is said of the series with the labels `pairs`, named by `refs`, if it is the first word on its metric.
    #[inline]
    pub(super) fn describe(
        &mut self,
        said: Said,
        symbols: &Symbols<'a>,
        (refs, pairs): (&[u32], &[Pair<'a>]),
        room: &mut Room,
        into: &mut Vec<Metadata>,
    ) -> Result<(), DecodeError> {
        if said == Said::default() {
            return Ok(());
        }
        let help = symbols.text("help_ref", said.help)?;
        let unit = symbols.text("unit_ref", said.unit)?;
        let Some(at) = pairs.iter().position(|(name, _)| *name == METRIC_NAME.as_bytes()) else {
            return Ok(());
        };
        let (reference, metric) = (refs[2 * at + 1] as usize, pairs[at].1);
        if self.seen.len() <= reference {
            self.seen.resize(symbols.len(), false);
        }
        if metric.is_empty() || std::mem::replace(&mut self.seen[reference], true) {
            return Ok(());
        }
        let kind = metadata_kind(said.kind);
        let family = family(metric, kind);
        if self.families.insert(family) {
            room.take_metadata(family.len() + help.len() + unit.len())?;
            into.push(Metadata { metric: text(family), kind, help: text(help), unit: text(unit) });
        }
        Ok(())
    }
}

/// The name that version 1 and scraped pages describe a metric by: without the ending that tells the series of a
/// histogram or summary apart.
fn family(metric: &[u8], kind: MetadataKind) -> &[u8] {
    let endings: &[&[u8]] = match kind {
        MetadataKind::Histogram => &[b"_bucket", b"_sum", b"_count"],
        MetadataKind::GaugeHistogram => &[b"_bucket", b"_gsum", b"_gcount"],
        MetadataKind::Summary => &[b"_sum", b"_count"],
        _ => &[],
    };
    endings.iter().find_map(|ending| metric.strip_suffix(*ending)).unwrap_or(metric)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_is_without_its_endings() {
        for (metric, kind, expected) in [
            ("rpc_bucket", MetadataKind::Histogram, "rpc"),
            ("rpc_sum", MetadataKind::Summary, "rpc"),
            ("rpc_gcount", MetadataKind::GaugeHistogram, "rpc"),
            ("rpc_bucket", MetadataKind::Summary, "rpc_bucket"),
            ("rpc_count", MetadataKind::Counter, "rpc_count"),
        ] {
            assert_eq!(family(metric.as_bytes(), kind), expected.as_bytes(), "{metric} {kind:?}");
        }
    }
}
