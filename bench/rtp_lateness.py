#!/usr/bin/env python3
"""How late RTP leaves at 200 and 500 calls of `carillon run`, sending only and with SIPp's echo, beside one tokio timer per call.

Measured from outside: tcpdump on the loopback device gives each packet the kernel's time at its sending. A packet with the RTP
time stamp t of a stream is due at (t - t0) / 8000 s; its lateness is taken against the earliest packet of its stream in the window (the
smallest of all differences), so a stream's own place within the 20 ms counts as nothing. Beside it the engine's own histogram of
the whole run, which counts from the pacer's absolute deadlines, place in the burst included. The peer sends from the example `timer_per_call`
of crates/media in the same way, is captured in the same way, and takes turns.
"""

import argparse
import contextlib
import re
import signal
import socket
import struct
import subprocess
import sys
import time

import common
from common import say

RAMP_S = 6


@contextlib.contextmanager
def sink():
    """A port that takes packets and never reads them: what does not fit is dropped by the kernel at no cost."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taker:
        taker.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        taker.bind(("127.0.0.1", 0))
        yield taker.getsockname()[1]


def capture(folder, port, seconds):
    """Packets to `port`, headers only, for `seconds`."""
    path = folder / "rtp.pcap"
    command = ["tcpdump", "-i", "lo", "-n", "-s", "64", "-B", "16384", "-Z", "root", "-w", str(path), "udp", "dst", "port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        time.sleep(seconds)
    finally:
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=20)
    dropped = re.search(r"(\d+) packets dropped by kernel", said)
    if not dropped:
        sys.exit(f"tcpdump failed (it needs root or cap_net_raw): {said}")
    return path, int(dropped.group(1))


def streams(path):
    """Per stream (source port, SSRC): (time in ns, RTP time stamp) of each packet."""
    found, data = {}, path.read_bytes()
    nanoseconds = {0xA1B2C3D4: 1000, 0xA1B23C4D: 1}[struct.unpack("<I", data[:4])[0]]
    at, record = 24, struct.Struct("<IIII")
    packet = struct.Struct(">HHHHBBHII")  # UDP header, then the first 12 bytes of RTP
    while at + 16 <= len(data):
        seconds, fraction, length, _ = record.unpack_from(data, at)
        ip = at + 16 + 14
        header = (data[ip] & 15) * 4
        if length >= 14 + header + 20:
            source, _, _, _, version, _, _, stamp, ssrc = packet.unpack_from(data, ip + header)
            if version >> 6 == 2:
                found.setdefault((source, ssrc), []).append((seconds * 1_000_000_000 + fraction * nanoseconds, stamp))
        at += 16 + length
    path.unlink()
    return found


def lateness_ms(found):
    """Lateness of all packets, sorted, and how many streams lived on average."""
    late, times = [], []
    for packets in found.values():
        first_at, first_stamp = packets[0]
        # Differences from the first packet modulo 2^32, at 125,000 ns a sample.
        ahead = [at - first_at - ((stamp - first_stamp + 2**31) % 2**32 - 2**31) * 125_000 for at, stamp in packets]
        earliest = min(ahead)
        late.extend((difference - earliest) / 1e6 for difference in ahead)
        times.extend((packets[0][0], packets[-1][0]))
    if not late:
        sys.exit("no RTP was captured")
    late.sort()
    return late, len(late) / ((max(times) - min(times)) / 1e9) / 50


def quantile(values, share):
    return values[min(len(values) - 1, int(len(values) * share))]


def carillon_run(world, calls, echo):
    """Talks with `carillon run`; the far end takes or echoes the sound."""
    media = common.free_port()
    arguments = ["-rtp_echo", "-mp", media] if echo else []
    contacts = common.contact_file(world.folder, calls * 12)
    with sink() as sink_port:
        port = media if echo else sink_port
        with common.Sipp(world.folder, common.answers(port, hangs_up=False), arguments=arguments) as far:
            with common.Carillon(
                world.folder, contacts, far.port, calls, calls / 4, arguments=["--no-recording"], log="carillon::rtp=debug"
            ) as near:
                time.sleep(RAMP_S + world.start_s)
                cpu = common.process_usage(near.process.pid)[0]
                result = measure(world, port, near.process.pid, cpu)
                near.end()
                own = common.send_times(near.stderr())
    return {**result, "own": own}


def timer_run(world, calls, echo):
    """The peer: one tokio timer per call."""
    media = common.free_port()
    with sink() as sink_port, common.Sipp(world.folder, common.answers(media, hangs_up=False), arguments=["-rtp_echo", "-mp", media]):
        port = media if echo else sink_port
        command = [world.peer, str(calls), str(RAMP_S + world.seconds + 3), f"127.0.0.1:{port}"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            time.sleep(RAMP_S)
            result = measure(world, port, process.pid, common.process_usage(process.pid)[0])
        finally:
            process.kill()
            process.wait()
    return {**result, "own": None}


def measure(world, port, pid, cpu_before):
    busy = common.Busy()
    path, dropped = capture(world.folder, port, world.seconds)
    cpu = common.process_usage(pid)[0] - cpu_before
    percent = busy.percent()
    late, live = lateness_ms(streams(path))
    return {"late": late, "live": live, "dropped": dropped, "cpu": cpu / world.seconds, "busy": percent}


def show(name, calls, echo, result):
    late = result["late"]
    own = result["own"]
    said = f"; own histogram p50 {own[1] / 1000:.1f} p99 {own[2] / 1000:.1f} worst {own[3] / 1000:.1f}, {own[4]} steps skipped" if own else ""
    say(
        f"  {calls} calls {'echo' if echo else 'sending only':<12} {name:<9} p50 {quantile(late, 0.5):6.2f} ms  p99 {quantile(late, 0.99):6.2f} ms  "
        f"worst {late[-1]:6.1f} ms  ({result['live']:.0f} live, {len(late)} packets, {result['dropped']} not captured, "
        f"{result['cpu']:.2f} cores, machine {result['busy']:.0f} % busy, load {common.load():.1f}{said})"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=10, help="length of a capture")
    parser.add_argument("--rounds", type=int, default=2, help="turns of each measurement")
    parser.add_argument("--calls", type=int, nargs="*", default=[200, 500])
    world = parser.parse_args()
    common.need("sipp", "tcpdump")
    world.peer = str(common.ROOT / "target/release/examples/timer_per_call")
    if not (common.ROOT / "target/release/examples/timer_per_call").exists():
        sys.exit("Build the peer: cargo build --release -p carillon-media --example timer_per_call")
    common.heading(sys.argv)
    with common.workspace() as world.folder:
        world.start_s = 14
        carillon_run(argparse.Namespace(**{**vars(world), "seconds": 2}), 20, echo=True)
        # The employee's speech is in the cache from here on.
        world.start_s = 1
        for calls in world.calls:
            for echo in (False, True):
                ratios = []
                for _ in range(world.rounds):
                    ours, peer = carillon_run(world, calls, echo), timer_run(world, calls, echo)
                    show("carillon", calls, echo, ours)
                    show("timers", calls, echo, peer)
                    ratios.append(quantile(ours["late"], 0.99) / quantile(peer["late"], 0.99))
                say(f"    p99 carillon / timers: {', '.join(f'{ratio:.2f}' for ratio in ratios)}")


if __name__ == "__main__":
    main()
