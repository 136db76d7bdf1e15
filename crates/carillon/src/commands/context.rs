//! What most commands need: the data folder and its database, and finding a campaign by id or name.

use std::path::PathBuf;

use carillon_domain::{CampaignId, WorkspaceId};
use carillon_store::{Campaign, DatabaseUrl, Store};

use crate::cli::DataArgs;
use crate::clock::Clock;
use crate::data::DataFolder;
use crate::error::{CliError, Exit, OrFail};

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
    /// Opens or makes the folder and brings the database to this version.
    pub async fn open(args: &DataArgs) -> Result<Context, CliError> {
        let folder = DataFolder::open(&args.data.clone().map_or_else(default_folder, Ok)?)?;
        Self::open_in(folder, args.database_url.as_deref()).await
    }

    /// As [`Context::open`], in a folder that is open already.
    pub async fn open_in(folder: DataFolder, database_url: Option<&str>) -> Result<Context, CliError> {
        let (url, shared_database) = match database_url {
            Some(url) => (url.parse().or_fail("database_url")?, true),
            None => (DatabaseUrl::Sqlite { path: folder.database() }, false),
        };
        let store = Store::open(&url)
            .await
            .map_err(|error| CliError::new(Exit::Failure, error.code(), crate::error::chain(&error)))?;
        Ok(Context { folder, store, clock: Clock::start(), shared_database })
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

fn default_folder() -> Result<PathBuf, CliError> {
    let home = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    home.or_else(|| std::env::home_dir().map(|home| home.join(".local/share")))
        .map(|base| base.join("carillon"))
        .ok_or_else(|| {
            CliError::new(Exit::Failure, "no_home", "This user has no home folder to keep data in.")
                .next("Name a folder with --data DIR.")
        })
}
