"""The measure of all figures: the smallest answer Flask can give, under the same server as the portal."""

from flask import Flask

app = Flask(__name__)


@app.get("/")
def hello() -> str:
    return "hello"
