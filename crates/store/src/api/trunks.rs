use std::sync::Arc;

use carillon_domain::trunk::TrunkSettings;
use carillon_domain::{Timestamp, TrunkId, WorkspaceId};

use crate::Store;
use crate::error::StoreError;
use crate::model::{EditTrunk, NewTrunk, StoredTrunk, TrunkUse};

impl Store {
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
        Ok(write_tx!(self, session, [name, settings], trunks::put(ws, &name, &settings, now))?.0)
    }

    /// Makes a trunk. [`StoreError::NameTaken`] when there is one of this name.
    pub async fn trunk_create(&self, workspace: WorkspaceId, new: NewTrunk) -> Result<TrunkId, StoreError> {
        let session = Some(self.session.required()?);
        let (ws, new) = (workspace.raw(), Arc::new(new));
        Ok(write_tx!(self, session, [new], trunks::create(ws, &new))?.0)
    }

    /// Changes a trunk, for the calls to come. [`StoreError::VersionChanged`] when somebody else changed it since.
    pub async fn trunk_edit(
        &self,
        workspace: WorkspaceId,
        id: TrunkId,
        edit: EditTrunk,
    ) -> Result<StoredTrunk, StoreError> {
        let session = Some(self.session.required()?);
        let (ws, edit) = (workspace.raw(), Arc::new(edit));
        Ok(write_tx!(self, session, [edit], trunks::edit(ws, id, &edit))?.0)
    }

    /// Deletes a trunk. [`StoreError::InUse`] while a campaign that is not over has it.
    pub async fn trunk_delete(&self, workspace: WorkspaceId, id: TrunkId, now: Timestamp) -> Result<(), StoreError> {
        let session = Some(self.session.required()?);
        let ws = workspace.raw();
        write_tx!(self, session, [], trunks::delete(ws, id, now))?;
        Ok(())
    }

    /// One trunk that is not deleted.
    pub async fn trunk_usable(&self, workspace: WorkspaceId, id: TrunkId) -> Result<Option<StoredTrunk>, StoreError> {
        Ok(self.trunk_fetch(workspace, id).await?.filter(|trunk| !trunk.deleted))
    }

    /// One trunk, also a deleted one: calls of old still name it.
    pub async fn trunk_fetch(&self, workspace: WorkspaceId, id: TrunkId) -> Result<Option<StoredTrunk>, StoreError> {
        read!(self, trunks::fetch(workspace.raw(), id))
    }

    /// All trunks that are not deleted, by name.
    pub async fn trunk_list(&self, workspace: WorkspaceId) -> Result<Vec<StoredTrunk>, StoreError> {
        read!(self, trunks::list(workspace.raw()))
    }

    /// The campaigns that are not over, with their trunks, by name.
    pub async fn trunk_uses(&self, workspace: WorkspaceId) -> Result<Vec<TrunkUse>, StoreError> {
        read!(self, trunks::uses(workspace.raw()))
    }
}
