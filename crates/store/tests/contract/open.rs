use carillon_store::{DatabaseUrl, Store, StoreError};

use crate::world::{WS, World};

/// A command that only looks makes nothing and changes nothing.
pub(crate) async fn looking_opens_only_what_is_there_and_of_this_version(w: World) {
    let id = w.campaign("c", 3).await;
    let looking = Store::open_existing(&w.url).await.unwrap();
    assert_eq!(looking.counts(WS, id).await.unwrap().pending, 3);
    looking.close().await;
    let (nowhere, empty) = match &w.url {
        DatabaseUrl::Sqlite { path } => {
            let empty = path.with_file_name("empty.db");
            std::fs::write(&empty, "").unwrap();
            (path.with_file_name("new folder").join("c.db").display().to_string(), empty.display().to_string())
        }
        DatabaseUrl::Postgres { url } => {
            let (server, _) = url.split_once('?').unwrap_or((url, ""));
            let (server, _) = server.rsplit_once('/').unwrap();
            let empty = tokio::task::spawn_blocking(carillon_testkit::postgres::database).await.unwrap();
            let rest = url.split_once('?').map_or(String::new(), |(_, rest)| format!("?{rest}"));
            (format!("{server}/nowhere{rest}"), empty)
        }
    };
    for url in [&nowhere, &empty] {
        let none = Store::open_existing(&url.parse().unwrap()).await.unwrap_err();
        assert!(matches!(none, StoreError::NoDatabase { .. }), "{none}");
        assert_eq!(none.code(), "database_not_found");
    }
    if let DatabaseUrl::Sqlite { path } = &w.url {
        assert!(!path.with_file_name("new folder").exists());
        assert_eq!(std::fs::metadata(&empty).unwrap().len(), 0, "left as it was");
        let text = path.with_file_name("text.db");
        std::fs::write(&text, "phone,name\n".repeat(99)).unwrap();
        let other = Store::open_existing(&DatabaseUrl::Sqlite { path: text }).await.unwrap_err();
        assert!(matches!(other, StoreError::Open { .. }), "{other}");
    }
    w.execute("UPDATE _sqlx_migrations SET version = 99 WHERE version = (SELECT MAX(version) FROM _sqlx_migrations)")
        .await;
    let newer = Store::open_existing(&w.url).await.unwrap_err();
    assert!(matches!(newer, StoreError::OtherVersion { found: 99, known: ..99, .. }), "{newer}");
}
