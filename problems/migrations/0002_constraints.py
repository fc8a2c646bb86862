from django.db import migrations, models
from django.db.models import Q


def renamed(model_name, end, condition):
    """What an abstract model brings along is named after the app."""
    name = f'{model_name}_{end}'
    return [
        migrations.RemoveConstraint(model_name=model_name, name=f'measures_{name}'),
        migrations.AddConstraint(
            model_name=model_name, constraint=models.CheckConstraint(condition=condition, name=f'problems_{name}')
        ),
    ]


PROVENANCES = ['published', 'reported', 'illustrative']
SOURCED = [
    ('provenance_known', Q(('provenance__in', PROVENANCES))),
    ('published_has_source', Q(('provenance', 'published'), ('source', ''), _negated=True)),
]


class Migration(migrations.Migration):

    dependencies = [
        ('problems', '0001_initial'),
        ('measures', '0032_problems_leave'),
    ]

    operations = [
        *(step for end, condition in SOURCED for step in renamed('problemcategory', end, condition)),
        *(step for end, condition in SOURCED for step in renamed('problem', end, condition)),
        *renamed(
            'problemevidence',
            'is_a_document_a_link_or_a_file',
            Q(('document_number', ''), ('file', ''), ('url', ''), _negated=True),
        ),
    ]
