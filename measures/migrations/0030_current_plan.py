from django.conf import settings
from django.db import migrations, models
from django.db.models.functions import Now

from core.clock import today


def choose_current_plan(apps, schema_editor):
    """The one that was current until here: that of the setting, else the newest that has begun, else the first."""
    plans = apps.get_model('measures', 'Plan').objects.all()
    named = plans.filter(slug=settings.PILOTZONE_PLAN)
    begun = plans.filter(starts_on__lte=today()).order_by('-starts_on', 'pk')
    current = named.first() or begun.first() or plans.order_by('starts_on', 'pk').first()
    if current is not None:
        plans.filter(pk=current.pk).update(is_current=True, updated_at=Now())


class Migration(migrations.Migration):

    dependencies = [
        ('measures', '0029_answers'),
    ]

    operations = [
        migrations.AddField(
            model_name='plan',
            name='is_current',
            field=models.BooleanField(db_default=False, default=False, editable=False, verbose_name='Current plan'),
        ),
        migrations.RunPython(choose_current_plan, migrations.RunPython.noop, elidable=True),
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.UniqueConstraint(condition=models.Q(('is_current', True)), fields=('is_current',), name='plan_is_current_once'),
        ),
    ]
