use crate::config::receiver::Channel;

/// A bucket of tokens: how often something may be sent. Each takes one token; they come back with time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bucket {
    /// The most tokens: what may go at once.
    pub burst: f64,
    /// How many come back in a second.
    pub per_second: f64,
    tokens: f64,
    /// When `tokens` was counted, milliseconds since the epoch.
    at: i64,
}

impl Bucket {
    /// A full bucket.
    pub fn new(burst: u32, per_second: f64, now: i64) -> Self {
        let burst = f64::from(burst.max(1));
        // None at all would mean that nothing goes, ever.
        Self { burst, per_second: per_second.max(1e-3), tokens: burst, at: now }
    }

    /// The bucket of a channel, within what its service lets through (each file of a channel names where it says so); what
    /// is somebody's own server gets no more than a hundred at once.
    pub fn of(channel: Channel, now: i64) -> Self {
        let (burst, per_second) = match channel {
            // https://core.telegram.org/bots/faq: one a second in a chat, twenty a minute in a group.
            Channel::Telegram => (10, 0.33),
            // Five in two seconds, thirty a minute.
            Channel::Discord => (5, 0.5),
            // https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using
            Channel::MsTeams | Channel::MsTeamsV2 => (4, 2.0),
            // https://docs.ntfy.sh/config/#rate-limiting: sixty at once, one in five seconds.
            Channel::Ntfy => (60, 0.2),
            // One a second; https://api.slack.com/docs/rate-limits lets short bursts pass, GitHub says so in
            // https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api.
            Channel::Slack | Channel::GitHub => (10, 1.0),
            Channel::Pushover | Channel::Webex | Channel::Wechat | Channel::Rocketchat => (20, 2.0),
            Channel::GitLab | Channel::Jira | Channel::ServiceNow => (20, 5.0),
            Channel::PagerDuty | Channel::OpsGenie | Channel::VictorOps | Channel::Sentry => (60, 5.0),
            Channel::Exec => (10, 5.0),
            Channel::Webhook | Channel::Email | Channel::Sns | Channel::Alertmanager | Channel::WebPush => {
                (100, 50.0)
            }
        };
        Self::new(burst, per_second, now)
    }

    /// Whether as much may go at once as at first.
    pub fn is_full(&self, now: i64) -> bool {
        let passed = now.saturating_sub(self.at).max(0) as f64 / 1000.0;
        self.tokens + passed * self.per_second >= self.burst
    }

    /// Takes a token; else says after how many milliseconds there is one.
    pub fn take(&mut self, now: i64) -> Result<(), i64> {
        // A clock that was set back gives nothing.
        let passed = now.saturating_sub(self.at).max(0) as f64 / 1000.0;
        self.at = now;
        self.tokens = (self.tokens + passed * self.per_second).min(self.burst);
        if self.tokens >= 1.0 {
            self.tokens -= 1.0;
            return Ok(());
        }
        Err((((1.0 - self.tokens) / self.per_second * 1000.0).ceil() as i64).max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_and_then_the_rate() {
        let mut bucket = Bucket::new(2, 4.0, 0);
        // When, and what it says.
        for (now, said) in [
            (0, Ok(())),
            (0, Ok(())),
            (0, Err(250)),
            (100, Err(150)),
            (250, Ok(())),
            (200, Err(250)),
            (10_000, Ok(())),
            (10_000, Ok(())),
            (10_000, Err(250)),
        ] {
            assert_eq!(bucket.take(now), said, "at {now}");
        }
    }

    proptest::proptest! {
        #[test]
        fn never_more_than_the_rate(steps in proptest::collection::vec(0_i64..2000, 1..200)) {
            let mut bucket = Bucket::new(3, 2.0, 0);
            let (mut now, mut taken) = (0, 0);
            for step in steps {
                now += step;
                taken += i64::from(bucket.take(now).is_ok());
                proptest::prop_assert!(taken * 1000 <= 3000 + now * 2);
            }
        }

        #[test]
        fn what_it_says_is_true(used in 1_usize..10, rate in 1_u32..100) {
            let mut bucket = Bucket::new(1, f64::from(rate), 0);
            let mut now = 0;
            for _ in 0..used {
                if let Err(wait) = bucket.take(now) {
                    now += wait;
                    proptest::prop_assert_eq!(bucket.take(now), Ok(()));
                }
            }
        }
    }
}
