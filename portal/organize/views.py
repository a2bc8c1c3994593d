"""Pages of organize."""

from flask import Blueprint

bp = Blueprint("organize", __name__)
