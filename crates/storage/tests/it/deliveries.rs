//! The queue of notifications: which ones lists find, and what becomes of dead ones.

use watchfire_storage::{
    DeadLetters, DeliveryFilter, DeliveryState, DeliveryStore, Engine, NewDelivery, Settled, Settlement,
    Superseded,
};

use crate::fixture::settings;

fn new(key: &str, receiver: &str) -> NewDelivery {
    NewDelivery {
        key: key.to_owned(),
        group_key: key.to_owned(),
        receiver: receiver.to_owned(),
        integration: "webhook[0]".to_owned(),
        draft: "{}".to_owned(),
        created_at: 1,
        give_up_at: 100,
        test: false,
    }
}

fn settled(settlement: Settlement) -> Settled {
    Settled { settlement, progress: String::new(), memory: None, attempted: true, now: 10 }
}

const ALL: DeliveryFilter =
    DeliveryFilter { state: None, receiver: None, test: None, before: None, limit: 10 };

#[tokio::test]
async fn lists_find_what_they_ask_for_and_dead_letters_go_when_told_to() {
    let dir = tempfile::tempdir().unwrap();
    let engine = Engine::open(settings(dir.path())).await.unwrap();
    let store = engine.control();
    let found = async |filter: &DeliveryFilter| {
        let found = store.list(filter).await.unwrap();
        found.into_iter().map(|delivery| delivery.key).collect::<Vec<_>>()
    };
    let four = [new("a", "web"), new("b", "db"), new("c", "web"), new("d", "db")];
    assert_eq!(store.enqueue(&four).await.unwrap(), 4);
    assert_eq!(store.enqueue(&four[..1]).await.unwrap(), 0, "a key stands for one");
    let ids: Vec<i64> = store.list(&ALL).await.unwrap().iter().rev().map(|delivery| delivery.id).collect();
    store.settle(ids[0], settled(Settlement::Done)).await.unwrap();
    let reason = "no".to_owned();
    store.settle(ids[1], settled(Settlement::Dead { reason })).await.unwrap();
    let in_state = |state| DeliveryFilter { state: Some(state), ..ALL };
    let of = |receiver: &str| DeliveryFilter { receiver: Some(receiver.to_owned()), ..ALL };
    for (filter, expected) in [
        (ALL, vec!["d", "c", "b", "a"]),
        (in_state(DeliveryState::Waiting), vec!["d", "c"]),
        (in_state(DeliveryState::Done), vec!["a"]),
        (in_state(DeliveryState::Dead), vec!["b"]),
        (of("web"), vec!["c", "a"]),
        (DeliveryFilter { state: Some(DeliveryState::Waiting), ..of("db") }, vec!["d"]),
        (DeliveryFilter { before: Some(ids[2]), ..ALL }, vec!["b", "a"]),
        (DeliveryFilter { limit: 1, ..ALL }, vec!["d"]),
        (of("nobody"), vec![]),
    ] {
        assert_eq!(found(&filter).await, expected, "{filter:?}");
    }
    for (id, gone) in [(ids[0], false), (ids[1], true), (ids[1], false), (ids[2], false)] {
        assert_eq!(store.discard(id).await.unwrap(), gone, "{id}");
    }
    assert_eq!(found(&ALL).await, ["d", "c", "a"]);
    let counts = store.counts().await.unwrap();
    assert_eq!((counts.waiting, counts.done, counts.dead), (2, 1, 0));
    engine.close().await;
}

#[tokio::test]
async fn what_waits_is_hastened_dropped_and_superseded() {
    let dir = tempfile::tempdir().unwrap();
    let engine = Engine::open(settings(dir.path())).await.unwrap();
    let store = engine.control();
    let in_group = |key: &str, group: &str| NewDelivery { group_key: group.to_owned(), ..new(key, "web") };
    let all = [in_group("a", "g"), in_group("b", "g"), in_group("c", "h")];
    store.enqueue(&all).await.unwrap();
    let ids: Vec<i64> = store.list(&ALL).await.unwrap().iter().rev().map(|delivery| delivery.id).collect();
    let due = async |now| {
        let due = store.due(now, 9).await.unwrap();
        due.into_iter().map(|due| (due.delivery.key, due.has_newer)).collect::<Vec<_>>()
    };
    assert_eq!(due(1).await, [("a".to_owned(), true), ("c".to_owned(), false)]);
    store
        .settle(ids[0], settled(Settlement::Retry { next_at: 1000, reason: "no".to_owned() }))
        .await
        .unwrap();
    assert_eq!(due(10).await, [("c".to_owned(), false)]);
    // What goes before it is hastened, too.
    assert_eq!(store.hasten(ids[1], 20).await.unwrap(), Some(ids[0]));
    assert_eq!(due(20).await.len(), 2);
    assert_eq!(store.hasten(99, 20).await.unwrap(), None);
    assert_eq!((store.ahead(ids[2]).await.unwrap(), store.ahead(ids[0]).await.unwrap()), (2, 0));
    let group = store.of_group("g", "web", "webhook[0]", 9).await.unwrap();
    assert_eq!(group.iter().map(|delivery| delivery.id).collect::<Vec<_>>(), ids[..2]);
    assert_eq!(store.of_group("g", "web", "webhook[0]", 1).await.unwrap()[0].id, ids[1]);

    let superseded = Superseded { id: ids[0], by: Some(ids[1]), reason: "newer".to_owned() };
    assert_eq!(store.supersede(std::slice::from_ref(&superseded), 30).await.unwrap(), [ids[0]]);
    assert!(store.supersede(&[superseded], 30).await.unwrap().is_empty(), "it does not wait any more");
    let one = store.keyed("a").await.unwrap().unwrap();
    assert_eq!(
        (one.state, one.superseded_by, one.ended_at),
        (DeliveryState::Superseded, Some(ids[1]), Some(30))
    );
    for (id, dropped) in [(ids[1], true), (ids[1], false), (ids[0], false)] {
        assert_eq!(store.drop_waiting(id, "dropped by ann", 40).await.unwrap(), dropped, "{id}");
    }
    let one = store.get(ids[1]).await.unwrap().unwrap();
    assert_eq!((one.state, one.reason.as_str()), (DeliveryState::Dropped, "dropped by ann"));
    let counts = store.counts().await.unwrap();
    assert_eq!((counts.waiting, counts.superseded, counts.dropped), (1, 1, 1));
    assert_eq!(store.prune(35, 0).await.unwrap(), 1);
    assert!(store.keyed("a").await.unwrap().is_none());
    engine.close().await;
}

#[tokio::test]
async fn tests_count_nowhere_and_end_with_their_group() {
    let dir = tempfile::tempdir().unwrap();
    let engine = Engine::open(settings(dir.path())).await.unwrap();
    let store = engine.control();
    let test = |key: &str| NewDelivery { group_key: "g".to_owned(), test: true, ..new(key, "web") };
    store.enqueue(&[test("opens"), test("closes"), new("real", "web")]).await.unwrap();
    let opens = store.keyed("opens").await.unwrap().unwrap();
    assert!(opens.test);
    store.settle(opens.id, settled(Settlement::Dead { reason: "no".to_owned() })).await.unwrap();
    let closes = store.keyed("closes").await.unwrap().unwrap();
    assert_eq!((closes.state, closes.ended_at), (DeliveryState::Dropped, Some(10)));
    let counts = store.counts().await.unwrap();
    assert_eq!((counts.waiting, counts.dead, counts.dropped), (1, 0, 0));
    let found = async |test| store.list(&DeliveryFilter { test, ..ALL }).await.unwrap().len();
    assert_eq!((found(None).await, found(Some(true)).await, found(Some(false)).await), (3, 2, 1));
    assert!(!store.resend(opens.id, "", 11, 100).await.unwrap(), "it would open what nobody closes");
    // Dead tests are kept no longer than what was done.
    assert_eq!(store.prune(11, 0).await.unwrap(), 2);
    engine.close().await;
}

/// News of a group do not give it more time, and do not make its attempts forgotten.
#[tokio::test]
async fn what_takes_the_place_of_others_goes_on_where_they_were() {
    let dir = tempfile::tempdir().unwrap();
    let engine = Engine::open(settings(dir.path())).await.unwrap();
    let store = engine.control();
    let at = |key: &str, created_at| NewDelivery {
        group_key: "g".to_owned(),
        created_at,
        give_up_at: created_at + 100,
        ..new(key, "web")
    };
    store.enqueue(&[at("a", 1), at("b", 5), at("c", 9)]).await.unwrap();
    let ids: Vec<i64> = store.list(&ALL).await.unwrap().iter().rev().map(|delivery| delivery.id).collect();
    for next_at in [2, 3] {
        let again = Settlement::Retry { next_at, reason: "no".to_owned() };
        store.settle(ids[0], settled(again)).await.unwrap();
    }
    let by = |id, by| Superseded { id, by, reason: "newer".to_owned() };
    let third = async || {
        let third = store.get(ids[2]).await.unwrap().unwrap();
        (third.attempts, third.created_at, third.waits_since, third.give_up_at)
    };
    assert_eq!(third().await, (0, 9, 9, 109));
    store.supersede(&[by(ids[1], None)], 20).await.unwrap();
    assert_eq!(third().await, (0, 9, 9, 109), "it takes nobody's place");
    store.supersede(&[by(ids[0], Some(ids[2])), by(ids[1], Some(ids[2]))], 20).await.unwrap();
    assert_eq!(third().await, (2, 9, 1, 101));
    store.settle(ids[2], settled(Settlement::Dead { reason: "no".to_owned() })).await.unwrap();
    assert!(store.resend(ids[2], "", 200, 300).await.unwrap());
    assert_eq!(third().await, (0, 9, 200, 300), "as if it were new");
    engine.close().await;
}

/// They are told once: no group tells them anew.
#[tokio::test]
async fn ends_and_incidents_have_all_their_time() {
    let dir = tempfile::tempdir().unwrap();
    let engine = Engine::open(settings(dir.path())).await.unwrap();
    let store = engine.control();
    for (group, draft) in [("g", r#"{"intent":"resolve"}"#), ("incident:i1", r#"{"intent":"trigger"}"#)] {
        let at = |key: &str, created_at| NewDelivery {
            group_key: group.to_owned(),
            draft: draft.to_owned(),
            created_at,
            give_up_at: created_at + 100,
            ..new(&format!("{group}{key}"), "web")
        };
        store.enqueue(&[at("a", 1), at("b", 90)]).await.unwrap();
        let first = store.keyed(&format!("{group}a")).await.unwrap().unwrap();
        let second = store.keyed(&format!("{group}b")).await.unwrap().unwrap();
        let by = Superseded { id: first.id, by: Some(second.id), reason: "newer".to_owned() };
        store.supersede(&[by], 91).await.unwrap();
        let second = store.get(second.id).await.unwrap().unwrap();
        assert_eq!((second.give_up_at, second.waits_since), (190, 1), "{group}");
    }
    engine.close().await;
}

/// Services say something else each time, such as the number of a session.
#[tokio::test]
async fn what_fails_in_the_same_way_is_one_dead_letter() {
    let dir = tempfile::tempdir().unwrap();
    let engine = Engine::open(settings(dir.path())).await.unwrap();
    let store = engine.control();
    for (key, reason, expected) in [
        ("a", "the mail server said 535: no, session 1", vec!["a"]),
        ("b", "the mail server said 535: no, session 2", vec!["b"]),
        ("c", "the mail server said 550: no, session 3", vec!["c", "b"]),
        ("d", "no receiver", vec!["d", "c", "b"]),
        ("e", "no receiver", vec!["e", "c", "b"]),
        ("f", "no", vec!["f", "e", "c", "b"]),
    ] {
        store.enqueue(&[NewDelivery { group_key: "g".to_owned(), ..new(key, "web") }]).await.unwrap();
        let one = store.keyed(key).await.unwrap().unwrap();
        store.settle(one.id, settled(Settlement::Dead { reason: reason.to_owned() })).await.unwrap();
        let dead: Vec<String> = store.list(&ALL).await.unwrap().into_iter().map(|one| one.key).collect();
        assert_eq!(dead, expected, "{reason}");
    }
    engine.close().await;
}

#[tokio::test]
async fn dead_letters_are_counted_by_receiver_and_channel() {
    let dir = tempfile::tempdir().unwrap();
    let engine = Engine::open(settings(dir.path())).await.unwrap();
    let store = engine.control();
    let mail = NewDelivery { integration: "email[0]".to_owned(), ..new("c", "web") };
    let test = NewDelivery { test: true, ..new("t", "web") };
    store.enqueue(&[new("a", "web"), new("b", "web"), mail, new("d", "db"), test]).await.unwrap();
    assert!(store.dead_letters().await.unwrap().is_empty());
    for (key, now) in [("a", 10), ("b", 30), ("c", 20), ("t", 40)] {
        let id = store.keyed(key).await.unwrap().unwrap().id;
        let settled = Settled { now, ..settled(Settlement::Dead { reason: "no".to_owned() }) };
        store.settle(id, settled).await.unwrap();
    }
    let letters = |integration: &str, count, newest| DeadLetters {
        receiver: "web".to_owned(),
        integration: integration.to_owned(),
        count,
        newest,
    };
    assert_eq!(
        store.dead_letters().await.unwrap(),
        [letters("email[0]", 1, 20), letters("webhook[0]", 2, 30)]
    );
    engine.close().await;
}
