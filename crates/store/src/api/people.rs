use std::sync::Arc;

use carillon_domain::employee::Employee;
use carillon_domain::trunk::TrunkSettings;
use carillon_domain::{PhoneNumber, Timestamp, TrunkId, WorkspaceId};

use crate::Store;
use crate::error::StoreError;
use crate::model::{EmployeeVersion, StoredEmployee, StoredTrunk};

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

    /// Saves a trunk under its name, new or in place of its earlier settings.
    pub async fn trunk_put(
        &self,
        workspace: WorkspaceId,
        name: &str,
        settings: &TrunkSettings,
        now: Timestamp,
    ) -> Result<TrunkId, StoreError> {
        let session = Some(self.session.required()?);
        let ws = workspace.raw();
        let (name, settings) = (Arc::<str>::from(name), Arc::new(settings.clone()));
        Ok(write_tx!(self, session, [name, settings], people::trunk_put(ws, &name, &settings, now))?.0)
    }

    /// One trunk.
    pub async fn trunk_fetch(&self, workspace: WorkspaceId, id: TrunkId) -> Result<Option<StoredTrunk>, StoreError> {
        read!(self, people::trunk_fetch(workspace.raw(), id))
    }

    /// All trunks, by name.
    pub async fn trunk_list(&self, workspace: WorkspaceId) -> Result<Vec<StoredTrunk>, StoreError> {
        read!(self, people::trunk_list(workspace.raw()))
    }

    /// Blocks a number in every campaign of the workspace. `false`: it was blocked already.
    pub async fn number_block(
        &self,
        workspace: WorkspaceId,
        phone: PhoneNumber,
        source: &str,
        reason: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let session = Some(self.session.required()?);
        let (ws, phone) = (workspace.raw(), phone.digits());
        let (source, reason) = (Arc::<str>::from(source), Arc::<str>::from(reason));
        Ok(write_tx!(self, session, [source, reason], numbers::block(ws, phone, &source, &reason, now))?.0)
    }

    /// Lifts a block. `false`: the number was not blocked.
    pub async fn number_unblock(
        &self,
        workspace: WorkspaceId,
        phone: PhoneNumber,
        reason: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let session = Some(self.session.required()?);
        let (ws, phone) = (workspace.raw(), phone.digits());
        let reason = Arc::<str>::from(reason);
        Ok(write_tx!(self, session, [reason], numbers::unblock(ws, phone, &reason, now))?.0)
    }
}
