from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('datasets', '0005_whose_uploads'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='upload',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('city', None), ('department', None), ('kind', 'ledger')), models.Q(('city', None), ('department__isnull', False), ('kind__in', ['month', 'projects'])), models.Q(('city__isnull', False), ('department', None), ('kind', 'projects')), _connector='OR'), name='upload_is_of_department_or_city'),
        ),
    ]
