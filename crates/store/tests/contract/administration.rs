use std::time::Duration;

use carillon_domain::access::{BlockSource, LinkPurpose, Role};
use carillon_domain::trunk::TrunkSettings;
use carillon_domain::{Actor, CallOutcome, CallResult, SkipReason, UserId, WorkspaceId};
use carillon_domain::{ContactState, Counts};
use carillon_store::{
    AuditFilter, BlockFilter, ContactFilter, CopyOf, EditTrunk, Idempotency, IdempotencyEnd, KeptAnswer, LinkUse,
    NewApiKey, NewAudit, NewLink, NewSession, NewTrunk, NewUser, StoreError, Workspace, WorkspaceEdit,
    WorkspaceSettings,
};

use crate::world::{HOUR, WS, World, phone};

const OTHER: WorkspaceId = WorkspaceId::from_raw(2);

fn new_user(w: &World, login: &str, role: Role) -> NewUser {
    let password = Some("$argon2id$…".to_owned());
    NewUser { login: login.into(), name: login.to_uppercase(), role, password, now: w.now() }
}

async fn user(w: &World, login: &str, role: Role) -> UserId {
    w.store.user_create(WS, new_user(w, login, role)).await.unwrap()
}

fn new_session(w: &World, user: UserId, token: &str) -> NewSession {
    let (token_hash, expires_at) = (token.to_owned(), w.now() + HOUR);
    NewSession { user, token_hash, expires_at, user_agent: None, address: None, now: w.now() }
}

pub(crate) async fn users_sign_in_and_the_last_administrator_stays(w: World) {
    let ana = user(&w, "ana", Role::Admin).await;
    let again = w.store.user_create(WS, new_user(&w, "ana", Role::Viewer)).await;
    assert!(matches!(again, Err(StoreError::NameTaken { .. })), "{again:?}");
    let first = w.store.session_create(WS, new_session(&w, ana, "one")).await.unwrap();
    let second = w.store.session_create(WS, new_session(&w, ana, "two")).await.unwrap();
    let (session, who) = w.store.session_by_token(WS, "one", w.now()).await.unwrap().unwrap();
    assert_eq!((session.id, who.name.as_str(), who.role), (first, "ANA", Role::Admin));
    assert!(w.store.session_by_token(WS, "one", w.now() + HOUR).await.unwrap().is_none(), "it has ended");
    w.store.session_seen(WS, first, ana, w.now() + HOUR * 2, w.now()).await.unwrap();
    assert!(w.store.session_by_token(WS, "one", w.now() + HOUR).await.unwrap().is_some(), "use lets it last");
    w.store.user_password(WS, ana, "another", Some(second)).await.unwrap();
    let left: Vec<_> = w.store.session_list(WS, ana, w.now()).await.unwrap().iter().map(|s| s.id).collect();
    assert_eq!(left, [second], "a new password ends the other sessions");

    let last = w.store.user_edit(WS, ana, None, Some(Role::Viewer)).await;
    assert!(matches!(last, Err(StoreError::LastAdministrator)), "{last:?}");
    assert!(matches!(w.store.user_remove(WS, ana).await, Err(StoreError::LastAdministrator)));
    let invited = NewUser { password: None, ..new_user(&w, "ben", Role::Admin) };
    let ben = w.store.user_create(WS, invited).await.unwrap();
    assert!(w.store.user_remove(WS, ana).await.is_err(), "an invited administrator can't sign in yet");
    w.store.user_password(WS, ben, "chosen", None).await.unwrap();
    assert!(w.store.user_remove(WS, ana).await.unwrap());
    assert!(w.store.session_by_token(WS, "two", w.now()).await.unwrap().is_none());
    assert_eq!(w.store.user_list(WS).await.unwrap().len(), 1);
}

pub(crate) async fn a_link_is_used_once(w: World) {
    let link =
        |user, purpose| NewLink { token_hash: "t".into(), purpose, user, expires_at: w.now() + HOUR, now: w.now() };
    w.store.link_create(WS, link(None, LinkPurpose::FirstStart)).await.unwrap();
    w.store.link_create(WS, link(None, LinkPurpose::FirstStart)).await.unwrap();
    assert!(w.store.link_by_token(WS, "t", w.now() + HOUR).await.unwrap().is_none(), "too old");
    let found = w.store.link_by_token(WS, "t", w.now()).await.unwrap().unwrap();
    let first = LinkUse::FirstAdministrator(new_user(&w, "ana", Role::Admin));
    let ana = w.store.link_use(WS, found.clone(), first.clone()).await.unwrap();
    assert!(w.store.link_use(WS, found, first.clone()).await.is_err());
    // A second link of the first start, from a second process: there is somebody already.
    w.store.link_create(WS, link(None, LinkPurpose::FirstStart)).await.unwrap();
    let found = w.store.link_by_token(WS, "t", w.now()).await.unwrap().unwrap();
    let late = LinkUse::FirstAdministrator(new_user(&w, "mallory", Role::Admin));
    assert!(matches!(w.store.link_use(WS, found, late).await, Err(StoreError::NotFound { what: "link" })));
    w.store.link_create(WS, NewLink { token_hash: "r".into(), ..link(Some(ana), LinkPurpose::Reset) }).await.unwrap();
    let reset = w.store.link_by_token(WS, "r", w.now()).await.unwrap().unwrap();
    let how = LinkUse::Password { password: "new".into(), name: Some("Ana".into()) };
    assert_eq!(w.store.link_use(WS, reset, how).await.unwrap(), ana);
    let after = w.store.user_fetch(WS, ana).await.unwrap().unwrap();
    assert_eq!((after.password.as_deref(), after.name.as_str()), (Some("new"), "Ana"));
}

pub(crate) async fn keys_end_with_their_maker(w: World) {
    user(&w, "root", Role::Admin).await;
    let ana = user(&w, "ana", Role::Admin).await;
    let key = |name: &str, expires_at| NewApiKey {
        name: name.into(),
        prefix: "crl_1_abc".into(),
        token_hash: name.into(),
        role: Role::Admin,
        user: ana,
        expires_at,
        now: w.now(),
    };
    let id = w.store.api_key_create(WS, key("crm", None)).await.unwrap();
    w.store.api_key_create(WS, key("short", Some(w.now() + HOUR))).await.unwrap();
    assert!(matches!(w.store.api_key_create(WS, key("crm", None)).await, Err(StoreError::NameTaken { .. })));
    assert!(w.store.api_key_by_token(WS, "short", w.now()).await.unwrap().is_some());
    assert!(w.store.api_key_by_token(WS, "short", w.now() + HOUR).await.unwrap().is_none());
    w.store.user_edit(WS, ana, None, Some(Role::Viewer)).await.unwrap();
    let found = w.store.api_key_by_token(WS, "crm", w.now()).await.unwrap().unwrap();
    assert_eq!(found.role, Role::Viewer, "a key may do no more than its maker");
    assert!(w.store.api_key_revoke(WS, id).await.unwrap());
    assert!(!w.store.api_key_revoke(WS, id).await.unwrap());
    w.store.user_remove(WS, ana).await.unwrap();
    assert!(w.store.api_key_list(WS).await.unwrap().is_empty());
}

pub(crate) async fn an_idempotency_key_gives_one_answer(w: World) {
    let take = async |hash: &str| w.store.idempotency_take(WS, 7, "k", hash, w.now()).await.unwrap();
    assert_eq!(take("a").await, Idempotency::Taken);
    assert_eq!(take("a").await, Idempotency::Working);
    assert_eq!(take("b").await, Idempotency::OtherRequest);
    w.store.idempotency_finish(WS, 7, "k", IdempotencyEnd::Refused).await.unwrap();
    assert_eq!(take("b").await, Idempotency::Taken, "what failed may be tried again");
    let answer = KeptAnswer { status: 201, content_type: Some("application/json".into()), body: Some("{}".into()) };
    w.store.idempotency_finish(WS, 7, "k", IdempotencyEnd::Answered(answer.clone())).await.unwrap();
    assert_eq!(take("b").await, Idempotency::Answered(answer));
    assert_eq!(w.store.idempotency_take(WS, 8, "k", "z", w.now()).await.unwrap(), Idempotency::Taken, "another actor");
    w.wait(Duration::from_secs(301));
    let died = w.store.idempotency_take(WS, 8, "k", "z", w.now()).await.unwrap();
    assert_eq!(died, Idempotency::Unknown, "its process died, and may have done it");
    w.store.idempotency_take(WS, 9, "k", "z", w.now()).await.unwrap();
    w.store.idempotency_finish(WS, 9, "k", IdempotencyEnd::Unknown).await.unwrap();
    assert_eq!(w.store.idempotency_take(WS, 9, "k", "z", w.now()).await.unwrap(), Idempotency::Unknown);
    w.wait(HOUR * 24);
    assert_eq!(take("c").await, Idempotency::Taken, "forgotten after a day");
}

pub(crate) async fn the_audit_log_is_filtered_and_paged(w: World) {
    let ana = user(&w, "ana", Role::Admin).await;
    for n in 0..6 {
        w.wait(Duration::from_secs(1));
        let row = NewAudit {
            at: w.now(),
            user: (n % 2 == 0).then_some(ana),
            who: "Ana".into(),
            action: if n < 3 { "campaign_start" } else { "trunk_edit" }.into(),
            target: Some(format!("t{n}")),
            status: 200,
            details: Some(serde_json::json!({ "n": n })),
            address: None,
            request_id: Some("r".into()),
        };
        w.store.audit_append(WS, row).await.unwrap();
    }
    let list = async |filter: AuditFilter, limit| {
        let rows = w.store.audit_list(WS, &filter, limit).await.unwrap();
        rows.iter().map(|a| a.row.target.clone().unwrap()).collect::<Vec<_>>()
    };
    let all = w.store.audit_list(WS, &AuditFilter::default(), 2).await.unwrap();
    assert_eq!(all.iter().map(|a| a.row.target.as_deref().unwrap()).collect::<Vec<_>>(), ["t5", "t4"]);
    assert_eq!(list(AuditFilter { after: Some(all[1].id), ..Default::default() }, 2).await, ["t3", "t2"]);
    assert_eq!(list(AuditFilter { user: Some(ana), ..Default::default() }, 9).await, ["t4", "t2", "t0"]);
    let both = AuditFilter { user: Some(ana), action: Some("trunk_edit".into()), ..Default::default() };
    assert_eq!(list(both, 9).await, ["t4"]);
    assert_eq!(list(AuditFilter { target: Some("t1".into()), ..Default::default() }, 9).await, ["t1"]);
    let from = Some(all[1].row.at);
    assert_eq!(list(AuditFilter { from, to: Some(all[0].row.at), ..Default::default() }, 9).await, ["t4"]);
}

pub(crate) async fn trunks_are_edited_by_one_at_a_time_and_kept_while_in_use(w: World) {
    let settings = TrunkSettings::from_uri("sip:sip.example.net").unwrap();
    let new = NewTrunk { name: "Berlin".into(), settings, password: Some("sealed".into()), now: w.now() };
    let id = w.store.trunk_create(WS, new.clone()).await.unwrap();
    assert!(matches!(w.store.trunk_create(WS, new.clone()).await, Err(StoreError::NameTaken { .. })));
    let edit =
        EditTrunk { name: Some("Berlin-1".into()), settings: None, password: None, version: Some(1), now: w.now() };
    let after = w.store.trunk_edit(WS, id, edit.clone()).await.unwrap();
    assert_eq!((after.name.as_str(), after.version, after.password.as_deref()), ("Berlin-1", 2, Some("sealed")));
    let late = w.store.trunk_edit(WS, id, edit.clone()).await;
    assert!(matches!(late, Err(StoreError::VersionChanged { .. })), "{late:?}");
    let taken = EditTrunk { name: Some("practice".into()), version: None, ..edit.clone() };
    assert!(matches!(w.store.trunk_edit(WS, id, taken).await, Err(StoreError::NameTaken { .. })));
    let without = EditTrunk { password: Some(None), version: None, ..edit };
    assert_eq!(w.store.trunk_edit(WS, id, without).await.unwrap().password, None);

    let campaign = w.campaign("March", 1).await;
    let refused = w.store.trunk_delete(WS, w.trunk, w.now()).await.unwrap_err();
    assert!(refused.to_string().contains("\"March\""), "{refused}");
    w.store.campaign_stop(WS, campaign, Actor::CommandLine, w.now()).await.unwrap();
    w.store.trunk_delete(WS, w.trunk, w.now()).await.unwrap();
    assert!(w.store.trunk_fetch(WS, w.trunk).await.unwrap().unwrap().deleted, "its calls still name it");
    assert_eq!(w.store.trunk_usable(WS, w.trunk).await.unwrap(), None);
    let copy = crate::actions::new(&w, "March again");
    let again = copy.id;
    w.store.campaign_copy(copy, campaign, CopyOf::Contacts(ContactFilter::default()), "Ana").await.unwrap();
    let refused = w.store.campaign_start(WS, again, None, w.now()).await.unwrap_err();
    assert!(refused.to_string().contains("trunk was deleted"), "{refused}");
    assert_eq!(w.store.trunk_list(WS).await.unwrap().len(), 1);
    let again = w.store.trunk_create(WS, NewTrunk { name: "practice".into(), ..new }).await.unwrap();
    assert_ne!(again, w.trunk, "its name is free");
}

pub(crate) async fn a_blocked_number_skips_its_pending_contacts_in_every_campaign(w: World) {
    let (a, b, draft) = (w.campaign("a", 3).await, w.campaign("b", 1).await, w.draft("d", Default::default()).await);
    w.store.contacts_import(WS, draft, crate::world::contacts(1, 2), w.now()).await.unwrap();
    // One is held by a process that is about to call it, one is in a call, one was called before.
    let claimed = w.claim(a, 3).await;
    let (live, _) = w.begin(a, &claimed[1]).await.unwrap();
    let done = w.block(WS, &[phone(1), phone(2), phone(1), phone(99)]).await;
    assert_eq!((done.added, done.contacts), (3, 4), "two in the draft, one in each other campaign");
    assert!(w.begin(a, &claimed[0]).await.is_err());
    assert_eq!(w.counts(a).await, Counts { pending: 1, in_progress: 1, skipped: 1, ..Counts::default() });
    assert_eq!(w.counts(draft).await, Counts { skipped: 2, ..Counts::default() });
    let results = w.store.results(WS, a).await.unwrap();
    assert_eq!(results.skipped.get(SkipReason::DoNotCall.code()), Some(&1));
    let ended = w.store.campaign_fetch(WS, b).await.unwrap().unwrap();
    assert_eq!(ended.state.status().code(), "completed", "nothing is left to call");
    w.agrees().await;
    assert_eq!(w.finish(live, CallOutcome::Result(CallResult::Success)).await.contact.status().code(), "completed");
    assert_eq!(w.block(WS, &[phone(1)]).await.added, 0, "the first reason stays");
    let entry = w.store.number_blocked(WS, phone(1), w.now()).await.unwrap().unwrap();
    assert_eq!(
        (entry.source, entry.reason.as_deref(), entry.by.as_str()),
        (BlockSource::Manual, Some("asked by letter"), "Ana")
    );
    w.agrees().await;
}

pub(crate) async fn a_block_that_ends_lets_calls_through_again(w: World) {
    let mut block = w.new_block("until Monday");
    block.until = Some(w.now() + HOUR);
    w.store.numbers_block(WS, &[phone(1), phone(2)], &block).await.unwrap();
    let id = w.campaign("c", 2).await;
    assert_eq!(w.counts(id).await.skipped, 2, "an import meets it");
    w.wait(HOUR);
    assert_eq!(w.store.number_blocked(WS, phone(1), w.now()).await.unwrap(), None);
    let later = w.campaign("later", 2).await;
    let call = w.call(later).await;
    w.finish(call, CallOutcome::Result(CallResult::OptedOut)).await;
    w.wait(HOUR * 1000);
    assert!(w.store.number_blocked(WS, phone(1), w.now()).await.unwrap().is_some(), "an opt-out stays");
    // For good replaces what would have ended.
    w.store.numbers_block(WS, &[phone(5)], &w.new_block("x")).await.unwrap();
    assert_eq!(w.store.number_blocked(WS, phone(5), w.now()).await.unwrap().unwrap().until, None);
    w.agrees().await;
}

pub(crate) async fn the_do_not_call_list_is_searched_and_paged(w: World) {
    for n in 1..=5 {
        w.wait(Duration::from_secs(1));
        w.block(WS, &[phone(n)]).await;
    }
    let mut import = w.new_block("x");
    import.source = BlockSource::Import;
    w.store.numbers_block(WS, &[phone(77)], &import).await.unwrap();
    let list = async |filter: BlockFilter, limit| w.store.numbers_blocked(WS, &filter, limit, w.now()).await.unwrap();
    let page = list(BlockFilter::default(), 2).await;
    assert_eq!(page.iter().map(|b| b.phone).collect::<Vec<_>>(), [phone(77), phone(5)]);
    let after = Some((page[1].at, page[1].phone));
    let page = list(BlockFilter { after, ..Default::default() }, 2).await;
    assert_eq!(page.iter().map(|b| b.phone).collect::<Vec<_>>(), [phone(4), phone(3)]);
    assert_eq!(list(BlockFilter { digits: Some("*0077".into()), ..Default::default() }, 9).await.len(), 1);
    assert_eq!(list(BlockFilter { digits: Some("1415".into()), ..Default::default() }, 9).await.len(), 6);
    assert_eq!(list(BlockFilter { source: Some(BlockSource::Import), ..Default::default() }, 9).await.len(), 1);
    assert!(w.store.number_unblock(WS, phone(77), "Ana", "asked again", w.now()).await.unwrap());
    assert!(!w.store.number_unblock(WS, phone(77), "Ana", "asked again", w.now()).await.unwrap());
    assert!(list(BlockFilter { source: Some(BlockSource::Import), ..Default::default() }, 9).await.is_empty());
}

pub(crate) async fn no_other_workspace_reaches_any_of_it(w: World) {
    let ana = user(&w, "ana", Role::Admin).await;
    let session = w.store.session_create(WS, new_session(&w, ana, "one")).await.unwrap();
    w.store
        .link_create(
            WS,
            NewLink {
                token_hash: "t".into(),
                purpose: LinkPurpose::Reset,
                user: Some(ana),
                expires_at: w.now() + HOUR,
                now: w.now(),
            },
        )
        .await
        .unwrap();
    let id = w.campaign("c", 1).await;
    let now = w.now();
    assert!(w.store.session_by_token(OTHER, "one", now).await.unwrap().is_none());
    assert!(w.store.link_by_token(OTHER, "t", now).await.unwrap().is_none());
    assert!(!w.store.any_user(OTHER).await.unwrap());
    assert!(w.store.user_fetch(OTHER, ana).await.unwrap().is_none());
    assert!(w.store.user_edit(OTHER, ana, Some("x"), None).await.is_err());
    assert!(w.store.user_password(OTHER, ana, "x", None).await.is_err());
    assert!(!w.store.user_remove(OTHER, ana).await.unwrap());
    assert!(!w.store.session_end(OTHER, ana, session).await.unwrap());
    assert!(w.store.session_list(OTHER, ana, now).await.unwrap().is_empty());
    assert!(w.store.api_key_list(OTHER).await.unwrap().is_empty());
    assert!(w.store.audit_list(OTHER, &AuditFilter::default(), 9).await.unwrap().is_empty());
    assert!(w.store.trunk_list(OTHER).await.unwrap().is_empty());
    let edit = EditTrunk { name: Some("x".into()), settings: None, password: None, version: None, now };
    assert!(w.store.trunk_edit(OTHER, w.trunk, edit).await.is_err());
    assert!(w.store.trunk_delete(OTHER, w.trunk, now).await.is_err());
    assert!(w.store.trunk_uses(OTHER).await.unwrap().is_empty());
    assert_eq!(w.block(OTHER, &[phone(1)]).await.contacts, 0);
    assert!(w.store.number_blocked(WS, phone(1), now).await.unwrap().is_none());
    assert_eq!(w.counts(id).await.pending, 1);
    assert_eq!(w.store.contacts_with_number(OTHER, phone(1)).await.unwrap(), 0);
    assert!(w.store.workspace_fetch(OTHER).await.unwrap().is_none());
    // Two people who change different things at once lose neither.
    let named = WorkspaceEdit { name: Some("mine".into()), ..WorkspaceEdit::default() };
    let placed = WorkspaceEdit { default_country: Some(Some("DE".into())), ..WorkspaceEdit::default() };
    let (named, placed) = tokio::join!(w.store.workspace_edit(WS, named), w.store.workspace_edit(WS, placed));
    assert!(named.is_ok() && placed.is_ok());
    let settings = WorkspaceSettings { default_country: Some("DE".into()), ..WorkspaceSettings::default() };
    let both = Workspace { name: "mine".into(), settings };
    assert_eq!(w.store.workspace_fetch(WS).await.unwrap(), Some(both));
    assert!(w.store.workspace_edit(OTHER, WorkspaceEdit::default()).await.is_err());
    let page = w.store.contacts_page(WS, id, 0, 1).await.unwrap();
    assert_eq!(page[0].state, ContactState::Pending { due: None });
}
