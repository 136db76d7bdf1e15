//! From the public functions to the statements of the open database.

/// Runs a shared function in a transaction of its own. The values in brackets are cloned for each run, since a transaction may run again.
/// Gives `Result<(T, Instant), Fault>`: the result and when COMMIT was sent.
macro_rules! write_tx {
    ($store:expr, $session:expr, [$($owned:ident),*], $module:ident::$function:ident($($argument:expr),*)) => {
        match &$store.backend {
            crate::Backend::Sqlite(db) => {
                $(let $owned = $owned.clone();)*
                db.writer.write($session, move |tx| {
                    $(let $owned = $owned.clone();)*
                    Box::pin(async move { crate::sqlite::$module::$function(tx, $($argument),*).await })
                }).await
            }
            crate::Backend::Postgres(db) => {
                $(let $owned = $owned.clone();)*
                db.lanes.write($session, move |tx| {
                    $(let $owned = $owned.clone();)*
                    Box::pin(async move { crate::postgres::$module::$function(tx, $($argument),*).await })
                }).await
            }
        }
    };
}

/// Runs a shared function on one moment of the database. Gives `Result<T, StoreError>`.
macro_rules! snapshot {
    ($store:expr, $module:ident::$function:ident($($argument:expr),*)) => {
        match &$store.backend {
            crate::Backend::Sqlite(db) => {
                let mut tx = db.snapshot().await?;
                crate::sqlite::$module::$function(&mut tx, $($argument),*).await.map_err(crate::StoreError::from)
            }
            crate::Backend::Postgres(db) => {
                let mut tx = db.snapshot().await?;
                crate::postgres::$module::$function(&mut tx, $($argument),*).await.map_err(crate::StoreError::from)
            }
        }
    };
}

/// Runs a shared function on a reading connection. Gives `Result<T, StoreError>`.
macro_rules! read {
    ($store:expr, $module:ident::$function:ident($($argument:expr),*)) => {
        match &$store.backend {
            crate::Backend::Sqlite(db) => {
                let mut tx = db.reader().await?;
                crate::sqlite::$module::$function(&mut tx, $($argument),*).await.map_err(crate::StoreError::from)
            }
            crate::Backend::Postgres(db) => {
                let mut tx = db.reader().await?;
                crate::postgres::$module::$function(&mut tx, $($argument),*).await.map_err(crate::StoreError::from)
            }
        }
    };
}
