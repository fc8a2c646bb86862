import pytest
from django.utils import translation

from web.formats.text import with_full_stop

pytestmark = pytest.mark.usefixtures("english")


def test_a_sentence_of_an_error_ends_with_one_full_stop():
    assert with_full_stop("The file is too large") == "The file is too large."
    assert with_full_stop("This field is required.") == "This field is required."
    assert with_full_stop("What <now>?") == "What <now>?"
    assert with_full_stop("What <now>") == "What &lt;now&gt;."
    with translation.override("zh-hans"):
        assert with_full_stop("附件大小超出限制") == "附件大小超出限制。"
        assert with_full_stop("该字段是必填项。") == "该字段是必填项。"
