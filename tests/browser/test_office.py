"""The office in a real browser: a measure is added, somebody is invited and logs in, two people edit at once."""

import pytest
from playwright.sync_api import expect

from accounts.models import User
from measures.models import Measure
from tests.browser.conftest import PASSWORD
from tests.factories import make_user

pytestmark = pytest.mark.browser


@pytest.fixture
def office(people):
    make_user("mia", role="administrator", password=PASSWORD)
    make_user("rob", role="reviewer", first_name="王强", password=PASSWORD)


def test_a_measure_is_added_and_counts_on_the_overview(enter, site, office):
    rita = enter("rita")
    rita.goto(f"{site}/")
    rita.locator(".nav-list").get_by_role("link", name="Office").click()
    rita.locator("main").get_by_role("link", name="Measures").click()
    rita.get_by_role("link", name="Add a measure").click()
    rita.get_by_label("Code").fill("M900")
    rita.get_by_label("Priority area").select_option("marine")
    rita.get_by_label("Title (Chinese)").fill("建设海上风电母港")
    rita.get_by_label("Title (English)").fill("Build a port for offshore wind")
    rita.get_by_label("Lead department").select_option("energy")
    rita.get_by_label("Finance").check()
    rita.get_by_label("Date listed").fill("2023-08-01")
    rita.get_by_label("Due date").fill("2024-12-31")
    rita.get_by_role("button", name="Add").click()
    rita.get_by_text("The measure was added").wait_for()
    expect(rita.locator("#history")).to_contain_text("Added", use_inner_text=True)
    rita.goto(f"{site}/measures/?search=M900")
    rita.get_by_role("link", name="Build a port for offshore wind").wait_for()
    rita.goto(f"{site}/")
    assert rita.locator('[data-figure="measures.total"]').first.get_attribute("data-value") == "250"


def test_whoever_is_invited_sets_a_password_and_logs_in(enter, site, office):
    mia = enter("mia")
    mia.goto(f"{site}/office/")
    mia.locator("main").get_by_role("link", name="People").click()
    mia.get_by_role("link", name="Invite a person").click()
    mia.get_by_label("User name").fill("wang")
    mia.locator("input[name=name]").fill("王芳")
    mia.get_by_label("Role").select_option("reporter")
    mia.get_by_label("Department").select_option("energy")
    mia.get_by_role("button", name="Make the account and its link").click()
    link = mia.get_by_label("Link", exact=True).input_value()
    # Whoever is invited has a browser of their own, and no account in it.
    wang = enter(None)
    wang.goto(link)
    expect(wang.locator("main")).to_contain_text("wang", use_inner_text=True)
    for label in ("New password", "New password once more"):
        wang.get_by_label(label, exact=True).fill("Eine-lange-Zeile")
    wang.get_by_role("button", name="Set the password").click()
    wang.get_by_text("Your password is set").wait_for()
    wang.locator("input[name=username]").fill("wang")
    wang.locator("input[name=password]").fill("Eine-lange-Zeile")
    wang.get_by_role("button", name="Log in").click()
    wang.wait_for_url("**/workspace/**")
    # The link is used up.
    other = enter(None)
    other.goto(link)
    other.get_by_text("This link is good no more").wait_for()


def test_two_people_edit_a_measure_at_once(enter, site, office):
    page = f"{site}/office/measures/M172/"
    before = Measure.objects.get(code="M172").title_zh
    rita, rob = enter("rita"), enter("rob")
    rita.goto(page)
    rob.goto(page)
    rita.get_by_label("Title (Chinese)").fill("我的名称")
    # What it held stands below the field as soon as it holds something else.
    assert rita.locator(".editable-changed .was").inner_text() == f"Before: {before}"
    rob.get_by_label("Title (Chinese)").fill("对方的名称")
    rob.get_by_role("button", name="Save").click()
    rob.get_by_text("The measure was changed").wait_for()
    rita.get_by_role("button", name="Save").click()
    versions = rita.locator("table.versions")
    versions.wait_for()
    row = versions.locator("tbody tr").inner_text()
    assert [word in row for word in (before, "对方的名称", "我的名称")] == [True, True, True]
    expect(rita.locator("main")).to_contain_text("王强", use_inner_text=True)
    assert rita.get_by_label("Title (Chinese)").input_value() == "我的名称"
    assert Measure.objects.get(code="M172").title_zh == "对方的名称"
    rita.get_by_role("button", name="Save").click()
    rita.get_by_text("The measure was changed").wait_for()
    history = rita.locator("#history tbody").inner_text()
    assert "对方的名称" in history and "我的名称" in history


def test_an_account_is_kept_without_scripts_and_by_keyboard(browser, site, office):
    context = browser.new_context(locale="en", java_script_enabled=False, viewport={"width": 360, "height": 800})
    page = context.new_page()
    page.goto(f"{site}/accounts/login/?next=/office/people/{User.objects.get(username='ben').pk}/")
    page.locator("input[name=username]").fill("mia")
    page.locator("input[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.locator("input[name=name]").focus()
    page.keyboard.type("本")
    page.keyboard.press("Enter")
    page.get_by_text("The account was changed").wait_for()
    assert User.objects.get(username="ben").first_name == "本"
    context.close()


def test_a_project_is_added_and_its_total_revised(enter, site, office):
    rita = enter("rita")
    rita.goto(f"{site}/office/projects/")
    rita.get_by_role("link", name="Add a project").click()
    rita.locator("#id_code").fill("P9000")
    rita.get_by_label("Name (Chinese)").fill("海上风电母港")
    rita.locator("#id_city").select_option("370600")
    rita.get_by_label("Category").select_option("energy")
    rita.get_by_label("National project code").fill("2105-370602-04-01-123456")
    rita.get_by_label("Total investment (100 million yuan)").fill("9.42")
    rita.get_by_label("Date listed").fill("2023-08-01")
    rita.get_by_role("button", name="Add").click()
    rita.get_by_text("The project was added").wait_for()
    rita.get_by_role("link", name="Change Total investment").click()
    rita.get_by_label("Total investment (100 million yuan)").fill("12")
    rita.get_by_label("Reason").fill("概算调整")
    rita.get_by_role("button", name="Save").click()
    rita.get_by_text("The terms were changed").wait_for()
    rita.goto(f"{site}/projects/P9000/")
    rita.get_by_text("an overrun of 258 million yuan (27.4%)").wait_for()
    rita.locator("#terms summary").click()
    expect(rita.locator("#terms")).to_contain_text("概算调整", use_inner_text=True)
