"""What the benchmarks share: SIPp on both sides, `carillon run` under a watch, and a look at the machine.

Everything runs on 127.0.0.1 and in a temporary folder, and ends when the `with` block ends.
"""

import contextlib
import csv
import json
import os
import pathlib
import re
import resource
import shlex
import signal
import shutil
import socket
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
TICKS = os.sysconf("SC_CLK_TCK")


def binary():
    """The binary under test: CARILLON_BIN, else the release build."""
    path = pathlib.Path(os.environ.get("CARILLON_BIN", ROOT / "target/release/carillon"))
    if not path.exists():
        sys.exit(f"{path} is missing. Build it: cargo build --release -p carillon")
    return str(path)


def need(*programs):
    """Ends with words when a program is missing."""
    packages = {"sipp": "sip-tester"}
    for program in programs:
        if not shutil.which(program):
            sys.exit(f"{program} is missing. Install the Debian package {packages.get(program, program)}.")
    # A termination signal also stops the children and removes the folders.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def say(text=""):
    print(text, flush=True)


def load():
    """The machine's load over the last minute."""
    return os.getloadavg()[0]


def heading(argv):
    """Command, date and machine, for beside the figures."""
    commit = subprocess.run(["git", "-C", ROOT, "rev-parse", "--short", "HEAD"], capture_output=True, text=True)
    say(f"$ {shlex.join(['python3', *argv])}")
    say(f"{time.strftime('%Y-%m-%d %H:%M')}, {os.cpu_count()} cores, load {load():.2f}, commit {commit.stdout.strip()}")


class Busy:
    """Share of the machine that everybody used between start and now: what others take shows beside a figure."""

    def __init__(self):
        self.before = self.read()

    @staticmethod
    def read():
        fields = [int(word) for word in open("/proc/stat").readline().split()[1:9]]
        return sum(fields) - fields[3] - fields[4], sum(fields)

    def percent(self):
        busy, total = self.read()
        return 100 * (busy - self.before[0]) / max(1, total - self.before[1])


def numbers(count):
    """Distinct possible numbers, +1 NXX 555 xxxx. Only a loopback far end is ever asked for them."""
    return (f"+1{212 + n // 10000}555{n % 10000:04}" for n in range(count))


def contact_file(folder, count, name="contacts.csv"):
    path = folder / name
    path.write_text("phone\n" + "\n".join(numbers(count)) + "\n")
    return path


@contextlib.contextmanager
def workspace():
    """A temporary folder for one measurement."""
    with tempfile.TemporaryDirectory(prefix="carillon-bench-") as name:
        yield pathlib.Path(name)


def free_port():
    """An even UDP port that is free now, as are its three neighbours (SIPp's media ports)."""
    for _ in range(200):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as first:
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1]
            if port % 2 or port > 60000:
                continue
            try:
                for n in range(1, 4):
                    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as next_one:
                        next_one.bind(("127.0.0.1", port + n))
            except OSError:
                continue
            return port
    sys.exit("no free UDP port")


# --- SIPp -----------------------------------------------------------------------------------------------------------

HEAD = '<?xml version="1.0" encoding="ISO-8859-1" ?>\n<scenario name="bench">\n'
MIRROR = "[last_Via:]\n[last_From:]\n[last_To:];tag=[pid]SIPp[call_number]\n[last_Call-ID:]\n[last_CSeq:]\n"
SDP = (
    "v=0\no=u 5 5 IN IP4 127.0.0.1\ns=-\nc=IN IP4 127.0.0.1\nt=0 0\n"
    "m=audio {port} RTP/AVP 8 0 101\na=rtpmap:8 PCMA/8000\na=rtpmap:0 PCMU/8000\na=rtpmap:101 telephone-event/8000\n"
)


def _send(text, retrans=True):
    attribute = ' retrans="500"' if retrans else ""
    return f"<send{attribute}><![CDATA[\n{text}\n]]></send>\n"


def _in_call(method, cseq):
    return (
        f"{method} [next_url] SIP/2.0\nVia: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]\n"
        "From: <sip:far@[local_ip]:[local_port]>;tag=[pid]SIPp[call_number]\nTo[$remote_tag]\nCall-ID: [call_id]\n"
        f"CSeq: {cseq} {method}\nMax-Forwards: 70\nContent-Length: 0\n"
    )


def answers(media_port, hangs_up):
    """A far end that answers at once. With `hangs_up` its BYE follows the ACK, else it waits for ours."""
    ok = (
        f"SIP/2.0 200 OK\n{MIRROR}Contact: <sip:[local_ip]:[local_port]>\nContent-Type: application/sdp\n"
        f"Content-Length: [len]\n\n{SDP.format(port=media_port)}"
    )
    receive = '<recv request="INVITE" rrs="true"><action><ereg regexp=".*" search_in="hdr" header="From" assign_to="remote_tag"/></action></recv>\n'
    steps = receive + _send(ok) + '<recv request="ACK"/>\n'
    if hangs_up:
        steps += _send(_in_call("BYE", 2)) + '<recv response="200"/>\n'
    else:
        steps += '<recv request="BYE"/>\n' + _send(f"SIP/2.0 200 OK\n{MIRROR}Content-Length: 0\n", retrans=False)
    return f'{HEAD}{steps}<Reference variables="remote_tag"/>\n</scenario>\n'


def calls(media_port):
    """A caller for the far end of `answers(.., hangs_up=True)`."""
    frm = "From: <sip:near@[local_ip]:[local_port]>;tag=[pid]n[call_number]\n"
    via = "Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]\n"
    invite = (
        f"INVITE sip:+12125550100@[remote_ip]:[remote_port] SIP/2.0\n{via}{frm}"
        "To: <sip:+12125550100@[remote_ip]:[remote_port]>\nCall-ID: [call_id]\nCSeq: 1 INVITE\n"
        "Contact: <sip:near@[local_ip]:[local_port]>\nMax-Forwards: 70\nContent-Type: application/sdp\n"
        f"Content-Length: [len]\n\n{SDP.format(port=media_port)}"
    )
    ack = f"ACK [next_url] SIP/2.0\n{via}{frm}[last_To:]\nCall-ID: [call_id]\nCSeq: 1 ACK\nMax-Forwards: 70\nContent-Length: 0\n"
    ok = "SIP/2.0 200 OK\n[last_Via:]\n[last_From:]\n[last_To:]\n[last_Call-ID:]\n[last_CSeq:]\nContent-Length: 0\n"
    return (
        HEAD + _send(invite) + '<recv response="100" optional="true"/>\n<recv response="200" rrs="true"/>\n'
        + _send(ack, retrans=False) + '<recv request="BYE"/>\n' + _send(ok, retrans=False) + "</scenario>\n"
    )


class Sipp:
    """One SIPp. Its counts are read from its statistics when it has ended; it writes no message log."""

    def __init__(self, folder, scenario, target=None, arguments=()):
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=folder, prefix="sipp-"))
        (self.folder / "scenario.xml").write_text(scenario)
        self.port = free_port()
        command = ["sipp", "-i", "127.0.0.1", "-mi", "127.0.0.1", "-p", str(self.port), "-t", "u1", "-nostdin", "-skip_rlimit"]
        command += ["-sf", "scenario.xml", "-trace_stat", "-stf", "stats.csv", "-fd", "1", "-trace_counts"]
        command += ["-trace_err", "-error_file", "errors.log", "-buff_size", "4194304", "-deadcall_wait", "0", *map(str, arguments)]
        if target:
            command.append(target)
        self.output = open(self.folder / "output.log", "w")
        self.process = subprocess.Popen(command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=self.output)
        if not target:
            self._await_bound()

    def _await_bound(self):
        wanted, end = f"0100007F:{self.port:04X}", time.monotonic() + 10
        while time.monotonic() < end:
            if self.process.poll() is not None:
                sys.exit(f"sipp ended at once: {(self.folder / 'output.log').read_text()}")
            if any(line.split()[1] == wanted for line in open("/proc/net/udp").readlines()[1:]):
                return
            time.sleep(0.01)
        sys.exit("sipp did not listen within 10 s")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.output.close()

    def wait(self, limit_s):
        """Until it has ended by itself. False when it had to be stopped."""
        try:
            self.process.wait(limit_s)
            return True
        except subprocess.TimeoutExpired:
            self.stop()
            return False

    def stop(self):
        """Asks it to end (SIGUSR1), so that its last statistics are written."""
        for sig in (signal.SIGUSR1, signal.SIGTERM, signal.SIGKILL):
            if self.process.poll() is not None:
                return
            self.process.send_signal(sig)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(5)

    def _last(self, path):
        if not path.exists():
            return {}
        rows = list(csv.reader(path.open(), delimiter=";"))
        return dict(zip(rows[0], rows[-1])) if len(rows) > 1 else {}

    @staticmethod
    def _at(text):
        """Seconds of SIPp's `date, tab, time, tab, seconds`."""
        return float(text.rsplit("\t", 1)[-1]) if text else 0.0

    def report(self):
        """Successful and failed calls, repeated messages (sent by it, received by it), seconds from its start."""
        stats = self._last(self.folder / "stats.csv")
        counts = {}
        for path in self.folder.glob("*_counts.csv"):
            counts = self._last(path)
        column = lambda name: int(stats.get(name, 0) or 0)
        # Columns are named `<step>_<message>_Sent`, `_Recv`, `_Retrans`: for a received message the last counts copies.
        names = list(counts)
        copies = {True: 0, False: 0}
        for name in names:
            if name.endswith("_Retrans"):
                received = name[: -len("Retrans")] + "Recv" in counts
                copies[received] += int(counts[name] or 0)
        return {
            "successful": column("SuccessfulCall(C)"),
            "failed": column("FailedCall(C)"),
            "seconds": self._at(stats.get("CurrentTime")) - self._at(stats.get("StartTime")),
            "retransmissions_sent": copies[False],
            "retransmissions_received": copies[True],
            "errors": (self.folder / "errors.log").read_text(errors="replace")[:600] if (self.folder / "errors.log").exists() else "",
        }


# --- carillon ---------------------------------------------------------------------------------------------------------


def anonymous(pid):
    """Resident memory of a process that is no file's, in MiB."""
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("RssAnon:")) / 1024


def process_usage(pid):
    """CPU seconds (user + system of all threads) and resident MiB of a process."""
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS, int(fields[21]) * os.sysconf("SC_PAGE_SIZE") / 2**20


class Carillon:
    """One `carillon run` in the folder `data`."""

    def __init__(self, folder, contacts, trunk_port, lines, cps, database_url=None, arguments=(), log=None):
        environment = {key: value for key, value in os.environ.items() if not key.startswith("CARILLON_") or key == "CARILLON_MODELS"}
        environment["CARILLON_DATA"] = str(folder / "data")
        if database_url:
            environment["CARILLON_DATABASE_URL"] = database_url
        if log:
            environment["CARILLON_LOG"] = log
        name = f"bench {os.getpid()} {time.monotonic_ns()}"
        self.command = [binary(), "run", str(contacts), "--trunk", f"sip:127.0.0.1:{trunk_port}", "--lines", str(lines)]
        self.command += ["--cps", str(cps), "--name", name, "--json", *arguments]
        self.out, self.err = folder / "carillon.out", folder / "carillon.err"
        self.process = subprocess.Popen(
            self.command, env=environment, stdin=subprocess.DEVNULL, stdout=self.out.open("w"), stderr=self.err.open("w")
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def wait(self, limit_s):
        """Until it has ended; gives its CPU seconds (of the process alone), or None when it did not end in time."""
        end = time.monotonic() + limit_s
        while time.monotonic() < end:
            pid, status, usage = os.wait4(self.process.pid, os.WNOHANG)
            if pid:
                self.process.returncode = os.waitstatus_to_exitcode(status)
                return usage.ru_utime + usage.ru_stime
            time.sleep(0.02)
        return None

    def end(self, limit_s=20):
        """Ends it at once: two signals, no new calls and hang up."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            time.sleep(0.5)
            self.process.send_signal(signal.SIGTERM)
        return self.wait(limit_s)

    def summary(self):
        lines = [line for line in self.out.read_text().splitlines() if '"summary"' in line]
        return json.loads(lines[-1]) if lines else None

    def stderr(self):
        return self.err.read_text(errors="replace")


def send_times(stderr):
    """The engine's own histogram, from the line it logs with CARILLON_LOG=carillon::rtp=debug; None without it."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", stderr)
    found = re.search(r"packets=(\d+) late_p50_us=(\d+) late_p99_us=(\d+) late_worst_us=(\d+) skipped=(\d+)", plain)
    return [int(text) for text in found.groups()] if found else None
