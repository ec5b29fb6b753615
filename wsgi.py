"""What a WSGI server serves: the application. It starts no scheduler."""

from service.app import create_app

app = create_app()
