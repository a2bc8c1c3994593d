"""Joins the portal and its settings: what a WSGI server and the `flask` command load."""

from config import from_environment
from portal.app import create_app

app = create_app(from_environment())
