//! The engine against a map: whatever is appended, flushed, closed or killed, a select answers as the map does. Of several
//! samples with one series and timestamp, the first one stays.

use std::collections::BTreeMap;

use proptest::prelude::*;
use tempfile::TempDir;
use watchfire_model::{Batch, Matcher, Rollup, RollupBuilder, TimeRange, end_of};
use watchfire_storage::{Appender, Engine, Querier, Reason, SelectOptions, Settings};

use crate::fixture::{ALWAYS, DAY, THEN, copy, host, settings};

#[derive(Clone, Debug)]
enum Step {
    /// Series, time and value of each sample.
    Append(Vec<(usize, i64, u32)>),
    Flush,
    /// Merges the days that have ended and makes their rollups.
    Seal,
    /// Of one series, from a time on, for so long.
    Delete(usize, i64, i64),
    Reopen,
    Kill,
}

const HOSTS: [&str; 3] = ["a", "b", "c"];
const HOUR: i64 = 3_600_000;

type Model = BTreeMap<(usize, i64), f64>;

fn step_or_change(time: impl Strategy<Value = i64> + Clone) -> impl Strategy<Value = Step> {
    let delete = (0..HOSTS.len(), time.clone(), prop_oneof![0_i64..20, 0..2 * DAY]);
    prop_oneof![
        8 => step(time),
        2 => Just(Step::Seal),
        1 => delete.prop_map(|(index, from, length)| Step::Delete(index, from, length)),
    ]
}

fn step(time: impl Strategy<Value = i64>) -> impl Strategy<Value = Step> {
    // Few values, so that the same one comes again, too.
    let sample = (0..HOSTS.len(), time, prop_oneof![0_u32..3, any::<u32>()]);
    prop_oneof![
        6 => prop::collection::vec(sample, 1..30).prop_map(Step::Append),
        2 => Just(Step::Flush),
        1 => Just(Step::Reopen),
        1 => Just(Step::Kill),
    ]
}

/// Dense times meet often, sparse ones fall on several days.
fn times() -> impl Strategy<Value = i64> + Clone {
    prop_oneof![0_i64..40, (0_i64..30).prop_map(|index| index * DAY / 9)]
}

/// Around the edge of a window of an hour.
fn times_of_a_window() -> impl Strategy<Value = i64> {
    prop_oneof![0_i64..20, (HOUR - 10)..(HOUR + 10), 0..3 * HOUR]
}

fn batch(samples: &[(usize, i64, u32)]) -> Batch {
    let mut batch = Batch::default();
    for (index, time, value) in samples {
        batch.push(&host(HOSTS[*index]), THEN + time, f64::from(*value));
    }
    batch
}

/// What `kill -9` leaves, opened again.
async fn killed(dir: &mut TempDir, engine: Engine, settings: impl Fn(&TempDir) -> Settings) -> Engine {
    let killed = tempfile::tempdir().unwrap();
    copy(dir.path(), killed.path());
    engine.close().await;
    *dir = killed;
    Engine::open(settings(dir)).await.unwrap()
}

async fn run(steps: Vec<Step>) -> Result<(), TestCaseError> {
    // Small enough that the head fills up and is flushed between the steps, too, and that chunks leave memory.
    let small = |dir: &TempDir| Settings { max_head_samples: 100, head_window: DAY, ..settings(dir.path()) };
    let mut dir = tempfile::tempdir()?;
    let mut engine = Engine::open(small(&dir)).await.unwrap();
    let mut model = Model::new();
    for step in steps {
        match step {
            Step::Append(samples) => {
                let appended = engine.append(batch(&samples)).await.unwrap();
                for (index, time, value) in &samples {
                    model.entry((*index, THEN + time)).or_insert(f64::from(*value));
                }
                let duplicates = appended.refused.count(Reason::Duplicate);
                prop_assert_eq!(appended.refused.total(), duplicates);
                prop_assert_eq!(appended.stored + duplicates as usize, samples.len());
            }
            Step::Flush => engine.flush().await.unwrap(),
            Step::Seal => engine.seal().await.unwrap(),
            Step::Delete(index, from, length) => {
                let range = TimeRange { start: THEN + from, end: THEN + from + length };
                engine.delete(vec![Matcher::equal("host", HOSTS[index])], range).await.unwrap();
                model.retain(|(series, time), _| *series != index || !range.contains(*time));
            }
            Step::Reopen => {
                engine.close().await;
                engine = Engine::open(small(&dir)).await.unwrap();
                prop_assert_eq!(engine.stats().journal_rows, 0, "to close is to flush");
            }
            Step::Kill => engine = killed(&mut dir, engine, small).await,
        }
        compare(&engine, &model, ALWAYS).await?;
        compare(&engine, &model, TimeRange { start: THEN + 7, end: THEN + DAY / 3 }).await?;
        compare(&engine, &model, TimeRange { start: THEN + DAY, end: THEN + 2 * DAY }).await?;
        for width in [300_000, HOUR, DAY] {
            compare_rollups(&engine, &model, width, ALWAYS).await?;
            let start = end_of(THEN, width);
            let range = TimeRange { start: start + 1, end: start + 2 * DAY };
            compare_rollups(&engine, &model, width, range).await?;
        }
    }
    engine.close().await;
    Ok(())
}

/// What memory knows decides what is refused, so the model has that, too.
#[derive(Default)]
struct Late {
    /// What a select answers.
    visible: Model,
    /// What memory has: all since the start, since nothing leaves it here.
    memory: Model,
    /// What no flush has taken.
    journal: Model,
}

impl Late {
    fn append(&mut self, index: usize, time: i64, value: f64) -> Result<(), Reason> {
        let of_series = (index, i64::MIN)..=(index, i64::MAX);
        let newest = self.memory.range(of_series).next_back().map(|((_, newest), _)| *newest);
        if newest.is_some_and(|newest| time < newest - HOUR) {
            return Err(Reason::OutOfOrder);
        }
        match self.memory.get(&(index, time)) {
            Some(known) if known.to_bits() == value.to_bits() => return Ok(()),
            Some(_) => return Err(Reason::Duplicate),
            None => {}
        }
        for map in [&mut self.visible, &mut self.memory, &mut self.journal] {
            map.entry((index, time)).or_insert(value);
        }
        Ok(())
    }
}

async fn run_with_window(steps: Vec<Step>) -> Result<(), TestCaseError> {
    let hour = |dir: &TempDir| Settings {
        out_of_order_window: Some(HOUR),
        head_window: 1000 * DAY,
        ..settings(dir.path())
    };
    let mut dir = tempfile::tempdir()?;
    let mut engine = Engine::open(hour(&dir)).await.unwrap();
    let mut model = Late::default();
    for step in steps {
        match step {
            Step::Append(samples) => {
                let appended = engine.append(batch(&samples)).await.unwrap();
                let (mut stored, mut late, mut duplicates) = (0, 0, 0);
                for (index, time, value) in samples {
                    match model.append(index, THEN + time, f64::from(value)) {
                        Ok(()) => stored += 1,
                        Err(Reason::OutOfOrder) => late += 1,
                        Err(_) => duplicates += 1,
                    }
                }
                let refused = &appended.refused;
                let found = (refused.count(Reason::OutOfOrder), refused.count(Reason::Duplicate));
                prop_assert_eq!((appended.stored, found), (stored, (late, duplicates)));
                prop_assert_eq!(refused.total(), late + duplicates);
            }
            Step::Seal | Step::Delete(..) => unreachable!("the steps of this test have none"),
            Step::Flush => {
                engine.flush().await.unwrap();
                model.journal.clear();
            }
            Step::Reopen => {
                engine.close().await;
                engine = Engine::open(hour(&dir)).await.unwrap();
                model.memory.clear();
                model.journal.clear();
            }
            Step::Kill => {
                engine = killed(&mut dir, engine, hour).await;
                model.memory = model.journal.clone();
            }
        }
        compare(&engine, &model.visible, ALWAYS).await?;
        compare(&engine, &model.visible, TimeRange { start: THEN + 7, end: THEN + HOUR }).await?;
    }
    engine.close().await;
    Ok(())
}

/// As PromQL asks: a range begins right after the end of a bucket.
async fn compare_rollups(
    engine: &Engine,
    model: &Model,
    width: i64,
    range: TimeRange,
) -> Result<(), TestCaseError> {
    let mut expected: BTreeMap<usize, Vec<Rollup>> = BTreeMap::new();
    for index in 0..HOSTS.len() {
        let mut builder = RollupBuilder::new(width);
        let samples = model.range((index, range.start)..=(index, range.end));
        let mut rollups: Vec<Rollup> =
            samples.filter_map(|((_, time), value)| builder.push(*time, *value)).collect();
        rollups.extend(builder.finish());
        if !rollups.is_empty() {
            expected.insert(index, rollups);
        }
    }
    let mut found: BTreeMap<usize, Vec<Rollup>> = BTreeMap::new();
    let options = SelectOptions { buckets: Some(width), ..SelectOptions::ALL };
    for series in engine.select(&[Matcher::metric("up")], range, options).await.unwrap() {
        let index = HOSTS.iter().position(|name| *series.labels() == host(name)).unwrap();
        series.read_rollups(width, range, &mut |rollup| found.entry(index).or_default().push(*rollup));
    }
    prop_assert_eq!(found, expected);
    Ok(())
}

async fn compare(engine: &Engine, model: &Model, range: TimeRange) -> Result<(), TestCaseError> {
    let mut found = Model::new();
    for series in engine.select(&[Matcher::metric("up")], range, SelectOptions::ALL).await.unwrap() {
        let index = HOSTS.iter().position(|name| *series.labels() == host(name)).unwrap();
        let mut last = i64::MIN;
        series.read(range, |timestamps, values| {
            for (timestamp, value) in timestamps.iter().zip(values) {
                assert!(*timestamp > last, "times rise");
                last = *timestamp;
                found.insert((index, *timestamp), *value);
            }
        });
    }
    let expected: Model = model
        .iter()
        .filter(|((_, time), _)| range.contains(*time))
        .map(|(key, value)| (*key, *value))
        .collect();
    prop_assert_eq!(found, expected);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn equals_a_map(steps in prop::collection::vec(step_or_change(times()), 1..15)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(run(steps))?;
    }

    #[test]
    fn refuses_what_is_too_late(steps in prop::collection::vec(step(times_of_a_window()), 1..15)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(run_with_window(steps))?;
    }
}
