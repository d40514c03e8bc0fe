use futures::future::join_all;
use watchfire_dashboard::{AnnotationQuery, Clock, Dashboard, Values};
use watchfire_model::{TimeRange, choose_step};
use watchfire_panel::{MOST_MARKS, Marked, marked, words_of};

use super::{AnnotationQuestion, Dashboards};
use crate::Source;

/// How many points a query for marks is asked for.
const POINTS: usize = 1000;

/// How many series of it count.
const SERIES: usize = 100;

impl Dashboards {
    /// What the annotations of a dashboard mark in a range, at `now`: milliseconds since the epoch. One that cannot be had marks
    /// nothing: the picture is worth more than its marks.
    pub async fn marks(
        &self,
        dashboard: &Dashboard,
        values: &Values,
        range: TimeRange,
        now: i64,
    ) -> Vec<Marked> {
        let shown = dashboard.annotations.iter().filter(|one| !one.off);
        let found = shown.map(|one| async move {
            if one.expr.is_empty() {
                self.written(one, &dashboard.uid, range).await
            } else {
                self.asked(one, values, range, now).await
            }
        });
        join_all(found).await.into_iter().flatten().collect()
    }

    async fn written(&self, one: &AnnotationQuery, uid: &str, range: TimeRange) -> Vec<Marked> {
        let asked = AnnotationQuestion {
            range,
            tags: one.tags.clone(),
            dashboard: Some(uid.to_owned()),
            panel: None,
            limit: Some(MOST_MARKS),
        };
        let written = self.annotations(asked).await.unwrap_or_default();
        let mark = |written: watchfire_storage::Annotation| Marked {
            from: written.start,
            to: written.end,
            color: one.color.clone(),
            text: words_of(&written.title, &written.text),
            panel: written.panel,
            // Those who see a share or a picture change none.
            id: None,
        };
        written.into_iter().map(mark).collect()
    }

    async fn asked(&self, one: &AnnotationQuery, values: &Values, range: TimeRange, now: i64) -> Vec<Marked> {
        let step = choose_step(range.length(), POINTS);
        let clock = Clock { from: range.start, to: range.end, step, scrape_interval: 15_000 };
        let Ok(source) = Source::promql(values.in_query(&one.expr, &clock), false) else { return Vec::new() };
        let Ok(columns) = source.evaluate(&self.service, step, range, now, SERIES).await else {
            return Vec::new();
        };
        let series = columns.series.iter();
        series
            .flat_map(|series| marked(one, &series.labels, &series.values, columns.grid))
            .take(MOST_MARKS)
            .collect()
    }
}
