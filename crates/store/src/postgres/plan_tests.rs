//! No page of contacts or calls reads a whole table or sorts one.

use serde_json::Value;
use sqlx::types::Json;

use super::plans;
use crate::{Backend, Store};

#[derive(sqlx::FromRow)]
struct Plan {
    #[sqlx(rename = "QUERY PLAN")]
    plan: Json<Value>,
}

/// All nodes of a plan: kind and table, and how many rows the database expects of it.
fn nodes(plan: &Value, found: &mut Vec<(String, f64)>) {
    let text = |key: &str| plan[key].as_str().unwrap_or_default();
    let kind = format!("{} {} {}", text("Node Type"), text("Relation Name"), text("Index Name"));
    let kind = kind.split_whitespace().collect::<Vec<_>>().join(" ");
    found.push((kind, plan["Plan Rows"].as_f64().unwrap_or_default()));
    for below in plan["Plans"].as_array().into_iter().flatten() {
        nodes(below, found);
    }
}

#[tokio::test]
async fn every_page_is_a_walk_along_an_index() {
    let url = tokio::task::spawn_blocking(carillon_testkit::postgres::database).await.unwrap();
    let store = Store::open(&url.parse().unwrap()).await.unwrap();
    let key = plans::campaign(&store).await;
    let Backend::Postgres(db) = &store.backend else { panic!("{url} is a server") };
    db.lanes.write(None, |tx| Box::pin(plans::settle(tx))).await.unwrap();
    let mut tx = db.reader().await.unwrap();
    for page in plans::pages(key) {
        let plans: Vec<Plan> = tx.all(plans::explained("EXPLAIN (FORMAT JSON) ", page.sql)).await.unwrap();
        let plan = &plans[0].plan.0[0]["Plan"];
        let mut found = Vec::new();
        nodes(plan, &mut found);
        let shown = format!("{}\n{found:?}\n{plan:#}", page.name);
        // Marks are few, and the table is one campaign.
        let whole = |kind: &str| kind.starts_with("Seq Scan") && kind != "Seq Scan contact_marks" && !page.searches;
        assert!(!found.iter().any(|(kind, _)| whole(kind)), "reads a whole table: {shown}");
        // What several walks gave is sorted as a set, and so is a filter that few match: never a good part of the table.
        let sorts = |(kind, rows): &(String, f64)| kind == "Sort" && *rows > if page.merges { 1_000.0 } else { 500.0 };
        assert!(!found.iter().any(sorts), "sorts: {shown}");
        let takes = |index: &&str| found.iter().any(|(kind, _)| kind.split(' ').any(|word| word == *index));
        assert!(page.indexes.is_empty() || page.indexes.iter().any(takes), "none of {:?}: {shown}", page.indexes);
        assert!(page.searches || found.iter().any(|(kind, _)| kind.contains("Index")), "no index: {shown}");
    }
}
