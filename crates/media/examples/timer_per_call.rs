//! The peer of `bench/rtp_lateness.py`: one tokio task with its own timer and socket per call, the usual way to send RTP.
//!
//! `cargo run --release --example timer_per_call -- CALLS SECONDS TARGET` sends a packet of 20 ms to `TARGET` from each socket every 20 ms and reads
//! what comes back.

use std::{net::SocketAddr, time::Duration};

use tokio::{
    net::UdpSocket,
    time::{Instant, MissedTickBehavior, interval, sleep_until},
};

const FRAME_TIME: Duration = Duration::from_millis(20);
/// RTP header and 20 ms of G.711.
const PACKET_LEN: usize = 172;

#[tokio::main]
#[expect(clippy::print_stdout, reason = "a measurement is for reading")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut argument = || arguments.next().ok_or("usage: timer_per_call CALLS SECONDS TARGET");
    let (calls, seconds): (u32, u64) = (argument()?.parse()?, argument()?.parse()?);
    let target: SocketAddr = argument()?.parse()?;
    let end = Instant::now() + Duration::from_secs(seconds);
    let mut tasks = Vec::new();
    for call in 0..calls {
        let socket = UdpSocket::bind(("127.0.0.1", 0)).await?;
        tasks.push(tokio::spawn(stream(socket, call, target, end)));
        // Calls begin at any time, not all in the same millisecond.
        tokio::time::sleep(Duration::from_millis(3)).await;
    }
    let (mut sent, mut received) = (0, 0);
    for task in tasks {
        let (more_sent, more_received) = task.await??;
        sent += more_sent;
        received += more_received;
    }
    println!("{sent} packets sent, {received} received");
    Ok(())
}

/// One call's packets until `end`; gives how many were sent and received.
async fn stream(socket: UdpSocket, ssrc: u32, target: SocketAddr, end: Instant) -> std::io::Result<(u64, u64)> {
    let mut timer = interval(FRAME_TIME);
    timer.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut packet = [0xd5; PACKET_LEN];
    packet[..2].copy_from_slice(&[0x80, 8]);
    packet[8..12].copy_from_slice(&ssrc.to_be_bytes());
    let (mut sent, mut received, mut buffer) = (0u32, 0, [0; 2_048]);
    loop {
        tokio::select! {
            () = sleep_until(end) => return Ok((sent.into(), received)),
            _ = timer.tick() => {
                packet[2..4].copy_from_slice(&(sent as u16).to_be_bytes());
                packet[4..8].copy_from_slice(&sent.wrapping_mul(160).to_be_bytes());
                socket.send_to(&packet, target).await?;
                sent += 1;
            }
            got = socket.recv_from(&mut buffer) => {
                got?;
                received += 1;
            }
        }
    }
}
