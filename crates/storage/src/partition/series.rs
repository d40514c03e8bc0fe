//! Which series a partition has.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use roaring::RoaringBitmap;
use watchfire_model::Labels;

use super::postings::{self, Failed};
use super::{Partition, UNUSED};
use crate::StorageError;
use crate::catalogue::{self, Catalogue, GROUP, unpack};
use crate::filter::Filter;
use crate::index::SeriesId;
use crate::quarantine::Quarantine;

/// The labels of series by their numbers.
pub(crate) enum Names {
    All(Arc<Catalogue>),
    Some(HashMap<SeriesId, Labels>),
}

impl Names {
    pub(crate) fn labels(&self, id: SeriesId) -> Option<&Labels> {
        match self {
            Self::All(catalogue) => catalogue.labels(id),
            Self::Some(labels) => labels.get(&id),
        }
    }
}

impl Partition {
    /// All series of this file.
    pub(crate) async fn catalogue(&self, quarantine: &Quarantine) -> Result<Arc<Catalogue>, StorageError> {
        if let Some(catalogue) = self.loaded() {
            return Ok(catalogue);
        }
        let version = self.known().version;
        let rows: Vec<(i64, i64, i64, Vec<u8>)> =
            sqlx::query_as("SELECT first_id, count, checksum, body FROM series ORDER BY first_id")
                .fetch_all(self.pool().await?)
                .await
                .map_err(|error| self.failed(error))?;
        let file = self.file.clone();
        let read = tokio::task::spawn_blocking(move || {
            let (mut catalogue, mut damaged) = (Catalogue::default(), Vec::new());
            for (first, count, checksum, body) in rows {
                let checked = i64::from(catalogue::checksum(first as u32, &body)) == checksum;
                let Some(all) =
                    checked.then(|| unpack(&body)).flatten().filter(|all| all.len() as i64 == count)
                else {
                    damaged.push(first);
                    // Its numbers stay taken: blocks use them, and a new group must not.
                    catalogue.skip(first as u32 + GROUP as u32 - 1);
                    continue;
                };
                for (id, labels) in (first..).zip(all) {
                    match labels {
                        Some(labels) => catalogue.insert(id as u32, labels),
                        None => catalogue.skip(id as u32),
                    }
                }
            }
            (catalogue, damaged)
        });
        let (catalogue, damaged) = read.await.map_err(|error| StorageError::task(&error))?;
        for first in damaged {
            quarantine.add(&file, Some(-1 - first), "a group of series does not fit its checksum");
        }
        let catalogue = Arc::new(catalogue);
        self.remember(version, |known| known.catalogue = Some((catalogue.clone(), Instant::now())));
        Ok(catalogue)
    }

    fn loaded(&self) -> Option<Arc<Catalogue>> {
        self.known().catalogue.as_mut().map(|(catalogue, used)| {
            *used = Instant::now();
            catalogue.clone()
        })
    }

    /// Forgets the series when nobody asked for them lately; the next query reads them again.
    pub(crate) fn unload_unused(&self) {
        self.known().catalogue.take_if(|(_, used)| used.elapsed() > UNUSED);
    }

    /// The series that meet every condition: from memory, or by the file's postings, or by reading all series.
    pub(crate) async fn find(
        &self,
        filter: &Filter,
        quarantine: &Quarantine,
    ) -> Result<(RoaringBitmap, Names), StorageError> {
        if self.loaded().is_none() && self.has_postings().await? {
            let pool = self.pool().await?;
            match postings::find(pool, filter).await {
                Ok((ids, labels)) => return Ok((ids, Names::Some(labels))),
                Err(Failed::Sqlite(error)) => return Err(self.failed(error)),
                // The series themselves say the same.
                Err(Failed::Damaged(reason)) => quarantine.add(&self.file, Some(i64::MIN), reason),
            }
        }
        let catalogue = self.catalogue(quarantine).await?;
        Ok((catalogue.select(filter), Names::All(catalogue)))
    }

    /// Whether the file's postings are there and right.
    pub(crate) async fn has_postings(&self) -> Result<bool, StorageError> {
        postings::are_there(self.pool().await?).await.map_err(|error| self.failed(error))
    }

    /// The names of all labels.
    pub(crate) async fn label_names(&self, quarantine: &Quarantine) -> Result<Vec<String>, StorageError> {
        if self.loaded().is_none() && self.has_postings().await? {
            return postings::names(self.pool().await?).await.map_err(|error| self.failed(error));
        }
        let catalogue = self.catalogue(quarantine).await?;
        Ok(catalogue.index().names().map(|(name, _)| name.to_owned()).collect())
    }

    /// The values of a label.
    pub(crate) async fn label_values(
        &self,
        name: &str,
        quarantine: &Quarantine,
    ) -> Result<Vec<String>, StorageError> {
        if self.loaded().is_none() && self.has_postings().await? {
            return postings::values(self.pool().await?, name).await.map_err(|error| self.failed(error));
        }
        let catalogue = self.catalogue(quarantine).await?;
        Ok(catalogue.index().values(name).map(str::to_owned).collect())
    }
}
