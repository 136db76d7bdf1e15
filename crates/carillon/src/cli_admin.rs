//! The command line of `serve`, `user` and `trunk`.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use crate::cli::{CallerIdHeaderArg, DataArgs};

/// `carillon serve`.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// Where the data lies.
    #[command(flatten)]
    pub data: DataArgs,
    /// Address and port of the page and the API; on another machine's network behind a proxy with https
    #[arg(long, value_name = "ADDRESS", env = "CARILLON_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// The address at which people reach it, such as https://calls.example.com
    #[arg(long, value_name = "URL", env = "CARILLON_PUBLIC_URL")]
    pub public_url: Option<String>,
    /// File with the key that encrypts passwords; secret.key in the data folder unless given
    #[arg(long, value_name = "FILE", env = "CARILLON_SECRET_KEY_FILE")]
    pub secret_key: Option<PathBuf>,
}

/// `carillon user`.
#[derive(Debug, Args)]
pub struct UserArgs {
    /// Where the data lies.
    #[command(flatten)]
    pub data: DataArgs,
    /// One JSON object a line on stdout
    #[arg(long, global = true)]
    pub json: bool,
    /// Address of the page, for the links
    #[arg(
        long,
        value_name = "URL",
        env = "CARILLON_PUBLIC_URL",
        default_value = "http://127.0.0.1:8080",
        global = true
    )]
    pub url: String,
    /// What to do.
    #[command(subcommand)]
    pub action: UserAction,
}

/// What to do with users.
#[derive(Debug, Subcommand)]
pub enum UserAction {
    /// All users
    List,
    /// Add a user and print the one-time link for them
    Add {
        /// Signs in with this, often an e-mail address
        login: String,
        /// Shown to others; the login unless given
        #[arg(long)]
        name: Option<String>,
        /// What they may do
        #[arg(long, value_enum, default_value_t = RoleArg::Operator)]
        role: RoleArg,
    },
    /// Give a user another role
    Role {
        /// The user's login
        login: String,
        /// What they may do
        #[arg(value_enum)]
        role: RoleArg,
    },
    /// Remove a user with their sessions and API keys
    Remove {
        /// The user's login
        login: String,
    },
    /// Print a one-time link with which a user chooses a password
    Link {
        /// The user's login
        login: String,
    },
}

/// Choices of a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RoleArg {
    /// Look
    Viewer,
    /// Make and run campaigns
    Operator,
    /// Everything
    Admin,
}

/// `carillon trunk`.
#[derive(Debug, Args)]
pub struct TrunkArgs {
    /// Where the data lies.
    #[command(flatten)]
    pub data: DataArgs,
    /// One JSON object a line on stdout
    #[arg(long, global = true)]
    pub json: bool,
    /// File with the key that encrypts passwords; secret.key in the data folder unless given
    #[arg(long, value_name = "FILE", env = "CARILLON_SECRET_KEY_FILE", global = true)]
    pub secret_key: Option<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub action: TrunkAction,
}

/// What to do with trunks.
#[derive(Debug, Subcommand)]
pub enum TrunkAction {
    /// All trunks
    List,
    /// Add a trunk
    Add(Box<AddTrunkArgs>),
    /// Try a trunk step by step; with a number also by a call that rings there
    Test {
        /// Name or id of the trunk
        trunk: String,
        /// Make a test call to this number, with + and country code
        #[arg(long, value_name = "NUMBER")]
        call: Option<String>,
    },
}

/// `carillon trunk add`.
#[derive(Debug, Args)]
pub struct AddTrunkArgs {
    /// Its name
    pub name: String,
    /// Its address: sip:HOST[:PORT][;transport=tcp]
    pub uri: String,
    /// User for the login; the password comes from CARILLON_TRUNK_PASSWORD or a prompt
    #[arg(long, value_name = "USER")]
    pub user: Option<String>,
    /// The trunk wants a registration
    #[arg(long, requires = "user")]
    pub register: bool,
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
    pub public_address: Option<IpAddr>,
    /// Lines at once over all campaigns
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub lines: u32,
    /// New calls per second over all campaigns
    #[arg(long, value_name = "N", default_value_t = 5.0)]
    pub cps: f64,
}
