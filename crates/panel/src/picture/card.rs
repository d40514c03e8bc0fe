//! A panel as a picture of its own, with its title and its legend: for files, mails and whole dashboards.

use std::borrow::Cow;

use watchfire_chart::{
    Card, Content, ForceLayout, Legend, LegendEntry, Picture, Point, Rgba, TextBlock, Theme,
};
use watchfire_dashboard::{Clock, Kind};

use super::table::{in_own_order, shown_table, table_text};
use super::{Drawing, Stage, graph};
use crate::{Prepared, Unfolded, key};

/// The title of a panel, with variables put in.
pub fn title_of(item: &Unfolded) -> String {
    item.values.in_text(&item.panel.title, &Clock::default())
}

/// Where the nodes of a panel's graph come to rest; nothing for other kinds.
pub fn settled(item: &Unfolded, prepared: &Prepared) -> Vec<Point> {
    const SEED: u64 = 7;
    const STEPS: usize = 200;
    if item.panel.kind != Kind::NodeGraph {
        return Vec::new();
    }
    let graph = graph(prepared);
    let mut layout = ForceLayout::new(SEED);
    layout.set_graph(graph.nodes.iter().map(String::as_str), &graph.edges);
    layout.settle(STEPS);
    layout.positions().to_vec()
}

/// A panel as a card. `failures` are what its queries were refused with: where nothing is left to show, the first stands there.
pub fn card<'a>(
    item: &'a Unfolded,
    prepared: &'a Prepared,
    failures: &'a [String],
    stage: &Stage<'a>,
) -> Card<'a> {
    let panel = &item.panel;
    let nothing = prepared.series.is_empty() && prepared.tables.is_empty();
    let content = match (&panel.kind, failures.first()) {
        (Kind::Row, _) => Content::Empty(Cow::Borrowed("")),
        (Kind::Text, _) => {
            let text = item.values.in_text(&panel.view.text, &Clock::default());
            Content::Picture(Box::new(TextBlock {
                text: Cow::Owned(plain(&text)),
                size: 0.0,
                centered: false,
            }))
        }
        (_, Some(failure)) if nothing => Content::Error(Cow::Borrowed(failure)),
        (Kind::Table, _) => match shown_table(&prepared.tables, 0) {
            Some(table) => {
                let table = in_own_order(table, &panel.view.sort_by);
                Content::Picture(Box::new(table_text(&table, stage.theme, stage.utc_offset, stage.now))
                    as Box<dyn Picture>)
            }
            None => Content::Empty(Cow::Borrowed(NO_DATA)),
        },
        (Kind::AlertList | Kind::DashboardList | Kind::Logs | Kind::Other(_), _) => {
            Content::Empty(Cow::Borrowed("Panels of this kind are seen in the browser only."))
        }
        _ if prepared.series.is_empty() => Content::Empty(Cow::Borrowed(NO_DATA)),
        _ => match Drawing::of(panel, prepared, stage) {
            Some(drawing) => Content::Picture(Box::new(drawing)),
            None => Content::Empty(Cow::Borrowed(NO_DATA)),
        },
    };
    let framed = !(panel.transparent || panel.kind == Kind::Row);
    let notes = failures.iter().chain(&prepared.notes).map(|note| Cow::Borrowed(note.as_str()));
    let notes = if matches!(content, Content::Picture(_)) { notes.collect() } else { Vec::new() };
    Card { title: Cow::Owned(title_of(item)), content, legend: legend(item, prepared, stage), notes, framed }
}

const NO_DATA: &str = "No data";

fn legend(item: &Unfolded, prepared: &Prepared, stage: &Stage<'_>) -> Legend<'static> {
    let Some(key) = key(&item.panel, prepared, stage.theme, stage.utc_offset, stage.now) else {
        return Legend::default();
    };
    let entries = key.rows.into_iter().map(|row| LegendEntry {
        name: Cow::Owned(row.name),
        color: color(&row.color, stage.theme),
        numbers: row.numbers.into_iter().map(Cow::Owned).collect(),
    });
    let entries = entries.collect();
    let headings = if key.table { key.heads.into_iter().map(Cow::Borrowed).collect() } else { Vec::new() };
    Legend { right: key.right, headings, entries }
}

fn color(css: &str, theme: &Theme) -> Rgba {
    Rgba::parse(css, theme).unwrap_or(theme.muted)
}

/// Markdown as those read it who have no markup: signs of headings, emphasis and code are left out.
fn plain(markdown: &str) -> String {
    let mut out = String::with_capacity(markdown.len());
    for line in markdown.lines() {
        let line = line.trim_end().trim_start_matches('#').trim_start_matches(' ');
        if line.starts_with("```") {
            continue;
        }
        let (bullet, rest) = match line.strip_prefix("- ").or_else(|| line.strip_prefix("* ")) {
            Some(rest) => ("• ", rest),
            None => ("", line),
        };
        out.push_str(bullet);
        out.push_str(&without_tags(rest).replace("**", "").replace("__", "").replace('`', ""));
        out.push('\n');
    }
    out
}

/// A line without the tags of HTML that are in it.
fn without_tags(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        out.push_str(before);
        let name = tag[1..].trim_start_matches('/');
        let is_tag = name.starts_with(|letter: char| letter.is_ascii_alphabetic());
        if let Some(end) = tag.find('>').filter(|_| is_tag) {
            rest = &tag[end + 1..];
        } else {
            out.push('<');
            rest = &tag[1..];
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_can_be_read_without_its_signs() {
        let told = plain("# Service\n\n- **up** since `10:00`\n```\ncode\n```\nplain text");
        assert_eq!(told, "Service\n\n• up since 10:00\ncode\nplain text\n");
        assert_eq!(plain("<div style=\"x\">up</div> if 1 < 2 > 0<br/>"), "up if 1 < 2 > 0\n");
    }
}
