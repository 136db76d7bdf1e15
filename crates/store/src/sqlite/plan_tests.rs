//! No page of contacts or calls reads a whole table or sorts one.

use super::plans;
use crate::{Backend, DatabaseUrl, Store};

#[derive(sqlx::FromRow)]
struct Step {
    detail: String,
}

#[tokio::test]
async fn every_page_is_a_walk_along_an_index() {
    let folder = tempfile::tempdir().unwrap();
    let url: DatabaseUrl = folder.path().join("plans.db").to_str().unwrap().parse().unwrap();
    let store = Store::open(&url).await.unwrap();
    let key = plans::campaign(&store).await;
    let Backend::Sqlite(db) = &store.backend else { panic!("{url:?} is a file") };
    db.writer.write(None, |tx| Box::pin(plans::settle(tx))).await.unwrap();
    let mut tx = db.reader().await.unwrap();
    for page in plans::pages(key) {
        let steps: Vec<Step> = tx.all(plans::explained("EXPLAIN QUERY PLAN ", page.sql)).await.unwrap();
        let plan: Vec<&str> = steps.iter().map(|step| step.detail.as_str()).collect();
        let shown = format!("{} (looks at each: {})\n{}", page.name, page.searches, plan.join("\n"));
        // SCAN of a subquery (b, u) and of the empty row are the walk's own result.
        let scans = |step: &str| {
            step.starts_with("SCAN ")
                && ["k", "m", "contacts", "calls"].contains(&step.split(' ').nth(1).unwrap_or_default())
        };
        assert!(!plan.iter().any(|step| scans(step)), "reads a whole table: {shown}");
        assert!(page.merges || !plan.iter().any(|step| step.contains("TEMP B-TREE")), "sorts: {shown}");
        assert!(plan.iter().any(|step| step.starts_with("SEARCH")), "no index: {shown}");
        let takes = |index: &&str| plan.iter().any(|step| step.split(' ').any(|word| word == *index));
        assert!(page.indexes.is_empty() || page.indexes.iter().any(takes), "none of {:?}: {shown}", page.indexes);
    }
}
