import json
import subprocess
import sys
from datetime import date
from decimal import Decimal

import pytest

from datasets.ledger.csv_files import write_csv_zip
from datasets.ledger.workbook import write_workbook
from tests.services import ROOT

from .samples import PROJECTS

ROWS, MEGABYTES, SECONDS = 20_000, 300, 60
# In a process of its own, whose memory is that of reading alone; getrusage would count what its parent had.
READ = r"""
import json, re, resource, sys, time
from pathlib import Path
import django
django.setup()
from datasets.ledger.files import read_file
from datasets.ledger.questions import read_rows
from datasets.ledger.tables import find_tables
from tests.datasets.ledger.samples import PROJECTS

started = time.monotonic()
with open(sys.argv[1], "rb") as file:
    (table,) = find_tables(read_file(file, "large"), [PROJECTS]).tables
rows, problems = read_rows(table, {})
own = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]
kilobytes = [int(own), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss]
found = {"rows": len(rows), "problems": len(problems), "seconds": time.monotonic() - started}
print(json.dumps(found | {"megabytes": max(kilobytes) / 1024}))
"""


@pytest.mark.long
@pytest.mark.parametrize("write", [write_workbook, write_csv_zip])
def test_twenty_thousand_rows_are_read_in_bounded_memory(write, tmp_path):
    rows = [
        {
            "code": f"P{number:05}",
            "title": f"绿色低碳高质量发展先行区建设项目第{number}号，分期建设",
            "department": "st",
            "partners": ("st", "energy"),
            "stage": "completed",
            "investment": number,
            "share": Decimal("12.5"),
            "due_on": date(2023, 6, 30),
            "month": date(2023, 6, 1),
            "is_open": True,
            "position": number,
            "value": Decimal(number) / 8,
        }
        for number in range(ROWS)
    ]
    with (tmp_path / "large").open("wb") as file:
        write(file, [PROJECTS], {"projects": rows}, base="v1")
    command = [sys.executable, "-c", READ, str(tmp_path / "large")]
    found = json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)
    assert (found["rows"], found["problems"]) == (ROWS, 0)
    assert found["megabytes"] < MEGABYTES
    assert found["seconds"] < SECONDS
