"""The roof: the `flask …` commands, each a thin door to a rule; the commit of a command stands here."""

from flask import Flask


def init_app(app: Flask) -> None:
    del app
