from django.db import migrations, models
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Left
from django.utils import timezone


def restore_whole_words(apps, schema_editor):
    """The reason of a change was what its report said, cut at so many characters: the report has the rest."""
    StatusChange = apps.get_model("measures", "StatusChange")
    Report = apps.get_model("measures", "Report")
    for reason, text, most in (("reason_zh", "what_was_done_zh", 300), ("reason_en", "what_was_done_en", 400)):
        cut = StatusChange.objects.filter(**{reason: Left(F(f"report__{text}"), most)}).exclude(
            **{reason: F(f"report__{text}")}
        )
        whole = Report.objects.filter(pk=OuterRef("report_id")).values(text)
        cut.update(**{reason: Subquery(whole), "updated_at": timezone.now()})


class Migration(migrations.Migration):
    dependencies = [("measures", "0006_bounds")]

    operations = [
        migrations.AlterField(
            model_name="statuschange",
            name="reason_en",
            field=models.CharField(blank=True, max_length=2000, verbose_name="Reason (English)"),
        ),
        migrations.AlterField(
            model_name="statuschange",
            name="reason_zh",
            field=models.CharField(blank=True, max_length=2000, verbose_name="Reason (Chinese)"),
        ),
        migrations.RunPython(restore_whole_words, migrations.RunPython.noop),
    ]
