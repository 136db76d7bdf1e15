//! What people do to contacts and campaigns.

use carillon_domain::campaign::CampaignSettings;
use carillon_domain::{
    Actor, CallOutcome, CallResult, CampaignId, CampaignStatus, ContactState, ContactStatus, FailureCode, SkipReason,
};
use carillon_store::{
    Acted, CallQuery, CampaignControl, CampaignEdit, CampaignOrigin, CampaignQuery, CampaignSort, ContactAction,
    ContactFilter, ContactTarget, CopyOf, NewCampaign, Press, Retry, RetryPreview, RetryScope, StoreError,
};

use crate::world::{HOUR, WS, World, contacts, phone};

const FAULT: CallOutcome = CallOutcome::Failure(FailureCode::CarrierFault);
const SUCCESS: CallOutcome = CallOutcome::Result(CallResult::Success);

async fn act(w: &World, id: CampaignId, rows: &[i64], action: ContactAction) -> Result<Acted, StoreError> {
    w.store.contacts_act(WS, id, ContactTarget::Rows(rows.into()), action, "Ana", w.now()).await
}

async fn state(w: &World, id: CampaignId, row: i64) -> ContactState {
    w.store.contact_fetch(WS, id, row).await.unwrap().unwrap().contact.state
}

pub(crate) fn new(w: &World, name: &str) -> NewCampaign {
    NewCampaign {
        workspace: WS,
        id: w.store.next_id(w.now()).unwrap(),
        name: name.into(),
        employee: w.employee,
        trunk: w.trunk,
        settings: CampaignSettings::default(),
        file_hash: None,
        property_names: vec!["city".into()],
        now: w.now(),
    }
}

pub(crate) async fn a_retry_of_a_filter_takes_who_had_failed_when_it_was_asked(w: World) {
    let id = w.campaign("c", 3).await;
    let first = w.call(id).await;
    w.finish(first, FAULT).await;
    let asked = w.now();
    let late = w.call(id).await;
    w.finish(late, FAULT).await;
    let failed = || ContactFilter { statuses: vec![ContactStatus::Failed], ..ContactFilter::default() };
    let retry = || ContactAction::Retry { waiting_for: None };
    let at = async |now| {
        w.store.contacts_act(WS, id, ContactTarget::Filter(failed()), retry(), "Ana", now).await.unwrap().changed
    };
    assert_eq!(at(asked).await, 1);
    assert!(matches!(state(&w, id, 2).await, ContactState::Failed { .. }), "it failed after the press");
    assert_eq!(at(w.now()).await, 1);
    w.agrees().await;
}

pub(crate) async fn an_exclusion_can_be_undone_until_the_campaign_is_over(mut w: World) {
    w.retry = "busy=3x1m".parse().unwrap();
    let id = w.campaign("c", 5).await;
    let failed = w.call(id).await;
    w.finish(failed, FAULT).await;
    let busy = w.call(id).await;
    w.finish(busy, CallOutcome::Result(CallResult::Busy)).await;
    let live = w.call(id).await;
    let before = [state(&w, id, 1).await, state(&w, id, 2).await, state(&w, id, 4).await];
    let claimed = w.claim(id, 1).await;
    assert_eq!(claimed[0].row, 4);
    // One that is being called stays; one that is about to be called is not called any more.
    let done = act(&w, id, &[1, 2, 3, 4, 99], ContactAction::Exclude).await.unwrap();
    assert_eq!((done.changed, done.unchanged), (3, 2));
    assert!(w.begin(id, &claimed[0]).await.is_err());
    let line = w.store.contact_fetch(WS, id, 2).await.unwrap().unwrap();
    assert_eq!(line.contact.state, ContactState::Skipped { reason: SkipReason::Excluded });
    assert_eq!((line.mark.excluded.unwrap().1.as_str(), line.contact.reason.as_deref()), ("Ana", Some("Ana")));
    assert_eq!(w.store.totals(WS, id).await.unwrap().waiting, 0);
    w.agrees().await;
    assert_eq!(act(&w, id, &[1, 2, 4], ContactAction::Restore).await.unwrap().changed, 3);
    assert_eq!([state(&w, id, 1).await, state(&w, id, 2).await, state(&w, id, 4).await], before);
    assert_eq!(w.store.totals(WS, id).await.unwrap().waiting, 1);
    assert_eq!(act(&w, id, &[1, 2, 4], ContactAction::Restore).await.unwrap().changed, 0, "nothing is left to undo");
    w.agrees().await;
    // Excluding all that is left completes the campaign, and then it stands.
    w.finish(live, SUCCESS).await;
    act(&w, id, &[1, 2, 4, 5], ContactAction::Exclude).await.unwrap();
    let campaign = w.store.campaign_fetch(WS, id).await.unwrap().unwrap();
    assert_eq!(campaign.state.status(), CampaignStatus::Completed);
    let refused = act(&w, id, &[5], ContactAction::Restore).await.unwrap_err();
    assert_eq!(refused.to_string(), "the campaign is Completed: an exclusion can be undone only before that");
    w.agrees().await;
}

pub(crate) async fn handled_by_hand_is_a_mark_and_never_a_status(w: World) {
    let id = w.campaign("c", 2).await;
    let counts = w.counts(id).await;
    act(&w, id, &[1], ContactAction::Handled { note: "wrote a letter".into() }).await.unwrap();
    let line = w.store.contact_fetch(WS, id, 1).await.unwrap().unwrap();
    let (_, by, note) = line.mark.handled.unwrap();
    assert_eq!(
        (by.as_str(), note.as_str(), line.contact.state.status()),
        ("Ana", "wrote a letter", ContactStatus::Pending)
    );
    assert_eq!(act(&w, id, &[1, 2], ContactAction::NotHandled).await.unwrap().changed, 1);
    assert_eq!(w.store.contact_fetch(WS, id, 1).await.unwrap().unwrap().mark.handled, None);
    assert_eq!(w.counts(id).await, counts);
    w.agrees().await;
}

pub(crate) async fn retry_takes_those_that_are_asked_for(w: World) {
    let id = w.campaign("c", 6).await;
    let codes =
        [FailureCode::NumberNotFound, FailureCode::CarrierFault, FailureCode::NoCredit, FailureCode::CarrierFault];
    for code in codes {
        let call = w.call(id).await;
        w.finish(call, CallOutcome::Failure(code)).await;
    }
    let lost = w.process(HOUR).await;
    let claimed = lost.contacts_claim(WS, id, 1, w.now()).await.unwrap();
    lost.call_begin(w.begin_request(&lost, id, &claimed[0])).await.unwrap();
    w.run_out(&lost).await;
    w.store.calls_interrupt(WS, carillon_store::InterruptScope::DeadSlots, w.now()).await.unwrap();
    let preview = w.store.retry_preview(WS, id).await.unwrap();
    assert_eq!(preview, RetryPreview { all: 5, may_work: 3, interrupted: 1, number_wrong: 1, needs_fix: 1 });
    let groups = w.store.failures(WS, id).await.unwrap();
    assert_eq!((groups[0].code, groups[0].count, groups.len()), (FailureCode::CarrierFault, 2, 4));
    assert_eq!(groups[0].example.as_ref().unwrap().row, 4);
    assert!(groups[0].first_at < groups[0].last_at);
    assert_eq!(groups[0].sip, Some((486, "Busy Here".into())));
    let retry = async |scope, expected| {
        let by = Actor::User("Ana".into());
        w.store.campaign_retry(WS, id, Retry { scope, waiting_for: None, by, expected }, w.now()).await
    };
    assert_eq!(retry(RetryScope::Code(FailureCode::NoCredit), None).await.unwrap().retried, 1);
    assert_eq!(retry(RetryScope::MayWork, None).await.unwrap().retried, 2);
    assert!(matches!(retry(RetryScope::All, Some(99)).await, Err(StoreError::VersionChanged { .. })));
    assert_eq!(retry(RetryScope::WithInterrupted, None).await.unwrap().retried, 1);
    assert_eq!(state(&w, id, 1).await, ContactState::Failed { code: FailureCode::NumberNotFound });
    assert_eq!(act(&w, id, &[1, 2], ContactAction::Retry { waiting_for: None }).await.unwrap().changed, 1);
    w.agrees().await;
    w.store.campaign_stop(WS, id, Actor::CommandLine, w.now()).await.unwrap();
    assert!(act(&w, id, &[1], ContactAction::Retry { waiting_for: None }).await.is_err(), "not on a stopped campaign");
}

pub(crate) async fn an_action_on_a_filter_goes_on_in_another_process(w: World) {
    let id = w.draft("c", CampaignSettings::default()).await;
    for from in [1, 10_001] {
        w.store.contacts_import(WS, id, contacts(from, from + 9_999), w.now()).await.unwrap();
    }
    w.store.campaign_start(WS, id, None, w.now()).await.unwrap();
    let filter = ContactFilter { statuses: vec![ContactStatus::Pending], ..Default::default() };
    let target = ContactTarget::Filter(filter);
    let acted = w.store.contacts_act(WS, id, target, ContactAction::Exclude, "Ana", w.now()).await.unwrap();
    assert_eq!((acted.changed, acted.unseen), (15_000, 5_000));
    assert!(acted.job.is_some());
    w.agrees().await;
    // Its lease on the job runs out with time only; the process that asked goes on here.
    assert!(w.store.jobs_work(WS, 10, w.now()).await.unwrap() > 0);
    assert_eq!(w.counts(id).await.skipped, 20_000);
    assert_eq!(w.store.jobs_work(WS, 10, w.now()).await.unwrap(), 0);
    w.agrees().await;
}

/// What was refused is never done later, when the campaign goes again, and holds nothing up.
pub(crate) async fn a_refused_action_on_a_filter_leaves_no_work_behind(w: World) {
    let id = w.campaign("over", 3).await;
    let excluded = ContactTarget::Rows(vec![3]);
    w.store.contacts_act(WS, id, excluded, ContactAction::Exclude, "Ana", w.now()).await.unwrap();
    for outcome in [SUCCESS, FAULT] {
        let call = w.call(id).await;
        w.finish(call, outcome).await;
    }
    let of = |status| ContactTarget::Filter(ContactFilter { statuses: vec![status], ..Default::default() });
    let ask = async |status, action| w.store.contacts_act(WS, id, of(status), action, "Ana", w.now()).await;
    let refused = ask(ContactStatus::Skipped, ContactAction::Restore).await.unwrap_err();
    assert!(matches!(refused, StoreError::NotPossible { .. }), "{refused:?}");
    assert_eq!(ask(ContactStatus::Failed, ContactAction::Retry { waiting_for: None }).await.unwrap().changed, 1);
    w.store.campaign_stop(WS, id, Actor::CommandLine, w.now()).await.unwrap();
    let refused = ask(ContactStatus::Failed, ContactAction::Retry { waiting_for: None }).await.unwrap_err();
    assert!(matches!(refused, StoreError::InvalidTransition(_)), "{refused:?}");
    w.store.stop_settle_pending(WS, w.now()).await.unwrap();
    assert_eq!(w.store.jobs_work(WS, 10, w.now()).await.unwrap(), 0, "nothing is left to do");
    assert_eq!(w.counts(id).await.skipped, 1);
    w.agrees().await;
}

/// The trunk is gone: nobody would be called, whichever way the contacts are named.
pub(crate) async fn a_retry_by_filter_is_refused_as_one_by_rows_is(w: World) {
    let id = w.campaign("over", 1).await;
    let call = w.call(id).await;
    w.finish(call, FAULT).await;
    w.execute("UPDATE trunks SET deleted_at = 1").await;
    let filter = ContactFilter { statuses: vec![ContactStatus::Failed], ..Default::default() };
    for target in [ContactTarget::Rows(vec![1]), ContactTarget::Filter(filter)] {
        let retry = ContactAction::Retry { waiting_for: None };
        let refused = w.store.contacts_act(WS, id, target, retry, "Ana", w.now()).await.unwrap_err();
        assert!(refused.to_string().contains("trunk was deleted"), "{refused}");
    }
}

/// What a later version noted, or what is damaged, is set aside: all other long work goes on.
pub(crate) async fn work_that_fails_does_not_hold_up_other_work(w: World) {
    const ACT: i64 = 3;
    const PURGE: i64 = 5;
    let id = w.campaign("c", 1).await.raw();
    for (job, kind) in [(1, ACT), (2, PURGE)] {
        let values = format!("({}, {job}, {kind}, {}, 0, 0)", WS.raw(), id + 1);
        w.execute(format!("INSERT INTO jobs(workspace_id, id, kind, campaign_id, cursor, asked_at) VALUES {values}"))
            .await;
    }
    assert_eq!(w.store.jobs_work(WS, 10, w.now()).await.unwrap(), 2, "one fails, the other is done");
    assert_eq!(w.store.jobs_work(WS, 10, w.now()).await.unwrap(), 0, "neither is tried again at once");
}

pub(crate) async fn a_campaign_is_made_from_some_contacts_of_another(w: World) {
    let id = w.campaign("first", 4).await;
    for outcome in [SUCCESS, FAULT, CallOutcome::Result(CallResult::Voicemail)] {
        let call = w.call(id).await;
        w.finish(call, outcome).await;
    }
    w.store.numbers_block(WS, &[phone(2)], &w.new_block("person")).await.unwrap();
    let copy = new(&w, "second");
    let second = copy.id;
    let filter =
        ContactFilter { statuses: vec![ContactStatus::Completed, ContactStatus::Failed], ..Default::default() };
    w.store.campaign_copy(copy, id, CopyOf::Contacts(filter), "Ana").await.unwrap();
    let counts = w.counts(second).await;
    assert_eq!((counts.pending, counts.skipped), (2, 1), "a number blocked meanwhile is not called");
    let copied = w.store.contacts_page(WS, second, 0, 9).await.unwrap();
    assert_eq!(copied.iter().map(|c| (c.row, c.line)).collect::<Vec<_>>(), [(1, 2), (2, 3), (3, 4)]);
    assert_eq!(copied[2].properties["city"], "Town 3\n\"quoted\"");
    let overview = w.store.campaign_overview(WS, second).await.unwrap().unwrap();
    assert_eq!(overview.campaign.parent, Some((id, CampaignOrigin::Filter)));
    assert_eq!((overview.campaign.created_by.as_deref(), overview.employee_name.as_str()), (Some("Ana"), "Ava"));
    assert!(overview.campaign.imported_at.is_some());
    assert_eq!(w.store.campaign_children(WS, id, 5).await.unwrap()[0].0, second);
    assert_eq!(w.store.contacts_also_in(WS, id, phone(3), 5).await.unwrap()[0].row, 3);
    let settings = new(&w, "third");
    let third = settings.id;
    w.store.campaign_copy(settings, id, CopyOf::Settings, "Ana").await.unwrap();
    assert_eq!(w.counts(third).await.total(), 0);
    let taken = w.store.campaign_copy(new(&w, "first"), id, CopyOf::Settings, "Ana").await.unwrap_err();
    assert!(matches!(taken, StoreError::NameTaken { .. }));
    w.agrees().await;
}

pub(crate) async fn a_sample_takes_its_contacts_out_of_its_parent(w: World) {
    let id = w.campaign("parent", 6).await;
    let call = w.call(id).await;
    w.finish(call, SUCCESS).await;
    let sample = new(&w, "sample");
    let sample_id = sample.id;
    let of = CopyOf::Sample { rows: 3, skip_in_parent: true };
    w.store.campaign_copy(sample, id, of.clone(), "Ana").await.unwrap();
    assert_eq!(w.counts(sample_id).await.pending, 3);
    assert_eq!(state(&w, id, 2).await, ContactState::Skipped { reason: SkipReason::CalledInSample });
    let mark = w.store.contact_fetch(WS, id, 2).await.unwrap().unwrap().mark;
    assert_eq!(mark.sample, Some(sample_id));
    assert_eq!(act(&w, id, &[2], ContactAction::Restore).await.unwrap().changed, 0, "that is no exclusion by hand");
    w.agrees().await;
    // A sample that is deleted without a call gives them back.
    w.store.campaign_delete(WS, sample_id, None, "Ana", w.now()).await.unwrap();
    assert_eq!(w.store.campaign_fetch(WS, sample_id).await.unwrap(), None);
    assert!(w.store.contacts_page(WS, sample_id, 0, 9).await.unwrap().is_empty());
    assert_eq!(w.counts(id).await.pending, 5);
    w.agrees().await;
    act(&w, id, &[2, 3, 4, 5, 6], ContactAction::Exclude).await.unwrap();
    let none = w.store.campaign_copy(new(&w, "sample"), id, of, "Ana").await.unwrap_err();
    assert!(matches!(none, StoreError::NotPossible { .. }), "{none}");
    assert_eq!(w.store.campaign_by_name(WS, "sample").await.unwrap(), None, "nothing was made");
    let refused = w.store.campaign_delete(WS, id, None, "Ana", w.now()).await.unwrap_err();
    assert_eq!(refused.to_string(), "only a Draft can be deleted; this campaign is Completed");
}

pub(crate) async fn a_draft_is_edited_by_who_saw_its_version(w: World) {
    let id = w.draft("c", CampaignSettings::default()).await;
    w.store.contacts_import(WS, id, contacts(1, 2), w.now()).await.unwrap();
    let fetch = async || w.store.campaign_overview(WS, id).await.unwrap().unwrap();
    let seen = fetch().await;
    let settings = CampaignSettings { ring_timeout_s: 20, ..Default::default() };
    let edit = CampaignEdit {
        name: Some("d".into()),
        settings: Some(settings),
        expected: Some(seen.campaign.control_version),
        ..Default::default()
    };
    w.store.campaign_edit(WS, id, edit.clone(), "Ana", w.now()).await.unwrap();
    let after = fetch().await;
    assert_eq!((after.campaign.name.as_str(), after.campaign.settings.ring_timeout_s), ("d", 20));
    assert!(after.campaign.control_version > seen.campaign.control_version && after.version > seen.version);
    let late = w.store.campaign_edit(WS, id, edit, "Bob", w.now()).await.unwrap_err();
    assert!(matches!(late, StoreError::VersionChanged { .. }));
    w.draft("taken", CampaignSettings::default()).await;
    let taken = CampaignEdit { name: Some("taken".into()), ..Default::default() };
    assert!(matches!(w.store.campaign_edit(WS, id, taken, "Ana", w.now()).await, Err(StoreError::NameTaken { .. })));
    // Start is refused for an older version, Pause never; numbers move without it.
    let press = async |control, expected| {
        w.store.campaign_press(WS, id, Press { control, by: Actor::User("Ana".into()), expected }, w.now()).await
    };
    let version = after.campaign.control_version;
    assert!(matches!(
        press(CampaignControl::Start { waiting_for: None }, Some(1)).await,
        Err(StoreError::VersionChanged { .. })
    ));
    press(CampaignControl::Start { waiting_for: None }, Some(version)).await.unwrap();
    let started = fetch().await;
    assert_eq!((started.campaign.control_version, started.campaign.started_by.as_deref()), (version + 1, Some("Ana")));
    let call = w.call(id).await;
    let begun = fetch().await;
    assert!(begun.version > started.version && begun.campaign.control_version == version + 1);
    w.finish(call, SUCCESS).await;
    press(CampaignControl::Pause { why: String::new() }, Some(1)).await.unwrap();
    let trunk = CampaignEdit { trunk: Some(w.trunk), ..Default::default() };
    assert!(matches!(w.store.campaign_edit(WS, id, trunk, "Ana", w.now()).await, Err(StoreError::NotPossible { .. })));
    assert_eq!(w.store.campaign_versions(WS, &[id]).await.unwrap(), [(id, fetch().await.version)]);
    let kinds: Vec<_> =
        w.store.activity(WS, id, None, false, 50).await.unwrap().iter().map(|e| e.kind.code()).collect();
    assert_eq!(kinds, ["campaign_state", "campaign_state", "campaign_edited", "imported", "campaign_created"]);
    assert_eq!(w.store.activity(WS, id, None, true, 50).await.unwrap().len(), 7);
}

pub(crate) async fn campaigns_are_found_sorted_and_paged(w: World) {
    let names = ["March renewals", "april", "Dormant"];
    let mut ids = Vec::new();
    for name in names {
        ids.push(w.campaign(name, 2).await);
    }
    let draft = w.draft("March test", CampaignSettings::default()).await;
    let find = async |query: CampaignQuery| {
        let query = CampaignQuery { per_page: 3, ..query };
        let (page, total) = w.store.campaigns_page(WS, &query).await.unwrap();
        (page.iter().map(|o| o.campaign.id).collect::<Vec<_>>(), total)
    };
    let newest = CampaignQuery { descending: true, ..Default::default() };
    assert_eq!(find(newest.clone()).await, (vec![draft, ids[2], ids[1]], 4));
    assert_eq!(find(CampaignQuery { page: 2, ..newest.clone() }).await, (vec![ids[0]], 4));
    assert_eq!(
        find(CampaignQuery { search: "march".into(), sort: CampaignSort::Name, ..Default::default() }).await,
        (vec![ids[0], draft], 2)
    );
    assert_eq!(find(CampaignQuery { statuses: vec![CampaignStatus::Draft], ..newest.clone() }).await, (vec![draft], 1));
    assert_eq!(find(CampaignQuery { sort: CampaignSort::Started, ..Default::default() }).await.0[..2], [draft, ids[0]]);
    assert_eq!(find(CampaignQuery { employee: Some(w.employee.id), page: 9, ..newest }).await, (vec![], 4));
    let version = w.store.campaigns_version(WS).await.unwrap();
    w.store.campaign_pause(WS, ids[0], Actor::CommandLine, "", w.now()).await.unwrap();
    assert_ne!(w.store.campaigns_version(WS).await.unwrap(), version);
    assert_eq!(w.store.campaigns_going(WS).await.unwrap(), ids);
    assert_eq!(w.store.employee_list(WS).await.unwrap()[0].1, 4);
}

pub(crate) async fn notes_are_kept_by_version(w: World) {
    let id = w.draft("c", CampaignSettings::default()).await;
    assert_eq!(w.store.notes_fetch(WS, id).await.unwrap().version, 0);
    let put = async |text: &str, expected| w.store.notes_put(WS, id, text, expected, "Ana", w.now()).await;
    assert_eq!(put("call later in the day", Some(0)).await.unwrap().version, 1);
    assert!(matches!(put("x", Some(0)).await, Err(StoreError::VersionChanged { .. })));
    let notes = put("call in the evening", None).await.unwrap();
    assert_eq!(
        (notes.version, notes.text.as_str(), notes.updated_by.as_deref()),
        (2, "call in the evening", Some("Ana"))
    );
}

pub(crate) async fn calls_are_listed_and_talks_drawn(w: World) {
    let id = w.campaign("c", 8).await;
    let mut calls = Vec::new();
    for n in 0..6 {
        let call = w.call(id).await;
        let mut ending = w.ending(call, if n == 0 { FAULT } else { SUCCESS });
        ending.recording = (n > 1).then(|| format!("{n}.wav"));
        w.store.call_finish(ending).await.unwrap();
        calls.push(call);
    }
    let live = w.call(id).await;
    let list = async |query: CallQuery| {
        let lines = w.store.calls_page(WS, &CallQuery { limit: 50, ..query }).await.unwrap();
        lines.iter().map(|l| l.call.id).collect::<Vec<_>>()
    };
    let of = CallQuery { campaign: Some(id), ..Default::default() };
    let mut newest: Vec<_> = calls.iter().rev().copied().collect();
    newest.insert(0, live);
    assert_eq!(list(of.clone()).await, newest);
    assert_eq!(list(CallQuery::default()).await, newest);
    assert_eq!(list(CallQuery { before: Some(calls[1]), ..of.clone() }).await, [calls[0]]);
    assert_eq!(list(CallQuery { live: Some(true), ..Default::default() }).await, [live]);
    assert_eq!(list(CallQuery { row: Some(2), ..of.clone() }).await, [calls[1]]);
    assert_eq!(
        list(CallQuery { recorded: Some(true), results: vec![CallResult::Success], ..of.clone() }).await,
        newest[1..5]
    );
    let middle = w.store.call_fetch(WS, calls[3]).await.unwrap().unwrap().placed_at;
    assert_eq!(list(CallQuery { to: Some(middle), ..of.clone() }).await, newest[4..]);
    assert_eq!(list(CallQuery { from: Some(middle), ..of.clone() }).await, newest[..4]);
    assert_eq!(list(CallQuery { search: "0003".into(), ..of }).await, [calls[2]]);
    let draw = async |seeds: &[u64], n| {
        let mut ids: Vec<_> =
            w.store.calls_random(WS, id, seeds, &[], n).await.unwrap().iter().map(|l| l.call.id).collect();
        ids.sort();
        ids
    };
    assert_eq!(draw(&[0, u64::MAX, 7, 7, 7, 7], 9).await, calls[2..]);
    assert_eq!(draw(&[12_345], 5).await.len(), 1);
    let line = &w.store.calls_random(WS, id, &[5], &[CallResult::Success], 1).await.unwrap()[0];
    assert!(line.name.starts_with("Ann") && line.attempt == 1);
    let minutes = w.store.call_minutes(WS, id, middle - HOUR).await.unwrap();
    let sums = minutes.iter().fold((0, 0, 0), |a, (_, ended, done, failed)| (a.0 + ended, a.1 + done, a.2 + failed));
    assert_eq!(sums, (6, 5, 1));
    let events = w.store.events_newest(WS, id, 0, 3).await.unwrap();
    assert_eq!(events[0].2, Some(7));
    let changed = w.store.contacts_changed(WS, id, &[(1, 5)]).await.unwrap();
    assert_eq!((changed[0].state.status(), changed[0].version), (ContactStatus::Failed, 5));
    another_workspace_sees_nothing(&w, id).await;
    w.agrees().await;
}

async fn another_workspace_sees_nothing(w: &World, id: CampaignId) {
    let other = carillon_domain::WorkspaceId::from_raw(2);
    assert!(w.store.calls_page(other, &CallQuery { limit: 9, ..Default::default() }).await.unwrap().is_empty());
    assert!(w.store.calls_random(other, id, &[1], &[], 5).await.unwrap().is_empty());
    assert!(w.store.failures(other, id).await.unwrap().is_empty());
    assert!(w.store.campaign_overview(other, id).await.unwrap().is_none());
    assert_eq!(w.store.campaigns_page(other, &CampaignQuery { per_page: 9, ..Default::default() }).await.unwrap().1, 0);
    assert!(w.store.contact_fetch(other, id, 1).await.unwrap().is_none());
    let foreign =
        w.store.contacts_act(other, id, ContactTarget::Rows(vec![8]), ContactAction::Exclude, "Eve", w.now()).await;
    assert!(foreign.is_err() || foreign.unwrap().changed == 0);
    assert!(w.store.campaign_delete(other, id, None, "Eve", w.now()).await.is_err());
    assert!(w.store.notes_put(other, id, "x", None, "Eve", w.now()).await.is_err());
}
