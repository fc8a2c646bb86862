import json
import subprocess
import sys
from datetime import date
from decimal import Decimal

import pytest

from ledger.csv_files import write_csv_zip
from ledger.raw import MAX_FAULTS
from ledger.workbook import write_workbook
from tests.services import ROOT

from .samples import PROJECTS

ROWS, MEGABYTES, SECONDS = 20_000, 300, 60
# With 13 columns a million cells.
WRONG_ROWS = 77_000
# In a process of its own, whose memory is that of reading alone; getrusage would count what its parent had.
READ = r"""
import json, re, resource, sys, time
from pathlib import Path
import django
django.setup()
from ledger import reading
from tests.ledger.samples import PROJECTS

reading.SHEETS = {"projects": PROJECTS}
started = time.monotonic()
ledger = reading.read_ledger(Path(sys.argv[1])).ledger
own = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]
kilobytes = [int(own), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss]
wrong = sum(map(len, ledger.unreadable.values()))
found = {"rows": len(ledger.rows["projects"]), "problems": len(ledger.faults), "wrong": wrong}
found["seconds"] = time.monotonic() - started
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
    assert read(tmp_path / "large") == {"rows": ROWS, "problems": 0, "wrong": 0}


@pytest.mark.long
def test_a_million_wrong_cells_are_counted_in_bounded_memory(tmp_path):
    names = [column.name for column in PROJECTS.columns]
    wrong = ",".join(["\x01"] * len(names))
    (tmp_path / "large.csv").write_text("\n".join([",".join(names), *[wrong] * WRONG_ROWS]), encoding="utf-8")
    found = read(tmp_path / "large.csv")
    assert found == {"rows": WRONG_ROWS, "problems": MAX_FAULTS + 1, "wrong": len(names) * WRONG_ROWS}


def read(path):
    command = [sys.executable, "-c", READ, str(path)]
    found = json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)
    assert found.pop("megabytes") < MEGABYTES
    assert found.pop("seconds") < SECONDS
    return found
