use std::collections::HashMap;

use watchfire_model::Batch;

use super::family::Families;
use super::key::KeyWriter;
use super::line::{LineError, StatsdLine, parse_line};
use super::series::{Counted, Members, Series};

/// What a datagram did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// Values that were counted.
    pub values: usize,
    /// Lines that were refused for what they say.
    pub bad_lines: usize,
    /// Lines of series, or with members of sets, beyond the limit.
    pub too_many: usize,
    /// What is wrong with the first bad line.
    pub first_error: Option<LineError>,
}

/// Adds up what lines say. Memory is bounded by the number of series; those without an event for long leave.
#[derive(Debug)]
pub struct Aggregator {
    /// By their keys.
    series: HashMap<String, Series>,
    families: Families,
    keys: KeyWriter,
    max_series: usize,
    members: Members,
    /// Milliseconds without an event after which a series leaves.
    idle: i64,
    /// When what was not flushed yet began: the last flush or, before the first one, the first datagram.
    since: Option<i64>,
}

impl Aggregator {
    /// Takes up to `max_series` series; one leaves after `idle` milliseconds without an event.
    pub fn new(max_series: usize, idle: i64) -> Self {
        Self {
            series: HashMap::new(),
            families: Families::default(),
            keys: KeyWriter::default(),
            max_series,
            members: Members::default(),
            idle,
            since: None,
        }
    }

    /// How many series there are.
    pub fn len(&self) -> usize {
        self.series.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.series.is_empty()
    }

    /// Counts what one datagram says: lines with `\n` between them. `now` is in milliseconds since the epoch.
    pub fn take(&mut self, datagram: &[u8], now: i64) -> Taken {
        self.since.get_or_insert(now);
        let mut taken = Taken::default();
        for line in
            datagram.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty())
        {
            match parse_line(line).and_then(|line| self.line(&line, now)) {
                Ok(counted) => {
                    taken.values += counted.values;
                    taken.too_many += usize::from(counted.is_full);
                }
                Err(error) => {
                    taken.bad_lines += 1;
                    taken.first_error.get_or_insert(error);
                }
            }
        }
        taken
    }

    fn line(&mut self, line: &StatsdLine<'_>, now: i64) -> Result<Counted, LineError> {
        let key = self.keys.write(line);
        let most_members = self.max_series.saturating_sub(self.series.len());
        if let Some(series) = self.series.get_mut(key.text)
            && series.kind() == line.kind
        {
            return series.count(line, now, &mut self.members, most_members);
        }
        self.families.admit(key.metric(), line.kind)?;
        if self.members.count >= most_members {
            return Ok(Counted { values: 0, is_full: true });
        }
        let mut series = Series::new(line.kind, key.labels());
        // It takes room itself.
        let counted = series.count(line, now, &mut self.members, most_members - 1)?;
        if counted.values > 0 {
            self.families.join(key.metric(), line.kind);
            self.series.insert(key.text.to_owned(), series);
        }
        Ok(counted)
    }

    /// The state of all series as samples of `now`, also of those without an event since the last flush: in PromQL a series
    /// without samples is gone after 5 minutes. A series that only rises begins with a zero at the flush before, so that
    /// `increase` sees its first events. Series that are idle for too long leave, and are not in it.
    pub fn flush(&mut self, now: i64) -> Batch {
        let oldest = now.saturating_sub(self.idle);
        let families = &mut self.families;
        self.series.retain(|_, series| {
            let stays = series.is_live(oldest);
            if !stays {
                families.leave(series.metric());
            }
            stays
        });
        // A clock that was set back has no time before.
        let before = self.since.replace(now).filter(|before| *before < now);
        let mut batch = Batch::default();
        for series in self.series.values_mut() {
            series.write(&mut batch, before, now);
        }
        // All sets were emptied.
        self.members.count = 0;
        batch.metadata.extend(self.families.metadata());
        batch
    }
}
