"""Reading without network: the script and the page it needs are for everybody and hold nothing of anybody."""


def test_the_script_reaches_lessons_only_and_is_asked_for_anew(client):
    response = client.get("/learn/sw.js")
    assert (response.status_code, response.mimetype) == (200, "text/javascript")
    assert response.headers["Cache-Control"] == "no-cache"
    again = client.get("/learn/sw.js", headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304


def test_the_page_for_lessons_never_opened_is_the_same_for_everybody(client):
    response = client.get("/learn/offline")
    assert response.status_code == 200
    assert "csrf" not in response.get_data(as_text=True)
    assert client.page.select("[data-kept-lessons]")


def test_every_lesson_can_say_that_it_comes_from_this_device(client, course):
    html = client.get("/learn/sample/op/l1").get_data(as_text=True)
    assert html.count("<body>") == 1  # where learn-sw.js puts the sign
    assert client.page.select(".kept-note")
