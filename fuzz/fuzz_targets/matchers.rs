//! Whatever comes as matchers is read or refused, never a panic; and what is read means the same when it is printed and read
//! again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use watchfire_alerting::Matchers;
use watchfire_alerting::matcher::{Syntax, parse_matchers};

fuzz_target!(|text: &str| {
    for syntax in [Syntax::Utf8, Syntax::Classic, Syntax::Fallback] {
        match parse_matchers(text, syntax) {
            Ok(parsed) => {
                let matchers = Matchers::new(parsed.matchers);
                let printed = matchers.to_string();
                for again in [Syntax::Utf8, Syntax::Fallback] {
                    let again = parse_matchers(&printed, again).expect("what is printed can be read");
                    assert_eq!(Matchers::new(again.matchers), matchers);
                }
            }
            Err(error) => assert!((1..=text.chars().count() + 1).contains(&error.at), "{error}"),
        }
    }
});
