from django.urls import reverse, set_script_prefix

from web.addresses import address


def test_addresses_are_those_of_the_site():
    assert address("measures:detail", "M001") == reverse("measures:detail", args=["M001"]) == "/measures/M001/"
    assert address("measures:comment", "M001") == "/measures/M001/comment/"
    assert address("dashboard:city", "370200") == "/cities/370200/"
    assert address("measures:list") == "/measures/"


def test_a_site_below_a_path_has_its_own():
    assert address("measures:detail", "M002") == "/measures/M002/"
    set_script_prefix("/zone/")
    try:
        assert address("measures:detail", "M002") == "/zone/measures/M002/"
        assert address("measures:list") == "/zone/measures/"
    finally:
        set_script_prefix("/")
