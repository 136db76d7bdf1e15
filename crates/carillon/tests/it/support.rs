//! Runs the real binary and reads what it says.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use tokio::process::{Child, Command};

/// Which database the records lie in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Database {
    /// The folder's own file.
    Sqlite,
    /// A real PostgreSQL.
    Postgres,
}

/// A data folder, and a PostgreSQL database where that is wanted.
pub struct World {
    pub folder: TempDir,
    postgres: Option<String>,
}

/// What a command left behind.
#[derive(Debug)]
pub struct Output {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Output {
    /// The JSON objects of stdout.
    pub fn lines(&self) -> Vec<Value> {
        let parse =
            |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}\n{}", self.stderr));
        self.stdout.lines().map(parse).collect()
    }

    /// The last JSON object of stdout.
    pub fn last(&self) -> Value {
        self.lines().pop().unwrap_or_else(|| panic!("nothing on stdout; stderr: {}", self.stderr))
    }
}

impl World {
    pub async fn new(database: Database) -> World {
        let postgres = match database {
            Database::Sqlite => None,
            Database::Postgres => Some(carillon_testkit::postgres::database()),
        };
        World { folder: tempfile::tempdir().expect("temporary folder"), postgres }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn data(&self) -> PathBuf {
        self.path("data")
    }

    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, text).expect("writes the file");
        path
    }

    /// The command, with this world's data, not yet started.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_carillon"));
        command
            .args(arguments)
            .env("CARILLON_DATA", self.data())
            .env("CARILLON_LOG", "warn")
            .stdin(Stdio::null())
            .kill_on_drop(true);
        command.env_remove("CARILLON_DATABASE_URL");
        if let Some(database) = &self.postgres {
            command.env("CARILLON_DATABASE_URL", database);
        }
        command
    }

    /// Runs a command to its end.
    pub async fn run(&self, arguments: &[&str]) -> Output {
        self.run_within(Duration::from_secs(240), arguments).await
    }

    pub async fn run_within(&self, limit: Duration, arguments: &[&str]) -> Output {
        let output = tokio::time::timeout(limit, self.command(arguments).output()).await;
        let output = output
            .unwrap_or_else(|_| panic!("carillon {arguments:?} did not end within {limit:?}"))
            .expect("the binary runs");
        Output {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Starts a command and leaves it running.
    pub fn start(&self, arguments: &[&str]) -> Child {
        self.command(arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the binary starts")
    }

    /// The campaign's contacts as the JSON export has them.
    pub async fn export(&self, campaign: &str) -> Value {
        let out = self.path("export.json");
        let done = self.run(&["export", campaign, "--format", "json", "--out", text(&out)]).await;
        assert_eq!(done.code, Some(0), "{}", done.stderr);
        serde_json::from_slice(&std::fs::read(&out).expect("the export is there")).expect("the export is JSON")
    }

    /// Rows, counters and events agree.
    pub async fn assert_sound(&self) {
        let doctor = self.run(&["doctor", "--json"]).await;
        assert_eq!(doctor.code, Some(0), "{}\n{}", doctor.stdout, doctor.stderr);
    }
}

/// Said in the output of a test that fails.
#[expect(clippy::print_stdout, reason = "the test harness keeps it and shows it when the test fails")]
pub fn note(line: &str) {
    println!("{line}");
}

pub fn text(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

/// A contact file of rows `first` to `first + count`, whose last two digits run from 00 to 99.
pub fn contact_file(count: usize) -> String {
    let mut csv = String::from("phone\n");
    for n in 0..count {
        csv.push_str(&format!("+1{}55501{:02}\n", 212 + n / 100, n % 100));
    }
    csv
}

/// Makes `name::sqlite` and `name::postgres` of one test.
macro_rules! on_both_databases {
    ($($(#[$meta:meta])* async fn $name:ident($world:ident) $body:block)*) => { $(
        mod $name {
            use super::*;
            $(#[$meta])*
            async fn check($world: World) $body
            #[tokio::test(flavor = "multi_thread")]
            async fn sqlite() { check(World::new(Database::Sqlite).await).await }
            #[tokio::test(flavor = "multi_thread")]
            async fn postgres() { check(World::new(Database::Postgres).await).await }
        }
    )* };
}
pub(crate) use on_both_databases;
