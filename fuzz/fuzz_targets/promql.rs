//! Whatever comes as a query is read or refused with a place that is in the text, never a panic; what is read means the same
//! when it is printed, on one line or many, and read again; and anything can be completed anywhere.
#![no_main]

use libfuzzer_sys::fuzz_target;
use watchfire_promql::{complete_at, parse, pretty, to_json};

fuzz_target!(|text: &str| {
    match parse(text) {
        Ok(expr) => {
            let printed = expr.to_string();
            for again in [&printed, &pretty(&expr)] {
                let again = parse(again).expect("what is printed can be read");
                assert_eq!(again.to_string(), printed);
            }
            serde_json::to_string(&to_json(&expr)).expect("a tree is JSON");
        }
        Err(error) => {
            assert!(error.span.start <= error.span.end && error.span.end as usize <= text.len(), "{error}");
        }
    }
    complete_at(text, text.len() / 2);
    complete_at(text, text.len());
});
