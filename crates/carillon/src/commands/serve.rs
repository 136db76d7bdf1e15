//! `carillon serve`: the page, the API, and the calls of what is started there.

use std::net::SocketAddr;

use carillon_domain::employee::Employee;
use tokio_util::sync::CancellationToken;

use super::context::{Context, WORKSPACE};
use super::models;
use super::watch::Interrupts;
use crate::cli_admin::ServeArgs;
use crate::error::{CliError, Exit, OrFail};
use crate::node::{Node, NodeConfig, SlotKeeper, Voice, is_set};
use crate::report;
use crate::server::{self, NodeControl, Server, ServerConfig};

/// Runs the command until Ctrl-C or a termination signal.
pub async fn run(args: &ServeArgs) -> Result<(), CliError> {
    let public_url = args.public_url.as_deref().map(checked_url).transpose()?;
    let context = Context::open(&args.data).await?;
    let _lock = context.folder.lock_for_calling().await?;
    let mut interrupts = Interrupts::listen()?;
    let slot = SlotKeeper::lease(context.store.clone(), &context.clock).await?;
    let secrets = server::secrets(&context, args.secret_key.as_ref()).await?;
    let sample = Employee::sample();
    if context.store.employee_by_name(WORKSPACE, &sample.name).await.or_fail("database")?.is_none() {
        context.store.employee_put(WORKSPACE, &sample, context.clock.now()).await.or_fail("database")?;
    }
    let voice = Voice::open(&models::folder(None)?, &context.folder.path().join("speech")).or_fail("speech")?;
    if let Some(notice) = &voice.notice {
        report::talk(notice);
    }
    let mut node = Node::start(NodeConfig::of(&context, voice, Vec::new(), true)).await?;
    let stop = CancellationToken::new();
    let control = NodeControl::start(node.handle(), &context, secrets.clone(), stop.clone());
    let config = ServerConfig { listen: args.listen, public_url };
    let server = Server::start(&context, secrets, control, config).await?;
    welcome(&context, &server).await?;
    let mut lost = slot.lost();
    tokio::select! {
        () = interrupts.next() => report::talk("No new calls; calls in progress finish. Ctrl-C again hangs up."),
        () = node.until_ended() => {}
        () = is_set(&mut lost) => {
            report::talk("This process was given up by the others on this database (it gave no sign of life for 20 seconds). No new calls.");
        }
    }
    let ended = end(node, server, &mut interrupts).await;
    stop.cancel();
    ended?;
    slot.release().await
}

/// The calls first, with the page beside them; then event streams and requests.
async fn end(node: Node, server: Server, interrupts: &mut Interrupts) -> Result<(), CliError> {
    server.drain();
    let calls = calls_end(node, interrupts).await;
    server.stop().await?;
    calls
}

/// Until calls in progress have ended; Ctrl-C again hangs them up.
async fn calls_end(node: Node, interrupts: &mut Interrupts) -> Result<(), CliError> {
    node.drain();
    let hang_up = node.hang_up_switch();
    let mut ended = std::pin::pin!(node.wait());
    loop {
        tokio::select! {
            done = &mut ended => return done,
            () = interrupts.next() => {
                if hang_up.send_replace(true) {
                    let message = "Ended at once; calls in progress are shown as interrupted at the next start.";
                    return Err(CliError::new(Exit::NotCompleted, "aborted", message));
                }
            }
        }
    }
}

/// Where to go, and at the first start how to get in.
async fn welcome(context: &Context, server: &Server) -> Result<(), CliError> {
    let url = server.url().await?;
    report::talk(&format!("Carillon is at {url}"));
    if let Some(link) = server::first_link(context, &url).await? {
        report::talk("There is no user yet. This link makes the first administrator; it works once, for a day:");
        report::data(&link);
    }
    if let Some(line) = tunnel(std::env::var("SSH_CONNECTION").ok().as_deref(), server.address()) {
        report::talk(&line);
    }
    Ok(())
}

/// How to reach an address of this machine alone from another one, when somebody is here by SSH.
fn tunnel(ssh_connection: Option<&str>, address: SocketAddr) -> Option<String> {
    let connection = ssh_connection?;
    if !address.ip().is_loopback() {
        return None;
    }
    let host = connection.split_whitespace().nth(2).unwrap_or("THIS-MACHINE").to_owned();
    let port = address.port();
    Some(format!("From your own machine: ssh -L {port}:127.0.0.1:{port} {host}   then open the address there."))
}

fn checked_url(url: &str) -> Result<String, CliError> {
    let url = url.trim().trim_end_matches('/');
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    if host.is_some_and(|host| !host.is_empty() && host.bytes().all(|b| b.is_ascii_graphic())) {
        return Ok(url.to_owned());
    }
    Err(CliError::new(Exit::Usage, "public_url", format!("\"{url}\" is not an address."))
        .next("Write it as people open it: https://calls.example.com"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_here_by_ssh_is_told_how_to_reach_the_page() {
        let local: SocketAddr = "127.0.0.1:8080".parse().unwrap();
        let told = tunnel(Some("203.0.113.7 50412 192.0.2.9 22"), local).unwrap();
        assert!(told.contains("ssh -L 8080:127.0.0.1:8080 192.0.2.9"), "{told}");
        assert_eq!(tunnel(None, local), None, "somebody at the machine opens it as it is");
        assert_eq!(tunnel(Some("203.0.113.7 50412 192.0.2.9 22"), "0.0.0.0:8080".parse().unwrap()), None);
    }
}
