use std::sync::Arc;

use carillon_domain::employee::Employee;
use carillon_domain::{Timestamp, WorkspaceId};

use crate::Store;
use crate::error::StoreError;
use crate::model::{EmployeeVersion, StoredEmployee};

impl Store {
    /// Saves an employee. The same name makes its next version; unchanged settings keep the version.
    pub async fn employee_put(
        &self,
        workspace: WorkspaceId,
        employee: &Employee,
        now: Timestamp,
    ) -> Result<EmployeeVersion, StoreError> {
        let session = Some(self.session.required()?);
        let (ws, employee) = (workspace.raw(), Arc::new(employee.clone()));
        Ok(write_tx!(self, session, [employee], people::employee_put(ws, &employee, now))?.0)
    }

    /// One version of an employee.
    pub async fn employee_fetch(
        &self,
        workspace: WorkspaceId,
        version: EmployeeVersion,
    ) -> Result<Option<StoredEmployee>, StoreError> {
        read!(self, people::employee_fetch(workspace.raw(), version))
    }

    /// The newest version of a name.
    pub async fn employee_by_name(
        &self,
        workspace: WorkspaceId,
        name: &str,
    ) -> Result<Option<StoredEmployee>, StoreError> {
        read!(self, people::employee_by_name(workspace.raw(), name))
    }
}
