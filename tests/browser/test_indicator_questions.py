"""Questions about indicators and themes: each is answered at most two clicks from the overview, or from what a link of
its head opens. The verdicts on the demonstration's day are written by hand.
"""

import pytest
from playwright.sync_api import expect

from tests.browser.test_ten_questions import Walk
from tests.browser.test_twelve_questions import open_from_head

pytestmark = pytest.mark.browser


def row_of(part, name):
    [row] = [" ".join(each.split()) for each in part.locator("tbody tr").all_inner_texts() if each.startswith(name)]
    return row


def will_the_emission_goals_be_met(walk):
    open_from_head(walk, "专题")
    walk.click(walk.page.get_by_role("link", name="碳达峰与降碳", exact=True))
    main = walk.page.locator("main")
    # 14.5 x 730 / 1,826 days of 2021 to 2025; 11.1 was reached.
    assert "超前 应达-5.8" in row_of(main, "单位地区生产总值能耗变化")
    assert "无法判断 暂无数据" in row_of(main, "单位地区生产总值二氧化碳排放变化")


def how_is_energy_doing_against_its_targets(walk):
    open_from_head(walk, "专题")
    walk.click(walk.page.get_by_role("link", name="能源转型", exact=True))
    main = walk.page.locator("main")
    # From 6,637 at the end of June 2022 to 9,000: a year of three and a half.
    assert "超前 应达7,311" in row_of(main, "新能源和可再生能源装机")
    assert "无法判断 暂无数据" in row_of(main, "煤电装机占比")
    assert "4个设有目标：超前 2、无法判断 2" in main.inner_text()


def one_page_on_energy_for_tomorrow(walk):
    open_from_head(walk, "专题")
    row = walk.page.locator("main tbody tr").filter(has=walk.page.get_by_role("link", name="能源转型", exact=True))
    walk.click(row.locator("td a").last)
    expect(walk.page.locator("h1")).to_contain_text("能源转型", use_inner_text=True)
    expect(walk.page.locator("main")).to_contain_text("超前", use_inner_text=True)


def which_city_has_the_cleanest_air_and_since_when(walk):
    open_from_head(walk, "指标")
    walk.click(walk.page.get_by_role("link", name="PM2.5年均浓度（IQAir）", exact=True))
    text = " ".join(walk.page.locator("main").inner_text().split())
    assert "2021年威海25.3最低" in text
    # By the same source it was the lowest in each of the four years.
    assert "威海自2018年起每年最优" in text


QUESTIONS = (
    will_the_emission_goals_be_met,
    how_is_energy_doing_against_its_targets,
    one_page_on_energy_for_tomorrow,
    which_city_has_the_cleanest_air_and_since_when,
)


def test_each_is_answered_in_two_clicks(watched, site):
    page, wrong = watched
    page.set_viewport_size({"width": 1366, "height": 768})
    for ask in QUESTIONS:
        ask(Walk(page, site))
    assert wrong == []
