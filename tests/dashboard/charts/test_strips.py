from dashboard.charts.strips import Block, MonthBar, blocks, month_bars


def test_blocks_share_the_width_by_their_counts_and_what_counts_nothing_has_none():
    counts = [("completed", 13), ("in_progress", 0), ("promoting", 39)]
    assert blocks(counts, width=520) == [Block("completed", 0, 130), Block("promoting", 130, 390)]


def test_nothing_has_no_blocks():
    assert blocks([("completed", 0), ("promoting", 0)], width=520) == []


def test_the_highest_month_fills_the_height_below_its_number():
    bars = month_bars([(2, 1, 0), (8, 0, 0), (0, 0, 0)], pitch=100, height=430)
    assert [(bar.x, bar.due, bar.completed) for bar in bars] == [(0, 100, 50), (100, 400, 0), (200, 0, 0)]
    # From the top down: 430 are the ground.
    assert [(bar.due_top, bar.completed_top) for bar in bars] == [(323, 373), (23, 423), (423, 423)]


def test_more_completed_than_due_sets_the_scale_too():
    assert month_bars([(1, 4, 0)], pitch=100, height=430) == [MonthBar(0, 100, 400, 0, 323, 23)]


def test_what_was_late_is_the_upper_end_of_what_was_completed():
    (bar,) = month_bars([(10, 7, 1)], pitch=100, height=430)
    assert (bar.in_time, bar.late, bar.completed) == (240, 40, 280)


def test_months_with_nothing_are_flat():
    flat = [(bar.x, bar.due, bar.completed) for bar in month_bars([(0, 0, 0)] * 2, pitch=50, height=400)]
    assert flat == [(0, 0, 0), (50, 0, 0)]
