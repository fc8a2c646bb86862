from dashboard.charts.strips import Block, MonthBar, blocks, month_bars


def test_blocks_share_the_width_by_their_counts_and_what_counts_nothing_has_none():
    counts = [("completed", 13), ("in_progress", 0), ("promoting", 39)]
    assert blocks(counts, width=520) == [Block("completed", 0, 130), Block("promoting", 130, 390)]


def test_nothing_has_no_blocks():
    assert blocks([("completed", 0), ("promoting", 0)], width=520) == []


def test_the_highest_month_fills_the_height():
    bars = month_bars([(2, 1), (8, 0), (0, 0)], pitch=100, height=400)
    assert bars == [MonthBar(0, 100, 50), MonthBar(100, 400, 0), MonthBar(200, 0, 0)]


def test_more_completed_than_due_sets_the_scale_too():
    assert month_bars([(1, 4)], pitch=100, height=400) == [MonthBar(0, 100, 400)]


def test_months_with_nothing_are_flat():
    assert month_bars([(0, 0)] * 2, pitch=50, height=400) == [MonthBar(0, 0, 0), MonthBar(50, 0, 0)]
