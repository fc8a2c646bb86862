from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.utils import translation

# Nobody is shown its rows.
UNSEEN = {"web.DataChange"}
MODELS = [
    model
    for model in apps.get_models()
    if Path(apps.get_app_config(model._meta.app_label).path).parent == settings.BASE_DIR
    and model._meta.label not in UNSEEN
]


def test_the_models_of_all_apps_are_looked_at():
    labels = {model._meta.app_label for model in MODELS}
    assert labels >= {"regions", "accounts", "measures", "projects", "indicators", "rollups", "themes", "dashboard"}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_field_has_chinese_words(model):
    with translation.override("zh-hans"):
        own = [*model._meta.local_fields, *model._meta.local_many_to_many]
        words = {field.name: str(field.verbose_name) for field in own if field.name != "id"}
    assert [name for name, word in words.items() if word.isascii()] == []
