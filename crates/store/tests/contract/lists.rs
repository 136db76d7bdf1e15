//! Pages of contacts: every sort, filter and way of turning pages against a plain sort of all contacts.

use carillon_domain::{
    CallOutcome, CallResult, CampaignId, ContactState, ContactStatus, FailureCode, PhoneNumber, SkipReason,
};
use carillon_store::{
    ContactAction, ContactFilter, ContactLine, ContactQuery, ContactSort, ContactTarget, Matched, NewContact, Position,
    StoreError,
};

use crate::world::{WS, World, contact, phone};

const SORTS: [ContactSort; 5] =
    [ContactSort::Row, ContactSort::Status, ContactSort::Name, ContactSort::Processed, ContactSort::Result];

/// A campaign with every status but Canceled, several results, failures and skips, names that repeat.
async fn mixed(w: &World) -> CampaignId {
    let id = w.draft("mixed", carillon_domain::campaign::CampaignSettings::default()).await;
    let names = ["Bo", "ada", "Zoe", "Ada", "Émile", "Bo"];
    let rows = (1..=40).map(|row| NewContact {
        first_name: names[usize::try_from(row).unwrap() % names.len()].into(),
        last_name: String::new(),
        skip: (row % 13 == 0).then(|| (SkipReason::InvalidNumber, "12".into())),
        phone: (row % 13 != 0).then(|| phone(row)),
        ..contact(row)
    });
    w.store.contacts_import(WS, id, rows.collect(), w.now()).await.unwrap();
    w.store.campaign_start(WS, id, None, w.now()).await.unwrap();
    let outcomes = [
        CallOutcome::Result(CallResult::Success),
        CallOutcome::Result(CallResult::Busy),
        CallOutcome::Failure(FailureCode::NumberNotFound),
        CallOutcome::Result(CallResult::Success),
        CallOutcome::Failure(FailureCode::CarrierFault),
    ];
    for n in 0..24 {
        let call = w.call(id).await;
        if n < 22 {
            w.finish(call, outcomes[n % outcomes.len()]).await;
        }
    }
    w.store
        .contacts_act(WS, id, ContactTarget::Rows(vec![39, 40]), ContactAction::Exclude, "Ana", w.now())
        .await
        .unwrap();
    id
}

fn keys(sort: ContactSort, line: &ContactLine) -> (i64, i64, String, i64) {
    let c = &line.contact;
    let at = c.last_call_at.map_or(0, |at| at.as_micros());
    let name = format!("{} {}", c.first_name, c.last_name).trim().to_owned();
    let result = match &c.state {
        ContactState::Completed { result } => result.number(),
        ContactState::Failed { code } => code.number(),
        ContactState::Skipped { reason } => 1000 + reason.number(),
        _ => 0,
    };
    match sort {
        ContactSort::Row => (0, 0, String::new(), c.row),
        ContactSort::Status => (c.state.status().number(), at, String::new(), c.row),
        ContactSort::Name => (0, 0, name, c.row),
        ContactSort::Processed => (0, at, String::new(), c.row),
        ContactSort::Result => (result, at, String::new(), c.row),
    }
}

fn wanted(filter: &ContactFilter, line: &ContactLine) -> bool {
    let c = &line.contact;
    let outcome = filter.results.is_empty() && filter.failures.is_empty() && filter.skips.is_empty()
        || match &c.state {
            ContactState::Completed { result } => filter.results.contains(result),
            ContactState::Failed { code } => filter.failures.contains(code),
            ContactState::Skipped { reason } => filter.skips.contains(reason),
            _ => false,
        };
    let at = c.last_call_at;
    (filter.statuses.is_empty() || filter.statuses.contains(&c.state.status()))
        && outcome
        && filter.from.is_none_or(|from| at.is_some_and(|at| at >= from))
        && filter.to.is_none_or(|to| at.is_some_and(|at| at < to))
        && (filter.search.is_empty() || c.first_name.to_lowercase().contains(&filter.search.to_lowercase()))
        && filter.handled.is_none_or(|handled| handled == line.mark.handled.is_some())
}

async fn page(w: &World, id: CampaignId, query: &ContactQuery) -> carillon_store::ContactList {
    w.store.contacts_list(WS, id, query).await.unwrap()
}

/// `middle`: when some of them were called.
fn filters(middle: Option<carillon_domain::Timestamp>) -> Vec<ContactFilter> {
    let statuses = |list: &[ContactStatus]| ContactFilter { statuses: list.into(), ..Default::default() };
    vec![
        ContactFilter::default(),
        statuses(&[ContactStatus::Completed]),
        statuses(&[ContactStatus::Pending]),
        statuses(&[ContactStatus::Failed, ContactStatus::Skipped, ContactStatus::Pending]),
        ContactFilter { results: vec![CallResult::Success], ..Default::default() },
        ContactFilter {
            results: vec![CallResult::Busy],
            failures: vec![FailureCode::CarrierFault],
            skips: vec![SkipReason::InvalidNumber],
            ..Default::default()
        },
        ContactFilter { failures: vec![FailureCode::NumberNotFound], ..statuses(&[ContactStatus::Failed]) },
        ContactFilter { results: vec![CallResult::Busy], ..statuses(&[ContactStatus::Failed]) },
        ContactFilter { from: middle, ..statuses(&[ContactStatus::Completed]) },
        ContactFilter { to: middle, ..Default::default() },
        ContactFilter { search: "ad".into(), ..Default::default() },
        ContactFilter {
            search: "Bo".into(),
            from: middle,
            ..statuses(&[ContactStatus::Completed, ContactStatus::Failed])
        },
        ContactFilter { handled: Some(true), ..Default::default() },
        ContactFilter { handled: Some(false), ..statuses(&[ContactStatus::Skipped]) },
        ContactFilter { search: "nobody".into(), ..Default::default() },
    ]
}

pub(crate) async fn every_sort_filter_and_page_gives_what_a_plain_sort_gives(w: World) {
    let id = mixed(&w).await;
    w.store
        .contacts_act(
            WS,
            id,
            ContactTarget::Rows(vec![2, 3, 13]),
            ContactAction::Handled { note: "wrote".into() },
            "Ana",
            w.now(),
        )
        .await
        .unwrap();
    let all = ContactQuery {
        filter: ContactFilter::default(),
        sort: ContactSort::Row,
        descending: false,
        position: Position::Page(1),
        per_page: 100,
    };
    let everything = page(&w, id, &all).await.contacts;
    assert_eq!(everything.len(), 40);
    let middle = everything[10].contact.last_call_at;
    for filter in &filters(middle) {
        for sort in SORTS {
            for descending in [false, true] {
                let mut expected: Vec<&ContactLine> = everything.iter().filter(|l| wanted(filter, l)).collect();
                expected.sort_by_key(|line| keys(sort, line));
                if descending {
                    expected.reverse();
                }
                let expected: Vec<i64> = expected.iter().map(|l| l.contact.row).collect();
                check(&w, id, &ContactQuery { filter: filter.clone(), sort, descending, ..all.clone() }, &expected)
                    .await;
            }
        }
    }
}

/// Turns all pages by number, forward and back by cursor.
async fn check(w: &World, id: CampaignId, query: &ContactQuery, expected: &[i64]) {
    let what = format!("{query:?}");
    let rows = |list: &carillon_store::ContactList| list.contacts.iter().map(|l| l.contact.row).collect::<Vec<_>>();
    let mut query = ContactQuery { per_page: 4, ..query.clone() };
    for (n, part) in expected.chunks(4).enumerate() {
        query.position = Position::Page(u32::try_from(n).unwrap() + 1);
        let list = page(w, id, &query).await;
        assert_eq!(rows(&list), part, "page {n} of {what}");
        assert_eq!(list.matched, Matched::Exactly(i64::try_from(expected.len()).unwrap()), "{what}");
    }
    query.position = Position::Page(1);
    let mut list = page(w, id, &query).await;
    assert_eq!(list.contacts.is_empty(), expected.is_empty(), "{what}");
    let mut forward = rows(&list);
    let mut last = list.last.clone();
    while let Some(place) = last.clone() {
        query.position = Position::After(place);
        list = page(w, id, &query).await;
        if list.contacts.is_empty() {
            break;
        }
        forward.extend(rows(&list));
        last.clone_from(&list.last);
    }
    assert_eq!(forward, expected, "forward through {what}");
    let Some(place) = last else { return };
    query.position = Position::Before(place);
    query.per_page = 100;
    let back = rows(&page(w, id, &query).await);
    assert_eq!(back, &expected[..expected.len() - 1], "back through {what}");
}

pub(crate) async fn a_number_is_found_by_its_first_and_last_digits(w: World) {
    let id = w.draft("phones", carillon_domain::campaign::CampaignSettings::default()).await;
    let number = |digits: i64, row: i64| NewContact { phone: PhoneNumber::from_digits(digits), ..contact(row) };
    let rows = vec![
        number(491_512_345_678, 1),
        number(14_155_550_123, 2),
        number(441_512_345_678, 3),
        number(4_915_123_456, 4),
    ];
    w.store.contacts_import(WS, id, rows, w.now()).await.unwrap();
    let find = async |text: &str| {
        let filter = ContactFilter { search: text.into(), ..Default::default() };
        let query = ContactQuery {
            filter,
            sort: ContactSort::Row,
            descending: false,
            position: Position::Page(1),
            per_page: 50,
        };
        page(&w, id, &query).await.contacts.iter().map(|l| l.contact.row).collect::<Vec<_>>()
    };
    assert_eq!(find("+49 151").await, [1, 4]);
    assert_eq!(find("0049 1512").await, [1, 4]);
    assert_eq!(find("0151 2345678").await, [1, 3]);
    assert_eq!(find("0123").await, [2]);
    assert_eq!(find("415").await, Vec::<i64>::new());
    assert_eq!(find("1 (415) 555").await, [2]);
    assert_eq!(find("+1 999").await, Vec::<i64>::new());
    // A text with the database's own wild cards is only a text.
    assert_eq!(find("%").await, Vec::<i64>::new());
    assert_eq!(find("nn_").await, Vec::<i64>::new());
    assert_eq!(find("\\").await, [1, 2, 3, 4]);
}

pub(crate) async fn a_large_match_is_more_than_and_pages_on_by_its_last_contact(w: World) {
    let id = w.draft("large", carillon_domain::campaign::CampaignSettings::default()).await;
    for from in [1, 6_001] {
        let rows = (from..from + 6_000).map(|row| NewContact { last_name: "Smith".into(), ..contact(row) });
        w.store.contacts_import(WS, id, rows.collect(), w.now()).await.unwrap();
    }
    let filter = ContactFilter { search: "smith".into(), ..Default::default() };
    let mut query =
        ContactQuery { filter, sort: ContactSort::Name, descending: true, position: Position::Page(2), per_page: 50 };
    let list = page(&w, id, &query).await;
    assert_eq!((list.contacts.len(), list.matched), (50, Matched::MoreThan(10_000)));
    query.position = Position::After(list.last.unwrap());
    let next = page(&w, id, &query).await;
    assert!(next.contacts[0].contact.first_name < list.contacts[49].contact.first_name);
    query.position = Position::Page(230);
    let refused = w.store.contacts_list(WS, id, &query).await.unwrap_err();
    assert!(matches!(refused, StoreError::PageTooDeep { contacts: 10_000 }), "{refused}");
    // Without a search the last page is as near as the first.
    query = ContactQuery {
        filter: ContactFilter::default(),
        sort: ContactSort::Row,
        descending: false,
        position: Position::Page(240),
        ..query
    };
    assert_eq!(page(&w, id, &query).await.contacts[49].contact.row, 12_000);
    query.position = Position::Page(241);
    assert!(page(&w, id, &query).await.contacts.is_empty());
}
