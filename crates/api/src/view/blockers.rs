//! What keeps a Draft from being started.

use carillon_domain::{CampaignStatus, WorkspaceId};
use carillon_store::{Import, Overview, Store, StoreError};

use crate::model::Blocker;
use crate::work::missing_variables;

/// What keeps a campaign from being started, in words; nothing for one that was started already.
///
/// # Errors
///
/// When the database can't be read.
pub async fn start_blockers(store: &Store, ws: WorkspaceId, o: &Overview) -> Result<Vec<Blocker>, StoreError> {
    if o.campaign.state.status() != CampaignStatus::Draft {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    let mut add = |code: &str, text: String| found.push(Blocker { code: code.to_owned(), text });
    let import = store.import_newest(ws, o.campaign.id).await?.filter(|import| !import.state.is_over());
    let total = o.totals.counts.total();
    if let Some(import) = import {
        add("importing", importing(&import));
    } else if let Some((done, last)) = store.campaign_copying(ws, o.campaign.id).await? {
        add("importing", format!("Contacts are being copied: {done} of {last} rows."));
    } else if total == 0 {
        add("no_contacts", "This campaign has no contacts.".to_owned());
    } else if o.totals.counts.pending == 0 {
        add("no_contacts", "Every contact of this campaign is skipped: nobody would be called.".to_owned());
    }
    if store.trunk_usable(ws, o.campaign.trunk).await?.is_none() {
        add("no_trunk", "The trunk of this campaign is gone: choose another one.".to_owned());
    }
    if total > 0
        && let Some(employee) = store.employee_fetch(ws, o.campaign.employee).await?
    {
        let name = &employee.employee.name;
        match missing_variables(&employee.employee, &o.campaign.property_names) {
            Ok(missing) => missing.iter().for_each(|variable| {
                add(
                    "missing_variable",
                    format!(
                        "{name} says {{{{{variable}}}}}, but no column of the contacts gives it: upload a file that has it, \
                         or give it a default in the text: {{{{{variable}|…}}}}."
                    ),
                );
            }),
            Err(error) => add("missing_variable", format!("A text of {name} can't be read: {error}.")),
        }
    }
    Ok(found)
}

fn importing(import: &Import) -> String {
    match import.rows_total {
        Some(total) => format!("Contacts are being imported: {} of {total} rows.", import.rows_done),
        None => format!("Contacts are being imported: {} rows so far.", import.rows_done),
    }
}
