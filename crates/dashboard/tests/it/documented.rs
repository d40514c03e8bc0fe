use watchfire_dashboard::{is_outline, read, read_outline};

/// What docs/DASHBOARDS.md shows is read without a note.
#[test]
fn the_examples_are_good() {
    let page = include_str!("../../../../docs/DASHBOARDS.md");
    let examples: Vec<&str> =
        page.split("```json\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    let [dashboard, outline] = examples.as_slice() else { panic!("{examples:?}") };
    let (dashboard, notes) = read(dashboard).unwrap();
    assert_eq!((dashboard.panels.len(), notes.len()), (2, 0));
    let outline = serde_json::from_str(outline).unwrap();
    assert!(is_outline(&outline));
    let outlines = read_outline(&outline, "file").unwrap();
    let [(dashboard, notes)] = outlines.as_slice() else { panic!("{outlines:?}") };
    assert_eq!((dashboard.panels.len(), notes.len()), (3, 0));
}
