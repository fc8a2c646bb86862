from django.db import migrations


class Migration(migrations.Migration):
    """The model is of the app `notices` from here on; its table stays as it is."""

    dependencies = [
        ('measures', '0027_notices_of_log'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel(name='Notice')]),
    ]
