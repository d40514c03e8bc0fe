use super::kind;
use crate::distribution::Distribution;
use crate::moment::Moment;
use crate::reading::{Sending, Way};

const TASK_BOUNDS: &[f64] = &[1.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0];
const ANSWER_BOUNDS: &[f64] = &[0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 20.0, 30.0, 60.0];

/// A kind of task: its name, how many a minute, and their median in seconds.
const TASKS: [(&str, f64, f64); 4] =
    [("research", 9.0, 45.0), ("code", 6.0, 70.0), ("review", 12.0, 18.0), ("report", 3.0, 30.0)];

/// An agent: its name, requests a second, and the median of its answers in seconds.
const AGENTS: [(&str, f64, f64); 4] =
    [("planner", 0.8, 1.6), ("searcher", 2.6, 0.9), ("writer", 1.4, 4.2), ("critic", 1.1, 2.4)];

/// Tasks, and the agents that work on them.
#[derive(Debug)]
pub(crate) struct Agents {
    tasks: Vec<Task>,
    agents: Vec<Agent>,
}

#[derive(Debug)]
struct Task {
    /// Completed, failed, cancelled.
    ended: [f64; 3],
    durations: Distribution,
}

#[derive(Debug)]
struct Agent {
    good: f64,
    failed: f64,
    answers: Distribution,
}

impl Agents {
    pub(crate) fn new() -> Self {
        let task =
            |(place, _)| Task { ended: [0.0; 3], durations: Distribution::new(TASK_BOUNDS, place as u64) };
        let agent = |(place, _)| Agent {
            good: 0.0,
            failed: 0.0,
            answers: Distribution::new(ANSWER_BOUNDS, place as u64),
        };
        Self {
            tasks: TASKS.iter().enumerate().map(task).collect(),
            agents: AGENTS.iter().enumerate().map(agent).collect(),
        }
    }

    pub(crate) fn step(&mut self, moment: &Moment, all: &mut Vec<Sending>) {
        let mut out = Sending::new(Way::Otlp, "demo-agents", "scheduler-1", moment.at);
        let severity = moment.incident.severity;
        for (place, ((name, rate, median), task)) in TASKS.iter().zip(&mut self.tasks).enumerate() {
            let key = 700 + place as u64;
            let busy = 0.5 + 0.5 * moment.day() + 0.3 * moment.noise(key, 70.0);
            let ended = (moment.elapsed * rate / 60.0 * busy * (1.0 - 0.4 * severity)).max(0.0);
            let failed = ended * (0.015 + 0.2 * severity);
            let cancelled = ended * 0.02;
            for (all, more) in task.ended.iter_mut().zip([ended - failed - cancelled, failed, cancelled]) {
                *all += more;
            }
            let lasts = median * (1.0 + 1.6 * severity);
            task.durations.add(ended, lasts, 0.6);
            // As many as begin while one lasts (Little's law).
            let active = rate / 60.0 * busy * lasts * 1.2;
            out.gauge("aet_active_tasks", &[("kind", name)], active.round());
            for (status, count) in ["completed", "failed", "cancelled"].into_iter().zip(task.ended) {
                out.counter("aet_tasks_total", &[("kind", name), ("status", status)], count.floor());
            }
            out.push("aet_task_duration_seconds", &[("kind", name)], task.durations.value());
        }
        for (place, ((name, rate, median), agent)) in AGENTS.iter().zip(&mut self.agents).enumerate() {
            let key = 750 + place as u64;
            let trouble = moment.incident.severity_of(kind::AGENT, place, AGENTS.len());
            let busy = 0.5 + 0.5 * moment.day() + 0.25 * moment.noise(key, 25.0);
            let count = (moment.elapsed * rate * busy).max(0.0);
            let failed = count * (0.006 + 0.16 * trouble);
            agent.good += count - failed;
            agent.failed += failed;
            agent.answers.add(
                count,
                median * (1.0 + 0.2 * moment.noise(key + 5000, 50.0) + 3.0 * trouble),
                0.45,
            );
            for (status, count) in [("ok", agent.good), ("error", agent.failed)] {
                out.counter(
                    "aet_agent_requests_total",
                    &[("agent", name), ("status", status)],
                    count.floor(),
                );
            }
            out.push("aet_agent_response_seconds", &[("agent", name)], agent.answers.value());
        }
        all.push(out);
    }
}
