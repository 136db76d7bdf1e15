//! Users with the reason for which they can't be removed.

use carillon_domain::access::Role;

use crate::model::User;

/// All users of a workspace.
pub(super) fn all(users: Vec<carillon_store::User>) -> Vec<User> {
    let admins = users.iter().filter(|user| user.role == Role::Admin && user.is_active()).count();
    users
        .into_iter()
        .map(|user| {
            let last = user.role == Role::Admin && user.is_active() && admins == 1;
            let kept = "This is the last administrator; make another user an administrator first.";
            User { kept_because: last.then(|| kept.to_owned()), ..User::from(user) }
        })
        .collect()
}
