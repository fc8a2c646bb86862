"""Ada reports for Science and Technology, Ben for Energy; Rita reviews, Vic only looks."""

from copy import deepcopy
from datetime import date
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from measures.models import Evidence
from measures.reports import ReportData, accept_report, save_draft, submit_report
from reporting import pdfs
from tests.documents import make_pdf
from tests.factories import make_change, make_department, make_measure, make_plan, make_user
from tests.measures.test_report_form import URL, the_report, typed, words

pytestmark = pytest.mark.django_db
AUGUST = date(2023, 8, 1)


@pytest.fixture(autouse=True)
def folder(today, settings, tmp_path):
    storages = deepcopy(settings.STORAGES)
    storages["default"]["OPTIONS"]["location"] = tmp_path / "evidence"
    settings.STORAGES = storages
    make_plan()
    return tmp_path / "evidence"


@pytest.fixture
def measure():
    measure = make_measure(lead_department=make_department("science-technology"), code="M001")
    make_change(measure, "in_progress", date(2023, 5, 18))
    return measure


@pytest.fixture
def ada(measure):
    return make_user("ada", role="reporter", department=measure.lead_department, language="en")


@pytest.fixture
def as_ada(client, ada):
    client.force_login(ada)
    return client


def pdf(name: str = "proof.pdf", content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, make_pdf() if content is None else content, content_type="application/pdf")


def kept_files(folder) -> list:
    return [path for path in folder.rglob("*") if path.is_file()]


class TestAttaching:
    def test_several_files_a_link_and_a_document_at_once(self, as_ada, folder):
        as_ada.post(
            URL,
            typed(
                evidence=[pdf("一.pdf"), pdf("two.pdf")],
                url="https://example.org/notice",
                url_title="The notice",
                document_number="鲁科字〔2023〕12号",
                document_title="关于发布目录的通知",
            ),
        )
        kept = list(the_report().evidence.order_by("pk"))
        assert [each.file_name for each in kept] == ["一.pdf", "two.pdf", "", ""]
        assert (kept[2].url, kept[2].title_en) == ("https://example.org/notice", "The notice")
        assert (kept[3].document_number, kept[3].title_zh) == ("鲁科字〔2023〕12号", "关于发布目录的通知")
        assert sorted(path.name for path in kept_files(folder)) == sorted(each.key.hex for each in kept[:2])
        text = words(as_ada.get(URL))
        assert "一.pdf" in text and "The notice" in text and "鲁科字〔2023〕12号" in text

    def test_files_are_looked_through_once_and_before_anybody_waits_for_the_report(
        self, as_ada, monkeypatch: pytest.MonkeyPatch
    ):
        look, within = pdfs._finding, []
        monkeypatch.setattr(pdfs, "_finding", lambda file: within.append(len(connection.savepoint_ids)) or look(file))
        as_ada.post(URL, typed(evidence=[pdf("1.pdf"), pdf("2.pdf")]))
        assert the_report().evidence.count() == 2
        # The test itself is a transaction, whose first savepoint would be that of the page.
        assert within == [0, 0]

    def test_no_more_files_are_looked_through_than_a_report_holds(self, as_ada, monkeypatch: pytest.MonkeyPatch):
        looked: list[str] = []
        monkeypatch.setattr(pdfs, "_finding", lambda file: looked.append(file.name) or "harmless")
        answer = as_ada.post(URL, typed(evidence=[pdf(f"{number}.pdf") for number in range(25)]))
        assert "At most 20 pieces of evidence" in words(answer)
        assert (len(looked), the_report().evidence.count()) == (20, 20)

    def test_a_full_disk_where_it_is_looked_through_loses_no_words(self, as_ada, monkeypatch: pytest.MonkeyPatch):
        def fail(file):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(pdfs, "_finding", fail)
        answer = as_ada.post(URL, typed(what_was_done="Half a day's typing", evidence=pdf()))
        assert "Please choose the files once more" in words(answer)
        assert the_report().what_was_done_en == "Half a day's typing"

    def test_a_disk_that_takes_no_file_takes_no_words_either(self, as_ada, folder):
        folder.write_text("no folder at all")
        response = as_ada.post(URL, typed(problem="Kept words", action="submit", evidence=[pdf("good.pdf")]))
        text = words(response)
        assert "good.pdf: Please choose the files once more: they could not be kept." in text
        assert "Kept words" in text
        assert (the_report().state, the_report().problem_en) == ("draft", "Kept words")
        assert not the_report().evidence.exists()

    def test_a_program_called_pdf_is_refused_and_everything_else_is_kept(self, as_ada):
        response = as_ada.post(
            URL, typed(problem="Kept words", action="submit", evidence=[pdf("good.pdf"), pdf("bad.pdf", b"MZ" * 400)])
        )
        text = words(response)
        assert "bad.pdf: The content of this file is no PDF, OFD, Office document or picture" in text
        assert "These are attached already and need not be chosen again." in text
        assert "Kept words" in response.content.decode()
        report = the_report()
        assert (report.state, report.problem_en) == ("draft", "Kept words")
        assert [each.file_name for each in report.evidence.all()] == ["good.pdf"]

    def test_21_mb_are_refused_and_everything_else_is_kept(self, as_ada, folder):
        large = pdf("large.pdf", make_pdf().ljust(21 * 1024 * 1024, b"\n"))
        response = as_ada.post(URL, typed(problem="Kept words", action="submit", evidence=[large, pdf("small.pdf")]))
        assert "large.pdf: The file is too large. Files of up to 20 MB" in words(response)
        assert "Kept words" in response.content.decode()
        assert [each.file_name for each in the_report().evidence.all()] == ["small.pdf"]
        assert len(kept_files(folder)) == 1

    def test_an_empty_file_is_refused(self, as_ada):
        assert "empty.pdf: The file is empty" in words(as_ada.post(URL, typed(evidence=pdf("empty.pdf", b""))))

    def test_who_must_choose_files_again_is_told(self, as_ada):
        response = as_ada.post(URL, typed(problem="字" * 2001, evidence=pdf()))
        assert "Please choose the files once more: they could not be kept." in words(response)
        assert not Evidence.objects.exists()

    @pytest.mark.parametrize(
        "address", ["javascript:alert(1)", "ftp://example.org/a", "data:text/html,x", "file:///etc/passwd", "words"]
    )
    def test_a_link_leads_to_a_page_of_the_web(self, as_ada, address):
        response = as_ada.post(URL, typed(url=address, url_title="Look"))
        assert "Link:" in words(response)
        assert f'value="{address}"' in response.content.decode()
        assert not Evidence.objects.exists()

    def test_a_title_alone_is_no_evidence(self, as_ada):
        response = as_ada.post(URL, typed(url_title="Look", document_title="Notice"))
        assert "Link: This field is required" in words(response)
        assert "Document number: This field is required" in words(response)

    def test_what_was_attached_is_not_attached_again_with_the_next_try(self, as_ada):
        response = as_ada.post(URL, typed(what_was_done="", action="submit", url="https://example.org/"))
        assert 'name="url" value' not in response.content.decode()
        assert the_report().evidence.count() == 1

    def test_is_removed_with_its_file_and_the_words_are_saved(self, as_ada, folder, django_capture_on_commit_callbacks):
        as_ada.post(URL, typed(evidence=pdf()))
        key = the_report().evidence.get().key
        with django_capture_on_commit_callbacks(execute=True):
            response = as_ada.post(URL, typed(what_was_done="More words", version="1", remove=str(key)))
        assert response.url == URL + "#evidence"
        assert (the_report().evidence.count(), the_report().what_was_done_en) == (0, "More words")
        assert kept_files(folder) == []
        again = as_ada.post(URL, typed(what_was_done="More words", version="2", remove=str(key)))
        assert again.status_code == 302


class TestDownloading:
    @pytest.fixture
    def evidence(self, as_ada, measure, ada):
        as_ada.post(URL, typed(evidence=pdf('佐证 "材料".pdf')))
        as_ada.logout()
        return the_report().evidence.get()

    @pytest.fixture
    def url(self, evidence):
        return f"/measures/M001/evidence/{evidence.key}/"

    def test_is_saved_under_its_own_name_and_never_shown(self, as_ada, ada, url):
        as_ada.force_login(ada)
        response = as_ada.get(url)
        assert b"".join(response.streaming_content) == make_pdf()
        assert response["Content-Type"] == "application/pdf"
        assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''%E4%BD%90%E8%AF%81")
        assert response["X-Content-Type-Options"] == "nosniff"
        assert {"private", "no-store"} <= set(response["Cache-Control"].replace(" ", "").split(","))

    def test_of_a_draft_goes_to_its_department_the_office_and_the_auditor(self, client, url, ada, open_reading):
        assert client.get(url).url == f"/accounts/login/?next={url}"
        people = {
            make_user("rita", role="reviewer"): 200,
            make_user("audit", role="auditor"): 200,
            make_user("ben", role="reporter", department=make_department("energy")): 403,
            make_user("vic"): 403,
        }
        for person, status in people.items():
            client.force_login(person)
            assert client.get(url).status_code == status

    def test_of_an_accepted_report_goes_to_every_account_but_to_no_visitor(self, client, url, ada, open_reading):
        accept_report(submit_report(the_report(), by=ada), by=make_user("rita", role="reviewer"))
        assert client.get(url).status_code == 302
        client.force_login(make_user("vic"))
        assert client.get(url).status_code == 200

    def test_what_does_not_exist_is_not_found(self, client, ada, measure, evidence, folder):
        client.force_login(ada)
        assert client.get(f"/measures/M001/evidence/{uuid4()}/").status_code == 404
        assert client.get("/measures/M001/evidence/1/").status_code == 404
        assert client.get(f"/measures/M002/evidence/{evidence.key}/").status_code == 404
        number = evidence.report.evidence.create(document_number="No. 1")
        assert client.get(f"/measures/M001/evidence/{number.key}/").status_code == 404
        for path in kept_files(folder):
            path.unlink()
        assert client.get(f"/measures/M001/evidence/{evidence.key}/").status_code == 404

    def test_is_only_read(self, client, ada, url):
        client.force_login(ada)
        assert client.post(url).status_code == 405


def test_a_full_report_takes_no_more(as_ada, measure, ada):
    report = save_draft(
        measure, by=ada, period=AUGUST, data=ReportData("in_progress", "in_progress", what_was_done="Done this month")
    )
    for number in range(20):
        report.evidence.create(document_number=str(number))
    response = as_ada.post(URL, typed(version="1", evidence=pdf()))
    assert "proof.pdf: At most 20 pieces of evidence" in words(response)
