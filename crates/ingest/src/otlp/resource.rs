//! What a resource and a scope give to the labels of each series.

use std::borrow::Cow;

use super::key::{Rank, put_label};
use super::names::label_name;
use super::refused::Reason;
use super::value::{attribute, check, text};
use super::wire::{resource, scope};
use super::{Names, Options};
use crate::protobuf::{Broken, Reader, put_bytes};

const SERVICE_NAME: &[u8] = b"service.name";
const SERVICE_NAMESPACE: &[u8] = b"service.namespace";
const SERVICE_INSTANCE: &[u8] = b"service.instance.id";

/// A resource, as keys hold it.
#[derive(Debug, Default)]
pub(super) struct Resource {
    /// Labels of each series, in the form of [`put_label`].
    pub(super) labels: Vec<u8>,
    /// `job` and `instance` alone, in the same form; empty where it has neither.
    pub(super) identity: Vec<u8>,
    /// The other attributes, as fields with their tags: for `target_info`.
    pub(super) others: Vec<u8>,
    /// What is wrong with one of its attributes.
    pub(super) flaw: Option<Reason>,
}

impl Resource {
    /// Reads a `Resource`.
    pub(super) fn read(mut reader: Reader<'_>, options: &Options) -> Result<Self, Broken> {
        let mut found = Self::default();
        let (mut name, mut namespace, mut instance) = (None, None, None);
        let mut promoted = Vec::new();
        while let Some(tag) = reader.tag()? {
            if tag != resource::ATTRIBUTES {
                reader.skip(tag, resource::FIELDS)?;
                continue;
            }
            let bytes = reader;
            let message = reader.message()?;
            found.flaw = found.flaw.or(check(message)?);
            let (key, value) = attribute(message)?;
            match key {
                SERVICE_NAME => name = Some(value.text()),
                SERVICE_NAMESPACE => namespace = Some(value.text()),
                SERVICE_INSTANCE => instance = Some(value.text()),
                _ => put_bytes(&mut found.others, 1, { bytes }.bytes()?),
            }
            if options.promote.iter().any(|promote| promote.as_bytes() == key) {
                promoted.push((text(key), value.text()));
            }
        }
        if let Some(name) = name {
            let job = match namespace {
                Some(namespace) => Cow::Owned(format!("{namespace}/{name}")),
                None => name,
            };
            put_label(&mut found.identity, Rank::Above, "job", &job);
        }
        if let Some(instance) = instance {
            put_label(&mut found.identity, Rank::Above, "instance", &instance);
        }
        // By key, so that the labels do not depend on the order in which they came.
        promoted.sort_unstable();
        for (key, value) in promoted {
            let name = if options.names == Names::AsSent { Cow::Borrowed(&*key) } else { label_name(&key) };
            put_label(&mut found.labels, Rank::Below, &name, &value);
        }
        found.labels.extend_from_slice(&found.identity);
        Ok(found)
    }
}

/// Adds the labels of an `InstrumentationScope`.
pub(super) fn put_scope(mut reader: Reader<'_>, into: &mut Vec<u8>) -> Result<(), Broken> {
    let (mut name, mut version) = (&[][..], &[][..]);
    while let Some(tag) = reader.tag()? {
        match tag {
            scope::NAME => name = reader.bytes()?,
            scope::VERSION => version = reader.bytes()?,
            other => reader.skip(other, scope::FIELDS)?,
        }
    }
    for (label, value) in [("otel_scope_name", name), ("otel_scope_version", version)] {
        if !value.is_empty() {
            put_label(into, Rank::Above, label, &text(value));
        }
    }
    Ok(())
}
