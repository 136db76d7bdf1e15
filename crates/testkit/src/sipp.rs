//! SIPp as the far end of a call: a scenario on a free loopback port, its message log and its counts.
//!
//! ```no_run
//! # async fn f() -> Result<(), carillon_testkit::sipp::SippError> {
//! use carillon_testkit::sipp::{Sipp, uas};
//! let far_end = Sipp::scenario(uas::scenario(&[uas::Step::Receive("INVITE"), uas::reply("486 Busy Here"), uas::Step::Receive("ACK")])).calls(1).start().await?;
//! // … call sip:127.0.0.1:{far_end.port()} …
//! let report = far_end.finish(std::time::Duration::from_secs(20)).await?;
//! assert_eq!(report.failed, 0, "{}", report.errors);
//! # Ok(()) }
//! ```

use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio::time::Instant;

pub mod uas;

/// Why SIPp could not be used.
#[derive(Debug, thiserror::Error)]
pub enum SippError {
    /// The program could not be started.
    #[error("cannot start sipp ({0}). Install the Debian package sip-tester")]
    Start(#[source] std::io::Error),
    /// It ended before it listened.
    #[error("sipp ended at once ({status}): {output}. Check the scenario")]
    Ended {
        /// Its exit status.
        status: ExitStatus,
        /// What it wrote.
        output: String,
    },
    /// It did not listen or did not end in time.
    #[error("sipp did not {what} within {limit:?}; so far:\n{messages}")]
    TimedOut {
        /// What was awaited.
        what: &'static str,
        /// For how long.
        limit: Duration,
        /// Its message log.
        messages: String,
    },
    /// A file of it could not be written or read.
    #[error("a file of sipp cannot be used: {0}")]
    Io(#[from] std::io::Error),
}

/// How SIPp listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SippTransport {
    /// One UDP socket.
    #[default]
    Udp,
    /// One TCP listener.
    Tcp,
}

/// A SIPp far end to be started.
#[derive(Debug, Clone)]
pub struct SippBuilder {
    scenario: String,
    calls: Option<u32>,
    transport: SippTransport,
    port: Option<u16>,
    messages: bool,
    arguments: Vec<String>,
}

impl SippBuilder {
    /// Ends by itself after that many calls. Without it, it runs until it is stopped.
    pub fn calls(mut self, calls: u32) -> Self {
        self.calls = Some(calls);
        self
    }

    /// Listens on TCP instead of UDP.
    pub fn tcp(mut self) -> Self {
        self.transport = SippTransport::Tcp;
        self
    }

    /// Listens on this port instead of a free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = Some(port);
        self
    }

    /// Writes no message log: for load.
    pub fn without_messages(mut self) -> Self {
        self.messages = false;
        self
    }

    /// Another command-line argument, such as `-rtp_echo`.
    pub fn argument(mut self, argument: impl Into<String>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// Starts it and waits until it listens.
    pub async fn start(self) -> Result<Sipp, SippError> {
        let folder = tempfile::tempdir()?;
        let scenario = folder.path().join("scenario.xml");
        std::fs::write(&scenario, &self.scenario)?;
        let port = match self.port {
            Some(port) => port,
            None => free_port()?,
        };
        let mut command = Command::new("sipp");
        command
            .args([
                "-i",
                "127.0.0.1",
                "-mi",
                "127.0.0.1",
                "-nostdin",
                "-skip_rlimit",
                "-trace_err",
                "-trace_stat",
                "-fd",
                "1",
            ])
            .args(["-p", &port.to_string(), "-t", if self.transport == SippTransport::Tcp { "t1" } else { "u1" }])
            .args(["-mp", &free_port()?.to_string()])
            .arg("-sf")
            .arg(&scenario);
        for (name, file) in [("-error_file", "errors.log"), ("-stf", "stats.csv"), ("-log_file", "actions.log")] {
            command.arg(name).arg(folder.path().join(file));
        }
        if self.messages {
            command.arg("-trace_msg").arg("-message_file").arg(folder.path().join("messages.log"));
        }
        if let Some(calls) = self.calls {
            command.args(["-m", &calls.to_string()]);
        }
        let output = std::fs::File::create(folder.path().join("output.log"))?;
        command
            .args(&self.arguments)
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(output)
            .kill_on_drop(true);
        let child = command.spawn().map_err(SippError::Start)?;
        let mut sipp = Sipp { child, folder, port };
        sipp.await_listening(self.transport).await?;
        Ok(sipp)
    }
}

/// A SIPp far end that runs. It is killed when dropped.
#[derive(Debug)]
pub struct Sipp {
    child: Child,
    folder: TempDir,
    port: u16,
}

/// What a far end has seen.
#[derive(Debug, Clone)]
pub struct SippReport {
    /// Calls that ran through their scenario.
    pub successful: u64,
    /// Calls that did not.
    pub failed: u64,
    /// Messages it sent or received again.
    pub retransmissions: u64,
    /// Exit code; `None` if it was stopped.
    pub exit_code: Option<i32>,
    /// All messages, with their times.
    pub messages: String,
    /// What it did not expect.
    pub errors: String,
    /// What `<log>` actions wrote.
    pub actions: String,
}

impl SippReport {
    /// The messages as blocks: direction, then the text from its first line on.
    pub fn message_blocks(&self) -> Vec<(SippDirection, &str)> {
        self.messages
            .split("----------------------------------------------- ")
            .filter_map(|block| {
                let (head, text) = block.split_once("\n\n")?;
                let direction = if head.contains("message sent") {
                    SippDirection::Sent
                } else if head.contains("message received") {
                    SippDirection::Received
                } else {
                    return None;
                };
                Some((direction, text.trim_start()))
            })
            .collect()
    }

    /// How many received messages begin with `start`, such as `"INVITE "`.
    pub fn received(&self, start: &str) -> usize {
        self.message_blocks()
            .iter()
            .filter(|(d, text)| *d == SippDirection::Received && text.starts_with(start))
            .count()
    }
}

/// Which way a message of SIPp went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SippDirection {
    /// SIPp sent it.
    Sent,
    /// SIPp received it.
    Received,
}

/// How often a condition is looked at.
const POLL: Duration = Duration::from_millis(5);

impl Sipp {
    /// A far end with this scenario (XML); see [`uas`] for ready ones.
    pub fn scenario(xml: impl Into<String>) -> SippBuilder {
        SippBuilder {
            scenario: xml.into(),
            calls: None,
            transport: SippTransport::Udp,
            port: None,
            messages: true,
            arguments: Vec::new(),
        }
    }

    /// The port it listens on, on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its message log so far.
    pub fn messages(&self) -> String {
        self.read("messages.log")
    }

    /// Waits until it ends by itself (see [`SippBuilder::calls`]) and reads what it saw.
    pub async fn finish(mut self, limit: Duration) -> Result<SippReport, SippError> {
        match tokio::time::timeout(limit, self.child.wait()).await {
            Ok(status) => Ok(self.report(status?.code())),
            Err(_) => Err(SippError::TimedOut {
                what: "end",
                limit,
                messages: format!("{}\n{}", self.messages(), self.read("errors.log")),
            }),
        }
    }

    /// Ends it and reads what it saw. SIPp is asked first (SIGUSR1) and given a moment: what it has not yet written to its log would be lost.
    pub async fn stop(mut self) -> Result<SippReport, SippError> {
        const PATIENCE: Duration = Duration::from_secs(5);
        for signal in ["-USR1", "-TERM"] {
            let Some(pid) = self.child.id() else { break };
            Command::new("kill")
                .args([signal, &pid.to_string()])
                .stdin(Stdio::null())
                .stderr(Stdio::null())
                .status()
                .await?;
            if let Ok(status) = tokio::time::timeout(PATIENCE, self.child.wait()).await {
                status?;
                break;
            }
        }
        self.child.kill().await?;
        Ok(self.report(None))
    }

    fn report(&self, exit_code: Option<i32>) -> SippReport {
        let stats = self.read("stats.csv");
        let count = |name: &str| last_count(&stats, name).unwrap_or(0);
        SippReport {
            successful: count("SuccessfulCall(C)"),
            failed: count("FailedCall(C)"),
            retransmissions: count("Retransmissions(C)"),
            exit_code,
            messages: self.messages(),
            errors: self.read("errors.log"),
            actions: self.read("actions.log"),
        }
    }

    fn read(&self, name: &str) -> String {
        // A file that SIPp had nothing to write to does not exist.
        std::fs::read(self.folder.path().join(name))
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .unwrap_or_default()
    }

    async fn await_listening(&mut self, transport: SippTransport) -> Result<(), SippError> {
        const LIMIT: Duration = Duration::from_secs(20);
        let started = Instant::now();
        while started.elapsed() < LIMIT {
            if let Some(status) = self.child.try_wait()? {
                let output = format!("{}{}", self.read("output.log"), self.read("errors.log"));
                return Err(SippError::Ended { status, output });
            }
            if is_bound(self.port, transport) {
                return Ok(());
            }
            tokio::time::sleep(POLL).await;
        }
        Err(SippError::TimedOut { what: "listen", limit: LIMIT, messages: self.read("output.log") })
    }
}

/// The value of a column in the last line of SIPp's statistics.
fn last_count(stats: &str, column: &str) -> Option<u64> {
    let mut lines = stats.lines();
    let at = lines.next()?.split(';').position(|name| name == column)?;
    lines.last()?.split(';').nth(at)?.parse().ok()
}

/// Whether some program listens on a port of 127.0.0.1, by the system's own tables.
fn is_bound(port: u16, transport: SippTransport) -> bool {
    let table = match transport {
        SippTransport::Udp => "/proc/net/udp",
        SippTransport::Tcp => "/proc/net/tcp",
    };
    let wanted = format!("0100007F:{port:04X}");
    std::fs::read_to_string(PathBuf::from(table)).is_ok_and(|table| {
        table.lines().any(|line| {
            let mut words = line.split_whitespace().skip(1);
            let (local, state) = (words.next(), words.nth(1));
            local == Some(wanted.as_str()) && (transport == SippTransport::Udp || state == Some("0A"))
        })
    })
}

/// An even port that is free on 127.0.0.1 for UDP and TCP, and its neighbours for RTP.
fn free_port() -> std::io::Result<u16> {
    let mut last = std::io::Error::other("no free port");
    for _ in 0..64 {
        let socket = std::net::UdpSocket::bind("127.0.0.1:0")?;
        let port = socket.local_addr()?.port();
        if port % 2 == 1 || port > 65_000 {
            continue;
        }
        match std::net::TcpListener::bind(("127.0.0.1", port)) {
            Ok(_) => return Ok(port),
            Err(error) => last = error,
        }
    }
    Err(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_last_line_of_the_statistics() {
        let stats = "A;SuccessfulCall(P);SuccessfulCall(C);\n1;0;3;\n2;1;17;\n";
        assert_eq!(last_count(stats, "SuccessfulCall(C)"), Some(17));
        assert_eq!(last_count(stats, "Nothing"), None);
        assert_eq!(last_count("", "A"), None);
    }
}
