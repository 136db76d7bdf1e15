#!/usr/bin/env python3
"""Memory of `carillon run` through minutes of short calls: `soak.py [MINUTES=10] [RATE=100]`.

Each call is answered at once by SIPp and hung up by it right after the ACK. Prints the resident memory (VmRSS) each minute and its slope after the first
two minutes; "its own" leaves out the pages of files. A finished call's SIP state lives on for 32 s (RFC 3261 timers), so memory grows until then and should be flat afterwards.
"""

import argparse
import sys
import time

import common
from common import say

SETTLED_S = 120
LOOK_EVERY_S = 5


def slope(samples):
    """MiB a minute by least squares over (seconds, MiB)."""
    n = len(samples)
    mean_t, mean_v = sum(t for t, _ in samples) / n, sum(v for _, v in samples) / n
    spread = sum((t - mean_t) ** 2 for t, _ in samples)
    return 60 * sum((t - mean_t) * (v - mean_v) for t, v in samples) / spread if spread else 0.0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("minutes", type=float, nargs="?", default=10)
    parser.add_argument("rate", type=float, nargs="?", default=100)
    parser.add_argument("--database-url", help="PostgreSQL instead of the folder's SQLite file")
    args = parser.parse_args()
    common.need("sipp")
    common.heading(sys.argv)
    count = int(args.minutes * 60 * args.rate)
    samples, minute = [], 0
    with common.workspace() as folder:
        contacts = common.contact_file(folder, count)
        far_end = common.Sipp(folder, common.answers(9, hangs_up=True), arguments=["-m", count])
        with far_end as far, common.Carillon(
            folder, contacts, far.port, 2000, args.rate, args.database_url, ["--no-recording"]
        ) as near:
            start, busy = time.monotonic(), common.Busy()
            limit = args.minutes * 60 * 1.5 + 120
            usage = None
            while usage is None and time.monotonic() - start < limit:
                usage = near.wait(LOOK_EVERY_S)
                if usage is not None:
                    break
                seconds = time.monotonic() - start
                cpu, resident = common.process_usage(near.process.pid)
                samples.append((seconds, resident))
                if seconds >= 60 * (minute + 1):
                    minute += 1
                    say(f"  minute {minute:>2}: {resident:7.1f} MiB ({common.anonymous(near.process.pid):.1f} its own), {cpu:6.1f} s of CPU, machine {busy.percent():.0f} % busy, load {common.load():.1f}")
                    busy = common.Busy()
            far.wait(5)
            far.stop()
            report, summary = far.report(), near.summary()
        database = sum(path.stat().st_size for path in (folder / "data").glob("carillon.db*")) / 2**20
    if not summary or usage is None:
        sys.exit(f"the run did not end: {near.command}")
    counts = summary["counts"]
    say(f"{counts['completed']} of {count} completed, {counts['failed']} failed, {report['retransmissions_sent'] + report['retransmissions_received']} "
        f"retransmissions, {counts['total'] / summary['duration_s']:.1f} calls a second, {usage / count * 1000:.2f} s of CPU per 1,000 calls, "
        f"database files {database:.0f} MiB{', failures: ' + str(summary['failures']) if summary['failures'] else ''}")
    settled = [sample for sample in samples if sample[0] >= SETTLED_S]
    if len(settled) > 2:
        say(f"slope after {SETTLED_S // 60} minutes: {slope(settled):+.2f} MiB a minute "
            f"(from {settled[0][1]:.1f} to {settled[-1][1]:.1f} MiB; aim: flat)")


if __name__ == "__main__":
    main()
