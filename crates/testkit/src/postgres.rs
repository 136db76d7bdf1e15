//! A real PostgreSQL for tests: one server for each test process, a new database for each test.
//!
//! The server runs from Debian's package, listens on a Unix socket in a temporary folder only, and is ended with its folder when the test
//! process ends, however it ends. Its data may be lost on a power cut (fsync off): tests look at order and isolation, not at disks.

use std::fs;
use std::io;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// Names an existing server to use instead, as `postgres://USER@HOST:PORT`; the user must be allowed to make databases.
pub const SERVER_VARIABLE: &str = "CARILLON_TEST_POSTGRES";

/// PostgreSQL could not be started.
#[derive(Debug, Clone, thiserror::Error)]
pub enum PostgresError {
    /// Not installed.
    #[error(
        "these tests need PostgreSQL's server programs: install them with `apt-get install postgresql` (looked in /usr/lib/postgresql/*/bin and PATH)"
    )]
    Missing,
    /// A program failed.
    #[error("{program} failed: {text}")]
    Failed {
        /// Which program.
        program: String,
        /// What it said.
        text: String,
    },
    /// The server did not become ready.
    #[error("PostgreSQL did not become ready within {0} seconds; its log: {1}")]
    NotReady(u64, String),
}

/// Longest wait for the server: a slow machine under load needs a few seconds.
const PATIENCE: Duration = Duration::from_secs(60);

/// A new, empty database on this process's server; the address for `Store::open` and `CARILLON_DATABASE_URL`.
///
/// # Panics
/// When PostgreSQL is missing or does not start: a test that needs it must fail, not pass unseen.
pub fn database() -> String {
    match try_database() {
        Ok(url) => url,
        Err(error) => panic!("{error}"),
    }
}

/// Like [`database`], with the error.
pub fn try_database() -> Result<String, PostgresError> {
    static SERVER: OnceLock<Result<Server, PostgresError>> = OnceLock::new();
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let server = SERVER.get_or_init(Server::start).as_ref().map_err(Clone::clone)?;
    let name = format!("test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let mut psql = Command::new(server.bin.join("psql"));
    psql.args(["--no-psqlrc", "--quiet", "--command", &format!("CREATE DATABASE {name}"), &server.url("postgres")]);
    run(psql)?;
    Ok(server.url(&name))
}

struct Server {
    bin: PathBuf,
    /// `postgres://USER@HOST` and the options after the name of the database.
    address: (String, String),
    /// Holds the pipe whose end tells the watching shell that this process is gone.
    _watch: Option<Child>,
}

impl Server {
    fn url(&self, database: &str) -> String {
        format!("{}/{database}{}", self.address.0, self.address.1)
    }

    fn start() -> Result<Server, PostgresError> {
        let bin = programs()?;
        if let Ok(address) = std::env::var(SERVER_VARIABLE) {
            return Ok(Server {
                bin,
                address: (address.trim_end_matches('/').to_owned(), String::new()),
                _watch: None,
            });
        }
        let folder = tempfile::Builder::new()
            .prefix("carillon-postgres-")
            .tempdir()
            .map_err(|e| failed("making a temporary folder", &e))?
            .keep();
        let data = folder.join("data");
        copy_template(&bin, &data)?;
        let mut copy = Command::new("chown");
        copy.arg("-R").arg(user()).arg(&folder);
        if is_root() {
            run(copy)?;
        }
        let watch = start_server(&bin, &folder, &data)?;
        wait_until_ready(&folder, &data)?;
        let address = ("postgres://postgres@localhost".to_owned(), format!("?host={}", folder.display()));
        Ok(Server { bin, address, _watch: Some(watch) })
    }
}

/// A shell that starts the server, waits for the end of its input (which this process holds), then ends the server and removes the folder.
fn start_server(bin: &Path, folder: &Path, data: &Path) -> Result<Child, PostgresError> {
    const SCRIPT: &str = r#"folder=$1; shift
"$@" >"$folder/log" 2>&1 </dev/null &
server=$!
read -r _
kill -QUIT "$server"
wait "$server"
rm -rf "$folder""#;
    let mut shell = Command::new("sh");
    shell.args(["-c", SCRIPT, "sh"]).arg(folder);
    for word in as_user() {
        shell.arg(word);
    }
    shell.arg(bin.join("postgres")).arg("-D").arg(data).arg("-k").arg(folder);
    for option in [
        "listen_addresses=",
        "fsync=off",
        "full_page_writes=off",
        "max_connections=200",
        "shared_buffers=32MB",
        "log_min_messages=fatal",
    ] {
        shell.arg("-c").arg(option);
    }
    // Its own process group: Ctrl-C in the terminal ends the test, and the test's end ends the server.
    shell.process_group(0).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    shell.current_dir("/").spawn().map_err(|e| failed("sh", &e))
}

fn wait_until_ready(folder: &Path, data: &Path) -> Result<(), PostgresError> {
    let start = Instant::now();
    let state = data.join("postmaster.pid");
    loop {
        // The eighth line of this file says "ready" when connections are taken.
        if fs::read_to_string(&state).is_ok_and(|text| text.lines().nth(7).is_some_and(|l| l.trim() == "ready")) {
            return Ok(());
        }
        if start.elapsed() > PATIENCE {
            let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
            return Err(PostgresError::NotReady(PATIENCE.as_secs(), log));
        }
        pause();
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the server tells only through a file; it is looked at again until PATIENCE is over"
)]
fn pause() {
    std::thread::sleep(Duration::from_millis(10));
}

/// `initdb` takes a second and more; its result is the same each time, so it is made once and copied.
fn copy_template(bin: &Path, data: &Path) -> Result<(), PostgresError> {
    let version = bin.parent().and_then(Path::file_name).map_or_else(|| "path".into(), |v| v.to_string_lossy());
    let kept = std::env::temp_dir().join(format!("carillon-postgres-template-{version}-{}", user()));
    if !kept.join("PG_VERSION").exists() {
        let made = std::env::temp_dir().join(format!("{}-{}", kept.display(), std::process::id()));
        fs::create_dir_all(&made).map_err(|e| failed("making a folder", &e))?;
        if is_root() {
            let mut own = Command::new("chown");
            own.arg(user()).arg(&made);
            run(own)?;
        }
        let mut words = as_user().into_iter();
        let initdb = bin.join("initdb");
        let mut command = match words.next() {
            Some(first) => {
                let mut command = Command::new(first);
                command.args(words).arg(initdb);
                command
            }
            None => Command::new(initdb),
        };
        command.args(["--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", "-D"]);
        command.arg(&made).current_dir("/");
        run(command)?;
        // Another test process may have been faster; then its template serves as well.
        if fs::rename(&made, &kept).is_err() {
            fs::remove_dir_all(&made).map_err(|e| failed("removing a folder", &e))?;
        }
    }
    let mut copy = Command::new("cp");
    copy.arg("-a").arg(&kept).arg(data);
    run(copy)
}

fn programs() -> Result<PathBuf, PostgresError> {
    let version = |path: &Path| {
        path.parent()
            .and_then(Path::file_name)
            .and_then(|v| v.to_string_lossy().parse::<f64>().ok())
            .unwrap_or_default()
    };
    let mut found: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("bin"))
        .filter(|bin| bin.join("initdb").exists())
        .collect();
    found.sort_by(|a, b| version(a).total_cmp(&version(b)));
    let in_path = || {
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path).find(|folder| folder.join("initdb").exists())
    };
    found.pop().or_else(in_path).ok_or(PostgresError::Missing)
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|m| std::os::unix::fs::MetadataExt::uid(&m) == 0)
}

/// The server refuses to run as root: there it runs as the user that its package made.
fn user() -> String {
    if is_root() { "postgres".to_owned() } else { std::env::var("USER").unwrap_or_else(|_| "user".to_owned()) }
}

fn as_user() -> Vec<&'static str> {
    if is_root() { vec!["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] } else { Vec::new() }
}

fn failed(program: &str, error: &io::Error) -> PostgresError {
    PostgresError::Failed { program: program.to_owned(), text: error.to_string() }
}

fn run(mut command: Command) -> Result<(), PostgresError> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|e| failed(&program, &e))?;
    if output.status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(PostgresError::Failed { program, text })
}
