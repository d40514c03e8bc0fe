/// A colour as this program writes it: the names of Grafana's palette
/// (<https://github.com/grafana/grafana/blob/main/packages/grafana-data/src/themes/createVisualizationColors.ts>) as CSS
/// colours, others as they are.
pub(super) fn of(name: &str) -> String {
    let hue = name.rsplit('-').next().unwrap_or(name);
    let shades = match hue {
        "red" => ["#ffa6b0", "#ff7383", "#f2495c", "#e02f44", "#c4162a"],
        "orange" => ["#ffcb7d", "#ffb357", "#ff9830", "#ff780a", "#fa6400"],
        "yellow" => ["#fff899", "#ffee52", "#fade2a", "#f2cc0c", "#e0b400"],
        "green" => ["#c8f2c2", "#96d98d", "#73bf69", "#56a64b", "#37872d"],
        "blue" => ["#c0d8ff", "#8ab8ff", "#5794f2", "#3274d9", "#1f60c4"],
        "purple" => ["#deb6f2", "#ca95e5", "#b877d9", "#a352cc", "#8f3bb8"],
        _ => return name.to_owned(),
    };
    let shade = match name.strip_suffix(hue).unwrap_or_default() {
        "super-light-" => 0,
        "light-" => 1,
        "" => 2,
        "semi-dark-" => 3,
        "dark-" => 4,
        _ => return name.to_owned(),
    };
    shades[shade].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_colours() {
        for (name, color) in [
            ("green", "#73bf69"),
            ("semi-dark-red", "#e02f44"),
            ("super-light-blue", "#c0d8ff"),
            ("rgba(245, 54, 54, 0.9)", "rgba(245, 54, 54, 0.9)"),
            ("#EAB839", "#EAB839"),
            ("transparent", "transparent"),
            ("odd-red", "odd-red"),
        ] {
            assert_eq!(of(name), color);
        }
    }
}
