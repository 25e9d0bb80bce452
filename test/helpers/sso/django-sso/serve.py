"""Makes the database, registers one application, then serves on a free port of 127.0.0.1 and prints which."""

import os
import sys
import threading
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

os.environ['DJANGO_SETTINGS_MODULE'] = 'settings'

import django  # noqa: E402

django.setup()

from django.core.handlers.wsgi import WSGIHandler  # noqa: E402
from django.core.management import call_command  # noqa: E402
from oauth2_provider.models import Application  # noqa: E402


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = 128


class QuietHandler(WSGIRequestHandler):
    def log_message(self, *_):
        pass


def end_with_parent():
    sys.stdin.read()
    os._exit(0)


client_id, client_secret = sys.argv[1:]
call_command('migrate', verbosity=0)
Application.objects.create(
    name='The file site',
    client_id=client_id,
    client_secret=client_secret,
    client_type=Application.CLIENT_CONFIDENTIAL,
    authorization_grant_type=Application.GRANT_AUTHORIZATION_CODE,
    skip_authorization=True,
    algorithm=Application.RS256_ALGORITHM,
)
server = make_server('127.0.0.1', 0, WSGIHandler(), server_class=Server, handler_class=QuietHandler)
print(server.server_port, flush=True)
threading.Thread(target=end_with_parent, daemon=True).start()
server.serve_forever()
