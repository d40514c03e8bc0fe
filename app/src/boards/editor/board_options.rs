//! What can be set of a dashboard as a whole: one line each, by its place in the dashboard's JSON.

use super::options::Input::{Check, Choice, Choices, Color, Lines, List, Text, Words};
use super::options::{Spec, help, spec, when};

/// Kinds of variables whose choices a query finds; it is the kind of those that name none.
const QUERIED: &[&str] = &["", "query"];

/// Kinds of which several can be chosen.
const CHOSEN: &[&str] = &["", "query", "list"];

/// The settings of a dashboard.
pub(crate) const DASHBOARD: &[(&str, &[Spec])] = &[
    (
        "General",
        &[
            spec("Title", "/title", Text),
            spec("Description", "/description", Lines),
            help(spec("Tags", "/tags", Words), "separated by commas"),
        ],
    ),
    (
        "Time",
        &[
            help(spec("From", "/time/from", Text), "now-6h"),
            help(spec("To", "/time/to", Text), "now"),
            help(spec("Refresh", "/time/refresh", Text), "auto, off, or 1s to 1h"),
            spec("Times in UTC", "/time/utc", Choice(&[("true", "Yes"), ("false", "No")])),
        ],
    ),
    (
        "Variables",
        &[spec(
            "",
            "/variables",
            List(
                &[
                    help(spec("Name", "/name", Text), "queries call it $name"),
                    spec("Label", "/label", Text),
                    spec(
                        "Kind",
                        "/kind",
                        Choice(&[
                            ("query", "Query"),
                            ("list", "List"),
                            ("interval", "Interval"),
                            ("constant", "Constant"),
                            ("text", "Text box"),
                        ]),
                    ),
                    when(
                        help(
                            spec("Query", "/query", Text),
                            "label_values(up, job), label_names(), metrics(regex), query_result(promql)",
                        ),
                        "/kind",
                        QUERIED,
                    ),
                    when(
                        help(spec("Keep what matches", "/regex", Text), "a regular expression"),
                        "/kind",
                        QUERIED,
                    ),
                    when(
                        spec(
                            "Order",
                            "/sort",
                            Choice(&[
                                ("none", "As it comes"),
                                ("natural", "By the alphabet"),
                                ("natural_descending", "Turned around"),
                            ]),
                        ),
                        "/kind",
                        QUERIED,
                    ),
                    when(
                        help(
                            spec("Choices", "/choices", Choices),
                            "a line each: value, or value = text; of a constant its value",
                        ),
                        "/kind",
                        &["list", "interval", "constant", "text"],
                    ),
                    when(spec("Several at once", "/multi", Check), "/kind", CHOSEN),
                    when(spec("A choice for all", "/include_all", Check), "/kind", CHOSEN),
                    when(help(spec("What stands for all", "/all_value", Text), ".*"), "/kind", CHOSEN),
                    spec("Hidden", "/hide", Check),
                ],
                r#"{"name": "job", "kind": "query", "query": "label_values(up, job)"}"#,
            ),
        )],
    ),
    (
        "Annotations",
        &[spec(
            "",
            "/annotations",
            List(
                &[
                    spec("Name", "/name", Text),
                    help(
                        spec("Query", "/expr", Text),
                        "marks where it is not 0; empty: those written by hand or over the API",
                    ),
                    spec("With a tag of", "/tags", Words),
                    help(spec("Text", "/text", Text), "{{label}} stands for a label's value"),
                    spec("Colour", "/color", Color),
                    spec("Off at first", "/off", Check),
                ],
                r#"{"name": "Deployments", "expr": ""}"#,
            ),
        )],
    ),
    (
        "Links",
        &[spec(
            "",
            "/links",
            List(
                &[
                    spec("Title", "/title", Text),
                    spec("URL", "/url", Text),
                    help(spec("Dashboards with the tags", "/tags", Words), "instead of a URL"),
                    spec("Keep the range", "/keep_time", Check),
                    spec("Keep the variables", "/keep_variables", Check),
                    spec("In a new tab", "/new_tab", Check),
                ],
                r#"{"title": "", "url": ""}"#,
            ),
        )],
    ),
];
