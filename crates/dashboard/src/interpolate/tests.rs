use proptest::prelude::*;

use super::*;

const CLOCK: Clock = Clock { from: 0, to: 3_600_000, step: 15_000, scrape_interval: 15_000 };

fn values() -> Values {
    let mut values = Values::default();
    let variable = |name: &str, multi| Variable { name: name.to_owned(), multi, ..Variable::default() };
    let choices = |list: &[&str]| list.iter().map(|value| Choice::plain(*value)).collect::<Vec<_>>();
    values.set(&variable("job", false), choices(&["node"]));
    values.set(&variable("odd", false), choices(&["a\"b\\c"]));
    values.set(&variable("host", true), choices(&["a.b", "c|d"]));
    values.set(&variable("one", true), choices(&["a.b"]));
    let all = Variable { all_value: Some(".+".to_owned()), ..variable("any", true) };
    values.set_all(&all, choices(&["x", "y"]));
    values.set_all(&variable("every", true), choices(&["x", "y"]));
    values
}

#[test]
fn queries_hold_values() {
    for (text, expected) in [
        ("up{job=\"$job\"}", "up{job=\"node\"}"),
        ("up{job=\"${job}\",x=\"[[job]]\"}", "up{job=\"node\",x=\"node\"}"),
        ("up{job=\"$jobs\"} $ [", "up{job=\"$jobs\"} $ ["),
        ("{a=\"$odd\"}", "{a=\"a\\\"b\\\\c\"}"),
        ("{a=~\"$host\"}", "{a=~\"(a\\\\.b|c\\\\|d)\"}"),
        ("{a=~\"$one\"}", "{a=~\"a\\\\.b\"}"),
        ("{a=~\"$any\"}", "{a=~\".+\"}"),
        ("{a=~\"$every\"}", "{a=~\"(x|y)\"}"),
        ("${host:raw} ${host:csv}", "a.b,c|d a.b,c|d"),
        ("${host:pipe}", "a.b|c|d"),
        ("${host:regex}", "(a\\.b|c\\|d)"),
        ("${host:glob} ${one:glob}", "{a.b,c|d} a.b"),
        ("${host:json}", "[\"a.b\",\"c|d\"]"),
        ("${host:doublequote}", "\"a.b\",\"c|d\""),
        ("${host:singlequote}", "'a.b','c|d'"),
        ("${host:percentencode}", "a.b%2Cc%7Cd"),
        ("${host:text}", "a.b + c|d"),
        ("rate(x[$__rate_interval])", "rate(x[1m])"),
        ("x[$__interval] ${__interval_ms}", "x[15s] 15000"),
        ("x[$__range] $__range_s $__range_ms", "x[3600s] 3600 3600000"),
        ("${__from} $__to", "0 3600000"),
        ("ends in ${job", "ends in ${job"),
    ] {
        assert_eq!(values().in_query(text, &CLOCK), expected, "{text}");
    }
}

#[test]
fn one_of_a_variable_is_written_as_the_variable_is() {
    let mut values = values();
    values.set_one("job", Choice::plain("127.0.0.1:9100"));
    assert_eq!(values.in_query("{a=\"$job\"}", &CLOCK), "{a=\"127.0.0.1:9100\"}");
    values.set_one("host", Choice::plain("c.d"));
    values.set_one("every", Choice::plain("c.d"));
    for name in ["host", "every"] {
        assert_eq!(values.in_query(&format!("{{a=~\"${name}\"}}"), &CLOCK), "{a=~\"c\\\\.d\"}", "{name}");
    }
}

#[test]
fn places_lead_back() {
    let text = "sum(rate(x{job=\"$job\"}[$__rate_interval]) by";
    let (whole, places) = values().in_query_with_places(text, &CLOCK);
    for (part, here) in [
        ("sum", "sum"),
        ("node", "$job"),
        ("ode\"}[1", "$job\"}[$__rate_interval"),
        (") by", ") by"),
        ("[", "["),
    ] {
        let start = whole.find(part).unwrap();
        let (first, last) = places.back(start, start + part.len());
        assert_eq!(&text[first..last], here, "{part}");
    }
    assert_eq!(places.back(whole.len(), whole.len()), (text.len(), text.len()));
}

#[test]
fn people_read_the_texts() {
    assert_eq!(values().in_text("CPU of $host, $any", &CLOCK), "CPU of a.b + c|d, All");
}

#[test]
fn urls_hold_encoded_values() {
    let mut values = values();
    values.set_one("text", Choice { value: "a&b=c".to_owned(), text: "A and B".to_owned() });
    let unknown = Variable { name: "unknown".to_owned(), include_all: true, ..Variable::default() };
    values.set_all(&unknown, Vec::new());
    for (url, expected) in [
        // The value and not its text, which cannot add a parameter.
        ("/d/x?var-text=$text", "/d/x?var-text=a%26b%3Dc"),
        ("/d/x?var-text=${text:raw}", "/d/x?var-text=a&b=c"),
        ("/d/x?q=${text:text}", "/d/x?q=A%20and%20B"),
        ("/d/x?var-host=$host&a=1", "/d/x?var-host=a.b&var-host=c%7Cd&a=1"),
        ("/d/x?a=1&h=[[host]]#top", "/d/x?a=1&h=a.b&h=c%7Cd#top"),
        ("/d/x?q=on-$host", "/d/x?q=on-a.b,c%7Cd"),
        ("https://example.org/$host/$job", "https://example.org/a.b,c%7Cd/node"),
        ("/d/x?var-$job=$host", "/d/x?var-node=a.b,c%7Cd"),
        // All by its name, which only dashboards know.
        ("/d/x?var-host=$every&var-a=$any", "/d/x?var-host=%24__all&var-a=%24__all"),
        ("/find?host=$every&a=$any", "/find?host=x&host=y&a=.%2B"),
        ("/find?host=$unknown", "/find?host=%24__all"),
        ("/d/x?${host:queryparam}", "/d/x?var-host=a.b&var-host=c%7Cd"),
        ("/d/x?${every:queryparam}", "/d/x?var-every=%24__all"),
        ("/x?${__url_time_range}&t=$__to", "/x?from=now-1h&to=now&t=3600000"),
        ("/d/x?var-none=$none", "/d/x?var-none=$none"),
    ] {
        assert_eq!(values.in_url(url, &CLOCK, "from=now-1h&to=now"), expected, "{url}");
    }
    let mut two = Values::default();
    let variable = |name: &str| Variable { name: name.to_owned(), multi: true, ..Variable::default() };
    two.set(&variable("host"), vec![Choice::plain("a b"), Choice::plain("c")]);
    two.set(&variable("job"), Vec::new());
    two.set_all(&variable("region"), Vec::new());
    let all = "var-host=a%20b&var-host=c&var-region=%24__all";
    assert_eq!(two.in_url("/d/x?${__all_variables}", &CLOCK, ""), format!("/d/x?{all}"));
    assert_eq!(Values::default().in_url("?$__all_variables", &CLOCK, ""), "?");
}

#[test]
fn a_rate_has_room_for_two_samples() {
    let clock = |step, scrape_interval| Clock { step, scrape_interval, ..CLOCK };
    for (step, scrape, expected) in [(15_000, 15_000, "1m"), (300_000, 15_000, "5m15s"), (1000, 1000, "4s")] {
        assert_eq!(Values::default().in_query("$__rate_interval", &clock(step, scrape)), expected);
    }
}

#[test]
fn names_are_found() {
    assert_eq!(names_in("label_values(up{job=~\"$job\", x=\"${job:raw}\"}, [[label]])"), ["job", "label"]);
}

proptest! {
    /// Whatever is chosen, it stays inside the string that it stands in.
    #[test]
    fn values_stay_in_their_strings(one in any::<String>(), other in any::<String>(), several in any::<bool>()) {
        let mut values = Values::default();
        let variable = Variable { name: "v".to_owned(), multi: several, ..Variable::default() };
        let chosen = if several { vec![Choice::plain(one), Choice::plain(other)] } else { vec![Choice::plain(one)] };
        values.set(&variable, chosen);
        let query = values.in_query("{a=~\"$v\"}", &CLOCK);
        let inside = query.strip_prefix("{a=~\"").and_then(|rest| rest.strip_suffix("\"}")).unwrap();
        let mut escaped = false;
        for letter in inside.chars() {
            prop_assert!(escaped || letter != '"', "{}", query);
            prop_assert!(letter != '\n');
            escaped = letter == '\\' && !escaped;
        }
        prop_assert!(!escaped, "{}", query);
    }

    #[test]
    fn any_text_can_be_looked_through(text in any::<String>()) {
        let _ = values().in_query(&text, &CLOCK);
    }
}
