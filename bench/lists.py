#!/usr/bin/env python3
"""Pages of contacts at 1,000,000 rows: p50 and p99 of each sort, filter and position, on SQLite and PostgreSQL.

Fills a database with `cargo run --release -p carillon-store --example lists` and prints its table. PostgreSQL is measured when
CARILLON_BENCH_POSTGRES names an empty database.

    bench/lists.py [--contacts 1000000] [--rounds 30] [--data FOLDER]
"""

import argparse
import os
import subprocess
import tempfile


def run(database: str, contacts: int, rounds: int) -> None:
    command = ["cargo", "run", "--quiet", "--release", "-p", "carillon-store", "--example", "lists", "--"]
    subprocess.run([*command, database, str(contacts), str(rounds)], check=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--contacts", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--data", help="where the SQLite file is kept; a second run with it only measures")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print("SQLite", flush=True)
        run(os.path.join(args.data or folder, "lists.db"), args.contacts, args.rounds)
    postgres = os.environ.get("CARILLON_BENCH_POSTGRES")
    if postgres:
        print("PostgreSQL", flush=True)
        run(postgres, args.contacts, args.rounds)


if __name__ == "__main__":
    main()
