#!/usr/bin/env python3
"""The highest rate of call set-ups of `carillon run` against SIPp, beside SIPp against SIPp, in one run.

A rate holds when all its calls succeed, repeated messages stay under 1 % of the calls (those that the far end sent and
those that it received), and the calls really came at 95 % of that rate or more. The far end answers at once and sends its BYE right after the
ACK. Both sides are searched in turns: doubling, then halving the gap down to steps of 25; a rate that does not hold is
tried a second time. Then CPU seconds of the carillon process per 1,000 calls at half the highest rate.
"""

import argparse
import sys

import common
from common import say

STEP = 25
RETRANSMISSIONS_MAX = 0.01
RATE_MIN = 0.95


def judge(rate, count, seconds, reports, finished):
    """One step's line and whether the rate held."""
    failed = sum(report["failed"] for report in reports)
    successful = min(report["successful"] for report in reports)
    again = sum(report["retransmissions_sent"] + report["retransmissions_received"] for report in reports)
    reached = count / seconds if seconds else 0.0
    why = []
    if not finished:
        why.append("not done in time")
    if failed or successful < count:
        why.append(f"{failed} failed, {successful} of {count} successful")
    if again >= RETRANSMISSIONS_MAX * count:
        why.append(f"{again} retransmissions")
    if reached < RATE_MIN * rate:
        why.append(f"only {reached:.0f}/s reached")
    return {"holds": not why, "reached": reached, "again": again, "why": "; ".join(why)}


def carillon_step(world, rate, seconds):
    """`carillon run` calls SIPp."""
    count = int(rate * seconds)
    contacts = common.contact_file(world.folder, count)
    with common.Sipp(world.folder, common.answers(9, hangs_up=True), arguments=["-m", count]) as far:
        with common.Carillon(
            world.folder, contacts, far.port, world.lines, rate, world.database_url, ["--no-recording"]
        ) as near:
            cpu = near.wait(seconds * 3 + 60)
            summary = near.summary()
            finished = cpu is not None and near.process.returncode == 0 and far.wait(5)
            far.stop()
            report = far.report()
            if summary:
                successful = summary["counts"]["completed"]
                report["failed"] += summary["counts"]["failed"]
                report["successful"] = min(report["successful"], successful)
            if cpu is None or not summary:
                say(near.stderr()[-500:])
    # From the first INVITE to the end of the last call: calls last a few milliseconds.
    duration = summary["duration_s"] if summary else 0
    return {**judge(rate, count, duration, [report], finished), "cpu": cpu, "count": count}


def sipp_step(world, rate, seconds):
    """SIPp calls SIPp."""
    count = int(rate * seconds)
    with common.Sipp(world.folder, common.answers(9, hangs_up=True), arguments=["-m", count]) as far:
        more = ["-m", count, "-r", rate, "-rp", "1000", "-l", 100_000]
        with common.Sipp(world.folder, common.calls(9), f"127.0.0.1:{far.port}", more) as near:
            finished = near.wait(seconds * 3 + 20)
            finished = far.wait(5) and finished
            reports = [near.report(), far.report()]
    # What one side sent again the other received again: counted once.
    reports[0]["retransmissions_received"] = reports[1]["retransmissions_received"] = 0
    return judge(rate, count, reports[0]["seconds"], reports, finished)


class Search:
    """Doubling, then halving the gap, in steps of 25."""

    def __init__(self, name, step, first):
        self.name, self.step, self.rate = name, step, first
        self.good, self.bad, self.tries, self.done = 0, None, 0, False

    def turn(self, world, seconds):
        busy = common.Busy()
        result = self.step(world, self.rate, seconds)
        verdict = "holds" if result["holds"] else f"does not hold: {result['why']}"
        say(
            f"  {self.name:<17} {self.rate:>5}/s: reached {result['reached']:7.1f}/s, {result['again']:>4} retransmissions, "
            f"machine {busy.percent():3.0f} % busy, load {common.load():.1f}: {verdict}"
        )
        if not result["holds"] and self.tries == 0:
            self.tries = 1
            return
        self.tries = 0
        if result["holds"]:
            self.good = self.rate
        else:
            self.bad = self.rate
        if self.bad is None:
            self.rate *= 2
        else:
            self.rate = (self.good + self.bad) // 2 // STEP * STEP
            self.done = self.bad - self.good <= STEP or self.rate in (self.good, 0)


def cpu_per_thousand(world, rate, rounds):
    """CPU seconds of the process per 1,000 calls: long runs less short ones, so that start and import of the file do not count."""
    short = long = calls = 0
    for _ in range(rounds):
        a, b = carillon_step(world, rate, 2), carillon_step(world, rate, 10)
        short, long, calls = short + a["cpu"], long + b["cpu"], calls + b["count"] - a["count"]
    return (long - short) / calls * 1000


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=8, help="length of one step")
    parser.add_argument("--first", type=int, default=200, help="first rate of carillon; SIPp begins at ten times of it")
    parser.add_argument("--lines", type=int, default=2000)
    parser.add_argument("--database-url", help="PostgreSQL instead of the folder's SQLite file")
    parser.add_argument("--cpu-only", type=int, metavar="RATE", help="only the CPU per 1,000 calls at this rate")
    world = parser.parse_args()
    common.need("sipp")
    common.heading(sys.argv)
    with common.workspace() as world.folder:
        # Once before all: makes the database and the speech that every run says.
        carillon_step(world, 25, 2)
        if world.cpu_only:
            say(f"CPU: {cpu_per_thousand(world, world.cpu_only, 2):.2f} s per 1,000 calls at {world.cpu_only}/s")
            return
        searches = [Search("carillon to SIPp", carillon_step, world.first), Search("SIPp to SIPp", sipp_step, world.first * 10)]
        while not all(search.done for search in searches):
            for search in searches:
                if not search.done:
                    search.turn(world, world.seconds)
        ours, peer = searches[0].good, searches[1].good
        say(f"highest rate: carillon {ours}/s, SIPp {peer}/s, ratio {ours / peer if peer else 0:.3f} (aim 0.25)")
        middle = max(STEP, ours // 2 // STEP * STEP)
        say(f"CPU: {cpu_per_thousand(world, middle, 2):.2f} s per 1,000 calls at {middle}/s")


if __name__ == "__main__":
    main()
