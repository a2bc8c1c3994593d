"""Organizer pages of participation."""

from flask import Blueprint

bp = Blueprint("roster", __name__)
