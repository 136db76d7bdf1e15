//! Prints how late RTP leaves with many sessions that talk to each other: `cargo run --example pace -- 200 10`.

use std::{net::IpAddr, time::Duration};

use carillon_media::{MediaConfig, MediaEngine, SessionConfig};

#[tokio::main]
#[expect(clippy::print_stdout, reason = "a measurement is for reading")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let calls: usize = arguments.next().map_or(Ok(200), |text| text.parse())?;
    let seconds: u64 = arguments.next().map_or(Ok(10), |text| text.parse())?;
    let record = arguments.next().is_some();
    let folder = std::env::temp_dir().join(format!("carillon-pace-{}", std::process::id()));
    let bind_ip: IpAddr = "127.0.0.1".parse()?;
    let engine = MediaEngine::start(MediaConfig { bind_ip, ..MediaConfig::default() })?;
    let mut sessions = Vec::new();
    for n in 0..calls / 2 {
        let recording = record.then(|| folder.join(format!("{n}.wav")));
        let (a, heard) = engine.open(SessionConfig { recording, ..SessionConfig::default() })?;
        let (b, also_heard) = engine.open(SessionConfig::default())?;
        a.accept_answer(&b.answer(&a.offer())?, true)?;
        sessions.push((a, b, heard, also_heard));
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    let (before, cpu) = (engine.send_lateness(), cpu_seconds()?);
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    let late = engine.send_lateness().since(&before);
    let cpu = cpu_seconds()? - cpu;
    let (p50, p99, worst) = (late.quantile(0.5), late.quantile(0.99), late.quantile(1.0));
    println!("{calls} sessions, {seconds} s: {} packets, late p50 {p50:?} p99 {p99:?} worst {worst:?}", late.count());
    println!("cpu {cpu:.2} s of {seconds} s; {:?}", engine.stats());
    let (mut lost, mut concealed) = (0, 0);
    for (a, ..) in &sessions {
        lost += a.stats().packets_lost;
        concealed += a.stats().frames_concealed;
    }
    println!("lost {lost}, concealed {concealed} in {} sessions", sessions.len());
    drop(sessions);
    drop(engine);
    if record {
        std::fs::remove_dir_all(folder)?;
    }
    Ok(())
}

/// CPU time of this process, from `/proc`; 0 where there is none.
fn cpu_seconds() -> Result<f64, std::num::ParseIntError> {
    let Ok(stat) = std::fs::read_to_string("/proc/self/stat") else { return Ok(0.0) };
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_ascii_whitespace().collect();
    let ticks =
        fields.get(11).map_or(Ok(0), |t| t.parse::<u64>())? + fields.get(12).map_or(Ok(0), |t| t.parse::<u64>())?;
    Ok(ticks as f64 / 100.0)
}
