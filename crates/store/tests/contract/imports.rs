use std::time::Duration;

use carillon_domain::campaign::CampaignSettings;
use carillon_domain::ids::{ImportId, UploadId};
use carillon_domain::{Actor, CampaignId, Counts, SkipReason, WorkspaceId};
use carillon_store::{
    CopyOf, DuplicateScope, FileBatch, FileRow, Import, ImportEnd, ImportSource, NewCampaign, NewContact, NewImport,
    Store, StoreError, Upload, WorkKind, WorkState,
};

use crate::world::{HOUR, WS, World, contact, phone};

const FOLDER: i64 = 7;

fn new_import(w: &World, campaign: CampaignId) -> NewImport {
    NewImport {
        id: w.store.next_id(w.now()).unwrap(),
        campaign,
        folder: FOLDER,
        source: ImportSource::Path("/tmp/list.csv".into()),
        file_name: "list.csv".into(),
        file_hash: "abc".into(),
        bytes: 1_000,
        plan: serde_json::json!({ "country": "US" }),
        headers: vec!["Phone".into(), "City".into(), "Plan".into()],
        phone_column: 1,
        property_names: vec!["City".into(), "Plan".into()],
        duplicates: DuplicateScope::Campaign,
        rows_before: None,
        rows: Some(60),
        checked: false,
        ours: false,
        by: "Ana".into(),
        now: w.now(),
    }
}

async fn ask(w: &World, campaign: CampaignId) -> ImportId {
    let new = new_import(w, campaign);
    let id = new.id;
    w.store.import_create(WS, new).await.unwrap();
    id
}

async fn claim(store: &Store, folder: i64) -> Option<ImportId> {
    let work = store.work_claim(WS, WorkKind::Import, folder).await.unwrap();
    work.map(|work| ImportId::from_raw(work.id))
}

fn batch(from: i64, to: i64) -> FileBatch {
    let row = |row| FileRow { contact: contact(row), cause: None };
    FileBatch { rows: (from..=to).map(row).collect(), rows_done: to, bytes_done: to * 10 }
}

fn refused<T: std::fmt::Debug>(result: Result<T, StoreError>) -> String {
    match result {
        Err(error @ StoreError::NotPossible { .. }) => error.to_string(),
        other => panic!("{other:?}"),
    }
}

pub(crate) async fn an_import_goes_on_in_another_process_of_its_folder(w: World) {
    let campaign = w.draft("c", CampaignSettings::default()).await;
    w.block(WS, &[phone(2)]).await;
    let id = ask(&w, campaign).await;
    assert_eq!(claim(&w.store, FOLDER + 1).await, None, "its file lies in another folder");
    let first = w.process(HOUR).await;
    assert_eq!(claim(&first, FOLDER).await, Some(id));
    assert_eq!(claim(&w.store, FOLDER).await, None, "somebody is at it");
    assert!(!w.store.work_take(WS, id.raw()).await.unwrap());
    assert!(first.work_take(WS, id.raw()).await.unwrap());
    let begun = first.import_begin(WS, id).await.unwrap().unwrap();
    assert_eq!((begun.state, begun.rows_done, begun.checked), (WorkState::Running, 0, false));
    assert!(first.import_checked(WS, id, 40).await.unwrap());
    let mut rows = batch(1, 30);
    rows.rows[2].contact =
        NewContact { phone: None, skip: Some((SkipReason::BadRow, "4 values".into())), ..contact(3) };
    rows.rows[2].cause = Some((4, "x\0y".into()));
    rows.rows[3].contact.phone = Some(phone(1));
    let after = first.import_batch(WS, id, rows, w.now()).await.unwrap().unwrap();
    assert_eq!((after.rows_done, after.pending, after.skipped, after.rows_total), (30, 27, 3, Some(40)));
    assert!(after.version > begun.version);
    // It dies; another goes on behind its last batch, and what it still sends is not taken.
    w.run_out(&first).await;
    assert!(w.store.work_take(WS, id.raw()).await.unwrap());
    let on = w.store.import_begin(WS, id).await.unwrap().unwrap();
    assert_eq!((on.rows_done, on.checked), (30, true));
    assert_eq!(first.import_batch(WS, id, batch(31, 40), w.now()).await.unwrap(), None);
    let unchanged = first.import_end(WS, id, ImportEnd::Failed("x".into(), "x".into()), w.now()).await.unwrap();
    assert_eq!(unchanged.state, WorkState::Running);
    w.store.import_batch(WS, id, batch(31, 40), w.now()).await.unwrap().unwrap();
    let done = w.store.import_end(WS, id, ImportEnd::Done, w.now()).await.unwrap();
    assert_eq!((done.state, done.pending, done.skipped, done.bytes_done), (WorkState::Done, 37, 3, 1_000));
    assert_eq!(w.counts(campaign).await, Counts { pending: 37, skipped: 3, ..Counts::default() });
    assert_eq!(claim(&w.store, FOLDER).await, None);
    skipped_rows_are_kept(&w, &done).await;
    let campaign = w.store.campaign_fetch(WS, campaign).await.unwrap().unwrap();
    assert!(campaign.imported_at.is_some());
    assert_eq!(campaign.file_hash.as_deref(), Some("abc"));
    assert_eq!(campaign.property_names, ["city", "Plan"], "a name that is known already is not added again");
    w.agrees().await;
}

async fn skipped_rows_are_kept(w: &World, import: &Import) {
    let reasons = [(SkipReason::Duplicate, 1), (SkipReason::DoNotCall, 1), (SkipReason::BadRow, 1)];
    assert_eq!(import.skips, reasons.into());
    let page = w.store.import_skipped(WS, import, None, 0, 10).await.unwrap();
    let short: Vec<_> = page.iter().map(|r| (r.row, r.line, r.column, r.reason, r.text.as_str())).collect();
    assert_eq!(
        short,
        [
            (2, 3, 1, SkipReason::DoNotCall, "On the do-not-call list"),
            (3, 4, 4, SkipReason::BadRow, "4 values"),
            (4, 5, 1, SkipReason::Duplicate, "same number as row 1"),
        ]
    );
    assert_eq!((page[0].value.as_str(), page[0].first_name.as_str()), ("(415) 555-0002", "Ann2"));
    assert!(page[1].value.starts_with('x'), "{:?}", page[1].value);
    let one = w.store.import_skipped(WS, import, Some(SkipReason::Duplicate), 0, 10).await.unwrap();
    assert_eq!(one.iter().map(|r| r.row).collect::<Vec<_>>(), [4]);
    let next = w.store.import_skipped(WS, import, None, 2, 1).await.unwrap();
    assert_eq!(next.iter().map(|r| r.row).collect::<Vec<_>>(), [3]);
    let other = WorkspaceId::from_raw(2);
    assert_eq!(w.store.import_fetch(other, import.id).await.unwrap(), None);
    assert_eq!(w.store.import_skipped(other, import, None, 0, 10).await.unwrap(), []);
    assert!(matches!(
        w.store.import_end(other, import.id, ImportEnd::Canceled, w.now()).await,
        Err(StoreError::NotFound { .. })
    ));
}

pub(crate) async fn one_import_at_a_time_and_no_start_before_its_end(w: World) {
    let campaign = w.draft("c", CampaignSettings::default()).await;
    let id = ask(&w, campaign).await;
    assert!(refused(w.store.import_create(WS, new_import(&w, campaign)).await).contains("being imported"));
    assert!(refused(w.store.campaign_start(WS, campaign, None, w.now()).await).contains("being imported"));
    claim(&w.store, FOLDER).await.unwrap();
    w.store.import_begin(WS, id).await.unwrap().unwrap();
    w.store.import_batch(WS, id, batch(1, 10), w.now()).await.unwrap().unwrap();
    let canceled = w.store.import_end(WS, id, ImportEnd::Canceled, w.now()).await.unwrap();
    assert_eq!((canceled.state, canceled.rows_done), (WorkState::Canceled, 10));
    assert_eq!(w.store.import_batch(WS, id, batch(11, 20), w.now()).await.unwrap(), None);
    assert!(!w.store.work_renew(WS, id.raw()).await.unwrap());
    let late = w.store.import_end(WS, id, ImportEnd::Done, w.now()).await.unwrap();
    assert_eq!(late, canceled);
    // A second file is added behind the first one's rows.
    let second = ask(&w, campaign).await;
    let import = w.store.import_fetch(WS, second).await.unwrap().unwrap();
    assert_eq!((import.rows_before, import.state), (10, WorkState::Waiting));
    claim(&w.store, FOLDER).await.unwrap();
    w.store.import_begin(WS, second).await.unwrap().unwrap();
    let mut rows = batch(11, 15);
    rows.rows_done = 5;
    w.store.import_batch(WS, second, rows, w.now()).await.unwrap().unwrap();
    w.store.import_end(WS, second, ImportEnd::Done, w.now()).await.unwrap();
    assert_eq!(w.store.import_newest(WS, campaign).await.unwrap().unwrap().id, second);
    assert_eq!(w.counts(campaign).await.pending, 15);
    w.store.campaign_start(WS, campaign, None, w.now()).await.unwrap();
    assert!(refused(w.store.import_create(WS, new_import(&w, campaign)).await).contains("Draft only"));
    w.agrees().await;
}

pub(crate) async fn numbers_of_other_campaigns_are_skipped_by_choice(w: World) {
    let running = w.campaign("running", 3).await;
    let over = w.campaign("over", 6).await;
    w.store.campaign_stop(WS, over, Actor::CommandLine, w.now()).await.unwrap();
    let import = async |name: &str, duplicates| {
        let campaign = w.draft(name, CampaignSettings::default()).await;
        let new = NewImport { duplicates, ours: true, ..new_import(&w, campaign) };
        let id = new.id;
        w.store.import_create(WS, new).await.unwrap();
        w.store.import_begin(WS, id).await.unwrap().unwrap();
        let done = w.store.import_batch(WS, id, batch(1, 9), w.now()).await.unwrap().unwrap();
        w.store.import_end(WS, id, ImportEnd::Canceled, w.now()).await.unwrap();
        w.store.campaign_delete(WS, campaign, None, "Ana", w.now()).await.unwrap();
        (done.pending, w.store.import_skipped(WS, &done, None, 0, 1).await.unwrap())
    };
    assert_eq!(import("one", DuplicateScope::Campaign).await.0, 9);
    assert_eq!(import("two", DuplicateScope::OpenCampaigns).await.0, 6, "those of the running one");
    assert_eq!(import("three", DuplicateScope::AllCampaigns).await.0, 3);
    let (_, skipped) = import("four", DuplicateScope::OpenCampaigns).await;
    assert_eq!(skipped, [], "what is kept of it goes with a deleted draft");
    assert_eq!(w.counts(running).await.pending, 3);
}

pub(crate) async fn an_import_waits_for_a_copy_and_takes_its_upload_along(w: World) {
    let upload = Upload {
        id: w.store.next_id(w.now()).unwrap(),
        folder: FOLDER,
        name: "list.csv".into(),
        bytes: 10,
        sha256: Some("abc".into()),
        created_at: w.now(),
        created_by: "Ana".into(),
        used_at: None,
    };
    let file: UploadId = upload.id;
    w.store.upload_put(WS, upload.clone()).await.unwrap();
    assert_eq!(w.store.upload_fetch(WS, file).await.unwrap(), Some(upload));
    assert_eq!(w.store.upload_fetch(WorkspaceId::from_raw(2), file).await.unwrap(), None);
    let campaign = w.draft("c", CampaignSettings::default()).await;
    let of_upload = || NewImport { source: ImportSource::Upload(file), ..new_import(&w, campaign) };
    let new = of_upload();
    let id = new.id;
    w.store.import_create(WS, new).await.unwrap();
    w.wait(Duration::from_secs(60));
    assert!(refused(w.store.upload_remove(WS, file, None).await).contains("cancel it first"));
    w.store.import_end(WS, id, ImportEnd::Canceled, w.now()).await.unwrap();
    let used = w.store.upload_fetch(WS, file).await.unwrap().unwrap().used_at.unwrap();
    assert!(!w.store.upload_remove(WS, file, Some(used)).await.unwrap(), "it was used since");
    assert!(w.store.upload_remove(WS, file, Some(w.now())).await.unwrap());
    assert_eq!(w.store.uploads_of_folder(WS, FOLDER).await.unwrap(), []);
    assert!(matches!(w.store.import_create(WS, of_upload()).await, Err(StoreError::NotFound { .. })));
    // Contacts of a large campaign are copied in the background; no file comes between.
    let parent = w.campaign("large", 1).await;
    w.execute(format!(
        "UPDATE contacts SET row = 100000 WHERE workspace_id = 1 AND campaign_id = {} AND row = 1",
        parent.raw()
    ))
    .await;
    let made = w.store.campaign_fetch(WS, parent).await.unwrap().unwrap();
    let copy: CampaignId = w.store.next_id(w.now()).unwrap();
    let new = NewCampaign {
        workspace: WS,
        id: copy,
        name: "copy".into(),
        employee: made.employee,
        trunk: made.trunk,
        settings: made.settings,
        file_hash: None,
        property_names: Vec::new(),
        now: w.now(),
    };
    let of = CopyOf::Contacts(carillon_store::ContactFilter::default());
    w.store.campaign_copy(new, parent, of, "Ana").await.unwrap();
    assert!(refused(w.store.import_create(WS, new_import(&w, copy)).await).contains("being copied"));
}
