"""Templates compiled once for each language, with their sentences put in as text; which language a request has is i18n's matter.

Looked up on every page, the sentences of a page cost more time than all its rows.
"""

import re
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from types import BuiltinFunctionType, FunctionType, MethodType, NoneType
from typing import Any, cast

from flask import Flask, has_request_context, request
from flask.sansio.app import App
from flask.templating import Environment as FlaskEnvironment
from jinja2 import Template, nodes
from jinja2.runtime import Context, Macro
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from portal.core.assets import symbols_apart, use_symbol
from portal.core.i18n import in_language, language, text_of

SENTENCES = (
    "_",
    "gettext",
)  # what templates call for a sentence; plural forms are chosen when a page is made
MOST_LINKS = 10_000
MOST_KEPT = 5_000  # rows of lists of some 500 bytes, letterheads of some 4,000
PLAIN_VALUES = (str, int, NoneType)  # of which equal ones read alike; 1.0 and True equal 1
_PLAIN = (FunctionType, MethodType, BuiltinFunctionType, partial)
_HOLE = re.compile(r"%\((\w+)\)s|%(%)|(%)")


def kept(macro: Macro, *values: Any) -> str:
    """What an imported macro makes of these values, made once: for rows of long lists and what every page draws alike.

    The macro may look at nothing else that a request can change; a list is given to it as a tuple, and a dict in
    a list as a tuple of its items.
    """
    root = request.environ.get("SCRIPT_NAME", "") if has_request_context() else ""
    fixed = tuple([_fixed(value) if type(value) is list else value for value in values])
    text, symbols = _made(macro, root, fixed)
    for name in symbols:
        use_symbol(name)
    return text


def _fixed(values: list[Any]) -> tuple[Any, ...]:
    return tuple([tuple(value.items()) if type(value) is dict else value for value in values])


@lru_cache(maxsize=MOST_KEPT)
def _made(macro: Macro, _root: str, values: tuple[Any, ...]) -> tuple[str, tuple[str, ...]]:
    with symbols_apart() as used:
        text = macro(*values)
    return text, tuple(used)


@dataclass(frozen=True)
class OfLanguage:
    """What templates may call in the language of their page: `function` takes it as `lang`."""

    function: Callable[..., Any]

    def __call__(self, *args: Any) -> Any:
        return self.function(*args, lang=language())

    def bound(self, lang: str) -> Callable[..., Any]:
        return partial(self.function, lang=lang)


class _Context(Context):
    """Calls functions and macros without first asking in four ways what they take: a page calls some hundred of them."""

    def call(self, called: Any, /, *args: Any, **named: Any) -> Any:
        kind = type(called)
        if kind is Macro:
            args = (self.eval_ctx, *args)
        elif kind not in _PLAIN or hasattr(called, "jinja_pass_arg"):
            return super().call(called, *args, **named)
        named.pop("_loop_vars", None)
        named.pop("_block_vars", None)
        return called(*args, **named)


class Environment(FlaskEnvironment):
    """Asked for a template, it gives the one compiled for the language in force."""

    context_class = _Context
    language = ""  # has one only where it compiles for it

    def __init__(self, app: App, **options: Any) -> None:
        super().__init__(app, **options)
        self.globals["kept"] = kept
        self._languages: dict[str, Environment] = {}

    def get_template(
        self, name: str | Template, parent: str | None = None, globals: MutableMapping[str, Any] | None = None
    ) -> Template:
        if self.language:
            return super().get_template(name, parent, globals)
        return self._in(language()).get_template(name, parent, globals)

    def select_template(
        self,
        names: Any,
        parent: str | None = None,
        globals: MutableMapping[str, Any] | None = None,
    ) -> Template:
        if self.language:
            return super().select_template(names, parent, globals)
        return self._in(language()).select_template(names, parent, globals)

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        # Every page copies them: a plain dict takes a tenth of the time of Jinja's chain of two.
        return {**self.globals, **(d or {})} if self.language else super().make_globals(d)

    def forget(self) -> None:
        """Compile anew what is asked for next: for tests that bring templates of their own."""
        self._languages.clear()

    def _in(self, lang: str) -> "Environment":
        """The environment that compiles for this language, made when the first page asks for it."""
        if lang not in self._languages:
            own = self.overlay()
            own.language = lang
            own.globals = {**_bound(self.globals, lang), "url_for": _links(cast(Flask, self.app))}
            own.filters = _bound(self.filters, lang)
            self._languages[lang] = own
        return self._languages[lang]

    def _generate(self, source: nodes.Template, name: str | None, *args: Any, **options: Any) -> str:
        if self.language:
            escapes = self.autoescape(name) if callable(self.autoescape) else self.autoescape
            with in_language(self.language):
                source = _Sentences(escapes=escapes).visit(source)
        return super()._generate(source, name, *args, **options)


def _links(app: Flask) -> Callable[..., str]:
    """`url_for` that remembers: the same endpoint and values give the same path under the same root."""

    @lru_cache(maxsize=MOST_LINKS)
    def built(_root: str, endpoint: str, values: tuple[tuple[str, Any], ...]) -> str:
        return app.url_for(endpoint, **dict(values))

    def url_for(endpoint: str, **values: Any) -> str:
        is_plain = all(type(value) in PLAIN_VALUES and name[0] != "_" for name, value in values.items())
        if not is_plain or endpoint[0] == "." or not has_request_context():
            return app.url_for(endpoint, **values)
        return built(request.environ.get("SCRIPT_NAME", ""), endpoint, tuple(values.items()))

    return url_for


def _bound(known: MutableMapping[str, Any], lang: str) -> dict[str, Any]:
    return {name: one.bound(lang) if isinstance(one, OfLanguage) else one for name, one in known.items()}


class _Sentences(NodeTransformer):
    """Puts `_('…')` and `_('… %(name)s', name=…)` into a template as text in the language in force; anything else stays a call."""

    def __init__(self, *, escapes: bool) -> None:
        self.kind: type[str] = Markup if escapes else str

    def visit_Call(self, node: nodes.Call) -> nodes.Node:
        self.generic_visit(node)
        if (
            not isinstance(node.node, nodes.Name)
            or node.node.name not in SENTENCES
            or node.dyn_args
            or node.dyn_kwargs
        ):
            return node
        message = node.args[0] if len(node.args) == 1 else None
        if not isinstance(message, nodes.Const) or not isinstance(message.value, str):
            return node
        values = {one.key: one.value for one in node.kwargs}
        pieces = list(_pieces(text_of(message.value)))
        if any(kind == "odd" or (kind == "hole" and piece not in values) for kind, piece in pieces):
            return node
        return self._joined(pieces, values, node.lineno)

    def _joined(
        self, pieces: Sequence[tuple[str, str]], values: dict[str, nodes.Expr], line: int
    ) -> nodes.Expr:
        if all(kind == "text" for kind, _piece in pieces):
            return nodes.Const(self.kind("".join(piece for _kind, piece in pieces)), lineno=line)
        parts: list[nodes.Expr] = [nodes.Const(self.kind(""), lineno=line)]
        for kind, piece in pieces:
            parts.append(nodes.Const(self.kind(piece), lineno=line) if kind == "text" else values[piece])
        return nodes.Concat(parts, lineno=line)


def _pieces(message: str) -> Iterator[tuple[str, str]]:
    """The message as pieces: "text", a "hole" with its name, or "odd" for a form of hole that is left to Python."""
    end = 0
    for found in _HOLE.finditer(message):
        yield "text", message[end : found.start()]
        name, percent, odd = found.groups()
        yield ("hole", name) if name else ("text", percent) if percent else ("odd", odd)
        end = found.end()
    yield "text", message[end:]
