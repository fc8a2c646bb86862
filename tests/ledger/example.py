"""A small ledger that holds one of everything, as a folder of CSV files, and what the tests do with it."""

import io
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from core.own_apps import own_models

FILES = {
    "regions": """
code,kind,parent,name_zh,name_en,short_zh,short_en,tile_row,tile_column,provenance,source
370202,county,370200,市南区,Shinan,市南,Shinan,,,published,GB/T 2260
370200,city,370000,青岛市,Qingdao,青岛,Qingdao,2,5,published,GB/T 2260
370100,city,370000,济南市,Jinan,济南,Jinan,2,2,published,GB/T 2260
370000,province,100000,山东省,Shandong,山东,Shandong,,,published,GB/T 2260
100000,country,,中国,China,中国,China,,,published,GB/T 2260
""",
    "departments": """
slug,number,name_zh,name_en,short_zh,short_en,provenance,source
energy,1,省能源局,Energy Bureau,能源局,Energy,illustrative,
water,2,省水利厅,Water,水利厅,Water,illustrative,
""",
    "plan": """
slug,name_zh,name_en,starts_on,ends_on,provenance,source
plan,行动计划,Action plan,2023-01-01,2025-12-31,illustrative,
""",
    "sections": """
slug,number,title_zh,title_en,provenance,source
energy,1,能源,Energy,illustrative,
water,2,水,Water,illustrative,
""",
    "measures": """
code,section,title_zh,title_en,description_zh,description_en,lead_department,participating_departments,\
target_zh,target_en,listed_on,due_on,provenance,lead_provenance,source
M001,energy,措施一,Measure one,,,energy,water,,,2023-01-03,2023-12-31,illustrative,illustrative,
M002,water,措施二,Measure two,,,water,,,,2023-01-03,,illustrative,illustrative,
""",
    "reports": """
measure,submitted_on,period,status,against_status,what_was_done_zh,what_was_done_en,problem_zh,problem_en,next_step_zh,next_step_en,\
decided_on,state,provenance,source
M001,2023-04-07,2023-04,in_progress,promoting,开工,Begun,,,,,2023-04-13,accepted,illustrative,
M001,2023-06-22,2023-06,completed,in_progress,完成,Done,,,,,2023-06-26,accepted,illustrative,
M002,2023-08-10,2023-08,promoting,promoting,无变化,No change,,,,,,submitted,illustrative,
""",
    "evidence": """
measure,submitted_on,document_number,title_zh,title_en
M001,2023-06-22,鲁1号,通知,Notice
""",
    "status_history": """
measure,recorded_at,old_status,status,effective_on,supersedes,report,reason_zh,reason_en,provenance,source
M001,2023-01-06 16:00,,promoting,2023-01-03,,,列入,Listed,illustrative,
M001,2023-04-13 16:00,promoting,in_progress,2023-04-04,,2023-04-07,开工,Begun,illustrative,
M001,2023-06-26 16:00,in_progress,completed,2023-06-20,,2023-06-22,完成,Done,illustrative,
M001,2023-07-03 16:00,completed,completed,2023-06-25,2023-06-26 16:00,,更正,Correction,illustrative,
M001,2023-08-02 16:00,completed,in_progress,2023-08-01,,,复查,Reopened,illustrative,
M002,2023-01-06 16:00,,promoting,2023-01-03,,,列入,Listed,illustrative,
""",
    "categories": """
slug,number,name_zh,name_en,provenance,source
industry,1,产业,,illustrative,
energy,2,能源,Energy,illustrative,
""",
    "projects": """
code,name_zh,name_en,city,county,also_in,category,stage,total_investment,listed_on,provenance,\
investment_provenance,source
P0001,项目一,Project one,370200,370202,370100,energy,preparing,9.4201,2023-02-28,illustrative,illustrative,
P0002,项目二,Project two,370100,,,industry,completed,10,2023-02-28,illustrative,illustrative,
""",
    "indicators": """
code,name_zh,name_en,unit,unit_zh,zh_factor,direction,cumulative,headline,provenance,source
gdp_growth_ytd,增速,Growth,%,%,1,up,yes,1,published,Statistics
pm25,细颗粒物,PM2.5,µg/m3,微克/立方米,1,down,no,2,published,Statistics
""",
    "links": """
measure,project,indicator
M001,P0001,
M002,P0001,
M001,,gdp_growth_ytd
""",
    "observations": """
indicator,region,period,period_kind,period_start,period_end,value,exact,basis,released_on,release_basis,verified,\
provenance,source
gdp_growth_ytd,370000,2023H1,half_year,2023-01-01,2023-06-30,6.2,yes,,2023-07-20,stated,yes,published,Statistics
""",
    "targets": """
indicator,region,due_year,value,unit,qualifier,derived,baseline_value,baseline_on,document,adopted_on,adopted_basis,\
provenance,source
pm25,370000,2025,38,µg/m3,,no,46,2020-12-31,A plan,2021-10-01,,published,A plan
""",
    "published_figures": """
as_of,figure,value,unit,source
2023-06-30,measures.total,249,measures,A newspaper
""",
}


def write_example(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    for name, content in FILES.items():
        (folder / f"{name}.csv").write_text(content.lstrip("\n"), encoding="utf-8")
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_example(tmp_path / "example")


def load(folder: Path, **options: Any) -> str:
    """Load the folder, and return what the command says of it, without what the data checks found in it."""
    out = io.StringIO()
    call_command("load_data", str(folder), stdout=out, verbosity=0, **options)
    # The number of the load is the database's.
    return re.sub(r"^Load \d+: ", "Loaded: ", out.getvalue())


def refusal(folder: Path, **options: Any) -> str:
    """Return the sentence with which the command refuses to load, having changed nothing."""
    before = rows()
    with pytest.raises(CommandError) as caught:
        call_command("load_data", str(folder), stdout=io.StringIO(), stderr=io.StringIO(), **options)
    assert rows() == before
    return str(caught.value)


def complaints(folder: Path, **options: Any) -> list[str]:
    """The lines about wrong rows of a load that was refused and changed nothing."""
    before = rows()
    err = io.StringIO()
    with pytest.raises(CommandError):
        call_command("load_data", str(folder), stdout=io.StringIO(), stderr=err, **options)
    assert rows() == before
    return [line for line in err.getvalue().splitlines() if line]


def rows() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the product, but for what is noted of the files themselves."""
    return {
        model._meta.label: sorted(model._base_manager.values_list(), key=repr)
        for model in own_models(with_links=True)
        if model._meta.app_label != "datasets"
    }


def edit(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / f"{name}.csv"
    content = path.read_text(encoding="utf-8")
    assert content.count(old) == 1, (old, content.count(old))
    path.write_text(content.replace(old, new), encoding="utf-8")


def append(folder: Path, name: str, line: str) -> None:
    with open(folder / f"{name}.csv", "a", encoding="utf-8") as file:
        file.write(line + "\n")
