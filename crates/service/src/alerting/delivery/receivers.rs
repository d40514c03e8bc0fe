use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use watchfire_alerting::config::Receiver;

/// The receivers of the configuration that counts now.
#[derive(Debug, Default)]
pub(super) struct Receivers(RwLock<HashMap<String, Arc<Receiver>>>);

impl Receivers {
    pub(super) fn replace(&self, receivers: &[Receiver]) {
        let named = receivers.iter().map(|receiver| (receiver.name.clone(), Arc::new(receiver.clone())));
        let named = named.collect();
        // What panicked with the lock held had only read.
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = named;
    }

    pub(super) fn get(&self, name: &str) -> Option<Arc<Receiver>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }
}

pub(super) fn unknown(name: &str) -> String {
    format!("the configuration has no receiver {name:?} (any more); send it again when it is there")
}
