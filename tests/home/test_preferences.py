"""Language and brightness: a cookie and nothing more, from any page, back to that page and never off the site."""

import pytest


def cookie(response, name: str) -> str:
    found = [one for one in response.headers.getlist("Set-Cookie") if one.startswith(f"{name}=")]
    return found[0] if found else ""


def test_the_language_is_kept_and_the_reader_comes_back(client):
    client.get("/award?x=1")
    response = client.submit("/preferences", button=("lang", "en"))
    assert (response.status_code, response.headers["Location"]) == (303, "/award?x=1")
    client.follow(response)
    assert client.page.one("html")["lang"] == "en"
    client.submit("/preferences", button=("lang", "th"))
    client.get("/award")
    assert client.page.one("html")["lang"] == "th"


def test_the_cookie_lasts_a_year_and_no_script_reads_it(client):
    kept = cookie(client.post("/preferences", data={"theme": "dark"}), "theme")
    assert kept.startswith("theme=dark;")
    for attribute in ("Max-Age=31536000", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert attribute in kept
    assert "Secure" not in kept


def test_the_cookie_is_secure_where_the_site_is(app, client, monkeypatch):
    monkeypatch.setitem(app.config, "SESSION_COOKIE_SECURE", True)
    assert "Secure" in cookie(client.post("/preferences", data={"lang": "en"}), "lang")


def test_brightness_is_kept_until_the_device_decides_again(client):
    client.get("/")
    client.follow(client.submit("/preferences", button=("theme", "dark")))
    assert client.page.one("html")["data-theme"] == "dark"
    assert client.page.one("button[value=dark]")["aria-pressed"] == "true"
    client.follow(client.submit("/preferences", button=("theme", "device")))
    assert not client.page.one("html").has_attr("data-theme")
    assert client.page.one("button[value=device]")["aria-pressed"] == "true"


@pytest.mark.parametrize("data", [{"lang": "xx"}, {"lang": ""}, {}, {"other": "1"}])
def test_what_is_no_choice_changes_nothing(client, data):
    response = client.post("/preferences", data=data)
    assert response.status_code == 303
    assert "Set-Cookie" not in response.headers


def test_an_odd_cookie_is_nobody_s_brightness(client):
    client.set_cookie("theme", '"><script>')
    client.set_cookie("lang", "xx")
    client.get("/")
    assert not client.page.one("html").has_attr("data-theme")
    assert client.page.one("html")["lang"] == "th"


@pytest.mark.parametrize(
    "target",
    [
        "https://elsewhere.example/",
        "//elsewhere.example",
        "/\\elsewhere.example",
        "\\/elsewhere.example",
        "javascript:alert(1)",
        "/\t/elsewhere.example",
        "elsewhere",
        "",
        None,
    ],
)
def test_nobody_is_sent_off_the_site(client, target):
    response = client.post(
        "/preferences", data={"lang": "en", **({"next": target} if target is not None else {})}
    )
    assert (response.status_code, response.headers["Location"]) == (303, "/")


@pytest.mark.parametrize("target", ["/sign-out", "/nowhere/at/all", "/learn/x/y/quiz/attempts"])
def test_who_used_the_foot_of_a_page_that_does_not_open_again_comes_to_the_first_page(client, target):
    assert client.post("/preferences", data={"lang": "en", "next": target}).headers["Location"] == "/"


def test_another_site_cannot_change_it(client):
    response = client.post(
        "/preferences", data={"lang": "en"}, headers={"Origin": "https://elsewhere.example"}
    )
    assert response.status_code == 400
    assert "Set-Cookie" not in response.headers


def test_it_needs_no_token_and_writes_nothing(client, cast, queries):
    client.sign_in(cast.lamai)
    with queries() as statements:
        assert client.post("/preferences", data={"lang": "en", "next": "/me"}).status_code == 303
    assert all(statement.startswith("SELECT") for statement in statements)


def test_it_cannot_be_read(client):
    assert client.get("/preferences").status_code == 405
