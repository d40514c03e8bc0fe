//! Silences: what may be changed in place, what they mute, and that the index forgets none.

use proptest::prelude::*;
use watchfire_alerting::Matchers;
use watchfire_alerting::silence::{Changed, Draft, Silence, SilenceError, Silences, Status};
use watchfire_model::Labels;

fn draft(id: Option<&str>, matchers: &str, starts_at: Option<i64>, ends_at: i64) -> Draft {
    Draft {
        id: id.map(str::to_owned),
        matchers: Matchers::parse(matchers).unwrap(),
        starts_at,
        ends_at,
        created_by: "me".to_owned(),
        comment: "because".to_owned(),
    }
}

fn id(text: &str) -> impl FnOnce() -> String {
    let text = text.to_owned();
    move || text
}

/// A silence that is active, one that is pending, one that has expired, at 100 seconds.
fn three() -> Silences {
    let mut silences = Silences::default();
    silences.set(draft(None, "a=active", None, 200_000), 50_000, id("active")).unwrap();
    silences.set(draft(None, "a=pending", Some(150_000), 250_000), 50_000, id("pending")).unwrap();
    silences.set(draft(None, "a=expired", None, 60_000), 50_000, id("expired")).unwrap();
    silences
}

const NOW: i64 = 100_000;

#[test]
fn changes_in_place_or_anew() {
    // The draft; whether it is done in place; start and end of what then is.
    for (draft, in_place, starts_at, ends_at) in [
        (draft(Some("active"), "a=active", Some(50_000), 300_000), true, 50_000, 300_000),
        (draft(Some("active"), "a=active", Some(50_900), 110_000), true, 50_900, 110_000),
        // The start is past.
        (draft(Some("active"), "a=active", Some(60_000), 300_000), false, NOW, 300_000),
        (draft(Some("active"), "a=active", None, 300_000), false, NOW, 300_000),
        (draft(Some("active"), "a=active", Some(150_000), 300_000), false, 150_000, 300_000),
        // Other matchers.
        (draft(Some("active"), "a=other", Some(50_000), 300_000), false, NOW, 300_000),
        (draft(Some("pending"), "a=pending", Some(120_000), 130_000), true, 120_000, 130_000),
        (draft(Some("pending"), "a=pending", None, 130_000), true, NOW, 130_000),
        (draft(Some("pending"), "a=pending", Some(90_000), 130_000), false, NOW, 130_000),
        (draft(Some("pending"), "a=other", Some(150_000), 250_000), false, 150_000, 250_000),
        (draft(Some("expired"), "a=expired", Some(50_000), 300_000), false, NOW, 300_000),
        (draft(None, "a=new", Some(90_000), 300_000), false, NOW, 300_000),
        (draft(None, "a=new", Some(200_000), 300_000), false, 200_000, 300_000),
    ] {
        let mut silences = three();
        let old = draft.id.clone();
        let before = old.as_ref().map(|old| silences.get(old).unwrap().clone());
        let changed = silences.set(draft.clone(), NOW, id("new")).unwrap();
        let expected = match (&old, in_place) {
            (Some(old), true) => Changed::Updated { id: old.clone() },
            (Some(old), false) => Changed::Replaced { old: old.clone(), id: "new".to_owned() },
            (None, _) => Changed::Created { id: "new".to_owned() },
        };
        assert_eq!(changed, expected, "{draft:?}");
        let now = silences.get(changed.id()).unwrap();
        assert_eq!((now.starts_at, now.ends_at, now.updated_at), (starts_at, ends_at, NOW), "{draft:?}");
        if let (Some(before), false) = (before, in_place) {
            let after = silences.get(&before.id).unwrap();
            assert_eq!(after.status(NOW), Status::Expired);
            assert_eq!(after.matchers, before.matchers);
            // What it muted, it muted.
            if before.status(NOW) == Status::Active {
                assert_eq!((after.starts_at, after.ends_at), (before.starts_at, NOW));
            }
        }
    }
}

#[test]
fn what_is_refused() {
    for (draft, error) in [
        (draft(None, "", None, 200_000), SilenceError::NoMatchers),
        (draft(None, "a=\"\"", None, 200_000), SilenceError::MatchesEverything),
        (draft(None, "a=~\".*\",b=\"\"", None, 200_000), SilenceError::MatchesEverything),
        (draft(None, "a=b", None, NOW), SilenceError::EndsBeforeStart),
        (draft(None, "a=b", Some(150_000), 140_000), SilenceError::EndsBeforeStart),
        (draft(None, "a=b", Some(50_000), 90_000), SilenceError::EndsInPast),
        (draft(Some("gone"), "a=b", None, 200_000), SilenceError::NotFound { id: "gone".to_owned() }),
    ] {
        let mut silences = three();
        assert_eq!(silences.set(draft.clone(), NOW, id("new")), Err(error), "{draft:?}");
        assert_eq!(silences.iter().count(), 3);
    }
    // A choice is none of everything.
    assert!(three().set(draft(None, "a!=b", None, 200_000), NOW, id("new")).is_ok());
}

#[test]
fn from_beginning_to_end() {
    let mut silences = three();
    let alert = |value: &str| Labels::new([("a", value)]).unwrap();
    assert_eq!(silences.muting(&alert("active"), NOW), ["active"]);
    assert!(!silences.is_muted(&alert("active"), 200_000));
    assert!(!silences.is_muted(&alert("pending"), NOW));
    assert_eq!(silences.next_change(NOW), Some(150_000));
    assert!(silences.is_muted(&alert("pending"), 150_000));

    silences.expire("active", NOW).unwrap();
    assert!(!silences.is_muted(&alert("active"), NOW));
    silences.expire("active", NOW + 50_000).unwrap();
    assert_eq!(silences.get("active").unwrap().ends_at, NOW);
    silences.expire("pending", NOW).unwrap();
    assert_eq!(silences.get("pending").unwrap().status(NOW), Status::Expired);
    assert!(silences.expire("gone", NOW).is_err());
    assert_eq!(silences.next_change(NOW), None);

    assert_eq!(silences.forget(NOW + 10_000, 20_000), ["expired"]);
    assert_eq!(silences.forget(NOW + 20_000, 20_000), ["active", "pending"]);
    assert_eq!(silences.iter().count(), 0);
}

#[test]
fn found_by_the_filter_of_the_api() {
    let mut silences = three();
    silences.set(draft(None, "a=active,b=~\"x|y\"", None, 150_000), NOW, id("second")).unwrap();
    for (filter, found) in [
        ("", "second active pending expired"),
        ("a=active", "second active"),
        ("a!=active", "pending expired"),
        ("a=~\".*ed\"", "expired"),
        ("b=\"x|y\"", "second"),
        ("b=\"\"", "active pending expired"),
        ("c=\"\",a=pending", "pending"),
    ] {
        let filter = Matchers::parse(filter).unwrap();
        let ids: Vec<&str> = silences.find(&filter, NOW).iter().map(|silence| silence.id.as_str()).collect();
        assert_eq!(ids.join(" "), found, "{filter}");
    }
}

proptest! {
    /// The index gives the same as a look at all of them, also after changes and a restart.
    #[test]
    fn the_index_forgets_none(
        steps in proptest::collection::vec(("[ab](=|!=|=~)[xyz]?,?[cd]?", 0_usize..12, any::<bool>()), 1..20),
        labels in proptest::collection::btree_map("[abcd]", "[xyz]", 0..4),
    ) {
        let mut silences = Silences::default();
        for (number, (text, of, expire)) in steps.into_iter().enumerate() {
            let text = text.trim_end_matches(['c', 'd']).trim_end_matches(',');
            let old = silences.iter().nth(of).map(|silence| silence.id.clone());
            if let (Some(old), true) = (&old, expire) {
                silences.expire(old, NOW).unwrap();
                continue;
            }
            let Ok(matchers) = Matchers::parse(text) else { continue };
            let draft = Draft { id: old, matchers, ..draft(None, "a=b", None, 200_000) };
            let _ = silences.set(draft, NOW, || format!("{number:02}"));
        }
        let bytes = postcard::to_stdvec(&silences).unwrap();
        let restored: Silences = postcard::from_bytes(&bytes).unwrap();
        let labels = Labels::new(labels).unwrap();
        for at in [NOW, NOW + 1, 199_999, 200_000] {
            let muting = |silence: &&Silence| silence.mutes(&labels, at);
            let expected: Vec<&str> = silences.iter().filter(muting).map(|silence| silence.id.as_str()).collect();
            prop_assert_eq!(silences.muting(&labels, at), expected.clone());
            prop_assert_eq!(restored.muting(&labels, at), expected.clone());
            prop_assert_eq!(silences.is_muted(&labels, at), !expected.is_empty());
        }
    }
}
