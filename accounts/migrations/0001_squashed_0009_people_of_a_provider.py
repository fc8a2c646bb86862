import django.contrib.auth.models
import django.contrib.auth.validators
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from core.operations import AtOnce


class Migration(migrations.Migration):

    replaces = [
        ('accounts', '0001_initial'),
        ('accounts', '0002_provenance_reported'),
        ('accounts', '0003_names'),
        ('accounts', '0004_role_administrator'),
        ('accounts', '0005_reporters_of_a_city'),
        ('accounts', '0006_password_rules'),
        ('accounts', '0007_sessions_of_accounts'),
        ('accounts', '0008_log_seals'),
        ('accounts', '0009_people_of_a_provider'),
    ]

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('regions', '0001_squashed_0005_largest_region'),
    ]

    operations = [AtOnce([
        migrations.CreateModel(
            name='Department',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('provenance', models.CharField(choices=[('published', 'Published'), ('reported', 'Reported'), ('illustrative', 'Illustrative')], default='reported', max_length=12, verbose_name='Provenance')),
                ('source', models.CharField(blank=True, max_length=600, verbose_name='Source')),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='Updated at')),
                ('slug', models.SlugField(unique=True, verbose_name='Name in addresses')),
                ('number', models.PositiveSmallIntegerField(help_text='The order in which the office lists departments', verbose_name='Number')),
                ('name_zh', models.CharField(blank=True, max_length=60, verbose_name='Name (Chinese)')),
                ('name_en', models.CharField(blank=True, max_length=120, verbose_name='Name (English)')),
                ('short_zh', models.CharField(blank=True, max_length=30, verbose_name='Short name (Chinese)')),
                ('short_en', models.CharField(blank=True, max_length=60, verbose_name='Short name (English)')),
                ('merged_on', models.DateField(blank=True, editable=False, null=True, verbose_name='Date merged')),
                ('merged_into', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged_from', to='accounts.department', verbose_name='Merged into')),
            ],
            options={
                'verbose_name': 'department',
                'verbose_name_plural': 'departments',
                'ordering': ['number', 'slug'],
                'abstract': False,
                'constraints': [models.CheckConstraint(condition=models.Q(('provenance', 'published'), ('source', ''), _negated=True), name='accounts_department_published_has_source'), models.CheckConstraint(condition=models.Q(('merged_into__isnull', True), models.Q(('merged_into', models.F('id')), _negated=True), _connector='OR'), name='department_not_into_itself'), models.CheckConstraint(condition=models.Q(models.Q(('merged_into__isnull', True), ('merged_on__isnull', True)), models.Q(('merged_into__isnull', False), ('merged_on__isnull', False)), _connector='OR'), name='department_merger_has_day'), models.CheckConstraint(condition=models.Q(('provenance__in', ['published', 'reported', 'illustrative'])), name='accounts_department_provenance_known'), models.CheckConstraint(condition=models.Q(('name_en', ''), ('name_zh', ''), _negated=True), name='department_is_named', violation_error_message='A name is wanted, in Chinese or in English.')],
            },
        ),
        migrations.CreateModel(
            name='LogSeal',
            fields=[
                ('number', models.PositiveBigIntegerField(primary_key=True, serialize=False, verbose_name='Number')),
                ('entry_id', models.BigIntegerField(unique=True, verbose_name='Log entry')),
                ('sealed_at', models.DateTimeField(db_index=True, verbose_name='Sealed at')),
                ('algorithm', models.CharField(max_length=20, verbose_name='Algorithm')),
                ('content', models.CharField(max_length=128, verbose_name='Digest of the entry')),
                ('digest', models.CharField(max_length=128, verbose_name='Digest')),
            ],
            options={
                'verbose_name': 'seal of the log',
                'verbose_name_plural': 'seals of the log',
                'ordering': ['number'],
                'constraints': [models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='logseal_number_from_one'), models.CheckConstraint(condition=models.Q(models.Q(('content', ''), _negated=True), models.Q(('digest', ''), _negated=True)), name='logseal_has_digests')],
            },
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('username', models.CharField(error_messages={'unique': 'A user with that username already exists.'}, help_text='Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.', max_length=150, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='username')),
                ('first_name', models.CharField(blank=True, max_length=150, verbose_name='first name')),
                ('last_name', models.CharField(blank=True, max_length=150, verbose_name='last name')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='email address')),
                ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                ('role', models.CharField(choices=[('viewer', 'Viewer'), ('reporter', 'Reporter'), ('reviewer', 'Reviewer'), ('auditor', 'Auditor'), ('administrator', 'Administrator')], default='viewer', max_length=13, verbose_name='Role')),
                ('language', models.CharField(blank=True, max_length=7, validators=[django.core.validators.RegexValidator('^(zh-hans|en)?\\Z')], verbose_name='Language')),
                ('large_print', models.BooleanField(default=False, verbose_name='Large-print version')),
                ('city', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='users', to='regions.region', verbose_name='City')),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
                ('department', models.ForeignKey(blank=True, limit_choices_to={'merged_into': None}, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='users', to='accounts.department', verbose_name='Department')),
                ('must_change_password', models.BooleanField(db_default=False, default=False, editable=False, verbose_name='Must choose another password')),
                ('password_changed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now, editable=False, verbose_name='Password set at')),
                ('oidc_issuer', models.CharField(blank=True, db_default='', default='', editable=False, max_length=255, verbose_name='Issuer of the id')),
                ('oidc_subject', models.CharField(blank=True, db_default='', default='', editable=False, max_length=255, verbose_name='Id at the provider')),
            ],
            options={
                'verbose_name': 'user',
                'verbose_name_plural': 'users',
                'constraints': [models.CheckConstraint(condition=models.Q(('department__isnull', True), ('city__isnull', True), _connector='OR'), name='user_department_or_city'), models.CheckConstraint(condition=models.Q(('role__in', ['viewer', 'reporter', 'reviewer', 'auditor', 'administrator'])), name='user_role_known'), models.CheckConstraint(condition=models.Q(models.Q(('role', 'reporter'), _negated=True), ('department__isnull', False), ('city__isnull', False), _connector='OR'), name='user_reporter_has_department_or_city'), models.CheckConstraint(condition=models.Q(models.Q(('oidc_issuer', ''), ('oidc_subject', '')), models.Q(models.Q(('oidc_issuer', ''), _negated=True), models.Q(('oidc_subject', ''), _negated=True)), _connector='OR'), name='user_oidc_subject_of_issuer'), models.UniqueConstraint(condition=models.Q(('oidc_subject', ''), _negated=True), fields=('oidc_issuer', 'oidc_subject'), name='user_oidc_subject_once')],
            },
            managers=[
                ('objects', django.contrib.auth.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name='AccessToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(blank=True, max_length=100, verbose_name='Name')),
                ('digest', models.CharField(editable=False, max_length=64, unique=True, verbose_name='Digest')),
                ('scope', models.CharField(choices=[('read', 'Read'), ('report', 'Report')], max_length=6, verbose_name='Scope')),
                ('created_at', models.DateTimeField(verbose_name='Created at')),
                ('expires_at', models.DateTimeField(verbose_name='Expires at')),
                ('last_used_at', models.DateTimeField(blank=True, null=True, verbose_name='Last used at')),
                ('revoked_at', models.DateTimeField(blank=True, null=True, verbose_name='Revoked at')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='access_tokens', to=settings.AUTH_USER_MODEL, verbose_name='Account')),
            ],
            options={
                'verbose_name': 'Access token',
                'verbose_name_plural': 'access tokens',
                'ordering': ['-created_at', '-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('scope__in', ['read', 'report'])), name='accesstoken_scope_known'), models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('created_at'))), name='accesstoken_expires_later')],
            },
        ),
        migrations.CreateModel(
            name='Session',
            fields=[
                ('session_key', models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name='session key')),
                ('session_data', models.TextField(verbose_name='session data')),
                ('expire_date', models.DateTimeField(db_index=True, verbose_name='expire date')),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='sessions', to=settings.AUTH_USER_MODEL, verbose_name='Account')),
            ],
            options={
                'verbose_name': 'session',
                'verbose_name_plural': 'sessions',
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='UsedPassword',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(editable=False, max_length=128, verbose_name='Digest')),
                ('set_at', models.DateTimeField(verbose_name='Set at')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='used_passwords', to=settings.AUTH_USER_MODEL, verbose_name='Account')),
            ],
            options={
                'verbose_name': 'used password',
                'verbose_name_plural': 'used passwords',
                'ordering': ['-set_at', '-id'],
            },
        ),
    ])]
