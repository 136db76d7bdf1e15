use std::sync::Arc;

use sqlx::ConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;

use super::writer::Writer;
use super::{Tx, sql};
use crate::error::{Fault, StoreError};

async fn writer(folder: &tempfile::TempDir) -> (Writer, sqlx::SqliteConnection) {
    let options = SqliteConnectOptions::new().filename(folder.path().join("t.db")).create_if_missing(true);
    let mut reader = options.connect().await.unwrap();
    sqlx::raw_sql("PRAGMA journal_mode = WAL; CREATE TABLE t(n INTEGER)").execute(&mut reader).await.unwrap();
    (Writer::start(options.connect().await.unwrap()).unwrap(), reader)
}

async fn insert(tx: &mut Tx, n: i64, refused: bool) -> Result<i64, Fault> {
    tx.exec(sql("INSERT INTO t VALUES($1)").bind(n)).await?;
    if refused { Err(StoreError::NoSlot.into()) } else { Ok(n) }
}

async fn insert_and_move(tx: &mut Tx, n: i64) -> Result<u64, Fault> {
    tx.exec_later(sql("INSERT INTO t VALUES($1)").bind(n)).await?;
    tx.exec(sql("UPDATE t SET n = n + $2 WHERE n = $1").bind(n).bind(100)).await
}

async fn stored(reader: &mut sqlx::SqliteConnection) -> Vec<i64> {
    sqlx::query_scalar("SELECT n FROM t ORDER BY n").fetch_all(reader).await.unwrap()
}

#[tokio::test]
async fn a_refused_operation_leaves_its_group_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (writer, mut reader) = writer(&folder).await;
    let tasks: Vec<_> = (0..50)
        .map(|n| {
            let writer = writer.clone();
            tokio::spawn(async move { writer.write(None, move |tx| Box::pin(insert(tx, n, n % 5 == 0))).await.is_ok() })
        })
        .collect();
    for (n, task) in tasks.into_iter().enumerate() {
        assert_eq!(task.await.unwrap(), n % 5 != 0);
    }
    assert_eq!(stored(&mut reader).await, (0..50).filter(|n| n % 5 != 0).collect::<Vec<_>>());
}

/// A statement whose answer nobody waits for runs with a later one, even of the next operation; when it fails, only its own operation does.
#[tokio::test]
async fn a_statement_that_rides_along_fails_its_own_operation_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (writer, mut reader) = writer(&folder).await;
    sqlx::raw_sql("CREATE UNIQUE INDEX u ON t(n)").execute(&mut reader).await.unwrap();
    writer.write(None, |tx| Box::pin(insert(tx, 3, false))).await.unwrap();
    let tasks: Vec<_> = (0..20)
        .map(|n| {
            let writer = writer.clone();
            tokio::spawn(async move {
                writer.write(None, move |tx| Box::pin(insert_and_move(tx, n))).await.ok().map(|(changed, _)| changed)
            })
        })
        .collect();
    for (n, task) in tasks.into_iter().enumerate() {
        // The update sees what was inserted before it, and tells of itself alone.
        assert_eq!(task.await.unwrap(), (n != 3).then_some(1), "{n}");
    }
    let expected: Vec<i64> = [3].into_iter().chain((0..20).filter(|n| *n != 3).map(|n| n + 100)).collect();
    assert_eq!(stored(&mut reader).await, expected);
}

#[tokio::test]
async fn when_a_group_fails_all_its_operations_fail_and_the_next_group_works() {
    let folder = tempfile::tempdir().unwrap();
    let (writer, mut reader) = writer(&folder).await;
    // Holds the group open until the others wait: they then form one group, in which the last one breaks the transaction.
    let (open, opened) = (Arc::new(tokio::sync::Notify::new()), Arc::new(tokio::sync::Notify::new()));
    let (o, d) = (open.clone(), opened.clone());
    let first = writer.clone();
    let first = tokio::spawn(async move {
        first
            .write(None, move |tx| {
                let (o, d) = (o.clone(), d.clone());
                Box::pin(async move {
                    d.notify_one();
                    o.notified().await;
                    insert(tx, 1, false).await
                })
            })
            .await
    });
    opened.notified().await;
    let mut group = Vec::new();
    for n in 2..5 {
        let writer = writer.clone();
        group.push(tokio::spawn(async move {
            writer
                .write(None, move |tx| {
                    Box::pin(async move {
                        let n = insert(tx, n, false).await?;
                        if n == 4 {
                            tx.exec(sql("ROLLBACK")).await?;
                        }
                        Ok(n)
                    })
                })
                .await
        }));
        tokio::task::yield_now().await;
    }
    open.notify_one();
    first.await.unwrap().unwrap();
    for task in group {
        let error = task.await.unwrap().unwrap_err();
        assert!(matches!(error, Fault::Store(StoreError::Commit(_))), "{error:?}");
    }
    writer.write(None, |tx| Box::pin(insert(tx, 9, false))).await.unwrap();
    assert_eq!(stored(&mut reader).await, [1, 9]);
}
