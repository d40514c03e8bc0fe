use super::kind;
use crate::distribution::Distribution;
use crate::moment::Moment;
use crate::reading::{Sending, Way};

/// Go's and Python's usual bounds.
const BOUNDS: &[f64] = &[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// A service: its job, its requests a second by day, the median of its answers in seconds, and what it is asked for.
type Service = (&'static str, f64, f64, [(&'static str, &'static str); 3]);

const SERVICES: [Service; 3] = [
    ("demo-shop", 42.0, 0.045, [("/products", "GET"), ("/cart", "POST"), ("/", "GET")]),
    ("demo-payments", 9.0, 0.18, [("/pay", "POST"), ("/refund", "POST"), ("/status", "GET")]),
    ("demo-search", 24.0, 0.08, [("/search", "GET"), ("/suggest", "GET"), ("/index", "POST")]),
];

const INSTANCES: usize = 2;

/// HTTP services with Prometheus' usual metrics.
#[derive(Debug)]
pub(crate) struct Web {
    routes: Vec<Route>,
}

#[derive(Debug)]
struct Route {
    service: usize,
    instance: usize,
    path: usize,
    /// Answers with 200, 404 and 500.
    answers: [f64; 3],
    durations: Distribution,
}

impl Web {
    pub(crate) fn new() -> Self {
        let mut routes = Vec::new();
        for service in 0..SERVICES.len() {
            for instance in 0..INSTANCES {
                let durations = |path| Distribution::new(BOUNDS, (service * 10 + instance * 3 + path) as u64);
                routes.extend((0..3).map(|path| Route {
                    service,
                    instance,
                    path,
                    answers: [0.0; 3],
                    durations: durations(path),
                }));
            }
        }
        Self { routes }
    }

    pub(crate) fn step(&mut self, moment: &Moment, all: &mut Vec<Sending>) {
        for routes in self
            .routes
            .chunk_by_mut(|one, other| (one.service, one.instance) == (other.service, other.instance))
        {
            let Some(first) = routes.first() else { continue };
            let (job, ..) = SERVICES[first.service];
            let instance = format!("{}-{}:8080", job.trim_start_matches("demo-"), first.instance + 1);
            let mut out = Sending::new(Way::RemoteWrite, job, instance, moment.at);
            for route in routes {
                route.go_on(moment);
                route.tell(&mut out);
            }
            all.push(out);
        }
    }
}

impl Route {
    fn go_on(&mut self, moment: &Moment) {
        let (_, rate, median, _) = SERVICES[self.service];
        let trouble = moment.incident.severity_of(kind::SERVICE, self.service, SERVICES.len());
        let key = (100 + self.service * 10 + self.instance * 3 + self.path) as u64;
        let part = [0.55, 0.15, 0.3][self.path] / INSTANCES as f64;
        let busy = 0.5 + 0.5 * moment.day() + 0.12 * moment.wave(900.0, 0.2) + 0.15 * moment.noise(key, 30.0);
        // People give up when nothing works.
        let count = (moment.elapsed * rate * part * busy * (1.0 - 0.35 * trouble)).max(0.0);
        let failed = count * (0.0015 + 0.11 * trouble);
        let absent = count * 0.012;
        for (answers, more) in self.answers.iter_mut().zip([count - failed - absent, absent, failed]) {
            *answers += more;
        }
        let slow = 1.0 + 0.15 * moment.noise(key + 7000, 60.0) + 5.0 * trouble;
        self.durations.add(count, median * [1.0, 1.8, 0.6][self.path] * slow, 0.55 + 0.35 * trouble);
    }

    fn tell(&self, out: &mut Sending) {
        let (_, _, _, routes) = SERVICES[self.service];
        let (handler, method) = routes[self.path];
        for (code, answers) in ["200", "404", "500"].into_iter().zip(self.answers) {
            let labels = [("handler", handler), ("method", method), ("code", code)];
            out.counter("http_requests_total", &labels, answers.floor());
        }
        let labels = [("handler", handler), ("method", method)];
        out.push("http_request_duration_seconds", &labels, self.durations.value());
    }
}
