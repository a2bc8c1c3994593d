"""What the set-up builds: small fonts that shape Thai, stylesheets that ask for nothing missing, names that may be kept for ever."""

import gzip
import io
import re
from pathlib import Path

import pytest
from flask import Flask, render_template_string
from fontTools.ttLib import TTFont
from markupsafe import Markup

from portal.core import assets, build_assets

THAI = "ปื้ปู่ฎูญฐกำลังใจๆฯ฿๐๙"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("built")
    assert build_assets.build(out=out) is True
    return out


@pytest.fixture
def files(built: Path) -> dict[str, str]:
    return assets.read_manifest(built)


def served(built: Path) -> Flask:
    app = Flask("assets", static_folder=None, template_folder=str(assets.PORTAL / "templates"))
    assets.init_app(app, built)
    return app


@pytest.mark.parametrize("name", ["fonts/sarabun-400.woff2", "fonts/sarabun-600.woff2"])
def test_a_text_font_is_small_and_shapes_thai(built: Path, files: dict[str, str], name: str) -> None:
    content = (built / files[name]).read_bytes()
    font = TTFont(io.BytesIO(content))

    assert len(content) <= 20_000
    assert {ord(character) for character in THAI + "AZaz09“”–→"} <= set(font.getBestCmap())
    features = {
        record.FeatureTag
        for table in ("GSUB", "GPOS")
        for record in font[table].table.FeatureList.FeatureRecord
    }
    assert {"ccmp", "mark", "mkmk"} <= features


def test_the_figures_font_holds_figures_only(built: Path, files: dict[str, str]) -> None:
    content = (built / files["fonts/sarabun-300-figures.woff2"]).read_bytes()

    assert len(content) <= 2_500
    assert "".join(sorted(map(chr, TTFont(io.BytesIO(content)).getBestCmap()))) == " %,-./0123456789:OP–"


def test_the_manifest_leads_to_every_source_and_every_file_exists(built: Path, files: dict[str, str]) -> None:
    static = build_assets.STATIC
    expected = {"css/core.css", *(face.name for face in build_assets.FACES)}
    for path in build_assets.sources(static):
        name = path.relative_to(static).as_posix()
        if path.stem not in build_assets.CORE or path.suffix != ".css":
            expected.add(name)

    assert set(files) == expected
    assert all((built / file).is_file() for file in files.values())
    assert all(re.fullmatch(assets.HASHED, file) for file in files.values())


def test_stylesheets_import_nothing_and_every_address_in_them_exists(
    built: Path, files: dict[str, str]
) -> None:
    for name in (name for name in files if name.endswith(".css")):
        text = (built / files[name]).read_text("utf-8")
        assert "@import" not in text
        for target in re.findall(r"url\(\"?([^\")]+)", text):
            assert (
                target.startswith("data:image/svg+xml,") or ((built / files[name]).parent / target).is_file()
            ), target


def test_the_four_core_files_are_one_small_file_in_their_order(built: Path, files: dict[str, str]) -> None:
    css = (built / files["css/core.css"]).read_text("utf-8")

    assert css.index("--kram-950") < css.index("@font-face") < css.index(".letterhead") < css.index(".btn{")
    assert "/*" not in css
    assert css.count("{") == css.count("}")
    assert len(gzip.compress(css.encode())) < 8_000


def test_minifying_keeps_strings_sums_and_descendants() -> None:
    css = '/* x */ a > b , c :hover { width: calc( 1px + 2px ); content: " (  ; "; }\n@media (min-width: 4rem) { d { top: 0 } }'

    assert build_assets.minify(css) == (
        'a>b,c :hover{width:calc( 1px + 2px );content:" (  ; "}@media (min-width:4rem){d{top:0 }}'.replace(
            "0 }", "0}"
        )
    )


def test_a_second_build_has_nothing_to_do(built: Path) -> None:
    assert build_assets.build(out=built) is False


def small(tmp_path: Path, **extra: str) -> Path:
    static = tmp_path / "static"
    for folder in ("css", "js"):
        (static / folder).mkdir(parents=True)
    for name in build_assets.CORE:
        (static / "css" / f"{name}.css").write_text("a { top: 0; }\n")
    for name, text in extra.items():
        folder, stem = name.split("_")
        (static / folder / f"{stem}.{folder}").write_text(text)
    return static


def test_a_changed_stylesheet_gets_a_new_name_and_the_old_one_lives_one_build_longer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build_assets, "FACES", ())
    static, out = small(tmp_path, css_room="b { top: 0; }"), tmp_path / "out"
    names = []
    for top in ("1px", "2px", "3px"):
        (static / "css" / "room.css").write_text(f"b {{ top: {top}; }}")
        assert build_assets.build(static, out) is True
        names.append(out / assets.read_manifest(out)["css/room.css"])

    assert len(set(names)) == 3
    assert [name.exists() for name in names] == [False, True, True]


def test_a_lost_file_is_built_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build_assets, "FACES", ())
    static, out = small(tmp_path), tmp_path / "out"
    build_assets.build(static, out)
    core = out / assets.read_manifest(out)["css/core.css"]
    core.unlink()

    assert build_assets.build(static, out) is True
    assert core.is_file()


def test_an_address_that_leads_nowhere_stops_the_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build_assets, "FACES", ())
    static = small(tmp_path, css_room='b { background: url("lost.svg"); }')

    with pytest.raises(assets.NotBuilt, match=r"css/room.css asks for 'lost.svg'"):
        build_assets.build(static, tmp_path / "out")


def test_scripts_import_each_other_by_their_hashed_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build_assets, "FACES", ())
    static = small(tmp_path, js_a='import { b } from "./b.js";\n', js_b="export const b = 1;\n")
    build_assets.build(static, tmp_path / "out")
    files = assets.read_manifest(tmp_path / "out")

    script = (tmp_path / "out" / files["js/a.js"]).read_text("utf-8")
    assert script == f'import {{ b }} from "./{Path(files["js/b.js"]).name}";\n'


def test_scripts_that_import_each_other_in_a_circle_stop_the_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build_assets, "FACES", ())
    static = small(tmp_path, js_a='import "./b.js";', js_b='import "./a.js";')

    with pytest.raises(assets.NotBuilt, match="circle"):
        build_assets.build(static, tmp_path / "out")


def test_a_built_file_may_be_kept_for_ever_and_goes_out_compressed(
    built: Path, files: dict[str, str]
) -> None:
    client = served(built).test_client()
    answer = client.get("/static/" + files["css/core.css"], headers={"Accept-Encoding": "gzip"})

    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/css")
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert gzip.decompress(answer.data) == (built / files["css/core.css"]).read_bytes()


def test_a_file_that_is_not_built_is_not_found(built: Path) -> None:
    client = served(built).test_client()

    assert client.get("/static/css/tokens.css").status_code == 404
    assert client.get("/static/../core/assets.py").status_code == 404


def test_a_page_names_an_asset_and_gets_its_hashed_address(built: Path, files: dict[str, str]) -> None:
    app = served(built)
    with app.test_request_context():
        assert render_template_string("{{ asset('css/core.css') }}") == "/static/" + files["css/core.css"]
        with pytest.raises(assets.NotBuilt, match=r"lost\.css"):
            render_template_string("{{ asset('css/lost.css') }}")


def test_without_a_build_the_start_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(assets.NotBuilt, match=r"python -m portal\.core\.build_assets"):
        assets.init_app(Flask("assets"), tmp_path)


def test_a_page_carries_only_the_symbols_it_draws(built: Path) -> None:
    app = served(built)
    with app.test_request_context():
        text = render_template_string(
            "{{ use_symbol('i-check') }} {{ use_symbol('i-check') }} {{ used_symbols() }}"
        )
    with app.test_request_context():
        assert assets.used_symbols() == Markup("")
        with pytest.raises(KeyError, match="i-unknown"):
            assets.use_symbol("i-unknown")

    assert text.count("<symbol") == 1
    assert text.startswith("#i-check #i-check ")
    assert 'id="i-check"' in text
    assert len(assets.symbols()) > 40
