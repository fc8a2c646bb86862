import pytest
from django.apps import apps
from django.utils import translation

from web.field_names import NAMES, OWN_APPS

MODELS = [model for label in OWN_APPS for model in apps.get_app_config(label).get_models()]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_field_has_chinese_words(model):
    with translation.override("zh-hans"):
        own = [*model._meta.local_fields, *model._meta.local_many_to_many]
        words = {field.name: str(field.verbose_name) for field in own if field.name != "id"}
    assert [name for name, word in words.items() if word.isascii()] == []


def test_no_name_is_left_over():
    used = {f.name for model in MODELS for f in (*model._meta.local_fields, *model._meta.local_many_to_many)}
    assert set(NAMES) <= used
