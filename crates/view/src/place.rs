use watchfire_dashboard::Place;

/// A place on the grid as the style sheet takes it.
pub fn place_style(place: Place) -> String {
    let Place { x, y, w, h } = place;
    format!("--x:{};--y:{};--w:{w};--h:{h}", x + 1, y + 1)
}
