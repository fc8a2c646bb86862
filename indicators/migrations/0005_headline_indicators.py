"""The headline indicators are those of a plan: of each what all showed."""

import django.db.models.deletion
from django.db import migrations, models


def give_to_plans(apps, schema_editor):
    """The overview of every plan showed the same ones."""
    using = schema_editor.connection.alias
    headlines = apps.get_model("indicators", "HeadlineIndicator").objects.using(using)
    rows = apps.get_model("indicators", "Indicator").objects.using(using).exclude(headline=None)
    numbers = list(rows.values_list("pk", "headline"))
    for plan in apps.get_model("measures", "Plan").objects.using(using).order_by("pk").values_list("pk", flat=True):
        headlines.bulk_create(headlines.model(plan_id=plan, indicator_id=row, number=number) for row, number in numbers)


def take_back(apps, schema_editor):
    """Those of the newest plan that has any."""
    using = schema_editor.connection.alias
    headlines = apps.get_model("indicators", "HeadlineIndicator").objects.using(using)
    newest = headlines.order_by("-plan__starts_on", "plan").values_list("plan", flat=True).first()
    indicators = apps.get_model("indicators", "Indicator").objects.using(using)
    for row, number in headlines.filter(plan=newest).values_list("indicator", "number"):
        indicators.filter(pk=row).update(headline=number)


class Migration(migrations.Migration):

    dependencies = [
        ('indicators', '0004_names'),
        ('measures', '0015_names'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='indicator',
            options={'ordering': ['code'], 'verbose_name': 'Indicator', 'verbose_name_plural': 'indicators'},
        ),
        migrations.CreateModel(
            name='HeadlineIndicator',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(help_text='Its place among the headline indicators of the overview', verbose_name='Number')),
                ('indicator', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='headlines', to='indicators.indicator', verbose_name='Indicator')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='headline_indicators', to='measures.plan', verbose_name='Action plan')),
            ],
            options={
                'verbose_name': 'Headline indicator',
                'verbose_name_plural': 'Headline indicators',
                'ordering': ['plan', 'number'],
                'constraints': [models.UniqueConstraint(fields=('indicator', 'plan'), name='headlineindicator_once_a_plan'), models.UniqueConstraint(fields=('plan', 'number'), name='headlineindicator_number_once_a_plan')],
            },
        ),
        migrations.RunPython(give_to_plans, take_back),
        migrations.RemoveField(
            model_name='indicator',
            name='headline',
        ),
    ]
