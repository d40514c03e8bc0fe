//! How long notifications are tried and kept, by a clock that the test sets.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use watchfire_alerting::channel::{
    Answer, Cause, ENTROPY_BYTES, Entropy, Outgoing, Surroundings, default_templates,
};
use watchfire_alerting::config::receiver::{Channel, Integration};
use watchfire_alerting::dispatch::{Notified, Reason};
use watchfire_alerting::{Alert, Config, Notification};
use watchfire_model::Labels;
use watchfire_service::alerting::delivery::{
    Deliveries, Delivery, DeliveryFilter, DeliverySettings, DeliveryState, Transport,
};
use watchfire_storage::{Engine, Settings};
use watchfire_template::{Env, Time};

/// 2026-01-02 03:04:05 UTC.
const START: i64 = 1_767_323_045_000;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

/// Longer than anything here takes on a busy machine; only a failure waits for it.
const DEADLINE: Duration = Duration::from_secs(30);

/// What is at the other end.
#[derive(Default)]
struct Wire {
    /// Whether it does not answer.
    is_away: AtomicBool,
    /// Whether nothing can be sent at all.
    is_impossible: AtomicBool,
    /// Whether it takes its time to answer, until this is over.
    is_slow: AtomicBool,
    sent: AtomicUsize,
}

#[async_trait]
impl Transport for Wire {
    async fn send(&self, _: Outgoing) -> Answer {
        self.sent.fetch_add(1, Ordering::SeqCst);
        while self.is_slow.load(Ordering::SeqCst) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        if self.is_impossible.load(Ordering::SeqCst) {
            return Answer::Impossible { words: "no such thing".to_owned() };
        }
        if self.is_away.load(Ordering::SeqCst) {
            return Answer::Nothing { cause: Cause::ServerError, words: "nobody is there".to_owned() };
        }
        Answer::Http { status: 200, headers: Vec::new(), body: Vec::new() }
    }
}

/// A queue over a real store.
struct Stage {
    deliveries: Deliveries,
    engine: Engine,
    wire: Arc<Wire>,
    clock: Arc<AtomicI64>,
    /// Ends the task that sends.
    running: Mutex<Option<(CancellationToken, tokio::task::JoinHandle<()>)>>,
    _dir: TempDir,
}

impl Stage {
    async fn open(settings: DeliverySettings) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let storage = Settings {
            dir: dir.path().join("data"),
            retention: None,
            min_free_bytes: 0,
            ..Settings::default()
        };
        let engine = Engine::open(storage).await.unwrap();
        let (wire, clock) = (Arc::new(Wire::default()), Arc::new(AtomicI64::new(START)));
        let time = clock.clone();
        let deliveries = Deliveries::new(Arc::new(engine.control()), wire.clone(), settings)
            .with_clock(Arc::new(move || time.load(Ordering::SeqCst)));
        let config = "route: {receiver: team}\nreceivers:\n- name: team\n  webhook_configs: [{url: 'http://127.0.0.1:9/'}]\n";
        deliveries.configure(&Config::parse("a.yml", config).unwrap());
        Self { deliveries, engine, wire, clock, running: Mutex::default(), _dir: dir }
    }

    /// Puts a notification of an alert into the queue.
    async fn enqueue(&self, name: &str) {
        self.enqueue_news(name, &[name]).await;
    }

    /// Puts what a group tells of alerts that fire into the queue.
    async fn enqueue_news(&self, group: &str, alerts: &[&str]) {
        let at = self.clock.load(Ordering::SeqCst);
        let fires = |name: &&str| Alert {
            labels: Labels::new([("alertname", *name)]).unwrap(),
            annotations: Labels::empty(),
            starts_at: at,
            ends_at: at + HOUR,
            generator_url: String::new(),
            updated_at: at,
            timeout: false,
        };
        let alerts = alerts.iter().map(|name| Notified { alert: Arc::new(fires(name)), resolved: false });
        let notification = Notification {
            group_key: group.to_owned(),
            group_labels: Labels::empty(),
            route: "{}".to_owned(),
            receiver: "team".to_owned(),
            integration: Integration { channel: Channel::Webhook, index: 0 },
            at,
            reason: Reason::First,
            alerts: alerts.collect(),
            incident: None,
        };
        let set = default_templates();
        let env = Env::at(Time::from_millis(at).unwrap());
        let entropy = Entropy([7; ENTROPY_BYTES]);
        let around = Surroundings { set: &set, env, pictures: &[], links: None, entropy };
        assert_eq!(self.deliveries.enqueue(&[notification], &around).await.unwrap(), 1);
    }

    /// Begins to send, which deletes what is old first.
    fn start(&self) {
        let stop = CancellationToken::new();
        let task = tokio::spawn(self.deliveries.clone().run(stop.clone()));
        *self.running.lock().unwrap() = Some((stop, task));
    }

    async fn stop(&self) {
        let running = self.running.lock().unwrap().take();
        let (stop, task) = running.unwrap();
        stop.cancel();
        task.await.unwrap();
    }

    fn set_clock(&self, at: i64) {
        self.clock.store(at, Ordering::SeqCst);
        self.deliveries.wake();
    }

    async fn all(&self) -> Vec<Delivery> {
        let filter = DeliveryFilter { state: None, receiver: None, test: None, before: None, limit: 100 };
        self.deliveries.list(&filter).await.unwrap()
    }

    /// The newest delivery of a group, once it is as it is wanted.
    async fn until(&self, name: &str, wanted: impl Fn(&Delivery) -> bool) -> Delivery {
        let started = Instant::now();
        loop {
            let found = self.all().await.into_iter().find(|delivery| delivery.group_key == name);
            if let Some(found) = found.clone().filter(|found| wanted(found)) {
                return found;
            }
            assert!(started.elapsed() < DEADLINE, "waited in vain: {found:?}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// The same, while the clock goes on by ten seconds at each look.
    async fn until_later(&self, name: &str, wanted: impl Fn(&Delivery) -> bool) -> Delivery {
        let started = Instant::now();
        loop {
            let found = self.all().await.into_iter().find(|delivery| delivery.group_key == name);
            if let Some(found) = found.filter(|found| wanted(found)) {
                return found;
            }
            assert!(started.elapsed() < DEADLINE, "waited in vain");
            self.set_clock(self.clock.load(Ordering::SeqCst) + 10_000);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    async fn names(&self) -> Vec<String> {
        let mut names: Vec<String> =
            self.all().await.into_iter().map(|delivery| delivery.group_key).collect();
        names.sort();
        names
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_takes_is_given_up_after_its_time() {
    let settings = DeliverySettings { give_up_after: DAY, ..DeliverySettings::default() };
    let stage = Stage::open(settings).await;
    stage.wire.is_away.store(true, Ordering::SeqCst);
    stage.enqueue("Fire").await;
    stage.start();
    stage.until("Fire", |found| found.attempts == 1).await;
    // Long before its end, and an hour before it.
    for (attempts, at) in [(2, START + 12 * HOUR), (3, START + DAY - HOUR)] {
        stage.set_clock(at);
        let found = stage.until("Fire", |found| found.attempts == attempts).await;
        assert_eq!(found.state, DeliveryState::Waiting, "{at}");
        assert!(found.next_at > at && found.give_up_at == START + DAY, "{found:?}");
    }
    stage.set_clock(START + DAY - 1);
    let found = stage.until("Fire", |found| found.attempts == 4).await;
    assert_eq!((found.state, found.ended_at), (DeliveryState::Dead, Some(START + DAY - 1)));
    assert!(found.reason.starts_with("given up after 4 attempts; the last one: "), "{}", found.reason);

    // A dead letter is left alone, until somebody sends it again: then it has as much time once more.
    stage.set_clock(START + 2 * DAY);
    stage.wire.is_away.store(false, Ordering::SeqCst);
    stage.enqueue("Other").await;
    stage.until("Other", |found| found.state == DeliveryState::Done).await;
    assert_eq!(stage.wire.sent.load(Ordering::SeqCst), 5);
    assert!(stage.deliveries.resend(found.id).await.unwrap());
    let again = stage.until("Fire", |found| found.state == DeliveryState::Done).await;
    assert_eq!((again.attempts, again.give_up_at), (1, START + 3 * DAY));
    stage.stop().await;
    stage.engine.close().await;
}

/// A group that has news again and again while its channel is away: what takes the place of older ones has no more time than those.
#[tokio::test(flavor = "multi_thread")]
async fn news_of_a_group_give_it_no_more_time() {
    let settings = DeliverySettings { give_up_after: DAY, ..DeliverySettings::default() };
    let stage = Stage::open(settings).await;
    stage.wire.is_away.store(true, Ordering::SeqCst);
    stage.enqueue_news("Group", &["first"]).await;
    stage.start();
    let mut last = stage.until("Group", |found| found.attempts == 1).await;
    let mut alerts = vec!["first"];
    for (hours, name) in [(6, "second"), (12, "third"), (18, "fourth")] {
        alerts.push(name);
        let at = START + hours * HOUR;
        stage.clock.store(at, Ordering::SeqCst);
        stage.enqueue_news("Group", &alerts).await;
        let newer = |found: &Delivery| found.id != last.id && found.attempts > last.attempts;
        let found = stage.until_later("Group", newer).await;
        assert_eq!((found.state, found.created_at), (DeliveryState::Waiting, at), "{found:?}");
        assert_eq!((found.give_up_at, found.waits_since), (START + DAY, START), "{found:?}");
        let older = stage.deliveries.get(last.id).await.unwrap().unwrap();
        assert_eq!((older.state, older.superseded_by), (DeliveryState::Superseded, Some(found.id)));
        last = found;
    }
    stage.set_clock(START + DAY - 1);
    let dead = stage.until("Group", |found| found.state == DeliveryState::Dead).await;
    assert_eq!(dead.id, last.id);
    assert!(dead.reason.starts_with("given up after "), "{}", dead.reason);
    stage.stop().await;
    stage.engine.close().await;
}

/// It is older than what is being sent, of which nobody knows yet whether it is heard.
#[tokio::test(flavor = "multi_thread")]
async fn a_dead_letter_that_is_sent_again_waits_for_what_is_being_sent() {
    let stage = Stage::open(DeliverySettings::default()).await;
    stage.wire.is_impossible.store(true, Ordering::SeqCst);
    stage.enqueue_news("Group", &["first"]).await;
    stage.start();
    let dead = stage.until("Group", |found| found.state == DeliveryState::Dead).await;
    stage.wire.is_impossible.store(false, Ordering::SeqCst);
    stage.wire.is_slow.store(true, Ordering::SeqCst);
    stage.set_clock(START + HOUR);
    stage.enqueue_news("Group", &["first", "second"]).await;
    let sent = async |count: usize| {
        let started = Instant::now();
        while stage.wire.sent.load(Ordering::SeqCst) < count {
            assert!(started.elapsed() < DEADLINE, "waited in vain for {count}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    // The first one failed before it was sent anywhere, and counts all the same.
    sent(2).await;
    assert!(stage.deliveries.resend(dead.id).await.unwrap());
    // When this is looked at, the other one was.
    stage.enqueue("Marker").await;
    sent(3).await;
    let again = stage.deliveries.get(dead.id).await.unwrap().unwrap();
    assert_eq!((again.state, again.superseded_by), (DeliveryState::Waiting, None));
    stage.wire.is_slow.store(false, Ordering::SeqCst);
    for group in ["Group", "Marker"] {
        stage.until(group, |found| found.state == DeliveryState::Done).await;
    }
    stage.stop().await;
    stage.engine.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn deliveries_are_kept_for_as_long_as_it_is_set() {
    let settings =
        DeliverySettings { keep_done: 7 * DAY, keep_dead: 90 * DAY, ..DeliverySettings::default() };
    let stage = Stage::open(settings).await;
    stage.enqueue("done").await;
    stage.start();
    stage.until("done", |found| found.state == DeliveryState::Done).await;
    stage.wire.is_impossible.store(true, Ordering::SeqCst);
    stage.enqueue("dead").await;
    stage.until("dead", |found| found.state == DeliveryState::Dead).await;
    stage.wire.is_impossible.store(false, Ordering::SeqCst);
    stage.stop().await;

    let table: [(i64, &[&str]); 4] =
        [(7 * DAY, &["dead", "done"]), (7 * DAY + 1, &["dead"]), (90 * DAY, &["dead"]), (90 * DAY + 1, &[])];
    for (after, left) in table {
        stage.set_clock(START + after);
        // It is sent after what is old was deleted, so that nothing has to be waited for.
        let marker = format!("marker {after}");
        stage.enqueue(&marker).await;
        stage.start();
        stage.until(&marker, |found| found.state == DeliveryState::Done).await;
        stage.stop().await;
        let mut names = stage.names().await;
        names.retain(|name| !name.starts_with("marker"));
        assert_eq!(names, left, "{after}");
    }
    stage.engine.close().await;
}
