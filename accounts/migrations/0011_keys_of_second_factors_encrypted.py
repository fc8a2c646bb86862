from django.db import migrations

from accounts.second_factor_keys import decrypt_key, encrypt_key, is_encrypted


def encrypt_keys(apps, schema_editor):
    """All at once: those of people who seldom come would else lie there as they are for years."""
    TOTPDevice = apps.get_model('otp_totp', 'TOTPDevice')
    for device in TOTPDevice.objects.all():
        if not is_encrypted(device.key):
            device.key = encrypt_key(bytes.fromhex(device.key), user_id=device.user_id)
            device.save(update_fields=['key'])


def decrypt_keys(apps, schema_editor):
    """Where one cannot be read, nothing is changed: the code before would fall over it."""
    TOTPDevice = apps.get_model('otp_totp', 'TOTPDevice')
    for device in TOTPDevice.objects.all():
        device.key = decrypt_key(device.key, user_id=device.user_id).hex()
        device.save(update_fields=['key'])


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0010_tokens_by_scope'),
        ('otp_totp', '0003_add_timestamps'),
    ]

    operations = [
        migrations.CreateModel(
            name='AuthenticatorApp',
            fields=[
            ],
            options={
                'verbose_name': 'authenticator app',
                'verbose_name_plural': 'authenticator apps',
                'proxy': True,
                'default_permissions': (),
                'indexes': [],
                'constraints': [],
            },
            bases=('otp_totp.totpdevice',),
        ),
        migrations.RunPython(encrypt_keys, decrypt_keys),
    ]
