//! Whatever comes as a file of rules, in any of its forms, is read or refused with lines that are in the text, never a panic;
//! what is read is written as a rule file and read again as the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use watchfire_rules::{read, read_any, write};

fuzz_target!(|text: &str| {
    match read_any(text) {
        Ok(groups) => {
            let written = write(&groups);
            let again = read(&written).expect("what is written can be read");
            assert_eq!(write(&again), written);
        }
        Err(flaws) => {
            let lines = text.lines().count().max(1) as u32;
            assert!(!flaws.0.is_empty());
            for flaw in &flaws.0 {
                assert!(flaw.line <= lines + 1, "{flaw:?}");
            }
        }
    }
});
