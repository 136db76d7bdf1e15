//! The command line.

use std::path::PathBuf;

use carillon_api::model::ExportColumn;
use carillon_domain::{CallResult, ContactStatus};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::cli_admin::{ServeArgs, TrunkArgs, UserArgs};

/// Carillon calls the people of a list over SIP, talks with each, and writes down what came of it.
#[derive(Debug, Parser)]
#[command(name = "carillon", version, about, max_term_width = 110)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Where the data lies.
#[derive(Debug, Clone, Args)]
pub struct DataArgs {
    /// Data folder: database, recordings, logs
    #[arg(long, value_name = "DIR", env = "CARILLON_DATA", global = true)]
    pub data: Option<PathBuf>,
    /// PostgreSQL instead of SQLite: postgres://USER@HOST/DATABASE
    #[arg(long, value_name = "URL", env = "CARILLON_DATABASE_URL", hide_env_values = true, global = true)]
    pub database_url: Option<String>,
}

/// All commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show Carillon at work: a sample campaign over the practice network, no account needed
    Demo(DemoArgs),
    /// Call everyone in a contact file through a SIP trunk
    Run(Box<RunArgs>),
    /// Serve the page and the API, and call what is started there
    Serve(ServeArgs),
    /// Write a campaign's contacts with their results, or a report of it, to a file
    Export(ExportArgs),
    /// Look at a contact file before it is used
    Contacts(ContactsArgs),
    /// List, show and control campaigns; works while another process is calling
    Campaign(CampaignArgs),
    /// Show what happened in a call
    Call(CallArgs),
    /// Recount everything and compare; the exit code says whether all agrees
    Doctor(DoctorArgs),
    /// Add, list, remove users; give somebody a one-time link
    User(UserArgs),
    /// Add, list and test trunks
    Trunk(Box<TrunkArgs>),
    /// Print the API's specification (OpenAPI 3.1)
    Openapi,
    /// Run the practice network alone: simulated people on real SIP and RTP, on this machine only
    Practice(PracticeArgs),
    /// Install and check the models for local speech
    Models(ModelsArgs),
}

/// `carillon demo`.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Where the data lies.
    #[command(flatten)]
    pub data: DataArgs,
    /// End when the campaign is over
    #[arg(long)]
    pub once: bool,
    /// Address and port of the page; another port when this one is taken
    #[arg(long, value_name = "ADDRESS", env = "CARILLON_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: std::net::SocketAddr,
    /// How many sample contacts
    #[arg(long, value_name = "N", default_value_t = 120, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub contacts: u32,
    /// One JSON object a line on stdout instead of the picture
    #[arg(long)]
    pub json: bool,
}

/// `carillon run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// Contact file: CSV or XLSX with a phone column; other columns become {{variables}}
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Where the data lies.
    #[command(flatten)]
    pub data: DataArgs,
    /// The trunk: sip:HOST[:PORT][;transport=tcp]
    #[arg(long, value_name = "URI")]
    pub trunk: String,
    /// User for the trunk's login; the password comes from CARILLON_TRUNK_PASSWORD or a prompt
    #[arg(long, value_name = "USER")]
    pub trunk_user: Option<String>,
    /// Register with the trunk before calling
    #[arg(long, requires = "trunk_user")]
    pub trunk_register: bool,
    /// How numbers are dialled: +e164, e164, national:COUNTRYCODE[:TRUNKPREFIX], prefix:DIGITS
    #[arg(long, value_name = "FORMAT", default_value = "+e164")]
    pub dial_format: String,
    /// Caller ID shown to the contacts
    #[arg(long, value_name = "NUMBER")]
    pub caller_id: Option<String>,
    /// Which header carries the caller ID
    #[arg(long, value_enum, default_value_t = CallerIdHeaderArg::From)]
    pub caller_id_header: CallerIdHeaderArg,
    /// This machine's public address, when it is behind NAT
    #[arg(long, value_name = "IP")]
    pub public_address: Option<std::net::IpAddr>,
    /// The AI employee who calls, by name; the sample employee unless given
    #[arg(long, value_name = "NAME")]
    pub employee: Option<String>,
    /// How it calls.
    #[command(flatten)]
    pub settings: SettingsArgs,
    /// Country of numbers without a country code, such as US
    #[arg(long, value_name = "COUNTRY")]
    pub country: Option<String>,
    /// Name of the campaign; the file's name unless given
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Call a file that was already called: makes "NAME (2)"
    #[arg(long)]
    pub again: bool,
    /// One JSON object a line on stdout; the last is the summary
    #[arg(long)]
    pub json: bool,
}

/// Choices of `--caller-id-header`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CallerIdHeaderArg {
    /// The From header.
    From,
    /// P-Asserted-Identity.
    Pai,
}

/// Choices of `--order`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OrderArg {
    /// First row first.
    AsUploaded,
    /// Last row first.
    NewestFirst,
}

/// `carillon export`.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// Campaign, by id or name
    pub campaign: String,
    /// Where the data lies.
    #[command(flatten)]
    pub data: DataArgs,
    /// The file's format
    #[arg(long, value_enum)]
    pub format: ExportFormat,
    /// The file to write; - for standard output
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Only these columns: row, name, phone, status, result, reason, attempts, attempt_details, processed_at, zone, duration, link,
    /// handled, properties
    #[arg(long, value_name = "A,B", value_delimiter = ',', value_parser = named::<ExportColumn>)]
    pub columns: Vec<ExportColumn>,
    /// Only contacts with one of these statuses: pending, in_progress, completed, failed, skipped, canceled
    #[arg(long, value_name = "A,B", value_delimiter = ',', num_args = 1.., value_parser = named::<ContactStatus>)]
    pub status: Vec<ContactStatus>,
    /// Only contacts with one of these results: success, voicemail, no_answer …
    #[arg(long, value_name = "A,B", value_delimiter = ',', num_args = 1.., value_parser = named::<CallResult>)]
    pub result: Vec<CallResult>,
    /// Only contacts with one of these failure codes or skip reasons
    #[arg(long, value_name = "A,B", value_delimiter = ',', num_args = 1..)]
    pub reason: Vec<String>,
    /// Begin a CSV with a byte order mark, by which spreadsheets know UTF-8
    #[arg(long)]
    pub byte_order_mark: bool,
}

/// A value by the code that the API has for it; the refusal lists all.
fn named<T: serde::de::DeserializeOwned>(code: &str) -> Result<T, String> {
    serde_json::from_value(serde_json::Value::from(code)).map_err(|error| error.to_string())
}

/// Formats of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// A row per contact.
    Csv,
    /// One document: campaign, counts, results, failures, contacts with every attempt.
    Json,
    /// An object a line: the campaign, its contacts, the end.
    Jsonl,
    /// A workbook: contacts, calls, summary.
    Xlsx,
    /// A report.
    Pdf,
}

impl From<ExportFormat> for carillon_api::model::ExportFormat {
    fn from(format: ExportFormat) -> Self {
        match format {
            ExportFormat::Csv => Self::Csv,
            ExportFormat::Json => Self::Json,
            ExportFormat::Jsonl => Self::Jsonl,
            ExportFormat::Xlsx => Self::Xlsx,
            ExportFormat::Pdf => Self::Pdf,
        }
    }
}

/// `carillon campaign`.
#[derive(Debug, Args)]
pub struct CampaignArgs {
    /// Where the data lies.
    #[command(flatten)]
    pub data: DataArgs,
    /// One JSON object a line on stdout
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do.
    #[command(subcommand)]
    pub action: CampaignAction,
}

/// What to do with campaigns.
#[derive(Debug, Subcommand)]
pub enum CampaignAction {
    /// All campaigns, newest first
    List,
    /// Make a Draft from a contact file
    Create(Box<CreateArgs>),
    /// Begin calling: a running `carillon serve` calls it
    Start {
        /// Campaign, by id or name
        campaign: String,
    },
    /// Show the counts while they change, until it is over
    Watch {
        /// Campaign, by id or name
        campaign: String,
    },
    /// Status, counts, results and failures
    Show {
        /// Campaign, by id or name
        campaign: String,
    },
    /// No new calls within a second; calls in progress finish
    Pause {
        /// Campaign, by id or name
        campaign: String,
    },
    /// Go on where it was paused
    Resume {
        /// Campaign, by id or name
        campaign: String,
    },
    /// End it for good; contacts never attempted become Canceled
    Stop {
        /// Campaign, by id or name
        campaign: String,
    },
    /// Queue new attempts for the contacts in Failed, and only for those
    Retry {
        /// Campaign, by id or name
        campaign: String,
    },
}

/// `carillon campaign create`.
#[derive(Debug, Args)]
pub struct CreateArgs {
    /// Name of the campaign
    #[arg(long, value_name = "NAME")]
    pub name: String,
    /// Contact file: CSV or XLSX
    #[arg(long, value_name = "FILE")]
    pub contacts: PathBuf,
    /// How the file is read.
    #[command(flatten)]
    pub read: ReadArgs,
    /// The AI employee who calls, by name; the sample employee unless given
    #[arg(long, value_name = "NAME")]
    pub employee: Option<String>,
    /// The trunk, by name; the first one unless given
    #[arg(long, value_name = "NAME")]
    pub trunk: Option<String>,
    /// Numbers that are skipped because they stand elsewhere too
    #[arg(long, value_enum, default_value_t = DuplicatesArg::Campaign)]
    pub duplicates: DuplicatesArg,
    /// How it calls.
    #[command(flatten)]
    pub settings: SettingsArgs,
}

/// Choices of `--duplicates`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DuplicatesArg {
    /// In this campaign.
    Campaign,
    /// Also in campaigns that are not over.
    OpenCampaigns,
    /// Also in any campaign.
    AllCampaigns,
}

/// A campaign's settings.
#[derive(Debug, Clone, Args)]
pub struct SettingsArgs {
    /// Calls at the same time
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub lines: u32,
    /// New calls per second
    #[arg(long, value_name = "N", default_value_t = 5.0)]
    pub cps: f64,
    /// Longest ringing, in seconds
    #[arg(long, value_name = "S", default_value_t = 30)]
    pub ring_timeout: u32,
    /// Longest call, in seconds
    #[arg(long, value_name = "S", default_value_t = 300)]
    pub max_call: u32,
    /// Automatic further attempts, such as busy=2x15m,no_answer=3x1h,failed=1x5m; off unless given
    #[arg(long, value_name = "RULE")]
    pub retry: Option<String>,
    /// Order of the calls
    #[arg(long, value_enum, default_value_t = OrderArg::AsUploaded)]
    pub order: OrderArg,
    /// Do not record
    #[arg(long)]
    pub no_recording: bool,
}

/// `carillon call`.
#[derive(Debug, Args)]
pub struct CallArgs {
    /// Where the data lies.
    #[command(flatten)]
    pub data: DataArgs,
    /// One JSON object on stdout
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do.
    #[command(subcommand)]
    pub action: CallAction,
}

/// What to do with calls.
#[derive(Debug, Subcommand)]
pub enum CallAction {
    /// Times, turns and SIP messages of a call
    Show {
        /// The call's id, call_…
        call: String,
    },
}

/// `carillon contacts`.
#[derive(Debug, Args)]
pub struct ContactsArgs {
    /// One JSON object a line on stdout; the last is the summary
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do.
    #[command(subcommand)]
    pub action: ContactsAction,
}

/// What to do with contact files.
#[derive(Debug, Subcommand)]
pub enum ContactsAction {
    /// Say which contacts would be called, and why the others would not; nothing is kept and nobody is called
    Check(ContactsCheckArgs),
    /// Print a contact file to begin with
    Template,
}

/// `carillon contacts check`.
#[derive(Debug, Args)]
pub struct ContactsCheckArgs {
    /// Contact file: CSV or XLSX
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// How the file is read.
    #[command(flatten)]
    pub read: ReadArgs,
}

/// How a contact file is read.
#[derive(Debug, Args)]
pub struct ReadArgs {
    /// Country of numbers without a country code, such as US
    #[arg(long, value_name = "COUNTRY")]
    pub country: Option<String>,
    /// What a column is, as FIELD=COLUMN: phone, first_name, last_name, full_name, time_zone, external_id, skip, or the name of a
    /// {{variable}}; COLUMN is its header or its number. May be given several times; the other columns are as suggested
    #[arg(long = "map", value_name = "FIELD=COLUMN")]
    pub map: Vec<String>,
    /// Sheet of a workbook, by name; its first one unless given
    #[arg(long, value_name = "NAME")]
    pub sheet: Option<String>,
}

/// `carillon doctor`.
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// Where the data lies.
    #[command(flatten)]
    pub data: DataArgs,
    /// One JSON object a line on stdout
    #[arg(long)]
    pub json: bool,
}

/// `carillon practice`.
#[derive(Debug, Args)]
pub struct PracticeArgs {
    /// Where it listens; this machine only
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:5070")]
    pub listen: std::net::SocketAddr,
    /// Choose personas by this seed instead of the number's last two digits
    #[arg(long, value_name = "SEED")]
    pub mix: Option<u64>,
    /// Folder with the personas' speech; made by `carillon demo`
    #[arg(long, value_name = "DIR")]
    pub speech: Option<PathBuf>,
    /// Write one JSON object per call event to this file
    #[arg(long, value_name = "FILE")]
    pub log: Option<PathBuf>,
    /// End when standard input ends: the demo starts it so, and it never outlives the demo
    #[arg(long, hide = true)]
    pub with_owner: bool,
}

/// `carillon models`.
#[derive(Debug, Args)]
pub struct ModelsArgs {
    /// Where models lie
    #[arg(long, value_name = "DIR", env = "CARILLON_MODELS", global = true)]
    pub dir: Option<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub action: ModelsAction,
}

/// What to do with models.
#[derive(Debug, Subcommand)]
pub enum ModelsAction {
    /// Fetch what is missing: about 60 MB for the voice
    Install {
        /// Take the files from this folder instead of the network
        #[arg(long, value_name = "DIR")]
        from: Option<PathBuf>,
    },
    /// Which models there are, where from, under which licence
    List,
    /// Check the installed files
    Check,
}
