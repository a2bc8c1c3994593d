"""Joins the portal and its settings: what a WSGI server and the `flask` command load."""

import gc

from config import from_environment
from portal.app import create_app

app = create_app(from_environment())

# What was loaded up to here stays for good: looking through it again and again was a tenth of what a page costs.
gc.freeze()
gc.set_threshold(2_000, 20, 100)
