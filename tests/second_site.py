"""A small site of another place than the demonstration's, in Chinese alone: rows as an office would type them.

The place, its departments and all figures are made up. `write_workbook` makes a workbook of them by hand, as people
send it: a title above each header, days as text, full-width digits, names instead of codes.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from django.utils.translation import override
from openpyxl import Workbook

from ledger.declaration import Column, Kind
from ledger.sheets import SHEETS

# On which its figures are looked at.
DAY = date(2026, 9, 15)
PLACE = "云岭省"
PLAN = "云岭省现代化产业体系建设五年行动计划（2026—2030年）"
Row = Mapping[str, Any]

CITIES = ("云中市", "澄湖市", "南屏市", "松溪市", "临川口市", "白鹭市", "青石市", "东岭市")
DEPARTMENTS = (
    ("省发展改革委", "发展改革委"),
    ("省工业和信息化厅", "工业和信息化厅"),
    ("省科技厅", "科技厅"),
    ("省农业农村厅", "农业农村厅"),
    ("省交通运输厅", "交通运输厅"),
    ("省生态环境厅", "生态环境厅"),
    ("省商务厅", "商务厅"),
    ("省教育厅", "教育厅"),
    ("省能源局", "能源局"),
    ("省数据局", "数据局"),
)
SECTIONS = ("先进制造业集群", "数字产业", "现代农业", "交通物流", "绿色转型", "人才与教育")
ACTIONS = (
    "建立工作台账并按季调度",
    "出台专项支持政策",
    "建成省级公共服务平台",
    "培育省级示范企业",
    "完成重点企业诊断",
    "建立产业链链长制",
    "完成标准体系编制",
    "开展年度评估",
    "建成重点实验室",
    "建立跨市协作机制",
)
CATEGORIES = (("chanye", "产业升级"), ("minsheng", "公共服务"), ("shengtai", "生态治理"))
STAGES = ("前期", "在建", "在建", "建成", "停缓建")
MEASURE_COUNT, PROJECT_COUNT = 60, 400


def site() -> Iterator[Row]:
    yield {
        "name_zh": "云岭省重点任务推进平台",
        "place_zh": "云岭",
        "subject_zh": "云岭省现代化产业体系建设",
        "languages": "中文",
    }


def plan() -> Iterator[Row]:
    yield {"name_zh": PLAN, "starts_on": "2026年1月1日", "ends_on": "2030.12.31", "region": PLACE}


def regions() -> Iterator[Row]:
    yield {"code": "990000", "kind": "省", "name_zh": PLACE, "short_zh": "云岭"}
    for number, name in enumerate(CITIES, 1):
        yield {"code": f"990{number}00", "kind": "市", "parent": PLACE, "name_zh": name, "short_zh": name[:-1]}


def departments() -> Iterator[Row]:
    for name, short in DEPARTMENTS:
        yield {"name_zh": name, "short_zh": short}


def categories() -> Iterator[Row]:
    for number, (slug, name) in enumerate(CATEGORIES, 1):
        yield {"slug": slug, "number": number, "name_zh": name}


def sections() -> Iterator[Row]:
    for number, title in enumerate(SECTIONS, 1):
        yield {"number": number, "title_zh": title}


def measure_code(number: int) -> str:
    """1.1 to 6.10: ten measures a section, numbered as the document numbers them."""
    section, place = divmod(number, len(ACTIONS))
    return f"{section + 1}.{place + 1}"


def measures() -> Iterator[Row]:
    for number in range(MEASURE_COUNT):
        section, place = divmod(number, len(ACTIONS))
        yield {
            "code": measure_code(number),
            "section": SECTIONS[section],
            "title_zh": f"{SECTIONS[section]}：{ACTIONS[place]}",
            "lead_department": DEPARTMENTS[(number * 7) % len(DEPARTMENTS)][number % 2],
            "participating_departments": "；".join(
                name for name, _short in DEPARTMENTS[:2] if name != DEPARTMENTS[(number * 7) % len(DEPARTMENTS)][0]
            ),
            # A third has none.
            "due_on": ("２０２６年８月３１日", "2027/12/31", None)[number % 3],
        }


def status_history() -> Iterator[Row]:
    """Every second measure has made progress, every tenth is completed."""
    for number in range(0, MEASURE_COUNT, 2):
        code = measure_code(number)
        yield {"measure": code, "status": "取得进展", "effective_on": "2026年3月2日"}
        if number % 10 == 0:
            yield {"measure": code, "status": "已完成", "effective_on": "2026年6月20日"}


def investment(number: int) -> str:
    """亿元 as written: with a separator of thousands or a unit now and then."""
    if number % 50 == 0:
        return "1,250.5"
    return f"{number}5000万元" if number % 9 == 0 else f"{number % 40 + 1}.25"


def projects() -> Iterator[Row]:
    for number in range(1, PROJECT_COUNT + 1):
        city = CITIES[number % len(CITIES)]
        category = CATEGORIES[number % len(CATEGORIES)][1]
        yield {
            "code": f"云重{number:03}",
            "name_zh": f"{city[:-1]}{category}项目（{number}号）",
            "city": city,
            "category": category,
            "stage": STAGES[number % len(STAGES)],
            "total_investment": investment(number),
        }


def indicators() -> Iterator[Row]:
    yield {"code": "gdp_growth_ytd", "name_zh": "地区生产总值增速", "unit": "%", "direction": "正向", "headline": 1}
    yield {"code": "forest_cover", "name_zh": "森林覆盖率", "unit": "%", "direction": "正向", "headline": 2}


def observations() -> Iterator[Row]:
    for name, value in (("gdp_growth_ytd", "6.1"), ("forest_cover", "46.9")):
        yield {
            "indicator": name,
            "region": PLACE,
            "period": "2025",
            "period_kind": "年",
            "period_start": "2025-01-01",
            "period_end": "2025-12-31",
            "value": value,
            "released_on": "2026-01-20",
            "verified": "是",
        }


ROWS = {
    make.__name__: list(make())
    for make in (
        site,
        plan,
        regions,
        departments,
        categories,
        sections,
        measures,
        status_history,
        projects,
        indicators,
        observations,
    )
}


def header(column: Column) -> str:
    return f"{column.label}（亿元）" if column.kind is Kind.MONEY else str(column.label)


def write_workbook(path: Path, rows: Mapping[str, Sequence[Row]] = ROWS) -> None:
    book = Workbook()
    book.remove(book.worksheets[0])
    with override("zh-hans"):
        for name, lines in rows.items():
            sheet = SHEETS[name]
            columns = list(dict.fromkeys(column for line in lines for column in line))
            page = book.create_sheet(str(sheet.label))
            page.append([f"{PLACE}{sheet.label}（填报样表）"])
            page.merge_cells(start_row=1, start_column=1, end_row=1, end_column=max(len(columns), 2))
            page.append([])
            page.append([header(sheet.column(column)) for column in columns])
            for line in lines:
                page.append([line.get(column) for column in columns])
    book.save(path)
