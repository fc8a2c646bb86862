import re

import pytest
from django.utils.safestring import mark_safe

from tests.web.rendering import render


@pytest.mark.parametrize(
    ("sentence", "whole"),
    [
        ("From 2023-01-31 & on", ["2023-01-31"]),
        ("As of 29 August 2023, 13 of 249 are completed (5.2%)", ["29 August 2023", "13 of", "249 are", "5.2%"]),
        ("Growth, as of 29 August 2023 (%)", ["29 August 2023 (%)"]),
        ("16.8 percentage points behind; 83.82 GW against 90", ["16.8 percentage points", "83.82 GW"]),
        ("before: 2.04 trillion yuan, Q1 2023", ["2.04 trillion yuan"]),
        ("截至2023年8月29日，8个部门8月填报未完成", ["2023年8月29日", "8个", "8月"]),
        ("年鉴，第162页，表3", ["第162页"]),
        ("Yearbook, page 162, table 3", ["page 162"]),
        ("较7月末，2021—2022年变化−11.1%，欠序时进度16.8个百分点", ["7月末", "2021—2022年", "−11.1%", "16.8个百分点"]),
        ("2023年上半年装机8,382万千瓦，投资3.56万亿元", ["2023年上半年", "8,382万千瓦", "3.56万亿元"]),
        ("PM2.5年均浓度36微克/立方米", ["36微克/立方米"]),
    ],
)
def test_days_and_numbers_in_a_sentence_are_not_broken(sentence, whole):
    html = render("{{ sentence|nowrap }}", sentence=sentence)
    assert re.findall(r'<span class="nowrap">(.*?)</span>', html) == whole
    assert re.sub("<.*?>", "", html) == sentence.replace("&", "&amp;")


def test_what_stands_in_a_tag_is_left_as_it_is():
    link = mark_safe('<a href="/2023-08-29/" title="13项">13项</a>')
    assert render("{{ link|nowrap }}", link=link) == (
        '<a href="/2023-08-29/" title="13项"><span class="nowrap">13项</span></a>'
    )
