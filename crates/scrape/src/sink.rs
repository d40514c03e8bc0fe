//! Who takes what is scraped, and what is not taken.

use async_trait::async_trait;
use watchfire_model::Batch;

/// Who takes what is scraped.
#[async_trait]
pub trait Sink: Send + Sync {
    /// Takes the samples of one scrape, and tells which of them it refuses. An error means that none is stored.
    async fn append(&self, batch: Batch) -> Result<Refused, SinkError>;

    /// Counts what the scraper itself leaves out: `count` samples, or one scrape.
    fn left_out(&self, reason: LeftOut, count: usize);
}

/// What a sink did not take of a batch whose other samples it stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refused {
    /// How many samples.
    pub samples: usize,
    /// Why: one word for each reason, in an order of their own.
    pub reasons: Vec<&'static str>,
    /// The first one in words, for people.
    pub first: Option<String>,
}

/// Why a batch is not stored at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct SinkError {
    /// A word that stays the same as long as the problem does.
    pub kind: &'static str,
    /// The words for people.
    pub text: String,
}

/// Why the scraper itself leaves something out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LeftOut {
    /// Samples whose series was in the same scrape before.
    Repeated,
    /// Samples of a scrape beyond `sample_limit`, as far as it was read.
    SampleLimit,
    /// Samples of a scrape in which a series is beyond a limit of labels, as far as it was read.
    LabelLimit,
    /// Native histograms without classic buckets.
    NativeHistogram,
    /// Exemplars whose labels can't be read.
    InvalidExemplar,
    /// A scrape beyond `body_size_limit`.
    TooLarge,
    /// A scrape that can't be read, or has a series that is none.
    Undecodable,
    /// A scrape in no known format.
    Unsupported,
}

impl LeftOut {
    /// As the label `reason` of a counter has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Repeated => "repeated",
            Self::SampleLimit => "sample_limit",
            Self::LabelLimit => "label_limit",
            Self::NativeHistogram => "native_histogram",
            Self::InvalidExemplar => "invalid_exemplar",
            Self::TooLarge => "too_large",
            Self::Undecodable => "undecodable",
            Self::Unsupported => "unsupported",
        }
    }

    /// Whether samples are counted.
    pub(crate) fn is_samples(self) -> bool {
        matches!(self, Self::Repeated | Self::SampleLimit | Self::LabelLimit)
    }
}

/// The problems of a target that were said last, so that one that lasts stands in the log once and not with each scrape.
#[derive(Debug, Default)]
pub(crate) struct Said {
    failure: Option<String>,
    repeated: bool,
    unstored: Vec<&'static str>,
}

impl Said {
    /// Whether it is news that the scrape failed so, or that it went well again. Words that may differ each time, such as the
    /// number of a line, don't count where there is a kind.
    pub(crate) fn failure(&mut self, failure: Option<(Option<LeftOut>, &str)>) -> bool {
        let failure = failure.map(|(kind, words)| match kind {
            Some(kind) => kind.as_str(),
            None => words,
        });
        let news = self.failure.as_deref() != failure;
        if news {
            self.failure = failure.map(str::to_owned);
        }
        news
    }

    /// Whether it is news that there are series twice in a scrape, or that there are none.
    pub(crate) fn repeated(&mut self, any: bool) -> bool {
        std::mem::replace(&mut self.repeated, any) != any
    }

    /// Whether it is news that samples are not stored for these reasons, or, without any, that all are.
    pub(crate) fn unstored(&mut self, reasons: Vec<&'static str>) -> bool {
        let news = self.unstored != reasons;
        self.unstored = reasons;
        news
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lasts_is_said_once() {
        let mut said = Said::default();
        let line = |text| Some((Some(LeftOut::Undecodable), text));
        for (failure, news) in [
            (None, false),
            (Some((None, "refused")), true),
            (Some((None, "refused")), false),
            (line("line 2"), true),
            (line("line 3"), false),
            (Some((Some(LeftOut::SampleLimit), "line 3")), true),
            (None, true),
            (None, false),
        ] {
            assert_eq!(said.failure(failure), news, "{failure:?}");
        }
        assert_eq!(
            [false, true, true, false, true].map(|any| said.repeated(any)),
            [false, true, false, true, true]
        );
        let steps = [vec![], vec!["a"], vec!["a"], vec!["a", "b"], vec!["b"], vec![], vec![]];
        assert_eq!(
            steps.map(|reasons| said.unstored(reasons)),
            [false, true, false, true, true, true, false]
        );
    }
}
