//! What can be set of a panel: one line each, by its place in the panel's JSON (docs/DASHBOARDS.md). The form that shows them
//! knows nothing of panels.

use watchfire_dashboard::Kind;

/// A field of a form.
pub(crate) struct Spec {
    pub(crate) label: &'static str,
    /// Where its value stands, from the form's own value.
    pub(crate) pointer: &'static str,
    pub(crate) input: Input,
    pub(crate) help: &'static str,
    /// The kinds of panels that have it; empty for all.
    pub(crate) kinds: &'static [Kind],
    /// The field beside it, and its values, that make sense of this one; none for all.
    pub(crate) when: Option<(&'static str, &'static [&'static str])>,
}

/// How a value is put in.
#[derive(Clone, Copy)]
pub(crate) enum Input {
    Text,
    /// Text of several lines.
    Lines,
    Number,
    Check,
    /// Values and what people read; besides them the field can be left open.
    Choice(&'static [(&'static str, &'static str)]),
    /// Some of these.
    Several(&'static [(&'static str, &'static str)]),
    /// Texts, separated by commas.
    Words,
    /// Numbers, separated by commas.
    Numbers,
    Unit,
    Color,
    /// How series get their colour: a word, or an object with a value.
    ColorMode,
    /// The choices of a variable, a line each: `value`, or `value = what people read`.
    Choices,
    /// Pairs of texts, a line each: `old = new`.
    Pairs,
    /// A list of objects: the fields of each, and what a new one is, as JSON.
    List(&'static [Spec], &'static str),
    /// A list of objects with one field each, whose name says what they are.
    Tagged(&'static [(&'static str, &'static str, &'static str, &'static [Spec])]),
    /// Fields with a heading.
    Group(&'static [Spec]),
}

pub(super) const fn spec(label: &'static str, pointer: &'static str, input: Input) -> Spec {
    Spec { label, pointer, input, help: "", kinds: &[], when: None }
}

const fn of(mut spec: Spec, kinds: &'static [Kind]) -> Spec {
    spec.kinds = kinds;
    spec
}

pub(super) const fn help(mut spec: Spec, help: &'static str) -> Spec {
    spec.help = help;
    spec
}

/// Only where the field `beside` has one of these values.
pub(super) const fn when(mut spec: Spec, beside: &'static str, values: &'static [&'static str]) -> Spec {
    spec.when = Some((beside, values));
    spec
}

use Input::{
    Check, Choice, Color, ColorMode, Group, Lines, List, Number, Numbers, Pairs, Several, Tagged, Text, Unit,
    Words,
};
use Kind::{
    AlertList, BarChart, BarGauge, DashboardList, Gauge, Heatmap, Histogram, Logs, NodeGraph, Pie, Stat,
    StateTimeline, StatusHistory, Table, TimeSeries,
};

const NUMBERED: &[Kind] = &[Stat, Gauge, BarGauge, BarChart, Pie];
const LEGENDED: &[Kind] = &[TimeSeries, BarChart, Pie, Heatmap, Histogram, StateTimeline, StatusHistory];
const DATA: &[Kind] = &[
    TimeSeries,
    Stat,
    Gauge,
    BarGauge,
    BarChart,
    Pie,
    Table,
    Heatmap,
    Histogram,
    StateTimeline,
    StatusHistory,
    NodeGraph,
];
const AXES: &[Kind] = &[TimeSeries, BarChart, Histogram, Heatmap];

pub(crate) const REDUCERS: &[(&str, &str)] = &[
    ("last", "Last"),
    ("first", "First"),
    ("min", "Min"),
    ("max", "Max"),
    ("mean", "Mean"),
    ("median", "Median"),
    ("sum", "Sum"),
    ("count", "Count"),
    ("range", "Range"),
    ("difference", "Difference"),
    ("difference_percent", "Difference in percent"),
    ("std_dev", "Standard deviation"),
];

const LINKS: &[Spec] = &[
    spec("Title", "/title", Text),
    spec("URL", "/url", Text),
    spec("Keep the range", "/keep_time", Check),
    spec("Keep the variables", "/keep_variables", Check),
    spec("In a new tab", "/new_tab", Check),
];

const STEPS: &[Spec] = &[spec("From", "/value", Number), spec("Colour", "/color", Color)];

const MAPPINGS: &[Spec] = &[
    help(spec("Value", "/value", Text), "a number, null, or nan"),
    spec("From", "/from", Number),
    spec("To", "/to", Number),
    spec("Regex", "/regex", Text),
    spec("Text", "/text", Text),
    spec("Colour", "/color", Color),
];

/// What can be set for all series, and by an override for some.
const FIELD: &[Spec] = &[
    help(spec("Unit", "/unit", Unit), "bytes, percent, s, reqps ... or suffix: things"),
    spec("Decimals", "/decimals", Number),
    spec("Min", "/min", Number),
    spec("Max", "/max", Number),
    help(spec("Name", "/name", Text), "{{label}} stands for a label's value"),
    spec("Without a value", "/no_value", Text),
    spec("Colour", "/color", ColorMode),
];

const STYLE: &[Spec] = &[
    spec("Drawn as", "/style", Choice(&[("line", "Line"), ("bars", "Bars"), ("points", "Points")])),
    help(spec("Fill, percent", "/fill", Number), "0 for lines, 100 for full areas"),
    spec("Line width", "/width", Number),
    spec(
        "Interpolation",
        "/interpolation",
        Choice(&[
            ("linear", "Straight"),
            ("smooth", "Smooth"),
            ("step_after", "Step after"),
            ("step_before", "Step before"),
        ]),
    ),
    spec("Dashes", "/dash", Numbers),
    spec("Points", "/points", Choice(&[("auto", "Where needed"), ("always", "Always"), ("never", "Never")])),
    spec("Point size", "/point_size", Number),
    spec(
        "Stacking",
        "/stacking",
        Choice(&[("none", "None"), ("normal", "Stacked"), ("percent", "To 100 %")]),
    ),
    spec("Gaps", "/gaps", Choice(&[("break", "Break the line"), ("connect", "Connect")])),
    spec("Upside down", "/negate", Check),
    help(spec("Band to", "/band_to", Text), "the name of another series"),
];

const AXIS: &[Spec] = &[
    spec(
        "Side",
        "/axis",
        Choice(&[("auto", "Auto"), ("left", "Left"), ("right", "Right"), ("hidden", "Hidden")]),
    ),
    spec("Label", "/axis_label", Text),
    spec(
        "Scale",
        "/scale",
        Choice(&[("linear", "Linear"), ("log2", "Log 2"), ("log10", "Log 10"), ("symlog", "Symlog")]),
    ),
    spec("Begins at or below", "/soft_min", Number),
    spec("Ends at or above", "/soft_max", Number),
];

const THRESHOLDS: &[Spec] = &[
    spec("Colour below all", "/thresholds/base", Color),
    spec("Steps", "/thresholds/steps", List(STEPS, r#"{"value": 80, "color": "warning"}"#)),
    spec("In percent of the scale", "/thresholds/percent", Check),
    of(
        spec(
            "Shown as",
            "/thresholds/as",
            Choice(&[
                ("off", "Not"),
                ("lines", "Lines"),
                ("bands", "Bands"),
                ("lines_and_bands", "Lines and bands"),
            ]),
        ),
        &[TimeSeries],
    ),
];

const TABLE_FIELD: &[Spec] = &[
    spec("Column width", "/column_width", Number),
    spec("Fill the cell with the colour", "/fill_cell", Check),
];

const HIDE: &[Spec] = &[
    spec("Not in the legend", "/hide/legend", Check),
    spec("Not in tooltips", "/hide/tooltip", Check),
    spec("Not drawn", "/hide/drawing", Check),
];

/// An override: what it is for, and what is different.
const OVERRIDE: &[Spec] = &[
    help(spec("Names", "/match/names", Words), "separated by commas"),
    spec("Names that match", "/match/regex", Text),
    spec("Of the query", "/match/query", Text),
    spec("All others", "/match/not", Check),
    spec("Values", "/set", Group(FIELD)),
    spec("Lines", "/set", Group(STYLE)),
    spec("Axis", "/set", Group(AXIS)),
    spec("Thresholds", "/set", Group(THRESHOLDS)),
    spec("Words for values", "/set/mappings", List(MAPPINGS, r#"{"value": "1", "text": "up"}"#)),
    spec("Table", "/set", Group(TABLE_FIELD)),
    spec("Leave out", "/set", Group(HIDE)),
    spec("Links", "/set/links", List(LINKS, r#"{"title": "", "url": ""}"#)),
];

const COMPARISONS: &[(&str, &str)] = &[
    ("equal", "is"),
    ("greater", "is greater than"),
    ("greater_or_equal", "is at least"),
    ("less", "is less than"),
    ("less_or_equal", "is at most"),
    ("regex", "matches"),
    ("empty", "is empty"),
];

const TRANSFORMATIONS: &[(&str, &str, &str, &[Spec])] = &[
    (
        "join",
        "Join by a column",
        r#"{"by": "Time"}"#,
        &[spec("Column", "/by", Text), spec("Keep rows that one side lacks", "/outer", Check)],
    ),
    ("merge", "Merge", "{}", &[]),
    (
        "rename",
        "Rename",
        r#"{"regex": "(.*)", "to": "$1"}"#,
        &[spec("Regex", "/regex", Text), spec("New name", "/to", Text)],
    ),
    (
        "filter",
        "Filter by value",
        r#"{"is": "greater", "value": "0"}"#,
        &[
            help(spec("Column", "/column", Text), "empty: whole series, by their number"),
            spec("Number of a series", "/reduce", Choice(REDUCERS)),
            spec("Keep what", "/is", Choice(COMPARISONS)),
            spec("Value", "/value", Text),
            spec("Keep the others instead", "/not", Check),
        ],
    ),
    (
        "sort",
        "Sort",
        "{}",
        &[
            help(spec("Column", "/by", Text), "empty: series by their newest value"),
            spec("Greatest first", "/descending", Check),
        ],
    ),
    (
        "group",
        "Group by",
        r#"{"by": [], "columns": []}"#,
        &[
            spec("Columns that agree", "/by", Words),
            help(spec("Others", "/columns", Pairs), "column = sum, a line each"),
        ],
    ),
    (
        "organise",
        "Organise columns",
        "{}",
        &[
            spec("Leave out", "/hide", Words),
            spec("First these", "/order", Words),
            help(spec("Rename", "/rename", Pairs), "old = new, a line each"),
        ],
    ),
    ("reduce", "Series to rows", r#"{"by": ["last"]}"#, &[spec("Numbers", "/by", Several(REDUCERS))]),
    ("labels_to_columns", "Labels to columns", "{}", &[]),
    ("limit", "Limit", r#"{"most": 10}"#, &[spec("At most", "/most", Number)]),
];

const LEGEND: &[Spec] = &[
    spec("Shape", "/shape", Choice(&[("list", "List"), ("table", "Table"), ("hidden", "None")])),
    spec("Place", "/place", Choice(&[("bottom", "Below"), ("right", "On the right")])),
    spec("Numbers", "/numbers", Several(REDUCERS)),
    spec("Sorted by", "/sort_by", Choice(REDUCERS)),
];

const VIEW: &[Spec] = &[
    of(spec("Number of a series", "/reduce", Choice(REDUCERS)), NUMBERED),
    of(spec("A number for each row of a table", "/each_row", Check), NUMBERED),
    of(spec("Sparkline", "/sparkline", Choice(&[("true", "Yes"), ("false", "No")])), &[Stat]),
    of(
        spec(
            "Colour of",
            "/color_of",
            Choice(&[("none", "Nothing"), ("value", "The value"), ("background", "The background")]),
        ),
        &[Stat, BarGauge],
    ),
    of(
        spec(
            "Text",
            "/text_of",
            Choice(&[
                ("auto", "Auto"),
                ("value", "Value"),
                ("value_and_name", "Value and name"),
                ("name", "Name"),
                ("none", "None"),
            ]),
        ),
        &[Stat, Gauge, BarGauge],
    ),
    of(
        spec("Beside each other", "/horizontal", Choice(&[("true", "Yes"), ("false", "No")])),
        &[Stat, Gauge, BarGauge, BarChart],
    ),
    of(
        spec("Marks of thresholds", "/threshold_marks", Choice(&[("true", "Yes"), ("false", "No")])),
        &[Gauge],
    ),
    of(spec("With a hole", "/donut", Check), &[Pie]),
    of(
        spec("Write", "/show", Several(&[("value", "Value"), ("percent", "Percent"), ("name", "Name")])),
        &[Pie, BarChart, StateTimeline, StatusHistory],
    ),
    of(spec("Width of buckets", "/bucket_size", Number), &[Histogram, Heatmap]),
    of(spec("Bounds of buckets", "/buckets", Numbers), &[Histogram, Heatmap]),
    of(spec("From the buckets of a histogram", "/from_buckets", Check), &[Heatmap]),
    of(spec("Colours", "/color_scale", Text), &[Heatmap]),
    of(spec("Merge equal states", "/merge", Choice(&[("true", "Yes"), ("false", "No")])), &[StateTimeline]),
    of(spec("Height of rows, 0 to 1", "/row_height", Number), &[StateTimeline, StatusHistory]),
    of(help(spec("Text", "/text", Lines), "Markdown; variables as $name"), &[Kind::Text]),
    of(spec("As code", "/code", Check), &[Kind::Text]),
    of(help(spec("Sorted by", "/sort_by", Words), "-name for the greatest first"), &[Table]),
    of(spec("Boxes to filter by", "/filterable", Check), &[Table]),
    of(
        help(spec("Only", "/only", Words), "tags of dashboards, states of alerts"),
        &[DashboardList, AlertList],
    ),
    of(spec("At most", "/most", Number), &[DashboardList, AlertList, Logs]),
    of(
        spec("Tooltip with all series", "/tooltip_all", Choice(&[("true", "Yes"), ("false", "No")])),
        &[TimeSeries],
    ),
    of(spec("Folded", "/folded", Check), &[Kind::Row]),
];

/// The options of a panel, in their groups. The queries have an editor of their own.
pub(crate) const PANEL: &[(&str, &[Spec])] = &[
    (
        "Panel",
        &[
            help(spec("Title", "/title", Text), "variables as $name"),
            spec("Description", "/description", Lines),
            spec("Without a background", "/transparent", Check),
        ],
    ),
    ("View", &[spec("", "/view", Group(VIEW))]),
    ("Values", &[of(spec("", "/field", Group(FIELD)), DATA)]),
    ("Lines", &[of(spec("", "/field", Group(STYLE)), &[TimeSeries])]),
    ("Axis", &[of(spec("", "/field", Group(AXIS)), AXES)]),
    ("Legend", &[of(spec("", "/view/legend", Group(LEGEND)), LEGENDED)]),
    ("Thresholds", &[of(spec("", "/field", Group(THRESHOLDS)), DATA)]),
    (
        "Words for values",
        &[of(spec("", "/field/mappings", List(MAPPINGS, r#"{"value": "1", "text": "up"}"#)), DATA)],
    ),
    ("Table", &[of(spec("", "/field", Group(TABLE_FIELD)), &[Table])]),
    ("Transformations", &[of(spec("", "/transformations", Tagged(TRANSFORMATIONS)), DATA)]),
    (
        "Overrides",
        &[of(spec("", "/overrides", List(OVERRIDE, r#"{"match": {"names": []}, "set": {}}"#)), DATA)],
    ),
    (
        "Time",
        &[
            of(help(spec("Range of its own", "/time_range", Text), "24h: up to the end of the page's"), DATA),
            of(help(spec("Earlier by", "/time_shift", Text), "1d"), DATA),
            of(spec("Points at most", "/max_points", Number), DATA),
            of(help(spec("Shortest step", "/min_step", Text), "1m"), DATA),
        ],
    ),
    (
        "Repeat",
        &[
            help(spec("For each value of", "/repeat/variable", Text), "the name of a variable"),
            spec(
                "Direction",
                "/repeat/direction",
                Choice(&[("across", "Beside each other"), ("down", "Below each other")]),
            ),
            spec("Beside each other at most", "/repeat/most", Number),
        ],
    ),
    ("Links", &[spec("", "/links", List(LINKS, r#"{"title": "", "url": ""}"#))]),
];
