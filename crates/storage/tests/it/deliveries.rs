//! The queue of notifications: which ones lists find, and what becomes of dead ones.

use watchfire_storage::{
    DeliveryFilter, DeliveryState, DeliveryStore, Engine, NewDelivery, Settled, Settlement,
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
    }
}

fn settled(settlement: Settlement) -> Settled {
    Settled { settlement, progress: String::new(), memory: None, attempted: true, now: 10 }
}

const ALL: DeliveryFilter = DeliveryFilter { state: None, receiver: None, before: None, limit: 10 };

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
