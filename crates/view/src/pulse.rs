use watchfire_model::live::Hello;

/// What a connection tells of its server: its clock, and that it lives. Times are milliseconds since the epoch; `now` is the
/// browser's clock.
#[derive(Clone, Copy, Debug)]
pub struct Pulse {
    /// The server's clock less the browser's.
    offset: i64,
    /// When something was last heard.
    heard: i64,
    heartbeat: i64,
    /// Which start of the server this is.
    instance: Option<u64>,
}

impl Default for Pulse {
    fn default() -> Self {
        Self { offset: 0, heard: 0, heartbeat: 5000, instance: None }
    }
}

impl Pulse {
    /// Something was heard, or a connection was begun.
    pub fn heard(&mut self, now: i64) {
        self.heard = now;
    }

    /// A server has said who it is. Returns whether it was started again since the last one did.
    pub fn met(&mut self, hello: &Hello, now: i64) -> bool {
        self.offset = hello.now - now;
        self.heartbeat = i64::from(hello.heartbeat);
        self.instance.replace(hello.instance).is_some_and(|before| before != hello.instance)
    }

    /// The server has said what time it is.
    pub fn set_clock(&mut self, server: i64, now: i64) {
        self.offset = server - now;
    }

    /// The server's clock.
    pub fn server_now(&self, now: i64) -> i64 {
        now + self.offset
    }

    /// Whether nothing was heard for so long that the connection is dead: a cable was pulled, a laptop slept; the browser has
    /// not noticed, and would not for minutes.
    pub fn is_silent(&self, now: i64) -> bool {
        now - self.heard > self.heartbeat * 3
    }
}

#[cfg(test)]
mod tests {
    use watchfire_model::live::Limits;

    use super::*;

    #[test]
    fn a_server_is_known_by_its_start_and_dead_when_silent() {
        let limits = Limits { subscriptions: 1, points: 1, series: 1, message_bytes: 1 };
        let hello = |instance| Hello { version: String::new(), instance, now: 5000, heartbeat: 1000, limits };
        let mut pulse = Pulse::default();
        pulse.heard(1000);
        assert!(!pulse.met(&hello(1), 1000));
        assert!(!pulse.met(&hello(1), 1000));
        assert!(pulse.met(&hello(2), 1000));
        assert_eq!(pulse.server_now(1000), 5000);
        assert!(!pulse.is_silent(4000));
        assert!(pulse.is_silent(4001));
        pulse.set_clock(9000, 1000);
        assert_eq!(pulse.server_now(2000), 10_000);
    }
}
