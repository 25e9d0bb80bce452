"""The least that a Django with the OAuth toolkit needs; everything it keeps is one file of SQLite."""

import os

SECRET_KEY = 'of a server that lives for one test'
ALLOWED_HOSTS = ['127.0.0.1']
ROOT_URLCONF = 'urls'
INSTALLED_APPS = [
    'django.contrib.auth',
    'django.contrib.contenttypes',
    'django.contrib.sessions',
    'oauth2_provider',
]
MIDDLEWARE = [
    'django.contrib.sessions.middleware.SessionMiddleware',
    'django.contrib.auth.middleware.AuthenticationMiddleware',
]
TEMPLATES = [
    {'BACKEND': 'django.template.backends.django.DjangoTemplates', 'APP_DIRS': True, 'DIRS': []},
]
DATABASES = {
    'default': {
        'ENGINE': 'django.db.backends.sqlite3',
        'NAME': os.environ['DJANGO_SSO_DATABASE'],
        'OPTIONS': {'timeout': 30},
    },
}
DEFAULT_AUTO_FIELD = 'django.db.models.BigAutoField'
# The client's secret is kept as a password is; the default takes half a second for each login.
PASSWORD_HASHERS = ['django.contrib.auth.hashers.MD5PasswordHasher']
LOGIN_URL = '/sign-in/'
USE_TZ = True
OAUTH2_PROVIDER = {
    'SCOPES': {
        'read': 'Read',
        'write': 'Write',
        'other': 'Something else',
        'openid': 'Sign in',
        'profile': 'Name',
        'email': 'Address',
    },
    'OIDC_ENABLED': True,
    'OIDC_RSA_PRIVATE_KEY': os.environ['DJANGO_SSO_KEY'],
    'OAUTH2_VALIDATOR_CLASS': 'claims.Validator',
}
