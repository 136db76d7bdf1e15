//! Results out.

use std::time::Duration;

use carillon_domain::{
    CallOutcome, CallResult, CampaignId, ContactStatus, ExportId, FailureCode, SkipReason, Timestamp, WorkspaceId,
};
use carillon_store::{
    ContactAction, ContactFilter, ContactQuery, ContactSort, ContactTarget, ExportEnd, NewContact, NewExport, Position,
    Store, Work, WorkKind, WorkState,
};

use crate::world::{HOUR, WS, World, contact, contacts};

const FOLDER: i64 = 7;
const WEEK: Duration = Duration::from_secs(7 * 24 * 3600);
const OTHER: WorkspaceId = WorkspaceId::from_raw(2);

async fn ask(w: &World, id: CampaignId) -> ExportId {
    let export = w.store.next_id(w.now()).unwrap();
    let new = NewExport {
        workspace: WS,
        id: export,
        campaign: id,
        folder: FOLDER,
        plan: serde_json::json!({ "format": "csv" }),
        file_name: "größe.csv".into(),
        by: "Ana".into(),
        now: w.now(),
    };
    w.store.export_create(new).await.unwrap();
    export
}

async fn claim(store: &Store, folder: i64) -> Option<Work> {
    store.work_claim(WS, WorkKind::Export, folder).await.unwrap()
}

async fn end(w: &World, store: &Store, id: ExportId) -> bool {
    let now = w.now();
    let done = ExportEnd::Done { rows: 3, bytes: 99, read: Some((Timestamp::from_secs(1), Timestamp::from_secs(2))) };
    store.export_end(WS, id, done, now + WEEK, now).await.unwrap()
}

pub(crate) async fn an_export_is_made_in_its_folder_kept_for_a_time_and_forgotten(w: World) {
    let id = w.campaign("c", 3).await;
    let export = ask(&w, id).await;
    assert_eq!(claim(&w.store, FOLDER + 1).await, None, "the file would lie in another folder");
    assert_eq!(claim(&w.store, FOLDER).await.map(|work| (work.id, work.campaign)), Some((export.raw(), id)));
    assert!(w.store.export_progress(WS, export, 2, Some(3)).await.unwrap());
    let shown = w.store.export_fetch(WS, export).await.unwrap().unwrap();
    assert_eq!((shown.state, shown.rows_done, shown.rows_total), (WorkState::Running, 2, Some(3)));
    assert_eq!((shown.plan["format"].as_str(), shown.file_name.as_str()), (Some("csv"), "größe.csv"));
    assert!(end(&w, &w.store, export).await);
    assert_eq!(claim(&w.store, FOLDER).await, None);
    let shown = w.store.exports_of(WS, id, 10).await.unwrap().remove(0);
    assert_eq!((shown.state, shown.rows_done, shown.bytes), (WorkState::Done, 3, Some(99)));
    assert_eq!(shown.read, Some((Timestamp::from_secs(1), Timestamp::from_secs(2))));
    assert_eq!(w.store.exports_kept(WS, FOLDER, w.now()).await.unwrap(), [export]);
    assert_eq!(w.store.exports_kept(WS, FOLDER, w.now() + WEEK + HOUR).await.unwrap(), []);
    assert_eq!(w.store.export_fetch(WS, export).await.unwrap(), None, "its time is over");

    let failed = ask(&w, id).await;
    claim(&w.store, FOLDER).await.unwrap();
    let why = ExportEnd::Failed { code: "export_write_failed".into(), text: "the disk is full".into() };
    assert!(w.store.export_end(WS, failed, why, w.now() + WEEK, w.now()).await.unwrap());
    let shown = w.store.export_fetch(WS, failed).await.unwrap().unwrap();
    assert_eq!(shown.error, Some(("export_write_failed".into(), "the disk is full".into())));
    assert_eq!(w.store.exports_kept(WS, FOLDER, w.now()).await.unwrap(), [], "it has no file");

    assert_eq!(w.store.export_fetch(OTHER, failed).await.unwrap(), None);
    assert_eq!(w.store.export_remove(OTHER, failed, w.now(), w.now()).await.unwrap(), None);
    assert!(w.store.exports_of(OTHER, id, 10).await.unwrap().is_empty());
    assert!(w.store.export_page(OTHER, id, &ContactFilter::default(), 0, 10).await.unwrap().contacts.is_empty());
    assert!(w.store.export_remove(WS, failed, w.now(), w.now()).await.unwrap().is_some());
    assert!(w.store.exports_of(WS, id, 10).await.unwrap().is_empty());
}

pub(crate) async fn a_canceled_export_and_that_of_a_dead_process_are_no_longer_ours(w: World) {
    let id = w.campaign("c", 3).await;
    let canceled = ask(&w, id).await;
    claim(&w.store, FOLDER).await.unwrap();
    let shown = w.store.export_remove(WS, canceled, w.now() + WEEK, w.now()).await.unwrap().unwrap();
    assert_eq!(shown.state, WorkState::Canceled);
    assert!(!w.store.export_progress(WS, canceled, 1, None).await.unwrap());
    assert!(!end(&w, &w.store, canceled).await);
    assert_eq!(w.store.export_fetch(WS, canceled).await.unwrap().unwrap().state, WorkState::Canceled);

    let taken = ask(&w, id).await;
    let dead = w.process(HOUR).await;
    claim(&dead, FOLDER).await.unwrap();
    assert!(dead.export_progress(WS, taken, 1, None).await.unwrap());
    assert_eq!(claim(&w.store, FOLDER).await, None, "somebody is at it");
    w.run_out(&dead).await;
    assert_eq!(claim(&w.store, FOLDER).await.map(|work| work.id), Some(taken.raw()));
    assert!(!end(&w, &dead, taken).await, "the file is written by another process now");
    assert!(w.store.export_progress(WS, taken, 1, None).await.unwrap());
    assert!(end(&w, &w.store, taken).await);
}

/// Rows of a filter, page by page.
async fn rows(w: &World, id: CampaignId, filter: &ContactFilter) -> Vec<i64> {
    let last = w.store.contacts_last_row(WS, id).await.unwrap();
    let (mut after, mut rows) = (0, Vec::new());
    while after < last {
        let page = w.store.export_page(WS, id, filter, after, 3).await.unwrap();
        assert!(page.seen > after && page.contacts.len() <= 3);
        rows.extend(page.contacts.iter().map(|found| found.contact.row));
        after = page.seen;
    }
    rows
}

pub(crate) async fn pages_of_an_export_hold_what_the_list_shows_with_calls_and_marks(mut w: World) {
    w.retry = "busy=3x1m".parse().unwrap();
    let id = w.campaign("c", 8).await;
    // Far behind the others: windows without a match are passed.
    let far =
        vec![contact(30_000), NewContact { skip: Some((SkipReason::NoNumber, "empty".into())), ..contact(70_000) }];
    w.store.contacts_import(WS, id, far, w.now()).await.unwrap();
    let outcomes = [
        CallOutcome::Result(CallResult::Success),
        CallOutcome::Result(CallResult::Busy),
        CallOutcome::Failure(FailureCode::CarrierFault),
        CallOutcome::Withdrawn,
    ];
    for outcome in outcomes {
        let call = w.call(id).await;
        w.finish(call, outcome).await;
    }
    let handled = ContactAction::Handled { note: "wrote".into() };
    w.store.contacts_act(WS, id, ContactTarget::Rows(vec![2, 30_000]), handled, "Ana", w.now()).await.unwrap();

    let only = |status| ContactFilter { statuses: vec![status], ..ContactFilter::default() };
    let filters = [
        ContactFilter::default(),
        only(ContactStatus::Pending),
        only(ContactStatus::Skipped),
        ContactFilter { results: vec![CallResult::Success], ..ContactFilter::default() },
        ContactFilter {
            failures: vec![FailureCode::CarrierFault],
            results: vec![CallResult::Success],
            ..ContactFilter::default()
        },
        ContactFilter { handled: Some(true), ..ContactFilter::default() },
        ContactFilter { search: "ann3".into(), ..ContactFilter::default() },
        ContactFilter { from: Some(Timestamp::from_secs(0)), ..ContactFilter::default() },
        ContactFilter { results: vec![CallResult::Busy], ..only(ContactStatus::Failed) },
    ];
    for filter in filters {
        let query = ContactQuery {
            filter: filter.clone(),
            sort: ContactSort::Row,
            descending: false,
            position: Position::Page(1),
            per_page: 100,
        };
        let list = w.store.contacts_list(WS, id, &query).await.unwrap();
        let wanted: Vec<i64> = list.contacts.iter().map(|line| line.contact.row).collect();
        assert_eq!(rows(&w, id, &filter).await, wanted, "{filter:?}");
    }
    let page = w.store.export_page(WS, id, &ContactFilter::default(), 0, 3).await.unwrap();
    assert_eq!(page.seen, 3);
    let outcomes: Vec<_> =
        page.contacts.iter().map(|found| found.calls.iter().map(|c| c.outcome).collect::<Vec<_>>()).collect();
    assert_eq!(outcomes[0], [Some(CallOutcome::Result(CallResult::Success))]);
    assert_eq!(outcomes[2], [Some(CallOutcome::Failure(FailureCode::CarrierFault))]);
    assert_eq!(
        page.contacts[1].mark.handled.as_ref().map(|(_, by, note)| (by.as_str(), note.as_str())),
        Some(("Ana", "wrote"))
    );
    assert_eq!(w.store.calls_tally(WS, id, None, None).await.unwrap(), (3, 0), "a withdrawn call is none");
    assert_eq!(w.store.calls_tally(WS, id, Some(w.now() + HOUR), None).await.unwrap(), (0, 0));
}

pub(crate) async fn exports_go_with_their_campaign(w: World) {
    let empty = w.draft("empty", carillon_domain::campaign::CampaignSettings::default()).await;
    assert_eq!(w.store.contacts_last_row(WS, empty).await.unwrap(), 0);
    w.store.contacts_import(WS, empty, contacts(1, 1), w.now()).await.unwrap();
    ask(&w, empty).await;
    w.store.campaign_delete(WS, empty, None, "Ana", w.now()).await.unwrap();
    assert!(w.store.exports_of(WS, empty, 9).await.unwrap().is_empty(), "exports go with their campaign");
    assert_eq!(claim(&w.store, FOLDER).await, None);
}
