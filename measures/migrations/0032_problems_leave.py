from django.db import migrations


class Migration(migrations.Migration):
    """The models are of the app `problems` from here on; their tables stay as they are."""

    dependencies = [
        ('measures', '0031_about_problem'),
        ('notices', '0005_steps_of_problems'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.DeleteModel(name='MeetingItem'),
                migrations.DeleteModel(name='Meeting'),
                migrations.DeleteModel(name='ProblemEvidence'),
                migrations.DeleteModel(name='ProblemStep'),
                migrations.DeleteModel(name='Problem'),
                migrations.DeleteModel(name='ProblemCategory'),
            ],
        ),
    ]
