use std::path::PathBuf;
use std::str::FromStr;

use crate::error::StoreError;

/// Where the database is.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A SQLite file, made when missing.
    Sqlite {
        /// Path of the file.
        path: PathBuf,
    },
    /// A PostgreSQL database.
    Postgres {
        /// `postgres://USER:PASSWORD@HOST/NAME`; may carry a password, so it is never shown.
        url: String,
    },
}

impl FromStr for DatabaseUrl {
    type Err = StoreError;

    /// `postgres://…` or `postgresql://…`, else a path (also as `sqlite:PATH`).
    fn from_str(text: &str) -> Result<Self, StoreError> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(DatabaseUrl::Postgres { url: text.to_owned() });
        }
        let path = text.strip_prefix("sqlite:").map_or(text, |rest| rest.strip_prefix("//").unwrap_or(rest));
        if path.is_empty() || path.contains("://") {
            // The text may carry a password: only its scheme is shown.
            return Err(StoreError::BadUrl(text.split("://").next().unwrap_or_default().chars().take(40).collect()));
        }
        Ok(DatabaseUrl::Sqlite { path: path.into() })
    }
}

/// Without user and password.
impl std::fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            DatabaseUrl::Sqlite { path } => write!(f, "{}", path.display()),
            DatabaseUrl::Postgres { url } => {
                let rest = url.split_once("://").map_or("", |(_, rest)| rest);
                let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
                write!(f, "postgres://{}", place.split('?').next().unwrap_or_default())
            }
        }
    }
}

impl std::fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

/// A slot held by this process: part of every id it makes, and owner of its count rows and leases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    /// 1 to 1,023.
    pub slot: u16,
    /// Rises with each new holder; what an older holder leased is not ours.
    pub fence: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_is_a_path_or_a_postgres_url_and_a_password_is_never_shown() {
        let shown = |text: &str| text.parse::<DatabaseUrl>().map(|u| format!("{u} {u:?}"));
        assert_eq!(shown("data/c.db").expect("path"), "data/c.db data/c.db");
        assert_eq!(shown("sqlite://data/c.db").expect("path"), "data/c.db data/c.db");
        let url = shown("postgres://ann:s3cret@db.example/carillon?sslmode=require").expect("url");
        assert_eq!(url, "postgres://db.example/carillon postgres://db.example/carillon");
        for bad in ["", "mysql://ann:s3cret@db/x"] {
            let error = shown(bad).expect_err("refused").to_string();
            assert!(!error.contains("s3cret"), "{error}");
        }
    }
}
