use super::*;

/// A delivery by words: its state, and `first`, `unsure`, `part` (not all of its alerts), `old`, `ack`, and alerts that fire (`a+`) or are
/// resolved (`a-`).
fn told(id: i64, text: &str) -> Told {
    let has = |wanted: &str| text.split(' ').any(|word| word == wanted);
    let alert = |word: &str| {
        let (name, state) = word.split_at_checked(1)?;
        let resolved = match state {
            "+" => false,
            "-" => true,
            _ => return None,
        };
        Some((Fingerprint(u64::from(name.as_bytes()[0])), resolved))
    };
    let alerts: Vec<(Fingerprint, bool)> = text.split(' ').filter_map(alert).collect();
    let intent = if has("ack") {
        Intent::Acknowledge
    } else if alerts.iter().all(|(_, resolved)| *resolved) {
        Intent::Resolve
    } else {
        Intent::Trigger
    };
    Told {
        id,
        state: DeliveryState::read(text.split(' ').next().unwrap()).unwrap(),
        intent,
        is_first: has("first") && !has("old"),
        alerts,
        is_whole: !has("part"),
        is_unsure: has("unsure"),
    }
}

/// The deliveries of a group, counted from 1.
fn all_of(group: &str) -> Vec<Told> {
    group.split("; ").zip(1..).map(|(text, id)| told(id, text)).collect()
}

#[test]
fn newer_ones_take_the_place_of_older_ones() {
    // Of those that wait: `1` is sent, `1>2` is told by 2, `1x` has nobody to hear it.
    let table = [
        ("came and went unheard", "waiting first a+; waiting a-", "1x 2x"),
        ("one after the other", "waiting first a+; waiting a- b+; waiting b-", "1x 2x 3x"),
        ("one of two", "waiting first a+; waiting a- b+; waiting b- c+", "1>3 2>3 3"),
        ("the channel heard it fire", "done first a+; waiting a+; waiting a-", "2>3 3"),
        ("one joined", "waiting first a+; waiting a+ b+", "1>2 2"),
        ("perhaps heard", "waiting first unsure a+; waiting a-", "1>2 2"),
        ("again and again", "waiting first a+; waiting a-; waiting first a+; waiting a-", "1x 2x 3x 4x"),
        ("fires again", "done first a+; waiting a-; waiting first a+", "2>3 3"),
        ("an end that the newest leaves out", "done first a+ b+; waiting a+ b-; waiting a+", "2 3"),
        ("the same unheard", "waiting first a+ b+; waiting a+ b-; waiting a+", "1>3 2>3 3"),
        (
            "an acknowledgement keeps its place",
            "waiting first a+; waiting a+ b+; waiting ack; waiting a+ b+ c+",
            "1>2 2",
        ),
        ("all is over", "done first a+; waiting ack; waiting a-", "2>3 3"),
        ("so old that nobody knows", "waiting first old a+; waiting a-", "1>2 2"),
        ("told before", "waiting a+ b+; waiting a- b-", "1>2 2"),
        ("too many to know", "waiting first part a+; waiting a+", "1 2"),
        ("what came before was left out", "superseded first a+; waiting a+ b+; waiting a- b-", "2x 3x"),
        (
            "what came before was perhaps heard",
            "superseded first unsure a+; waiting a+ b+; waiting a- b-",
            "2>3 3",
        ),
        ("what is told to fire ends", "done first y+; waiting x+ y-; waiting x-", "2 3"),
        ("somebody dropped it", "dropped first a+; waiting a+; waiting a-", "2x 3x"),
        ("sent again by hand", "waiting first a+; done first a+; waiting a-", "1>3 3"),
        ("only one", "done first a+; waiting a-", "2"),
    ];
    for (name, group, expected) in table {
        let words = fates(&all_of(group)).fates.into_iter().map(|(id, fate)| match fate {
            Fate::Kept => id.to_string(),
            Fate::By(later) => format!("{id}>{later}"),
            Fate::Over => format!("{id}x"),
        });
        assert_eq!(words.collect::<Vec<_>>().join(" "), expected, "{name}");
    }
}

/// Each of them is told to its history, whatever becomes of the delivery that it is in.
#[test]
fn alerts_that_nobody_hears_of_are_known() {
    for (group, expected) in [
        ("waiting first a+; waiting a-", "a"),
        ("waiting first a+; waiting a- b+; waiting b-", "ab"),
        ("waiting first a+; waiting a- b+; waiting b- c+", "ab"),
        ("waiting first a+ b+; waiting a- b+; waiting b+", "a"),
        ("waiting first a+; waiting a+ b+", ""),
        ("done first a+; waiting a-; waiting b+", ""),
        ("waiting first unsure a+; waiting a-; waiting b+", ""),
    ] {
        let over = fates(&all_of(group)).over;
        let mut names: Vec<char> =
            over.into_iter().filter_map(|alert| char::from_u32(u32::try_from(alert.0).ok()?)).collect();
        names.sort_unstable();
        assert_eq!(names.into_iter().collect::<String>(), expected, "{group}");
    }
}
