//! The control store against a model, against another writer, over restarts and copies.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use proptest::prelude::*;
use watchfire_model::TimeRange;
use watchfire_storage::{
    Annotation, AnnotationFilter, ControlError, ControlStore, DocumentKind, Engine, NewVersion, Settings,
    StorageError, Uses, backup, restore,
};

use crate::fixture::settings;

const KEEP: usize = 3;

fn few(dir: &Path) -> Settings {
    Settings { keep_versions: KEEP, ..settings(dir) }
}

fn new(kind: DocumentKind, uid: &str, expected: Option<u64>, body: &str, now: i64) -> NewVersion {
    NewVersion {
        kind,
        uid: uid.to_owned(),
        expected,
        head: format!("{{\"title\":\"{body}\"}}"),
        body: body.as_bytes().to_vec(),
        message: format!("made {body}"),
        now,
    }
}

#[derive(Clone, Debug)]
enum Step {
    /// Kind, uid, how far the expected version is beside the current one, the body.
    Put(usize, usize, u64, u16),
    Delete(usize, usize, Option<u64>),
    Reopen,
}

const KINDS: [DocumentKind; 2] = [DocumentKind::Dashboard, DocumentKind::Folder];
const UIDS: [&str; 2] = ["one", "other"];

fn step() -> impl Strategy<Value = Step> {
    // Mostly the right version, so that there is something to see.
    let beside = prop_oneof![5 => Just(0_u64), 1 => 1_u64..3];
    let delete = prop_oneof![Just(None), beside.clone().prop_map(Some)];
    prop_oneof![
        12 => (0..2_usize, 0..2_usize, beside, any::<u16>()).prop_map(|(kind, uid, off, body)| Step::Put(kind, uid, off, body)),
        2 => (0..2_usize, 0..2_usize, delete).prop_map(|(kind, uid, off)| Step::Delete(kind, uid, off)),
        1 => Just(Step::Reopen),
    ]
}

/// Kind and uid.
type At = (usize, usize);

/// The kept versions of each document, the newest last; and the last number of each that was deleted.
#[derive(Default)]
struct Model {
    live: BTreeMap<At, Vec<(u64, String, i64)>>,
    retired: BTreeMap<At, u64>,
}

async fn run(steps: Vec<Step>) -> Result<(), TestCaseError> {
    let dir = tempfile::tempdir()?;
    let mut engine = Engine::open(few(dir.path())).await.unwrap();
    let mut model = Model::default();
    for (now, step) in steps.into_iter().enumerate() {
        let (now, store) = (now as i64, engine.control());
        match step {
            Step::Put(kind, uid, off, body) => {
                let at = (kind, uid);
                let current = model.live.get(&at).and_then(|all| all.last()).map(|(version, ..)| *version);
                let expected = match (current, off) {
                    (current, 0) => current,
                    (Some(current), off) => Some(current + off),
                    (None, off) => Some(off),
                };
                let put = store.put(new(KINDS[kind], UIDS[uid], expected, &body.to_string(), now)).await;
                if expected == current {
                    let version = current.or_else(|| model.retired.get(&at).copied()).unwrap_or(0) + 1;
                    prop_assert_eq!(put.unwrap(), version);
                    let all = model.live.entry(at).or_default();
                    all.push((version, body.to_string(), now));
                    let keep = if KINDS[kind].has_history() { KEEP } else { 1 };
                    all.drain(..all.len().saturating_sub(keep));
                } else {
                    let is_conflict =
                        matches!(put, Err(ControlError::Conflict { current: told, .. }) if told == current);
                    prop_assert!(is_conflict, "{:?} {:?}", expected, current);
                }
            }
            Step::Delete(kind, uid, off) => {
                let at = (kind, uid);
                let current = model.live.get(&at).and_then(|all| all.last()).map(|(version, ..)| *version);
                let expected = off.map(|off| current.unwrap_or_default() + off);
                let deleted = store.delete(KINDS[kind], UIDS[uid], expected).await;
                let is_right = current.is_some() && expected.is_none_or(|expected| Some(expected) == current);
                prop_assert_eq!(deleted.is_ok(), is_right);
                if let (true, Some(current)) = (is_right, current) {
                    model.live.remove(&at);
                    if KINDS[kind].has_history() {
                        model.retired.insert(at, current);
                    }
                }
            }
            Step::Reopen => {
                engine.close().await;
                engine = Engine::open(few(dir.path())).await.unwrap();
            }
        }
        agrees(&engine, &model).await?;
    }
    engine.close().await;
    Ok(())
}

async fn agrees(engine: &Engine, model: &Model) -> Result<(), TestCaseError> {
    let store = engine.control();
    for (kind, of) in KINDS.iter().enumerate() {
        let heads = store.list(*of).await.unwrap();
        let expected: Vec<&str> = (0..UIDS.len())
            .filter(|uid| model.live.contains_key(&(kind, *uid)))
            .map(|uid| UIDS[uid])
            .collect();
        prop_assert_eq!(heads.iter().map(|head| head.uid.as_str()).collect::<Vec<_>>(), expected);
        for (uid, name) in UIDS.iter().enumerate() {
            let expected = model.live.get(&(kind, uid)).cloned().unwrap_or_default();
            let found = store.get(*of, name).await.unwrap();
            let found = found.map(|found| {
                (found.head.version, String::from_utf8(found.body).unwrap(), found.head.updated_at)
            });
            prop_assert_eq!(found.as_ref(), expected.last());
            let versions = store.versions(*of, name).await.unwrap();
            let numbers: Vec<u64> = versions.iter().map(|version| version.version).collect();
            prop_assert_eq!(numbers, expected.iter().rev().map(|(version, ..)| *version).collect::<Vec<_>>());
            for (version, body, now) in &expected {
                let found = store.version(*of, name, *version).await.unwrap().unwrap();
                prop_assert_eq!(&found.body, body.as_bytes());
                prop_assert_eq!(found.head.updated_at, *now);
                prop_assert_eq!(found.head.message, format!("made {body}"));
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn it_answers_as_a_model_does(steps in prop::collection::vec(step(), 1..25)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(run(steps))?;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_writers_of_one_version_one_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let engine = Engine::open(settings(dir.path())).await.unwrap();
    let kind = DocumentKind::Dashboard;
    for expected in [None, Some(1), Some(2)] {
        let tasks: Vec<_> = (0..8)
            .map(|writer| {
                let store = engine.control();
                tokio::spawn(
                    async move { store.put(new(kind, "a", expected, &format!("{writer}"), 7)).await },
                )
            })
            .collect();
        let mut stored = Vec::new();
        for task in tasks {
            match task.await.unwrap() {
                Ok(version) => stored.push(version),
                Err(ControlError::Conflict { current, .. }) => {
                    assert_eq!(current, Some(expected.unwrap_or_default() + 1));
                }
                Err(error) => panic!("{error}"),
            }
        }
        assert_eq!(stored, [expected.unwrap_or_default() + 1]);
    }
    engine.close().await;
}

#[tokio::test]
async fn a_copy_has_what_people_made() {
    let (dir, copies) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let engine = Engine::open(settings(dir.path())).await.unwrap();
    let store = engine.control();
    let kind = DocumentKind::Dashboard;
    store.put(new(kind, "a", None, "first", 1)).await.unwrap();
    store.put(new(kind, "a", Some(1), "second", 2)).await.unwrap();
    store.set_favourite("local", "a", true).await.unwrap();
    let secret = store.secret().await.unwrap();
    engine.snapshot(&copies.path().join("within")).await.unwrap();
    backup(dir.path(), &copies.path().join("outside")).await.unwrap();
    engine.close().await;
    for copy in ["within", "outside"] {
        let restored = copies.path().join(format!("{copy} restored"));
        restore(&copies.path().join(copy), &restored).await.unwrap();
        let engine = Engine::open(settings(&restored)).await.unwrap();
        let store = engine.control();
        assert_eq!(store.get(kind, "a").await.unwrap().unwrap().body, b"second");
        assert_eq!(store.version(kind, "a", 1).await.unwrap().unwrap().body, b"first");
        assert_eq!(store.favourites("local").await.unwrap(), ["a"]);
        assert_eq!(store.secret().await.unwrap(), secret);
        engine.close().await;
    }
}

#[tokio::test]
async fn a_damaged_file_is_named_and_kept() {
    let dir = tempfile::tempdir().unwrap();
    Engine::open(settings(dir.path())).await.unwrap().close().await;
    let file = dir.path().join("control.db");
    fs::write(&file, vec![7; 50_000]).unwrap();
    let refused = Engine::open(settings(dir.path())).await.err().unwrap();
    assert!(matches!(&refused, StorageError::Corrupt { file: named, .. } if *named == file), "{refused}");
    assert_eq!(fs::read(&file).unwrap(), vec![7; 50_000]);
    // The refused start let the directory go.
    fs::rename(&file, dir.path().join("control.db.aside")).unwrap();
    Engine::open(settings(dir.path())).await.unwrap().close().await;
}

#[tokio::test]
async fn a_damaged_body_is_an_error_and_the_others_serve() {
    let dir = tempfile::tempdir().unwrap();
    let engine = Engine::open(settings(dir.path())).await.unwrap();
    for uid in ["a", "b"] {
        engine.control().put(new(DocumentKind::Dashboard, uid, None, uid, 1)).await.unwrap();
    }
    engine.close().await;
    let file = dir.path().join("control.db");
    crate::fixture::sql(&file, "UPDATE document SET body = x'00' WHERE uid = 'a'").await;
    let engine = Engine::open(settings(dir.path())).await.unwrap();
    let damaged = engine.control().get(DocumentKind::Dashboard, "a").await.unwrap_err().to_string();
    assert!(damaged.contains("control.db is damaged (a does not fit its checksum)"), "{damaged}");
    assert_eq!(engine.control().get(DocumentKind::Dashboard, "b").await.unwrap().unwrap().body, b"b");
    assert_eq!(engine.control().list(DocumentKind::Dashboard).await.unwrap().len(), 2);
    engine.close().await;
}

#[tokio::test]
async fn annotations_are_found_by_time_tag_and_place() {
    let dir = tempfile::tempdir().unwrap();
    let engine = Engine::open(settings(dir.path())).await.unwrap();
    let store = engine.control();
    let add = async |start: i64, end: Option<i64>, tags: &[&str], place: Option<(&str, Option<u32>)>| {
        let annotation = Annotation {
            start,
            end,
            title: format!("at {start}"),
            tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
            dashboard: place.map(|(uid, _)| uid.to_owned()),
            panel: place.and_then(|(_, panel)| panel),
            made_by: "local".to_owned(),
            ..Annotation::default()
        };
        store.add_annotation(annotation).await.unwrap()
    };
    add(10, None, &["deploy"], None).await;
    add(20, Some(40), &["incident", "db"], Some(("web", None))).await;
    add(50, None, &[], Some(("web", Some(3)))).await;
    let last = add(60, None, &["deploy"], Some(("other", None))).await;
    let found = async |start, end, tags: &[&str], dashboard: Option<&str>, panel| {
        let filter = AnnotationFilter {
            range: TimeRange { start, end },
            tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
            dashboard: dashboard.map(str::to_owned),
            panel,
            limit: 3,
        };
        let found = store.annotations(&filter).await.unwrap();
        found.iter().map(|annotation| annotation.start).collect::<Vec<_>>()
    };
    assert_eq!(found(0, 100, &[], None, None).await, [60, 50, 20], "the newest, as many as asked for");
    assert_eq!(found(0, 55, &[], None, None).await, [50, 20, 10]);
    assert_eq!(found(30, 35, &[], None, None).await, [20], "a range that began before");
    assert_eq!(found(40, 40, &[], None, None).await, [20]);
    assert_eq!(found(41, 49, &[], None, None).await, [0_i64; 0]);
    assert_eq!(found(0, 100, &["deploy", "db"], None, None).await, [60, 20, 10]);
    assert_eq!(found(0, 100, &["dep"], None, None).await, [0_i64; 0]);
    assert_eq!(found(0, 100, &[], Some("web"), None).await, [50, 20, 10]);
    assert_eq!(found(0, 100, &[], Some("web"), Some(4)).await, [20, 10]);

    let changed =
        Annotation { text: "rolled back".to_owned(), ..store.annotation(last).await.unwrap().unwrap() };
    assert!(store.put_annotation(changed.clone()).await.unwrap());
    assert_eq!(store.annotation(last).await.unwrap(), Some(changed.clone()));
    assert!(store.delete_annotation(last).await.unwrap());
    assert!(!store.delete_annotation(last).await.unwrap());
    assert!(!store.put_annotation(changed).await.unwrap());
    assert_eq!(store.count_annotations().await.unwrap(), 3);
    assert!(add(70, None, &[], None).await > last, "no number is given twice");
    engine.close().await;
}

#[tokio::test]
async fn uses_add_up_and_go_with_the_share() {
    let dir = tempfile::tempdir().unwrap();
    let engine = Engine::open(settings(dir.path())).await.unwrap();
    let store = engine.control();
    store.put(new(DocumentKind::Share, "a", None, "a", 1)).await.unwrap();
    let uses = |views, last| Uses { views, last };
    store.add_uses(&[("a".to_owned(), uses(2, 100)), ("gone".to_owned(), uses(1, 1))]).await.unwrap();
    store.add_uses(&[("a".to_owned(), uses(3, 90))]).await.unwrap();
    assert_eq!(store.uses().await.unwrap(), [("a".to_owned(), uses(5, 100))]);
    store.delete(DocumentKind::Share, "a", Some(1)).await.unwrap();
    assert_eq!(store.uses().await.unwrap(), []);
    engine.close().await;
}
