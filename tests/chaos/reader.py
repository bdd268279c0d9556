"""`python -m tests.chaos.reader MARTS`: reads the published marts all the time until its input ends.

Prints as JSON how often it read, what it found under each run id, and every error: a file that two readings of one run
tell differently, or that cannot be read, was torn.
"""

import json
import sys
import threading
import time
from pathlib import Path

import duckdb

# A breath between two readings: what is under test shall have the processor, too.
PAUSE_SECONDS = 1.0
SQL = """
select (select min(run_id) from marts.publish_info), (select count(*) from marts.publish_info),
    (select count(*) || ' ' || sum(hash(kpi_id, period_grain, period_start, is_missing)) from marts.kpi_values),
    (select count(*) || ' ' || sum(hash(source, data_until, row_count)) from marts.source_status)
"""


def main() -> None:
    marts = Path(sys.argv[1])
    stop = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), stop.set()), daemon=True).start()
    found: dict[str, set[str]] = {}
    errors: list[str] = []
    reads = 0
    print("reading", flush=True)
    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        while not stop.is_set():
            try:
                # Attached anew each time: what a replaced file holds is seen only by who opens it again.
                connection.execute(f"attach '{marts}' as marts (read_only)")
                run_id, *content = connection.execute(SQL).fetchall()[0]
                connection.execute("detach marts")
            except duckdb.Error as error:
                errors.append(str(error)[:300])
                connection.execute("detach database if exists marts")
            else:
                found.setdefault(run_id, set()).add(" ".join(map(str, content)))
            reads += 1
            time.sleep(PAUSE_SECONDS)
    print(json.dumps({"reads": reads, "found": {run: sorted(told) for run, told in found.items()}, "errors": errors}))


if __name__ == "__main__":
    main()
