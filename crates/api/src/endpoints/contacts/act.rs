//! What the actions on one contact have in common.

use carillon_domain::CampaignId;
use carillon_store::{ContactAction, ContactTarget};

use crate::auth::Identity;
use crate::extract::Json;
use crate::model::Contact;
use crate::problem::{Code, Problem};
use crate::state::AppState;
use crate::view::{contact_of, show_contact};

/// Does it and answers the contact after it. One whose status does not allow it is refused with its state now, but doing again what is
/// done already is no fault.
pub(super) async fn act(
    state: &AppState,
    user: &Identity,
    id: CampaignId,
    row: i64,
    action: ContactAction,
    done_is: impl Fn(&Contact) -> bool,
) -> Result<Json<Contact>, Problem> {
    let before = contact_of(state, user, id, row).await?;
    let target = ContactTarget::Rows(vec![row]);
    let acted = state.store.contacts_act(user.workspace, id, target, action, &user.name, state.now()).await;
    let contact = show_contact(state, user, id, row).await?;
    match acted {
        Ok(acted) if acted.changed > 0 || done_is(&contact) => {
            state.control.wake();
            Ok(Json(contact))
        }
        Ok(_) => {
            let detail = format!("The contact is {}; that does not allow this.", before.contact.state.status());
            Err(Problem::new(Code::WrongState, detail).with_current(&contact))
        }
        Err(error) => {
            let problem = Problem::from(error);
            Err(if problem.code() == Code::WrongState { problem.with_current(&contact) } else { problem })
        }
    }
}
