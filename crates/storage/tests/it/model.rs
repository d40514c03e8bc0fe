//! The engine against a map: whatever is appended, flushed, closed or killed, a select answers as the map does.

use std::collections::BTreeMap;

use proptest::prelude::*;
use tempfile::TempDir;
use watchfire_model::{Batch, Matcher, TimeRange};
use watchfire_storage::{Appender, Engine, Querier, Settings};

use crate::fixture::{ALWAYS, DAY, THEN, copy, host, settings};

#[derive(Clone, Debug)]
enum Step {
    /// Series, time and value of each sample.
    Append(Vec<(usize, i64, u32)>),
    Flush,
    Reopen,
    Kill,
}

const HOSTS: [&str; 3] = ["a", "b", "c"];

type Model = BTreeMap<(usize, i64), f64>;

fn step() -> impl Strategy<Value = Step> {
    // Dense times meet often, sparse ones fall on several days.
    let time = prop_oneof![0_i64..40, (0_i64..30).prop_map(|index| index * DAY / 9)];
    let sample = (0..HOSTS.len(), time, any::<u32>());
    prop_oneof![
        6 => prop::collection::vec(sample, 1..30).prop_map(Step::Append),
        2 => Just(Step::Flush),
        1 => Just(Step::Reopen),
        1 => Just(Step::Kill),
    ]
}

fn small(dir: &TempDir) -> Settings {
    // Small enough that the head fills up and is flushed between the steps, too.
    Settings { max_head_samples: 100, ..settings(dir.path()) }
}

async fn run(steps: Vec<Step>) -> Result<(), TestCaseError> {
    let mut dir = tempfile::tempdir()?;
    let mut engine = Engine::open(small(&dir)).await.unwrap();
    let mut model = Model::new();
    for step in steps {
        match step {
            Step::Append(samples) => {
                let mut batch = Batch::default();
                for (index, time, value) in samples {
                    batch.push(host(HOSTS[index]), THEN + time, f64::from(value));
                    model.insert((index, THEN + time), f64::from(value));
                }
                engine.append(batch).await.unwrap();
            }
            Step::Flush => engine.flush().await.unwrap(),
            Step::Reopen => {
                engine.close().await;
                engine = Engine::open(small(&dir)).await.unwrap();
            }
            Step::Kill => {
                let killed = tempfile::tempdir()?;
                copy(dir.path(), killed.path());
                engine.close().await;
                dir = killed;
                engine = Engine::open(small(&dir)).await.unwrap();
            }
        }
        compare(&engine, &model, ALWAYS).await?;
        compare(&engine, &model, TimeRange { start: THEN + 7, end: THEN + DAY / 3 }).await?;
        compare(&engine, &model, TimeRange { start: THEN + DAY, end: THEN + 2 * DAY }).await?;
    }
    engine.close().await;
    Ok(())
}

async fn compare(engine: &Engine, model: &Model, range: TimeRange) -> Result<(), TestCaseError> {
    let mut found = Model::new();
    for series in engine.select(&[Matcher::metric("up")], range).await.unwrap() {
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
    fn equals_a_map(steps in prop::collection::vec(step(), 1..15)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(run(steps))?;
    }
}
