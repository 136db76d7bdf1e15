//! What most commands need: the data folder and its database, and finding a campaign by id or name.

use std::path::{Path, PathBuf};

use carillon_domain::{CampaignId, WorkspaceId};
use carillon_store::{Campaign, DatabaseUrl, NewAudit, Store, StoreError};

use crate::cli::DataArgs;
use crate::clock::Clock;
use crate::data::DataFolder;
use crate::error::{CliError, Exit, OrFail, OrUsage};

/// The one workspace of a fresh install.
pub const WORKSPACE: WorkspaceId = WorkspaceId::from_raw(1);

/// An open data folder.
pub struct Context {
    /// The folder.
    pub folder: DataFolder,
    /// Its records, or those of the PostgreSQL named in the options.
    pub store: Store,
    /// Time.
    pub clock: Clock,
    /// Whether the records lie in PostgreSQL, where several machines may dial.
    pub shared_database: bool,
}

impl Context {
    /// Notes a write of the command line in the audit log (B17), as the API notes its own; `action` is the name of the API's operation.
    pub async fn audit(&self, action: &str, target: String, details: serde_json::Value) -> Result<(), CliError> {
        let row = NewAudit {
            at: self.clock.now(),
            user: None,
            who: "command line".to_owned(),
            action: action.to_owned(),
            target: Some(target),
            status: 200,
            details: Some(details),
            address: None,
            request_id: None,
        };
        self.store.audit_append(WORKSPACE, row).await.or_fail("database")
    }

    /// Opens or makes the folder and brings the database to this version.
    pub async fn open(args: &DataArgs) -> Result<Context, CliError> {
        let folder = DataFolder::open(&args.data.clone().map_or_else(default_folder, Ok)?)?;
        Self::open_in(folder, args.database_url.as_deref()).await
    }

    /// For commands that look or control: never makes a folder or a database, never changes its tables.
    pub async fn open_existing(args: &DataArgs) -> Result<Context, CliError> {
        let root = args.data.clone().map_or_else(default_folder, Ok)?;
        let url = url(args.database_url.as_deref(), &root.join(DATABASE_FILE))?;
        let missing = match &url {
            DatabaseUrl::Sqlite { path } => !path.exists(),
            DatabaseUrl::Postgres { .. } => false,
        };
        if missing {
            return Err(CliError::new(
                Exit::NotFound,
                "no_data",
                format!("There is nothing of Carillon in {}.", root.display()),
            )
            .next("--data DIR or CARILLON_DATA names another folder; `carillon run` or `carillon demo` makes one."));
        }
        let folder = DataFolder::existing(&root);
        let store = Store::open_existing(&url).await.map_err(not_opened)?;
        Ok(Context { folder, store, clock: Clock::start(), shared_database: args.database_url.is_some() })
    }

    /// As [`Context::open`], in a folder that is open already.
    pub async fn open_in(folder: DataFolder, database_url: Option<&str>) -> Result<Context, CliError> {
        let url = url(database_url, &folder.path().join(DATABASE_FILE))?;
        let store = Store::open(&url).await.map_err(not_opened)?;
        Ok(Context { folder, store, clock: Clock::start(), shared_database: database_url.is_some() })
    }

    /// A command of this program for this data, to be pasted.
    pub fn command(&self, rest: &str) -> String {
        let program = std::env::args().next().unwrap_or_else(|| "carillon".to_owned());
        let usual = default_folder().ok().and_then(|usual| usual.canonicalize().ok());
        if usual.as_deref() == Some(self.folder.path()) {
            return format!("{program} {rest}");
        }
        format!("{program} {rest} --data {}", self.folder.path().display())
    }

    /// A campaign by id or name.
    pub async fn campaign(&self, id_or_name: &str) -> Result<Campaign, CliError> {
        let found = match id_or_name.parse::<CampaignId>() {
            Ok(id) => self.store.campaign_fetch(WORKSPACE, id).await.or_fail("database")?,
            Err(_) => self.store.campaign_by_name(WORKSPACE, id_or_name).await.or_fail("database")?,
        };
        found.ok_or_else(|| {
            CliError::new(
                Exit::NotFound,
                "campaign_not_found",
                format!("There is no campaign \"{id_or_name}\" in {}.", self.folder.path().display()),
            )
            .next("`carillon campaign list` shows all; --data DIR looks in another folder.")
        })
    }
}

/// The SQLite database of a data folder.
const DATABASE_FILE: &str = "carillon.db";

fn url(database_url: Option<&str>, file: &Path) -> Result<DatabaseUrl, CliError> {
    match database_url {
        Some(url) => url.parse().or_usage("database_url"),
        None => Ok(DatabaseUrl::Sqlite { path: file.to_owned() }),
    }
}

fn not_opened(error: StoreError) -> CliError {
    CliError::new(Exit::Failure, error.code(), crate::error::chain(&error))
}

fn default_folder() -> Result<PathBuf, CliError> {
    let home = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    home.or_else(|| std::env::home_dir().map(|home| home.join(".local/share")))
        .map(|base| base.join("carillon"))
        .ok_or_else(|| {
            CliError::new(Exit::Failure, "no_home", "This user has no home folder to keep data in.")
                .next("Name a folder with --data DIR.")
        })
}
