//! Whatever comes as a configuration of Alertmanager is read or refused with places that are in the text, never a panic; and
//! the tree of a good one takes every alert.
#![no_main]

use libfuzzer_sys::fuzz_target;
use watchfire_alerting::{Config, RouteTree};
use watchfire_model::Labels;

fuzz_target!(|text: &str| {
    match Config::parse("fuzz.yml", text) {
        Ok(config) => {
            let labels = Labels::new([("alertname", "a"), ("severity", "critical")]).expect("a label set");
            let tree = RouteTree::new(&config.route);
            let explanation = tree.explain(&labels);
            assert_eq!(explanation.steps.len(), tree.routes().count());
            let taken: Vec<_> = explanation.taken.iter().map(|taken| taken.route).collect();
            assert!(!taken.is_empty());
            assert_eq!(taken, tree.matching(&labels));
            assert!(!config.shown().to_string().is_empty());
        }
        Err(error) => {
            let lines = text.lines().count().max(1) as u32;
            assert!(!error.problems.is_empty());
            for problem in error.problems {
                assert!(problem.place.line >= 1 && problem.place.line <= lines + 1, "{problem}");
            }
        }
    }
});
