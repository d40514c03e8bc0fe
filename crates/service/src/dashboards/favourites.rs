use super::{DashboardError, Dashboards, PRINCIPAL};

impl Dashboards {
    /// Marks a dashboard, or takes the mark away.
    pub async fn set_favourite(&self, uid: &str, marked: bool) -> Result<(), DashboardError> {
        if marked && self.find(uid).await?.is_none() {
            return Err(DashboardError::no_dashboard(uid));
        }
        Ok(self.store()?.set_favourite(PRINCIPAL, uid, marked).await?)
    }
}
