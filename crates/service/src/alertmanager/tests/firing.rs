//! How much fires.

use super::*;

#[tokio::test]
async fn it_is_counted_once_a_second_at_most() {
    let alerts = Bench::default().open(0).await;
    assert_eq!(alerts.firing_count(0), (0, None));
    let fires = |name: &str, severity: &str| alert(name, name, severity, None);
    alerts.receive(vec![fires("Fire", "critical"), fires("Smoke", "warning")], 1).await.unwrap();
    assert_eq!(alerts.firing_count(SECOND - 1), (0, None), "what was counted is good for a second");
    assert_eq!(alerts.firing_count(SECOND), (2, Some("critical")));
    alerts.set_silence(draft("alertname=Fire", 60 * SECOND), SECOND).await.unwrap();
    assert_eq!(alerts.firing_count(SECOND + 1), (2, Some("critical")));
    assert_eq!(alerts.firing_count(2 * SECOND), (1, Some("warning")));
    // A clock that is set back keeps nothing for long.
    assert_eq!(alerts.firing_count(0), (2, Some("critical")), "the silence has not begun by then");
}
