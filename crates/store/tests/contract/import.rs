use carillon_domain::campaign::CampaignSettings;
use carillon_domain::{ContactState, Counts, SkipReason};
use carillon_store::NewContact;

use crate::world::{WS, World, contact, contacts, phone};

pub(crate) async fn a_repeated_import_changes_nothing(w: World) {
    let id = w.draft("c", CampaignSettings::default()).await;
    let first = w.store.contacts_import(WS, id, contacts(1, 30), w.now()).await.unwrap();
    assert_eq!((first.added.pending, first.existing), (30, 0));
    // The process died in the middle; the file is imported again from its beginning, in other batches.
    for batch in [contacts(1, 20), contacts(15, 50)] {
        w.store.contacts_import(WS, id, batch, w.now()).await.unwrap();
    }
    assert_eq!(w.counts(id).await, Counts { pending: 50, ..Counts::default() });
    let again = w.store.contacts_import(WS, id, contacts(1, 50), w.now()).await.unwrap();
    assert_eq!((again.added.total(), again.existing), (0, 50));
    w.agrees().await;
}

pub(crate) async fn blocked_and_repeated_numbers_are_skipped_with_the_reason(w: World) {
    let id = w.draft("c", CampaignSettings::default()).await;
    assert_eq!(w.block(WS, &[phone(3)]).await.added, 1);
    assert_eq!(w.block(WS, &[phone(3)]).await.added, 0);
    let mut batch = contacts(1, 4);
    batch.push(NewContact { phone: Some(phone(1)), ..contact(5) });
    let skip = Some((SkipReason::InvalidNumber, "too few digits".to_owned()));
    batch.push(NewContact { phone: None, skip, ..contact(6) });
    w.store.contacts_import(WS, id, batch, w.now()).await.unwrap();
    // The same number again in a later batch.
    let later = NewContact { phone: Some(phone(2)), ..contact(7) };
    w.store.contacts_import(WS, id, vec![later], w.now()).await.unwrap();

    let page = w.store.contacts_page(WS, id, 0, 100).await.unwrap();
    let skipped: Vec<_> = page
        .iter()
        .filter_map(|c| match c.state {
            ContactState::Skipped { reason } => Some((c.row, reason, c.reason.as_deref())),
            _ => None,
        })
        .collect();
    assert_eq!(
        skipped,
        [
            (3, SkipReason::DoNotCall, None),
            (5, SkipReason::Duplicate, Some("same number as row 1")),
            (6, SkipReason::InvalidNumber, Some("too few digits")),
            (7, SkipReason::Duplicate, Some("same number as row 2")),
        ]
    );
    let results = w.store.results(WS, id).await.unwrap();
    assert_eq!(results.skipped, [("do_not_call", 1), ("duplicate", 2), ("invalid_number", 1)].into());
    w.agrees().await;
}

pub(crate) async fn what_was_imported_comes_back_in_file_order(w: World) {
    let id = w.draft("c", CampaignSettings::default()).await;
    let mut odd = contact(4);
    odd.first_name = "nul\0nul".into();
    let batch = vec![contact(1), contact(2), contact(3), odd];
    w.store.contacts_import(WS, id, batch, w.now()).await.unwrap();
    w.store.campaign_import_finished(WS, id, w.now()).await.unwrap();
    assert!(w.store.campaign_fetch(WS, id).await.unwrap().unwrap().imported_at.is_some());
    let page = w.store.contacts_page(WS, id, 1, 2).await.unwrap();
    assert_eq!(page.iter().map(|c| c.row).collect::<Vec<_>>(), [2, 3]);
    let new = contact(2);
    let c = &page[0];
    assert_eq!((c.line, c.phone, &c.phone_text), (new.line, new.phone, &new.phone_text));
    assert_eq!((&c.first_name, &c.last_name, &c.properties), (&new.first_name, &new.last_name, &new.properties));
    assert_eq!(w.store.contacts_page(WS, id, 3, 10).await.unwrap().len(), 1, "a NUL in a file loses no contact");
}
